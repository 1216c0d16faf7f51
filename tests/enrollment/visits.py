"""A visit for the tests of questions: somebody of 46 with a plan that offers all four paths, as values without tables."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from planbridge.enrollment.elections import Heir, HeirClass
from planbridge.enrollment.held import Held
from planbridge.enrollment.limits import known_limits
from planbridge.enrollment.offer import Offer
from planbridge.enrollment.saver import PayFrequency, Rate, Saver
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.wishes import Elections
from planbridge.participants.models import Participant
from planbridge.plans.content import Content
from planbridge.plans.investment_paths import (
    InvestmentPaths,
    PathKind,
    Portfolio,
    PortfolioFund,
    Provider,
    ScoreRange,
)
from planbridge.plans.plan import Plan
from planbridge.plans.terms import DefaultFund, Fund, Lineup, Source

TODAY = date(2026, 11, 23)
SOURCES = (
    Source("PRE", "Employee pre-tax", "pretax"),
    Source("ROTH", "Employee Roth", "roth"),
    Source("MATCH", "Employer match", "match"),
    Source("CATCH", "Catch-up", "catch_up"),
)
LINEUP = Lineup(
    funds=(
        Fund("TD45", "Target 2045 Fund", asset_class="target_date", status="open", expense_percent=Decimal("0.12")),
        Fund("EQ3", "Large Company Fund", asset_class="us_equity", status="open"),
        Fund("OLD", "Old Fund", asset_class="bond", status="frozen"),
    ),
    default_investment=(DefaultFund("TD45"),),
)
PATHS = InvestmentPaths(
    enabled=frozenset(PathKind),
    portfolios=(
        Portfolio("calm", "Calm", "Few ups and downs.", (PortfolioFund("TD45", Decimal(100)),)),
        Portfolio(
            "bold", "Bold", "", (PortfolioFund("TD45", Decimal("33.34")), PortfolioFund("EQ3", Decimal("66.66")))
        ),
    ),
    questionnaire_id=7,
    score_ranges=(ScoreRange(0, 50, "calm"), ScoreRange(51, 100, "bold")),
    provider=Provider(3, "Example Managers", "By age.", Decimal("0.45"), "", "You may lose money."),
)
PROVISIONS: Mapping[str, Any] = {
    "deferral": {"minimum_percent": "1", "maximum_percent": "80", "roth": True, "catch_up": True},
    "match": {"tiers": [{"contribution_percent": "5", "match_percent": "100"}]},
    "balance_transfer": True,
    "spousal_consent": True,
}
SAVER = Saver(
    birth_date=date(1980, 4, 5),
    annual_pay_usd=Decimal(52000),
    pay_frequency=PayFrequency.BIWEEKLY,
    year_to_date_usd={},
)
HELD = Held(
    SAVER,
    Elections(rates={"PRE": Rate(percent=Decimal(3))}, allocations={"PRE": {"TD45": Decimal(100)}}),
    {("PRE", "TD45"): Decimal("1850.50"), ("MATCH", "OLD"): Decimal("500.25")},
    "single",
)
SPOUSE = Heir(HeirClass.PRIMARY, "Noor Example", "spouse", Decimal(100))


def visit(answers: Mapping[str, Any] | None = None, **changes: Any) -> Visit:
    """The visit, with other answers, provisions, or facts held (`saver`, `elections`, `marital_status`)."""
    held = replace(HELD, **{name: changes.pop(name) for name in list(changes) if name in Held.__dataclass_fields__})
    values: dict[str, Any] = {
        "plan": Plan(name="Northwind 401(k) Plan", external_plan_id="900100"),
        "person": Participant(participant_id="P-0001", first_name="Bea", marital_status=held.marital_status),
        "offer": Offer(1, Content(LINEUP, PATHS)),
        "held": held,
        "pending": (),
        "provisions": PROVISIONS,
        "sources": SOURCES,
        "limits": known_limits()[2026],
        "answers": answers or {},
        "language": "en",
        "today": TODAY,
        "kept": None,
    }
    return Visit(**(values | changes))


def newcomer(answers: Mapping[str, Any] | None = None, **changes: Any) -> Visit:
    """Somebody who has nothing in the plan yet."""
    return visit(answers, elections=Elections(), balances_usd={}, **changes)
