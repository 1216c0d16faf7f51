"""Plan figures: people, assets and last syncs of plans, written as runs end; the only writer of plan_figures.

Where a run has counted everybody at the recordkeeper for its proof, its counts are taken over; otherwise the tables are
added up for the plans that changed, and for those alone.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from planbridge.sync.statements import statement


def note_ended_runs(plan_ids: Sequence[int], run_ids: Sequence[UUID]) -> None:
    """Bring the figures of plans up to date with the runs that just ended, in the caller's transaction.

    `plan_ids` and `run_ids` go together; a plan stands there once. Dry runs and runs that did not end leave no trace.
    """
    if not plan_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement("note_ended_runs"), {"plan_ids": list(plan_ids), "run_ids": list(run_ids)})
        changed = [row[0] for row in cursor.fetchall()]
    measure_plans(changed)


def measure_plans(plan_ids: Sequence[int]) -> None:
    """Add up people and assets (dollars) of plans from the tables, in the caller's transaction."""
    if not plan_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement("measure_plans"), {"plan_ids": list(plan_ids)})
