"""A participant's prospect: the projection of what they have, save and assume, by what they answered so far."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from planbridge.enrollment.assumptions import ASSUMPTIONS, Assumptions
from planbridge.enrollment.deferral import Rules, room_of
from planbridge.enrollment.limits import Limits
from planbridge.enrollment.match import match_percent, tiers_of
from planbridge.enrollment.path_choice import split_of_new_money
from planbridge.enrollment.projection import Outlook, Projection, project
from planbridge.enrollment.saver import ELECTIVE_KINDS, SAVED_KINDS, ZERO, Rate, percent_of_pay
from planbridge.enrollment.visit import Visit

MATCH_KINDS = ("match", "safe_harbor_match")
FUND_CLASS = "fund:"  # an asset class of one fund alone, whose return the person changed
CHANGEABLE = ("goal_percent", "pay_growth_percent", "inflation_percent")


@dataclass(frozen=True)
class Prospect:
    """A projection with what it assumes."""

    projection: Projection
    assumptions: Assumptions
    annual_pay_usd: Decimal


def prospect_of(
    visit: Visit, *, goal: Mapping[str, Any] | None = None, rates: Mapping[str, Rate] | None = None
) -> Prospect | None:
    """The prospect with a goal and rates that are being chosen, else with those answered or held.

    `goal` is an answer of the goal step. None where birth date, pay or the limits of the year are not known.
    """
    answer = visit.answers.get("goal", {}) if goal is None else goal
    saver, limits, born = visit.held.saver, visit.limits, visit.held.saver.birth_date
    pay = saver.annual_pay_usd or _number(answer.get("annual_pay_usd"))
    if born is None or not pay or not isinstance(limits, Limits):
        return None
    assumptions = assumptions_with(answer)
    chosen = rates_chosen(visit) if rates is None else rates
    saver = replace(saver, annual_pay_usd=pay)
    percents = {source: percent_of_pay(rate, saver) or ZERO for source, rate in chosen.items()}
    funds = visit.offer.content.lineup.funds
    own_returns = answer.get("returns", {})
    outlook = Outlook(
        birth_date=born,
        today=visit.today,
        annual_pay_usd=pay,
        balances_usd=visit.held.balances_usd,
        own_percents={source: one for source, one in percents.items() if visit.source_kinds.get(source) in SAVED_KINDS},
        employer_percents=_employer_percents(visit, percents),
        allocations=_splits(visit),
        asset_classes={
            one.fund: FUND_CLASS + one.fund if one.fund in own_returns else one.asset_class for one in funds
        },
        own_most_usd=room_of(saver, Rules(visit.provisions, limits, visit.today)).most_usd,
    )
    found = project(outlook, assumptions, wage_base_usd=limits.wage_base_usd)
    if (own := _number(answer.get("social_security_monthly_usd"))) is not None:
        found = replace(found, social_security_monthly_usd=own)
    return Prospect(found, assumptions, pay)


def assumptions_with(answer: Mapping[str, Any]) -> Assumptions:  # Any: JSON values
    """The shipped assumptions with what the person changed in them."""
    changed: dict[str, Any] = {name: Decimal(answer[name]) for name in CHANGEABLE if answer.get(name) is not None}
    changed |= {name: int(answer[name]) for name in ("retirement_age", "last_age") if answer.get(name) is not None}
    own_returns = {FUND_CLASS + fund: Decimal(percent) for fund, percent in answer.get("returns", {}).items()}
    return replace(ASSUMPTIONS, return_percent={**ASSUMPTIONS.return_percent, **own_returns}, **changed)


def rates_chosen(visit: Visit) -> dict[str, Rate]:
    """The rates as they would stand: those held, with those answered in their place."""
    answered = visit.answers.get("rate", {}).get("rates", {})
    chosen = {source: Rate(_number(one.get("percent")), _number(one.get("amount"))) for source, one in answered.items()}
    return {**visit.standing.rates, **chosen}


def _employer_percents(visit: Visit, percents: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """The match in percent of pay, at the plan's source for it; other money of the employer's is not known ahead."""
    elective = sum((one for source, one in percents.items() if visit.source_kinds.get(source) in ELECTIVE_KINDS), ZERO)
    matched = match_percent(tiers_of(visit.provisions), elective)
    sources = [one.source for kind in MATCH_KINDS for one in visit.sources if one.kind == kind]
    return {sources[0] if sources else "": matched} if matched else {}


def _splits(visit: Visit) -> dict[str, Mapping[str, Decimal]]:
    """How new money of each source goes by the answers, else as held."""
    found = {one.source: split_of_new_money(visit, one.source) for one in visit.sources}
    return {source: {fund: Decimal(number) for fund, number in one.items()} for source, one in found.items() if one}


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
