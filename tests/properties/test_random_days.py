"""Random days: whatever changes from day to day, the tables end as delivered, and every day can be replayed."""

import csv
import io
import random
import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planbridge.participants.lookup import person_now, person_on
from planbridge.participants.models import Participant, ParticipantChange
from planbridge.plans.models import Plan
from planbridge.sync.decide import apply_held_run
from planbridge.sync.run import SyncRun
from tests.cast import Person, ada, bea, cem, change_file, changed, crowd, deliver, position
from tests.syncing import counts, problems, statuses, sync_people, synced_plan, table_rows, worked

FIRST = datetime(2026, 10, 1, 12, tzinfo=UTC)
TABLES = (
    "participant contribution_rate allocation holding vesting loan beneficiary year_to_date participant_change".split()
)
CHANGES: list[dict[str, Any]] = [
    {"first_name": "Lu\\{\"', NULL"},
    {"middle_name": None},
    {"annual_compensation": "0.1"},
    {"status": "leave"},
    {"address": ada()["address"]},
    {"employment": bea()["employment"]},
    {"contribution_rates": ada()["contribution_rates"]},
    {"allocations": []},
    {"vesting": ada()["vesting"]},
    {"loans": ada()["loans"]},
    {"loans": ada()["loans"][1:]},
    {"beneficiaries": ada()["beneficiaries"]},
    {"ytd": ada()["ytd"]},
    {"balances": [position("PRE", "TD45", "100.6"), position("ROTH", "STBL", "0.000001")]},
    {"balances": []},
]
DEFECTS: list[dict[str, Any]] = [{"ssn": None}, {"last_name": " "}, {"birth_date": "2026-02-30"}, {"status": "?"}]

# A day: which of eight people are there, and for some of them a change or a defect; and the price of the day.
PERSON_DAY = st.tuples(
    st.sampled_from([True, True, False]),
    st.none() | st.sampled_from(range(len(CHANGES))),
    st.none() | st.none() | st.none() | st.sampled_from(range(len(DEFECTS))),
)
DAYS = st.lists(
    st.tuples(st.lists(PERSON_DAY, min_size=8, max_size=8), st.integers(1000, 30000)), min_size=2, max_size=4
)


def people_of(days: list[tuple[bool, int | None, int | None]], price: int, day: int) -> tuple[list[Person], set[str]]:
    """The people of a day as delivered, at the day's price, and the ids of those with a defect."""
    delivered, defective = [], set()
    for one, (is_here, change, defect) in zip([ada(), bea(), cem(), *crowd(5)], days, strict=True):
        if not is_here:
            continue
        now = changed(one, **(CHANGES[change] if change is not None else {}))
        at = f"{price // 1000}.{price % 1000:03}"
        now["balances"] = [
            position(item["source"], item["fund"], item["units"], price=at, day=day) for item in now["balances"]
        ]
        if defect is not None:
            now |= DEFECTS[defect]
            defective.add(now["participant_id"])
        delivered.append(now)
    return delivered, defective


def held(plan: Plan, participant_id: str) -> dict[str, Any]:
    """A person without what is no history of fields: prices, and the word for the last sync."""
    return comparable(person_now(plan.pk, participant_id))


def comparable(state: dict[str, Any] | None) -> dict[str, Any]:
    """A looked-up person without prices and status."""
    assert state is not None
    positions = [(one["source"], one["fund"], one["units"]) for one in state["balances"]]
    is_here = state["sync_status"] != "not_at_recordkeeper"
    return {name: value for name, value in state.items() if name not in {"balances", "sync_status"}} | {
        "positions": positions,
        "is_here": is_here,
    }


def assert_target(plan: Plan, delivered: list[Person], defective: set[str]) -> None:
    """The healthy people are held as delivered: the same as a first sync of them alone holds."""
    for one in delivered:
        if one["participant_id"] in defective:
            continue
        now = person_now(plan.pk, one["participant_id"])
        assert now is not None
        assert now["sync_status"] in {"synced", "synced_with_warnings"}
        for name in ("first_name", "middle_name", "status", "employment"):
            assert now[name] == one.get(name), name
        for table in ("contribution_rates", "allocations", "balances", "vesting", "loans", "beneficiaries", "ytd"):
            keys = [
                name for name in ("source", "fund", "loan_id", "class", "name") if now[table] and name in now[table][0]
            ]
            assert sorted([item[key] for key in keys] for item in now[table]) == sorted(
                [item.get(key) for key in keys] for item in one.get(table, [])
            ), table


