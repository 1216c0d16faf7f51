"""A saver: what the rules of saving ask of a person, their rates by source, and the kinds of sources."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

PRETAX_KINDS = frozenset({"pretax", "catch_up"})
ROTH_KINDS = frozenset({"roth", "roth_catch_up"})
CATCH_UP_KINDS = frozenset({"catch_up", "roth_catch_up"})
ELECTIVE_KINDS = PRETAX_KINDS | ROTH_KINDS  # what 402(g) counts
SAVED_KINDS = ELECTIVE_KINDS | {"aftertax"}  # what a person chooses a rate for
# What the employer puts in, as 415(c) counts it; rollovers are no addition, and "other" may be anything.
EMPLOYER_KINDS = frozenset(
    {
        "match",
        "safe_harbor_match",
        "safe_harbor_nonelective",
        "profit_sharing",
        "qnec",
        "qmac",
        "money_purchase",
    }
)
HUNDRED = Decimal(100)
ZERO = Decimal(0)


class PayFrequency(StrEnum):
    """How often a person is paid, in the recordkeeper's words."""

    WEEKLY = "weekly"  # 52 paychecks a year
    BIWEEKLY = "biweekly"  # 26
    SEMIMONTHLY = "semimonthly"  # 24
    MONTHLY = "monthly"  # 12
    QUARTERLY = "quarterly"  # 4
    ANNUAL = "annual"  # 1


PAYCHECKS_A_YEAR = {
    PayFrequency.WEEKLY: 52,
    PayFrequency.BIWEEKLY: 26,
    PayFrequency.SEMIMONTHLY: 24,
    PayFrequency.MONTHLY: 12,
    PayFrequency.QUARTERLY: 4,
    PayFrequency.ANNUAL: 1,
}


@dataclass(frozen=True)
class Rate:
    """What a person saves in one source: a percent of pay, or dollars a paycheck; exactly one of them."""

    percent: Decimal | None = None
    amount_usd: Decimal | None = None

    @property
    def is_zero(self) -> bool:
        """An explicit stop."""
        return not self.percent and not self.amount_usd


@dataclass(frozen=True)
class Saver:
    """What the rules ask of a person; None: not known.

    `year_to_date_usd` is what went into each source this year; None when the recordkeeper says nothing of it, empty
    when nothing went in. `hired_on` is the first day of their first employment here. Without a `pay_frequency` they
    are taken to be paid every two weeks, which is the most common.
    """

    birth_date: date | None = None
    annual_pay_usd: Decimal | None = None
    pay_frequency: PayFrequency | None = None
    hired_on: date | None = None
    prior_year_fica_wages_usd: Decimal | None = None
    year_to_date_usd: Mapping[str, Decimal] | None = None

    @property
    def paychecks_a_year(self) -> int:
        """How many paychecks a year has."""
        return PAYCHECKS_A_YEAR[self.pay_frequency or PayFrequency.BIWEEKLY]

    @property
    def pay_a_paycheck_usd(self) -> Decimal | None:
        """Pay before anything is taken from it, unrounded."""
        return None if self.annual_pay_usd is None else self.annual_pay_usd / self.paychecks_a_year


def age_attained_in(year: int, birth_date: date) -> int:
    """The age somebody has on 31 December of a year; whoever was born on 29 February has it by then as well."""
    return year - birth_date.year


def paychecks_left(saver: Saver, today: date) -> int:
    """Paychecks from today to the end of the year, a started one counted in: never fewer than there are."""
    days = 366 if calendar.isleap(today.year) else 365
    left = (date(today.year, 12, 31) - today).days + 1
    return int((Decimal(saver.paychecks_a_year * left) / days).to_integral_value(ROUND_CEILING))


def saved_usd(rate: Rate, saver: Saver, paychecks: int) -> Decimal:
    """What a rate puts in over so many paychecks, unrounded; a percent of unknown pay counts as nothing."""
    if rate.amount_usd is not None:
        return rate.amount_usd * paychecks
    return (saver.pay_a_paycheck_usd or ZERO) * (rate.percent or ZERO) / HUNDRED * paychecks


def percent_of_pay(rate: Rate, saver: Saver) -> Decimal | None:
    """A rate as percent of pay; None for dollars of a pay that is not known."""
    if rate.amount_usd is None:
        return rate.percent or ZERO
    pay = saver.pay_a_paycheck_usd
    return rate.amount_usd / pay * HUNDRED if pay else None
