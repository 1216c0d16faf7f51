"""People and a plan for the tests of saving: rates by source, judged by the limits of 2026 unless said otherwise."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from planbridge.enrollment.deferral import Choice, Rules, check_rates
from planbridge.enrollment.limits import known_limits
from planbridge.enrollment.objection import Objection
from planbridge.enrollment.saver import PayFrequency, Rate, Saver

KINDS = {
    "PRE": "pretax",
    "ROTH": "roth",
    "AFTER": "aftertax",
    "CATCH": "catch_up",
    "RCATCH": "roth_catch_up",
    "MATCH": "match",
    "ROLL": "rollover",
}
NAMES = {"PRE": "Employee pre-tax", "ROTH": "Employee Roth", "CATCH": "Catch-up", "MATCH": "Employer match"}
DEFERRAL = {
    "minimum_percent": "1",
    "maximum_percent": "80",
    "roth": True,
    "aftertax": True,
    "catch_up": True,
    "super_catch_up": True,
}
NEW_YEAR = date(2026, 1, 1)
LIMITS = known_limits()


def percent(number: str) -> Rate:
    """A rate in percent of pay."""
    return Rate(percent=Decimal(number))


def amount(number: str) -> Rate:
    """A rate in dollars a paycheck."""
    return Rate(amount_usd=Decimal(number))


def saver(pay: str = "100000", *, born: date = date(1990, 6, 1), **facts: Any) -> Saver:
    """Somebody of 36 who is paid $100,000 every two weeks and put nothing in so far this year."""
    usual: dict[str, Any] = {"pay_frequency": PayFrequency.BIWEEKLY, "year_to_date_usd": {}}
    return Saver(birth_date=born, annual_pay_usd=Decimal(pay), **{**usual, **facts})


def rules(today: date = NEW_YEAR, *, match: list[tuple[str, str]] | None = None, **deferral: Any) -> Rules:
    """A plan that permits everything and matches nothing, but for what is said."""
    tiers = [{"contribution_percent": pay, "match_percent": part} for pay, part in match or []]
    provisions = {"deferral": DEFERRAL | deferral, "match": {"tiers": tiers}}
    return Rules(provisions, LIMITS[today.year], today)


def objections(one: Saver, rates: Mapping[str, Rate], judged_by: Rules | None = None) -> list[Objection]:
    """What stands against the rates of somebody."""
    return check_rates(Choice(one, rates, KINDS, NAMES), judged_by or rules())


def codes(one: Saver, rates: Mapping[str, Rate], judged_by: Rules | None = None) -> list[str]:
    """The codes of what stands against them."""
    return [found.code for found in objections(one, rates, judged_by)]