def assert_statuses(plan: Plan, delivered: list[Person], defective: set[str], before: set[str]) -> None:
    """Everybody ever held stands as the day's delivery says."""
    here = {one["participant_id"] for one in delivered}
    for who, status in statuses(plan).items():
        if who not in here:
            assert status == "not_at_recordkeeper"
        elif who in defective:
            assert status == "error"
            assert who in before


def widen(plan: Plan) -> None:
    """Limits so wide that only an empty feed is held."""
    Plan.objects.filter(pk=plan.pk).update(people_loss_percent_max=100, money_move_percent_max=999)


@pytest.mark.django_db(transaction=True)
@given(days=DAYS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_days_reach_their_target_and_replay(days: list[tuple[list[Any], int]]) -> None:
    """PT-5, PT-10: after each day the tables equal the healthy delivered; counts add up; each day replays from history."""
    inbox = Path(tempfile.mkdtemp(prefix="random-days-"))
    try:
        replay(inbox, days)
    finally:
        shutil.rmtree(inbox)


def replay(inbox: Path, days: list[tuple[list[Any], int]]) -> None:
    """Sync the days one after the other, hold each against its delivery, then replay them all from history."""
    plan: Plan | None = None
    seen: list[dict[str, dict[str, Any]]] = []
    for number, (people, price) in enumerate(days):
        delivered, defective = people_of(people, price, number + 1)
        if not delivered:
            delivered, defective = crowd(1), set()
        if plan is None:
            plan = synced_plan(inbox, delivered, name=inbox.name)
            widen(plan)
        else:
            deliver(inbox, delivered, day=number + 1)
        before = set(statuses(plan))
        run = sync_people(plan)
        if run.status == "held":
            run = worked(apply_held_run(run.id, actor="test"))
        # Who left for good and gets somebody's open spell contradicts their status: a warning, and right.
        assert run.status in {"successful", "successful_with_warnings", "partly_successful"}, problems(run)
        assert run.read == run.applied + run.unchanged + run.rejected + run.held == len(delivered)
        assert run.rejected == len(defective)
        assert_target(plan, delivered, defective)
        assert_statuses(plan, delivered, defective, before)
        date_run(plan, run, number)
        seen.append({who: held(plan, who) for who in statuses(plan)})
    assert plan is not None
    for number, people_then in enumerate(seen):
        for who, then in people_then.items():
            assert comparable(person_on(plan.pk, who, (FIRST + timedelta(days=number)).date())) == then


def date_run(plan: Plan, run: SyncRun, number: int) -> None:
    """Move what a run did to its day, for all syncs of a test happen within seconds."""
    day = FIRST + timedelta(days=number)
    ParticipantChange.objects.filter(plan_id=plan.pk, run_id=run.id).update(changed_at=day)
    Participant.objects.filter(plan_id=plan.pk, first_synced_at__gt=day + timedelta(days=20)).update(
        first_synced_at=day
    )


@pytest.mark.django_db(transaction=True)
@given(people=st.lists(PERSON_DAY, min_size=8, max_size=8), seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_day_shuffled_changes_nothing(people: list[Any], seed: int) -> None:
    """PT-2: the same people again, rows and columns in another order, write no row of people and change nobody."""
    inbox = Path(tempfile.mkdtemp(prefix="random-days-"))
    try:
        delivered, defective = people_of(people, 20000, 1)
        plan = synced_plan(inbox, delivered or crowd(1), name=inbox.name)
        first = sync_people(plan)
        before = {table: table_rows(table, plan) for table in TABLES}
        folder = deliver(inbox, delivered or crowd(1), day=2)
        shuffle(folder, random.Random(seed))
        again = sync_people(plan)
        assert counts(again) == (first.read, 0, first.read - first.rejected, len(defective), 0), problems(again)
        assert {table: table_rows(table, plan) for table in TABLES} == before
    finally:
        shutil.rmtree(inbox)


def shuffle(folder: Path, order: random.Random) -> None:
    """Put rows and columns of a delivery's CSV files into another order."""
    for path in folder.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        places = list(range(len(rows[0])))
        order.shuffle(places)
        body = rows[1:]
        order.shuffle(body)
        buffer = io.StringIO()
        csv.writer(buffer).writerows([row[place] for place in places] for row in [rows[0], *body])
        change_file(folder, path.name, buffer.getvalue().encode(), rows=len(body))
