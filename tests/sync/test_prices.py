"""A day on which only prices moved writes prices, not people."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from planbridge.participants.lookup import person_now
from planbridge.participants.models import ParticipantChange
from planbridge.plans.models import FundPrice, Plan
from planbridge.sync.apply import write_prices
from planbridge.sync.frames import NUMBER
from tests.cast import (
    change_manifest,
    changed,
    control_totals,
    crowd,
    deliver,
    everybody,
    person,
    position,
    price_day,
    repriced,
)
from tests.syncing import counts, problems, statuses, sync_people, synced_plan, table_rows

PEOPLE_TABLES = (
    "participant contribution_rate allocation holding vesting loan beneficiary year_to_date participant_change".split()
)
NEW_PRICES = {"TD45": "36.8420", "EQ3": "29.1", "STBL": "1"}


def people_rows(plan: Plan) -> dict[str, list[object]]:
    """Every row of people, with where and by which transaction it was written."""
    return {table: table_rows(table, plan) for table in PEOPLE_TABLES}


@pytest.mark.django_db(transaction=True)
def test_a_day_of_prices_writes_no_row_of_people(inbox: Path) -> None:
    """PT-2: if only prices moved everybody is unchanged, no row of theirs is written, and the funds' prices are."""
    plan = synced_plan(inbox, everybody())
    sync_people(plan)
    before = people_rows(plan)
    deliver(inbox, repriced(everybody(), NEW_PRICES, day=2), day=2)
    run = sync_people(plan)
    assert (run.status, counts(run), run.prices, problems(run)) == ("successful", (5, 0, 5, 0, 0), 3, [])
    assert people_rows(plan) == before
    assert not ParticipantChange.objects.exists()
    prices = FundPrice.objects.filter(plan_id=plan.pk, price_date=price_day(2), run_id=run.id)
    assert {row.fund: row.price for row in prices} == {code: Decimal(price) for code, price in NEW_PRICES.items()}


AWKWARD = ("A,B", 'sa"id', "back\\slash", "{braced}", "NULL", " spaced ", "d'or", "Zürich %s")


@pytest.mark.django_db
def test_prices_of_funds_with_awkward_codes_are_written_as_they_are(inbox: Path) -> None:
    """PT-2: quotes, commas, braces and the word NULL in a fund's code stay what they are, and a price keeps every digit."""
    plan = synced_plan(inbox, everybody())
    run = sync_people(plan)
    written = {code: Decimal(f"{number}.{number:06}") for number, code in enumerate(AWKWARD, start=1)}
    prices = pl.DataFrame(
        {"plan_id": plan.pk, "fund": list(written), "price_date": price_day(9), "price": list(written.values())},
        schema={"plan_id": pl.Int64, "fund": pl.String, "price_date": pl.Date, "price": NUMBER},
    )
    write_prices(prices, {plan.pk: run.id})
    kept = FundPrice.objects.filter(plan_id=plan.pk, price_date=price_day(9), run_id=run.id)
    assert {row.fund: row.price for row in kept} == written


@pytest.mark.django_db
def test_market_value_is_units_at_the_newest_price(inbox: Path) -> None:
    """PT-2: after a day of prices a person's market values are units x the new prices."""
    plan = synced_plan(inbox, everybody())
    sync_people(plan)
    deliver(inbox, repriced(everybody(), NEW_PRICES, day=2), day=2)
    sync_people(plan)
    held = person_now(plan.pk, "P-0002")
    assert held is not None
    (balance,) = held["balances"]
    assert (balance["price"], balance["price_date"]) == ("36.842", "2026-11-17")
    assert balance["market_value"] == "3702.62"


@pytest.mark.django_db
def test_a_price_of_the_same_day_is_corrected(inbox: Path) -> None:
    """PT-2: a restated price of the same day replaces the one held; nobody is changed by it."""
    plan = synced_plan(inbox, crowd(2))
    sync_people(plan)
    restated = [one | {"balances": [position("PRE", "TD45", "100.5", price="18.5")]} for one in crowd(2)]
    deliver(inbox, restated, day=2)
    run = sync_people(plan)
    assert counts(run) == (2, 0, 2, 0, 0)
    held = FundPrice.objects.get(plan_id=plan.pk, fund="TD45", price_date=date(2026, 11, 16))
    assert (held.price, held.run_id) == (Decimal("18.5"), run.id)
    assert statuses(plan) == {"P-0100": "synced", "P-0101": "synced"}


@pytest.mark.django_db
def test_a_price_change_alone_never_holds_a_run(inbox: Path) -> None:
    """PT-6: prices that double move no money by units, so the guard has nothing to say."""
    plan = synced_plan(inbox, crowd(8))
    sync_people(plan)
    deliver(inbox, repriced(crowd(8), NEW_PRICES, day=2), day=2)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (8, 0, 8, 0, 0))


@pytest.mark.django_db
def test_a_position_without_price_and_value_counts_at_the_newest_known_price(inbox: Path) -> None:
    """PT-5: a position delivered with units alone is worth units x its fund's newest price, in the proof as well."""
    priced = person(7, "Gil")
    bare = changed(priced, balances=[priced["balances"][0] | {"price": None, "market_value": None, "price_date": None}])
    plan = synced_plan(inbox, [priced])
    sync_people(plan)
    totals = control_totals(plan.external_plan_id, [priced])
    change_manifest(deliver(inbox, [bare], day=2), totals=[totals])
    run = sync_people(plan)
    assert (run.status, counts(run), problems(run)) == ("successful", (1, 0, 1, 0, 0), [])
    assert run.proof["market_value"]["read"] == priced["balances"][0]["market_value"]


@pytest.mark.django_db
def test_an_unreadable_day_of_a_price_is_found_among_people_as_they_were(inbox: Path) -> None:
    """PT-4: somebody whose words are as last time but for the day of a price, which is none, is judged and rejected."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    broken = [changed(one, balances=[one["balances"][0] | {"price_date": "yesterday"}]) for one in crowd(1)]
    deliver(inbox, [*broken, *crowd(3)[1:]], day=2)
    run = sync_people(plan)
    assert counts(run) == (3, 0, 2, 1, 0)
    assert problems(run) == [("DATE_INVALID", "P-0100")]
