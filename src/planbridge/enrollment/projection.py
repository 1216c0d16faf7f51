"""The goal and the projection: what today's savings, rates and assumptions come to at retirement, year by year."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from planbridge.enrollment.assumptions import Assumptions
from planbridge.enrollment.objection import CENT, gettext_noop
from planbridge.enrollment.saver import HUNDRED, ZERO
from planbridge.enrollment.social_security import social_security_usd

NO_FUND = ""  # stands for money whose fund is not known
ASSUMED = gettext_noop(
    "This is an estimate, not a promise. We assume that your pay grows %(pay_growth)s a year, that prices rise "
    "%(inflation)s a year, and that your funds earn what is listed below. The range shows %(spread)s a year less and more. "
    "We assume that your savings pay you a monthly income until age %(last_age)s."
)

Places = Mapping[tuple[str, str], Decimal]  # (source, fund) -> dollars


@dataclass(frozen=True)
class Outlook:
    """Where somebody stands and what they save: what a projection begins with.

    Percents are of pay, by source: `own_percents` the person's, `employer_percents` the employer's (see match.py).
    `allocations` say by source how new money is split over funds; a source without one goes as the first that has one.
    `own_most_usd` is what the law lets the person save this year; it grows with inflation.
    """

    birth_date: date
    today: date
    annual_pay_usd: Decimal
    balances_usd: Places = field(default_factory=dict)
    own_percents: Mapping[str, Decimal] = field(default_factory=dict)
    employer_percents: Mapping[str, Decimal] = field(default_factory=dict)
    allocations: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    asset_classes: Mapping[str, str] = field(default_factory=dict)
    own_most_usd: Decimal | None = None

    @property
    def age(self) -> int:
        """Completed years; 29 February is reached on 1 March of other years."""
        had_it = (self.today.month, self.today.day) >= (self.birth_date.month, self.birth_date.day)
        return self.today.year - self.birth_date.year - (not had_it)


@dataclass(frozen=True)
class Point:
    """The whole balance at an age, in the dollars of that time; for a chart."""

    year: int
    age: int
    balance_usd: Decimal


@dataclass(frozen=True)
class Case:
    """One line of a projection, in cents; the monthly figures are in today's dollars."""

    points: tuple[Point, ...]
    balance_by_source_usd: Mapping[str, Decimal]
    balance_today_usd: Decimal  # the balance at retirement in today's dollars
    own_usd: Decimal  # all that the person puts in until then
    employer_usd: Decimal  # all that the employer puts in until then
    savings_monthly_usd: Decimal

    @property
    def balance_usd(self) -> Decimal:
        """The balance at retirement, in the dollars of that time."""
        return self.points[-1].balance_usd


@dataclass(frozen=True)
class Projection:
    """A line with a lower and a higher one around it, beside the goal; monthly, in today's dollars."""

    middle: Case
    lower: Case
    higher: Case
    retirement_age: int
    social_security_monthly_usd: Decimal
    goal_monthly_usd: Decimal

    @property
    def income_monthly_usd(self) -> Decimal:
        """Income from savings and Social Security, by the middle line."""
        return self.middle.savings_monthly_usd + self.social_security_monthly_usd

    @property
    def gap_monthly_usd(self) -> Decimal:
        """What the income lacks of the goal; 0 when it is reached."""
        return max(ZERO, self.goal_monthly_usd - self.income_monthly_usd)

    @property
    def goal_reached_percent(self) -> Decimal:
        """The income in percent of the goal, rounded down to whole ones; 100 without a goal."""
        if not self.goal_monthly_usd:
            return HUNDRED
        return self.income_monthly_usd * HUNDRED // self.goal_monthly_usd


def project(outlook: Outlook, assumptions: Assumptions, *, wage_base_usd: Decimal) -> Projection:
    """Where the person stands at the assumed retirement age; who has reached it stands there today.

    Time goes in whole years from today; a year's contributions earn half a year's return in it. `wage_base_usd` is the
    most pay that Social Security counts (Limits.wage_base_usd).
    """
    spread = assumptions.spread_percent
    lower, middle, higher = (_case(outlook, assumptions, more) for more in (-spread, ZERO, spread))
    claim_age = max(assumptions.retirement_age, outlook.age)
    social_security = social_security_usd(
        outlook.annual_pay_usd,
        outlook.birth_date.year,
        claim_age,
        points=assumptions.bend_points_of(outlook.today.year),
        wage_base_usd=wage_base_usd,
    )
    goal = _cents(outlook.annual_pay_usd * assumptions.goal_percent / HUNDRED / 12)
    return Projection(middle, lower, higher, assumptions.retirement_age, social_security, goal)


