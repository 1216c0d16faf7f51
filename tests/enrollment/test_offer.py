"""What participants see of a plan: the version that was activated, and never a draft."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from planbridge.activity.run_id import new_run_id
from planbridge.enrollment.offer import Offer, default_fund_for, offer_of, portfolio_for, retirement_year
from planbridge.plans.content import Content
from planbridge.plans.document import read_document
from planbridge.plans.investment_paths import (
    ExperienceType,
    InvestmentPaths,
    PathKind,
    Portfolio,
    PortfolioFund,
    ScoreRange,
)
from planbridge.plans.lifecycle import activate_plan, deactivate_plan, take_in_document
from planbridge.plans.plan import Plan
from planbridge.plans.terms import DefaultFund, Fund, Lineup
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm

Document = dict[str, Any]
TEXT = (Path(__file__).parents[1] / "plans/plan_document.json").read_text(encoding="utf-8")
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
RANGES = Lineup(
    funds=(
        Fund("TD45", status="open"),
        Fund("TD50", status="closed", mapped_to="TD55"),
        Fund("TD55", status="open"),
        Fund("TD60", status="frozen"),
        Fund("OLD", status="closed"),
    ),
    default_investment=(
        DefaultFund("TD45", None, 2047),
        DefaultFund("TD50", 2048, 2052),
        DefaultFund("TD60", 2053, 2057),
        DefaultFund("OLD", 2060, None),
    ),
)


def sync(plan: Plan, document: Document) -> None:
    """Take a document in, as a Plan Sync does."""
    terms, _ = read_document(document)
    assert terms is not None
    with transaction.atomic():
        take_in_document(plan, document, terms, run_id=new_run_id(), now=NOW)
    plan.refresh_from_db()


def codes(offer: Offer | None) -> list[str]:
    """The open funds that are offered."""
    assert offer is not None
    return [one.fund for one in offer.open_funds]


@pytest.mark.django_db
def test_only_the_live_version_is_offered() -> None:
    """EN-1: a draft is never offered, an active plan's live version is, also while a draft waits, an inactive plan nothing."""
    firm = Firm.objects.create(name="Example Advisors")
    connection = Connection.objects.create(firm=firm, name="example", kind="rest")
    plan = Plan.objects.create(firm=firm, connection=connection, external_plan_id="900123")
    assert offer_of(plan) is None
    document = json.loads(TEXT)
    sync(plan, document)
    assert offer_of(plan) is None
    activate_plan(plan, actor="ada")
    plan.refresh_from_db()
    with CaptureQueriesContext(database) as queries:
        first = offer_of(plan)
    assert len(queries) <= 3
    assert codes(first) == ["TD45", "TD50", "EQ3"]  # the frozen fund takes no money
    assert first is not None
    assert first.offered == (PathKind.DEFAULT_INVESTMENT, PathKind.CHOOSE_MYSELF)
    fund = default_fund_for(first, retirement_year(date(1983, 4, 5), 67))
    assert fund is not None
    assert fund.name == "Target 2050 Fund"
    document["lineup"]["funds"][2]["status"] = "frozen"
    sync(plan, document | {"revision": "r42"})
    assert plan.draft_version is not None
    assert offer_of(plan) == first
    deactivate_plan(plan, reason="The plan ends", actor="ada")
    plan.refresh_from_db()
    assert offer_of(plan) is None


@pytest.mark.parametrize(
    ("year", "fund"),
    [(1990, "TD45"), (2047, "TD45"), (2048, "TD55"), (2053, None), (2058, None), (2060, None)],
)
def test_default_fund_by_retirement_year(year: int, fund: str | None) -> None:
    """EN-1: the default fund is that of the retirement year, its successor when it is closed, none when it takes no money."""
    found = default_fund_for(Offer(1, Content(RANGES)), year)
    assert (None if found is None else found.fund) == fund


def test_one_default_fund_serves_all() -> None:
    """EN-1: a default fund without years serves every one, and a plan without default investment has none."""
    lineup = Lineup(funds=(Fund("BAL", status="open"),), default_investment=(DefaultFund("BAL"),))
    found = default_fund_for(Offer(1, Content(lineup)), 2050)
    assert found is not None
    assert found.fund == "BAL"
    assert default_fund_for(Offer(1, Content(Lineup(funds=lineup.funds))), 2050) is None


def test_paths_by_experience() -> None:
    """EN-1: of the paths that are on, those of the plan's experience are offered, in their order."""
    everything = frozenset(PathKind)
    standard = Offer(1, Content(paths=InvestmentPaths(enabled=everything)))
    assert standard.offered == tuple(PathKind)
    managed = InvestmentPaths(enabled=everything, experience=ExperienceType.MANAGED_ACCOUNT_RECOMMENDATION)
    assert Offer(1, Content(paths=managed)).offered == (PathKind.MANAGE_IT_FOR_ME, PathKind.CHOOSE_MYSELF)


def test_portfolio_by_score() -> None:
    """EN-1: a questionnaire's score leads to the portfolio of its range, both ends included."""
    portfolios = tuple(Portfolio(key, key.title(), "", (PortfolioFund("A", Decimal(100)),)) for key in ("calm", "bold"))
    paths = InvestmentPaths(portfolios=portfolios, score_ranges=(ScoreRange(0, 9, "calm"), ScoreRange(10, 20, "bold")))
    offer = Offer(1, Content(paths=paths))
    found = [portfolio_for(offer, score) for score in (0, 9, 10, 21)]
    assert [one.portfolio if one else None for one in found] == ["calm", "calm", "bold", None]
