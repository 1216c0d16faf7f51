"""The rules of a lineup and its default investment, each a function that gives what breaks it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from planbridge.plans.terms import DefaultFund, FundStatus, Lineup

FIRST_YEAR, LAST_YEAR = 0, 99_999  # stand for an open end; no retirement year is near them


@dataclass(frozen=True)
class Finding:
    """What breaks a rule: the place, the value there and what else helps to mend it."""

    field: str | None
    value: str | None = None
    detail: str | None = None


def missing_funds(lineup: Lineup) -> Iterator[Finding]:
    """A lineup without any fund."""
    if not lineup.funds:
        yield Finding("lineup.funds")


def unknown_successors(lineup: Lineup) -> Iterator[Finding]:
    """Funds mapped to one that is not in the lineup, or in a circle."""
    successors = {one.fund: one.mapped_to for one in lineup.funds}
    for fund, successor in successors.items():
        if not successor:
            continue
        place = f"lineup.funds.{fund}.mapped_to"
        if successor not in successors:
            yield Finding(place, successor)
        elif _returns(fund, successors):
            yield Finding(place, successor, "The mapping leads back to the fund itself.")


def unknown_default_funds(lineup: Lineup) -> Iterator[Finding]:
    """Funds of the default investment that are not in the lineup."""
    codes = {one.fund for one in lineup.funds}
    for code in dict.fromkeys(one.fund for one in lineup.default_investment):
        if code not in codes:
            yield Finding("lineup.default_investment", code)


def target_date_gaps(lineup: Lineup) -> Iterator[Finding]:
    """Retirement years between two default funds that none serves; a range that ends before it begins serves none."""
    for one in lineup.default_investment:
        if _first(one) > _last(one):
            yield Finding(_place(one), years_text(one), "The range ends before it begins.")
    for earlier, later in pairwise(_sorted_ranges(lineup)):
        if _first(later) > _last(earlier) + 1:
            detail = f"No fund serves {_last(earlier) + 1} to {_first(later) - 1}."
            yield Finding(_place(later), years_text(later), detail)


def target_date_overlaps(lineup: Lineup) -> Iterator[Finding]:
    """Retirement years that two default funds serve; an open end is allowed at the first and the last range only."""
    for earlier, later in pairwise(_sorted_ranges(lineup)):
        if _first(later) <= _last(earlier):
            detail = f"{earlier.fund} serves {years_text(earlier)}."
            yield Finding(_place(later), years_text(later), detail)


def no_open_fund(lineup: Lineup) -> Iterator[Finding]:
    """A lineup in which no fund takes money."""
    if not any(one.status == FundStatus.OPEN for one in lineup.funds):
        yield Finding("lineup.funds", detail="No fund of it is open.")


def closed_default_funds(lineup: Lineup) -> Iterator[Finding]:
    """Funds of the default investment that are closed and have no successor."""
    closed = {one.fund for one in lineup.funds if one.status == FundStatus.CLOSED and not one.mapped_to}
    for code in dict.fromkeys(one.fund for one in lineup.default_investment):
        if code in closed:
            yield Finding("lineup.default_investment", code, "The fund is closed and is not mapped to another.")


def funds_left_with_money(
    lineup: Lineup, *, live_funds: Collection[str], money_by_fund: Mapping[str, Decimal]
) -> Iterator[Finding]:
    """Live funds that people hold and that a lineup no longer names, or closes, without a successor."""
    for code in sorted(funds_left(lineup, live_funds)):
        if money_by_fund.get(code, 0) > 0:
            yield Finding("lineup.funds", code)


def funds_left(lineup: Lineup, live_funds: Collection[str]) -> set[str]:
    """Live funds that a lineup no longer names, or closes, without a successor: those whose money matters."""
    cared_for = {one.fund for one in lineup.funds if one.status != FundStatus.CLOSED or one.mapped_to}
    return set(live_funds) - cared_for


def years_text(one: DefaultFund) -> str:
    """The retirement years that a default fund serves, in words."""
    if one.retirement_from is None:
        return "all years" if one.retirement_to is None else f"until {one.retirement_to}"
    return (
        f"from {one.retirement_from}" if one.retirement_to is None else f"{one.retirement_from} to {one.retirement_to}"
    )


def _returns(fund: str, successors: dict[str, str]) -> bool:
    """Whether following successors from a fund comes back to it."""
    seen: set[str] = set()
    code = successors[fund]
    while code and code != fund and code not in seen:
        seen.add(code)
        code = successors.get(code, "")
    return code == fund


def _sorted_ranges(lineup: Lineup) -> list[DefaultFund]:
    """The ranges that serve any year, in order."""
    ranges = [one for one in lineup.default_investment if _first(one) <= _last(one)]
    return sorted(ranges, key=lambda one: (_first(one), _last(one), one.fund))


def _first(one: DefaultFund) -> int:
    return FIRST_YEAR if one.retirement_from is None else one.retirement_from


def _last(one: DefaultFund) -> int:
    return LAST_YEAR if one.retirement_to is None else one.retirement_to


def _place(one: DefaultFund) -> str:
    return f"lineup.default_investment.{one.fund}"
