"""The freshness of many plans at once: one statement for the facts, one judgement a plan."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection as database

from planbridge.schedules.freshness import Freshness, FreshnessFacts, LastRun, judge_freshness
from planbridge.schedules.statements import statement
from planbridge.sync.run import RunStatus

TAKES_IN = (RunStatus.SUCCESSFUL, RunStatus.SUCCESSFUL_WITH_WARNINGS, RunStatus.PARTLY_SUCCESSFUL)


def freshness_of_plans(plan_ids: Sequence[int], now: datetime) -> dict[int, Freshness]:
    """The freshness of plans at a moment, by plan id; the caller has chosen plans that the user may see."""
    with database.cursor() as cursor:
        cursor.execute(statement("freshness_facts"), {"plan_ids": list(plan_ids)})
        return {row[0]: judge_freshness(facts_of(row), now) for row in cursor.fetchall()}


def facts_of(row: Sequence[Any]) -> FreshnessFacts:
    """A row of freshness_facts.sql as a value."""
    _, target_hours, added_at, synced_at, status, ended_at, code, is_underway, next_run_at = row
    last = None
    if status is not None:
        last = LastRun(RunStatus(status).label, ended_at, code, has_taken_in=status in TAKES_IN)
    return FreshnessFacts(target_hours, added_at, synced_at, last, is_underway, next_run_at)
