"""The allocation step of Choose Myself: how new money is split over the funds, the same for all or by source."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from planbridge.enrollment.elections import check_allocation
from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.path_choice import invested_sources
from planbridge.enrollment.split_boxes import (
    FundBox,
    fund_boxes,
    split_as_text,
    split_fields,
    split_in,
    split_initial,
    total_shown,
)
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.visit import Visit

ALL = ""  # the group of the split that holds for all sources
SAME, BY_SOURCE = "same", "by_source"


class AllocationForm(StepForm):
    """A box for each fund, once for all money or for each source."""

    slug = "allocation"

    def __init__(self, visit: Visit, data: Mapping[str, Any] | None = None) -> None:  # Any: a form's values
        super().__init__(visit, data)
        self.sources = invested_sources(visit)
        self.funds = visit.offer.open_funds
        if len(self.sources) > 1:
            self.fields["way"] = forms.ChoiceField(
                label=gettext_lazy("Is it the same for all of your money?"),
                choices=[
                    (SAME, gettext_lazy("The same for all")),
                    (BY_SOURCE, gettext_lazy("Different for each kind of money")),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": gettext_lazy("Choose one of the two.")},
            )
            for one in self.sources:
                self.fields |= split_fields(one.source, self.funds, self.initial)
        self.fields |= split_fields(ALL, self.funds, self.initial)

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """The splits answered before, or those held: one for all where they are all the same."""
        if answer:
            values = {"way": answer["way"]} | split_initial(ALL, answer.get("split") or {})
            splits = answer.get("allocations") or {}
        else:
            splits = held_splits(self.visit)
            is_same = len({tuple(sorted(one.items())) for one in splits.values()}) <= 1
            values = {"way": SAME if is_same else BY_SOURCE}
            values |= split_initial(ALL, next(iter(splits.values()), {}) if is_same else {})
        for source, split in splits.items():
            values |= split_initial(source, split)
        return values

    def clean(self) -> dict[str, Any]:
        """Each split totals exactly 100 % over open funds."""
        values = self.cleaned_data
        names = self.visit.fund_names | self.visit.source_names | {ALL: gettext("your money")}
        if not self.errors:
            for group in self.groups():
                split = split_in(self, group, self.funds)
                for one in check_allocation(group, split, {fund.fund for fund in self.funds}, names):
                    self.object_to(one)
        return values

    def answer(self) -> Answer:
        """The split for all money, or one by source."""
        splits = {group: split_as_text(split_in(self, group, self.funds)) for group in self.groups()}
        if self.is_same():
            return {"way": SAME, "split": splits[ALL]}
        return {"way": BY_SOURCE, "allocations": splits}

    def said(self) -> dict[str, Any]:
        """The total of each split."""
        names = self.visit.source_names | {ALL: gettext("Total")}
        return {"totals": [total_shown(names[group], split_in(self, group, self.funds)) for group in self.groups()]}

    def is_same(self) -> bool:
        """Whether one split holds for all sources."""
        return "way" not in self.fields or self["way"].value() != BY_SOURCE

    def groups(self) -> list[str]:
        """The splits that count: the one for all, or those of the sources."""
        return [ALL] if self.is_same() else [one.source for one in self.sources]

    def boxes_for_all(self) -> list[FundBox]:
        """The boxes of the split for all money."""
        return fund_boxes(self, ALL, self.funds)

    def boxes_by_source(self) -> list[tuple[str, list[FundBox]]]:
        """The boxes of each source, under its name; none where there is one source only."""
        if "way" not in self.fields:
            return []
        names = self.visit.source_names
        return [(names[one.source], fund_boxes(self, one.source, self.funds)) for one in self.sources]


def held_splits(visit: Visit) -> dict[str, dict[str, str]]:
    """The splits held, over the funds that still take money."""
    open_funds = {one.fund for one in visit.offer.open_funds}
    return {
        source: split_as_text({fund: Decimal(share) for fund, share in one.items() if share and fund in open_funds})
        for source, one in visit.standing.allocations.items()
        if any(one.values())
    }