def monthly_income_usd(balance_usd: Decimal, years: int, assumptions: Assumptions) -> Decimal:
    """The level monthly income, in steady dollars, that a balance pays for so many years while the rest earns, in cents."""
    if years <= 0:
        return ZERO
    growth = 1 + assumptions.retired_return_percent / HUNDRED
    real = growth / (1 + assumptions.inflation_percent / HUNDRED) - 1
    # Every payment at the end of its year: an ordinary annuity.
    paid = years if real == 0 else (1 - (1 + real) ** -years) / real
    return _cents(balance_usd / paid / 12)


def _case(outlook: Outlook, assumptions: Assumptions, more_percent: Decimal) -> Case:
    """One line, with so many points of return more a year."""
    years = max(0, assumptions.retirement_age - outlook.age)
    balances, own, employer = dict(outlook.balances_usd), ZERO, ZERO
    points = [_point(outlook, 0, balances)]
    for passed in range(years):
        own_paid, employer_paid = _contributions(outlook, assumptions, passed)
        balances = _after_a_year(outlook, assumptions, balances, (own_paid, employer_paid), more_percent)
        own, employer = own + sum(own_paid.values()), employer + sum(employer_paid.values())
        points.append(_point(outlook, passed + 1, balances))
    today = _cents(points[-1].balance_usd / (1 + assumptions.inflation_percent / HUNDRED) ** years)
    by_source: dict[str, Decimal] = {}
    for (source, _), amount in balances.items():
        by_source[source] = by_source.get(source, ZERO) + amount
    lasting = assumptions.last_age - max(assumptions.retirement_age, outlook.age)
    return Case(tuple(points), by_source, today, own, employer, monthly_income_usd(today, lasting, assumptions))


def _contributions(
    outlook: Outlook, assumptions: Assumptions, passed: int
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """What the person and the employer put into each source in the year after so many, in cents."""
    pay = outlook.annual_pay_usd * (1 + assumptions.pay_growth_percent / HUNDRED) ** passed
    own = {source: pay * percent / HUNDRED for source, percent in outlook.own_percents.items()}
    total = sum(own.values(), ZERO)
    if outlook.own_most_usd is not None:
        most = outlook.own_most_usd * (1 + assumptions.inflation_percent / HUNDRED) ** passed
        share = min(Decimal(1), most / total) if total else Decimal(1)
        own = {source: amount * share for source, amount in own.items()}
    employer = {source: pay * percent / HUNDRED for source, percent in outlook.employer_percents.items()}
    return {source: _cents(amount) for source, amount in own.items()}, {
        source: _cents(amount) for source, amount in employer.items()
    }


def _after_a_year(
    outlook: Outlook,
    assumptions: Assumptions,
    balances: Places,
    paid: tuple[Mapping[str, Decimal], ...],
    more_percent: Decimal,
) -> dict[tuple[str, str], Decimal]:
    """The balances a year later, in cents: grown, with the contributions and half a year's return on them."""

    def rate(fund: str) -> Decimal:
        return (assumptions.return_of(outlook.asset_classes.get(fund, "")) + more_percent) / HUNDRED

    grown = {place: amount * (1 + rate(place[1])) for place, amount in balances.items()}
    for amounts in paid:
        for source, amount in amounts.items():
            for fund, share in _split(outlook, source).items():
                place = (source, fund)
                grown[place] = grown.get(place, ZERO) + amount * share * (1 + rate(fund) / 2)
    return {place: _cents(amount) for place, amount in grown.items()}


def _split(outlook: Outlook, source: str) -> dict[str, Decimal]:
    """The shares of 1 in which a source's new money goes to funds."""
    allocation = outlook.allocations.get(source) or next(iter(outlook.allocations.values()), {})
    total = sum(allocation.values(), ZERO)
    return {fund: percent / total for fund, percent in allocation.items()} if total else {NO_FUND: Decimal(1)}


def _point(outlook: Outlook, passed: int, balances: Places) -> Point:
    return Point(outlook.today.year + passed, outlook.age + passed, sum(balances.values(), ZERO))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
