"""A change in words: what it is about, what was, and what is asked for, as lines for check answers and the receipt."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext

from planbridge.enrollment.objection import dollars, percent_text
from planbridge.enrollment.path_choice import step_of_splits
from planbridge.enrollment.saver import ZERO, Rate
from planbridge.enrollment.visit import Visit
from planbridge.participants.lookup import state_of
from planbridge.sync.submission_wish import Wish, WishKind, plain
from planbridge.sync.submissions import held_before

Values = Mapping[str, Any]  # Any: JSON values
STEP_OF_KIND = {
    WishKind.NAME: "personal",
    WishKind.CONTRIBUTION_RATE: "rate",
    WishKind.OPT_OUT: "rate",
    WishKind.BALANCE_TRANSFER: "transfer",
    WishKind.BENEFICIARIES: "beneficiaries",
}


@dataclass(frozen=True)
class ShownChange:
    """A change: the step where it was answered, what it is about, the lines before and after."""

    slug: str
    title: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes_of(visit: Visit, wishes: Iterable[Wish]) -> list[ShownChange]:
    """The wishes of a visit as changes; two statements for what is held."""
    state = state_of(visit.person)
    shown = []
    for one in wishes:
        pending = pending_before(visit, one)
        before = held_before(one.kind, one.source, state) if pending is None else pending
        change = shown_change(visit, one.kind, one.source, before, one.content)
        note = () if pending is None else (gettext("You asked for this before, and it is on its way."),)
        shown.append(replace(change, before=(*change.before, *note)))
    return shown


def pending_before(visit: Visit, wish: Wish) -> Values | None:
    """What is on its way already of what a wish changes; None where nothing is."""
    about = {kind for kind, source, _ in visit.pending if source in {wish.source, ""} or wish.kind is WishKind.OPT_OUT}
    rates = {source: rate_values(rate) for source, rate in visit.standing.rates.items()}
    if wish.kind is WishKind.OPT_OUT and about & {WishKind.CONTRIBUTION_RATE, WishKind.OPT_OUT}:
        return {"contribution_rates": [{"source": source, **rate} for source, rate in rates.items()]}
    if wish.kind is WishKind.CONTRIBUTION_RATE and about & {WishKind.CONTRIBUTION_RATE, WishKind.OPT_OUT}:
        return rates.get(wish.source)
    same = [body for kind, source, body in visit.pending if (kind, source) == (wish.kind, wish.source)]
    return same[-1] if same and wish.kind is not WishKind.BALANCE_TRANSFER else None


def rate_values(rate: Rate) -> dict[str, str]:
    """A rate as submissions have it."""
    return {"percent": plain(rate.percent or ZERO)} if rate.amount_usd is None else {"amount": plain(rate.amount_usd)}


def shown_change(visit: Visit, kind: WishKind, source: str, before: Values | None, after: Values) -> ShownChange:
    """A change from its JSON, as submissions have it."""
    name = visit.source_names.get(source, source)
    slug = step_of_splits(visit) if kind is WishKind.ALLOCATION else STEP_OF_KIND[kind]
    return ShownChange(slug, title_of(kind, name), lines_before(visit, kind, before), lines_after(visit, kind, after))


def title_of(kind: WishKind, source: str) -> str:
    """What a change is about."""
    match kind:
        case WishKind.NAME:
            return gettext("Your name")
        case WishKind.CONTRIBUTION_RATE:
            return gettext("What you save: %(source)s") % {"source": source}
        case WishKind.OPT_OUT:
            return gettext("Saving from your pay")
        case WishKind.ALLOCATION:
            return gettext("Where new money goes: %(source)s") % {"source": source}
        case WishKind.BALANCE_TRANSFER:
            return gettext("Moving money you have: %(source)s") % {"source": source}
        case WishKind.BENEFICIARIES:
            return gettext("Who gets your money if you die")


def lines_before(visit: Visit, kind: WishKind, before: Values | None) -> tuple[str, ...]:
    """What was, in lines."""
    if before is None:
        return (gettext("Nothing chosen yet"),)
    if kind is WishKind.BALANCE_TRANSFER:
        return (gettext("As it is invested now"),)
    if kind is WishKind.OPT_OUT:
        names = visit.source_names
        return tuple(
            f"{names.get(one['source'], one['source'])}: {rate_text(one)}" for one in before["contribution_rates"]
        )
    return lines_after(visit, kind, before)


def lines_after(visit: Visit, kind: WishKind, after: Values) -> tuple[str, ...]:
    """What is asked for, in lines."""
    match kind:
        case WishKind.NAME:
            return (" ".join(filter(None, (after["first_name"], after["last_name"]))),)
        case WishKind.CONTRIBUTION_RATE:
            return (rate_text(after),)
        case WishKind.OPT_OUT:
            return (gettext("0 %: nothing is saved from your pay"),)
        case WishKind.ALLOCATION | WishKind.BALANCE_TRANSFER:
            names = visit.fund_names
            return tuple(
                f"{names.get(one['fund'], one['fund'])}: {percent_text(Decimal(one['percent']))}"
                for one in after["allocations"]
            )
        case WishKind.BENEFICIARIES:
            return tuple(heir_text(one) for one in after["beneficiaries"])


def rate_text(values: Values) -> str:
    """'6 % of your pay', '$50 each paycheck'."""
    if values.get("amount") is not None:
        return gettext("%(amount)s each paycheck") % {"amount": dollars(Decimal(values["amount"]))}
    return gettext("%(percent)s of your pay") % {"percent": percent_text(Decimal(values["percent"]))}


def heir_text(values: Values) -> str:
    """'Noor Example: 100 % (main)'; a question mark for what the records do not say."""
    percent = values.get("percent")
    shown = {"name": values.get("name") or "?", "share": "?" if percent is None else percent_text(Decimal(percent))}
    if values["class"] == "contingent":
        return gettext("%(name)s: %(share)s (backup)") % shown
    return gettext("%(name)s: %(share)s (main)") % shown
