"""Boxes for a split of money over funds: one number a fund, 100 % in all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext

from planbridge.enrollment.number_box import PERCENT, NumberBox, box_name, number_in
from planbridge.enrollment.objection import percent_text
from planbridge.enrollment.saver import HUNDRED, ZERO
from planbridge.plans.terms import Fund
from planbridge.sync.submission_wish import plain

SHARE_MAX = 100


@dataclass(frozen=True)
class FundBox:
    """A fund with the box for its share."""

    fund: Fund
    box: forms.BoundField


def split_fields(group: str, funds: Iterable[Fund], initial: Mapping[str, Any]) -> dict[str, NumberBox]:
    """A box for each fund; `group` tells apart several splits of one form, `initial` has what they show at first."""
    names = {one: box_name("share", group, one.fund) for one in funds}
    return {
        name: NumberBox(one.name or one.fund, PERCENT, highest=SHARE_MAX, held=initial.get(name))
        for one, name in names.items()
    }


def split_initial(group: str, split: dict[str, str]) -> dict[str, Any]:  # Any: values of fields
    """What the boxes of a split show at first."""
    return {box_name("share", group, fund): Decimal(number) for fund, number in split.items()}


def fund_boxes(form: forms.Form, group: str, funds: Iterable[Fund]) -> list[FundBox]:
    """The funds of a split with their boxes."""
    return [FundBox(one, form[box_name("share", group, one.fund)]) for one in funds]


def split_in(form: forms.Form, group: str, funds: Iterable[Fund]) -> dict[str, Decimal]:
    """The shares above 0 as they stand in the boxes; an empty box is 0, and so is what is no number yet."""
    found = {one.fund: number_in(form, box_name("share", group, one.fund)) for one in funds}
    return {fund: share for fund, share in found.items() if share}


def split_as_text(split: dict[str, Decimal]) -> dict[str, str]:
    """A split as JSON."""
    return {fund: plain(share) for fund, share in split.items()}


def total_shown(title: str, split: dict[str, Decimal]) -> dict[str, Any]:
    """The total of a split in words: how much is left to give out, or too much."""
    total = sum(split.values(), ZERO)
    left = HUNDRED - total
    if not left:
        sentence = gettext("All of it is given out.")
    elif left > 0:
        sentence = gettext("%(left)s is left to give out.") % {"left": percent_text(left)}
    else:
        sentence = gettext("That is %(more)s too much.") % {"more": percent_text(-left)}
    return {"title": title, "total": percent_text(total), "is_whole": not left, "sentence": sentence}
