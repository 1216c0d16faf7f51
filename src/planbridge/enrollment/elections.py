"""Elections: whether allocations, beneficiaries and consent may be taken as they are answered."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from planbridge.enrollment.objection import Objection, gettext_noop, percent_text
from planbridge.enrollment.saver import HUNDRED, ZERO

NOT_100 = gettext_noop("Your choices for %(source)s add up to %(total)s. They must add up to exactly 100 %%.")
SHARE_NOT_POSITIVE = gettext_noop("%(fund)s has %(share)s. Choose 0 %% or more, up to 100 %%.")
NOT_OPEN = gettext_noop("%(fund)s does not take new money. Choose another fund.")
SHARES_NOT_100 = {
    "primary": gettext_noop("The shares of your main beneficiaries add up to %(total)s. They must add up to 100 %%."),
    "contingent": gettext_noop(
        "The shares of your backup beneficiaries add up to %(total)s. They must add up to 100 %%."
    ),
}
HEIR_INCOMPLETE = gettext_noop("Each beneficiary needs a name and a share above 0 %%, up to 100 %%.")
CONSENT_NEEDED = gettext_noop(
    "You are married and chose somebody other than your spouse as a main beneficiary. Your spouse must agree in writing, "
    "with a witness. Add your spouse's consent, or name your spouse alone."
)

Allocation = Mapping[str, Decimal]  # fund -> percent of new money
# Separated people are married until a court says otherwise (ERISA section 205).
SPOUSES = frozenset({"spouse", "husband", "wife"})  # the words of records for whom somebody is married to
MARRIED = frozenset({"married", "separated"})


class HeirClass(StrEnum):
    """Who inherits first."""

    PRIMARY = "primary"  # the main beneficiaries
    CONTINGENT = "contingent"  # those who inherit when no main beneficiary is alive


@dataclass(frozen=True)
class Heir:
    """A beneficiary, by class, with a share in percent."""

    heir_class: HeirClass
    name: str
    relationship: str | None
    percent: Decimal


@dataclass(frozen=True)
class Consent:
    """A spouse's written consent to another main beneficiary: who gave it, who saw it (a notary or the plan), when."""

    spouse_name: str
    witness_name: str
    given_on: date


def check_allocation(
    source: str, allocation: Allocation, open_funds: Collection[str], names: Mapping[str, str]
) -> list[Objection]:
    """What stands against a source's split over funds; `names` are those of sources and funds, by code."""
    found = []
    for fund, percent in allocation.items():
        shown = {"fund": names.get(fund) or fund}
        if not _is_share(percent):
            share = percent_text(percent) if percent.is_finite() else str(percent)
            found.append(Objection("ALLOCATION_NOT_100", SHARE_NOT_POSITIVE, shown | {"share": share}, source))
        elif percent and fund not in open_funds:
            found.append(Objection("FUND_NOT_OPEN", NOT_OPEN, shown, source))
    if any(one.code == "ALLOCATION_NOT_100" for one in found):
        return found
    if not is_whole(allocation.values()):
        total = percent_text(sum(allocation.values(), ZERO))
        values = {"source": names.get(source) or source, "total": total}
        found.append(Objection("ALLOCATION_NOT_100", NOT_100, values, source))
    return found


def check_heirs(
    heirs: Sequence[Heir], *, marital_status: str | None, provisions: Mapping[str, Any], consent: Consent | None
) -> list[Objection]:  # Any: JSON values
    """What stands against a list of beneficiaries; an empty list names nobody, and the plan's own order holds."""
    found = []
    if any(not one.name.strip() or not _is_share(one.percent) or not one.percent for one in heirs):
        return [Objection("BENEFICIARY_INCOMPLETE", HEIR_INCOMPLETE)]
    for heir_class in HeirClass:
        shares = [one.percent for one in heirs if one.heir_class == heir_class]
        # Somebody must come first: backup beneficiaries alone leave the first place empty.
        is_asked = bool(shares) or (bool(heirs) and heir_class == HeirClass.PRIMARY)
        if is_asked and not is_whole(shares):
            values = {"total": percent_text(sum(shares, ZERO))}
            found.append(Objection("BENEFICIARY_NOT_100", SHARES_NOT_100[heir_class], values))
    if consent is None and needs_consent(heirs, marital_status=marital_status, provisions=provisions):
        found.append(Objection("CONSENT_MISSING", CONSENT_NEEDED))
    return found


def is_whole(percents: Iterable[Decimal]) -> bool:
    """Whether percents total exactly 100; a sum of decimals would be rounded at its 28th digit."""
    return sum(map(Fraction, percents)) == HUNDRED


def _is_share(percent: Decimal) -> bool:
    return percent.is_finite() and 0 <= percent <= HUNDRED


def needs_consent(heirs: Sequence[Heir], *, marital_status: str | None, provisions: Mapping[str, Any]) -> bool:
    """Whether the spouse must agree: a married person names another main beneficiary, beside the spouse or instead.

    A plan asks for it unless its provisions say that it does not; who is married must be asked where it is not known.
    """
    is_asked = provisions.get("spousal_consent") is not False
    others = [
        one
        for one in heirs
        if one.heir_class == HeirClass.PRIMARY and (one.relationship or "").strip().casefold() not in SPOUSES
    ]
    return is_asked and marital_status in MARRIED and bool(others)
