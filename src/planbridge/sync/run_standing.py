"""What stands around a run: what a page has to know to say what can be done about it."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection as database

from planbridge.sync.run import SyncRun
from planbridge.sync.statements import statement


@dataclass(frozen=True)
class Standing:
    """What stands around a run.

    `newest_run`: of its plan and kind, itself perhaps; `others_in_batch`: runs that one job did together with it;
    `left_rejected`: people it rejected whom no later run took in; `retry_run`: the one that tries them again now;
    `is_kept`: what it read is kept, so that it can be applied.
    """

    newest_run: UUID
    others_in_batch: int
    left_rejected: int
    retry_run: UUID | None
    is_kept: bool


def standing_of(run: SyncRun) -> Standing:
    """What stands around a run now; one statement."""
    with database.cursor() as cursor:
        cursor.execute(statement("run_standing"), {"plan_id": run.plan_id, "run_id": run.id})
        return Standing(*cursor.fetchone())
