"""Quirks of funds and prices (F1 to F6) by the way that plans and people take: plan document, delivery, sync."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planbridge.participants.held import items_held
from planbridge.plans.models import FundPrice, Plan, VersionFund
from planbridge.sync.run import SyncRun
from tests.cast import CENT, deliver, fund, lineup, person, plan_document, price_day
from tests.syncing import codes, counts, problems, sync_people, sync_plan, synced_plan

pytestmark = pytest.mark.django_db


def holding(code: str, units: str, price: str, value: str, *, day: int = 1) -> dict[str, Any]:
    """A position to the digit."""
    return {
        "source": "PRE", "fund": code, "units": units, "price": price, "market_value": value,
        "price_date": price_day(day).isoformat(),
    }  # fmt: skip


def people_of(inbox: Path, funds: list[dict[str, Any]], *balances: dict[str, Any]) -> tuple[Plan, SyncRun]:
    """A plan with these funds, synced, and the run of its one person with these positions."""
    who = person(1, "Fay") | {"balances": list(balances)}
    plan = synced_plan(inbox, [who], plan=plan_document(lineup=lineup(fund("TD45"), *funds)))
    return plan, sync_people(plan)


def positions(plan: Plan) -> set[tuple[str, Decimal]]:
    """Fund and units of the one person."""
    found = items_held(plan.pk, ["P-0001"])["P-0001"]["balances"]
    return set(zip(found["funds"] or (), found["units"] or (), strict=True))


def test_f1_one_cusip_under_two_plan_codes(inbox: Path) -> None:
    """F1: one security under two codes of the plan is two funds, each with its own positions and price."""
    twins = [fund("EQ3", cusip="99A001108", price="20"), fund("EQ3M", cusip="99A001108", price="20")]
    plan, run = people_of(inbox, twins, holding("EQ3", "10", "20", "200"), holding("EQ3M", "3", "20", "60"))
    assert (run.status, problems(run)) == ("successful", [])
    assert positions(plan) == {("EQ3", Decimal(10)), ("EQ3M", Decimal(3))}
    same = VersionFund.objects.filter(plan_id=plan.pk, cusip="99A001108").values_list("fund", flat=True)
    assert set(same) == {"EQ3", "EQ3M"}


def test_f2_a_fund_that_is_replaced_keeps_both_codes(inbox: Path) -> None:
    """F2: a fund mapped to another on a date stands beside it; money in either is known, and the new one is in the draft."""
    plan, run = people_of(inbox, [fund("EQ3")], holding("EQ3", "100", "20", "2000"))
    assert run.status == "successful"
    both = lineup(fund("TD45"), fund("EQ3", status="closed", mapped_to="EQ4"), fund("EQ4", price="20"))
    who = person(1, "Fay") | {"balances": [holding("EQ3", "97", "20", "1940"), holding("EQ4", "3", "20", "60", day=2)]}
    deliver(inbox, [who], day=2, plans=[plan_document(lineup=both, revision="r2")])
    assert sync_plan(plan).status != "error"
    after = sync_people(plan)
    assert "FUND_UNKNOWN" not in codes(after)
    assert positions(plan) == {("EQ3", Decimal(97)), ("EQ4", Decimal(3))}
    draft = VersionFund.objects.filter(plan_id=plan.pk, fund="EQ3").order_by("-number").first()
    assert draft is not None
    assert draft.mapped_to == "EQ4"


def test_f3_a_restated_price_of_a_day(inbox: Path) -> None:
    """F3: a price of a day that comes again corrected replaces the one held, and nobody is changed by it."""
    plan, _ = people_of(inbox, [fund("EQ3")], holding("EQ3", "10", "20", "200"))
    who = person(1, "Fay") | {"balances": [holding("EQ3", "10", "20.05", "200.50")]}
    again = plan_document(lineup=lineup(fund("TD45"), fund("EQ3", price="20.05")), revision="r2")
    deliver(inbox, [who], day=2, plans=[again])
    sync_plan(plan)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (1, 0, 1, 0, 0))
    held = FundPrice.objects.get(plan_id=plan.pk, fund="EQ3", price_date=price_day(1))
    assert held.price == Decimal("20.05")


def test_f4_cash_at_a_price_of_one(inbox: Path) -> None:
    """F4: cash, or an annuity in units of a dollar, is a fund at the price 1 like any other."""
    cash = fund("CASH", price="1", ticker=None, cusip=None, asset_class="stable_value")
    plan, run = people_of(inbox, [cash], holding("CASH", "812.33", "1", "812.33"))
    assert (run.status, problems(run)) == ("successful", [])
    assert positions(plan) == {("CASH", Decimal("812.33"))}


def test_f5_values_rounded_by_themselves(inbox: Path) -> None:
    """F5: units and prices of six decimals are kept to the digit; a value off by its own rounding is none, by a cent it is."""
    exact = holding("EQ3", "12.345678", "101.250001", "1250.00")
    plan, run = people_of(inbox, [fund("EQ3", price="101.250001")], exact)
    assert (run.status, problems(run)) == ("successful", [])
    assert positions(plan) == {("EQ3", Decimal("12.345678"))}
    assert FundPrice.objects.get(plan_id=plan.pk, fund="EQ3").price == Decimal("101.250001")
    who = person(1, "Fay") | {"balances": [exact | {"market_value": str(Decimal("1250.00") + CENT)}]}
    deliver(inbox, [who], day=2, plans=[plan_document(lineup=lineup(fund("TD45"), fund("EQ3", price="101.250001")))])
    assert codes(sync_people(plan)) == ["VALUE_MISMATCH"]


def test_f6_odd_tickers_and_codes(inbox: Path) -> None:
    """F6: lower-case and six-letter pseudo-tickers, and codes of either case, stay as they are written."""
    odd = [fund("eq3x", ticker="exidx"), fund("EQ3X", ticker="PSEUDO")]
    plan, run = people_of(inbox, odd, holding("eq3x", "1", "10", "10"), holding("EQ3X", "2", "10", "20"))
    assert (run.status, problems(run)) == ("successful", [])
    assert positions(plan) == {("eq3x", Decimal(1)), ("EQ3X", Decimal(2))}
    tickers = VersionFund.objects.filter(plan_id=plan.pk, fund__in=("eq3x", "EQ3X")).values_list("fund", "ticker")
    assert set(tickers) == {("eq3x", "exidx"), ("EQ3X", "PSEUDO")}
