"""Growth: the participant tables can be hash-partitioned by plan, and everything goes on as before."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database

from planbridge.participants.lookup import change_lines, person_now
from planbridge.plans.models import Plan
from planbridge.sync.run import RunKind, SyncRun
from tests.cast import Person, changed, crowd, deliver, everybody, plan_document, repriced, without
from tests.syncing import added_plan, connected, counts, done, problems, statuses

TABLES = (
    "participant contribution_rate allocation holding vesting loan beneficiary year_to_date participant_change".split()
)
PARTITIONS = 4
PLANS = [f"90010{number}" for number in range(6)]


def partition() -> None:
    """Put a partitioned table in each participant table's place, in a schema that is looked into first."""
    with database.cursor() as cursor:
        cursor.execute("CREATE SCHEMA partitioned")
        cursor.execute("SET search_path TO partitioned, public")
        for table in TABLES:
            # Like the original with its keys and indexes, but for the storage: that is what partitioning changes.
            cursor.execute(
                f"CREATE TABLE partitioned.{table} (LIKE public.{table} INCLUDING ALL) PARTITION BY HASH (plan_id)"
            )
            for number in range(PARTITIONS):
                cursor.execute(
                    f"CREATE TABLE partitioned.{table}_{number} PARTITION OF partitioned.{table}"
                    f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
                )


def day_one() -> list[Person]:
    """Everybody of each plan."""
    return [one | {"plan_id": plan_id} for plan_id in PLANS for one in [*everybody(), *crowd(12)]]


def day_two() -> list[Person]:
    """In each plan: one new, one changed, one gone, one rejected, and other prices."""
    people = [*without(everybody(), "P-0004"), *crowd(11), changed(crowd(12)[11], ssn=None), *crowd(1, first=500)]
    people[0] = changed(people[0], first_name="Adele", loans=[], address=None)
    moved = repriced(people, {"TD45": "19", "EQ3": "58", "STBL": "1"}, day=2)
    return [one | {"plan_id": plan_id} for plan_id in PLANS for one in moved]


def two_days(inbox: Path, name: str) -> tuple[list[Plan], list[list[SyncRun]]]:
    """Deliver and sync both days for all plans; the plans and the runs of each day."""
    documents = [plan_document(plan_id=plan_id) for plan_id in PLANS]
    inbox.mkdir()
    connection = connected(inbox, name)
    plans = [added_plan(connection, plan_id) for plan_id in PLANS]
    runs = []
    for day, people in ((1, day_one()), (2, day_two())):
        deliver(inbox, people, day=day, plans=documents)
        done(plans, RunKind.PLAN)
        runs.append(done(plans, RunKind.PARTICIPANTS))
    return plans, runs


def result(plans: list[Plan], runs: list[list[SyncRun]]) -> list[Any]:
    """All that can be seen of the two days, without ids that differ from one to the other."""
    seen: list[Any] = [[[(run.status, counts(run), run.vanished, problems(run)) for run in day] for day in runs]]
    for plan in plans:
        people = sorted(statuses(plan))
        seen.append([person_now(plan.pk, who) for who in people])
        seen.append(
            [[(line["field"], line["old"], line["new"]) for line in change_lines(plan.pk, who)] for who in people]
        )
    return seen


@pytest.mark.django_db
def test_partitioned_tables_give_equal_results(inbox: Path) -> None:
    """Two days of six plans give the same people, statuses, history and counts in partitioned tables as in plain ones."""
    plain = result(*two_days(inbox / "plain", "plain"))
    assert plain[0][1][0][:3] == ("partly_successful", (17, 2, 14, 1, 0), 1)
    partition()
    try:
        plans, runs = two_days(inbox / "partitioned", "partitioned")
        assert result(plans, runs) == plain
        with database.cursor() as cursor:
            cursor.execute("SELECT count(DISTINCT tableoid) FROM participant")
            assert cursor.fetchone()[0] > 1
            cursor.execute(
                "SELECT count(*) FROM public.participant WHERE plan_id = ANY (%s)", [[plan.pk for plan in plans]]
            )
            assert cursor.fetchone()[0] == 0
    finally:
        with database.cursor() as cursor:
            cursor.execute("RESET search_path")
