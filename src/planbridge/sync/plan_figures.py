"""Plan figures: people, assets and last syncs of plans, written as runs end; the only writer of plan_figures.

Where a run has counted everybody at the recordkeeper for its proof, its counts are taken over; otherwise the tables are
added up for the plans that changed, and for those alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from planbridge.sync.statements import array_of, statement


@dataclass(frozen=True)
class EndedRun:
    """A run that ended, with the people and dollars that it read; None where the recordkeeper does not say it was all."""

    plan_id: int
    run_id: UUID
    people_count: int | None = None
    market_value_usd: Decimal | None = None


def ended_run(plan_id: int, run_id: UUID, proof: Mapping[str, Any] | None) -> EndedRun:
    """A run that ended, with what its proof has counted."""
    if not proof or "people" not in proof:  # that of a Plan Sync has changes
        return EndedRun(plan_id, run_id)
    people, dollars = proof["people"], proof["market_value"]
    if people["recordkeeper"] != people["read"] or dollars["recordkeeper"] is None:
        return EndedRun(plan_id, run_id)
    return EndedRun(plan_id, run_id, people["read"], Decimal(dollars["read"]))


def note_ended_runs(ended: Sequence[EndedRun]) -> None:
    """Bring the figures of plans up to date with the runs that just ended, in the caller's transaction.

    A plan stands there once. Dry runs and runs that did not end leave no trace. The counts come with the runs: read back
    from the proofs of a batch they would cost more than all the rest.
    """
    if not ended:
        return
    parameters = {
        "plan_ids": array_of(one.plan_id for one in ended),
        "run_ids": array_of(one.run_id for one in ended),
        "people_counts": array_of(one.people_count for one in ended),
        "market_values_usd": array_of(one.market_value_usd for one in ended),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("note_ended_runs"), parameters)
        changed = [row[0] for row in cursor.fetchall()]
    measure_plans(changed)


def measure_plans(plan_ids: Sequence[int]) -> None:
    """Add up people and assets (dollars) of plans from the tables, in the caller's transaction."""
    if not plan_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(statement("measure_plans"), {"plan_ids": list(plan_ids)})
