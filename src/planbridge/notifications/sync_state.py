"""Whether a plan's syncs fail: one alert for each change of that state, however many runs there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

from planbridge.notifications.statements import statement


class PlanSyncAlert(models.Model):
    """Whether a plan's Plan Syncs or Participant Syncs fail, as far as somebody was to be told."""

    pk = models.CompositePrimaryKey("plan_id", "kind")
    plan_id = models.BigIntegerField()
    kind = models.TextField()  # of the run: plan or participants
    is_failing = models.BooleanField()
    since = models.DateTimeField()
    run_id = models.UUIDField()  # the run that changed it

    class Meta:
        db_table = "plan_sync_alert"


@dataclass(frozen=True)
class EndedSync:
    """A run that ended and says something of the state: with Error (`is_failing`), or because it went through."""

    plan_id: int
    kind: str
    run_id: UUID
    is_failing: bool


def change_sync_states(ended: Sequence[EndedSync], *, now: datetime) -> list[EndedSync]:
    """Take over how syncs ended, in the caller's transaction; answers those that changed the state of their plan.

    One statement; a plan and kind stands there once. A failure is taken over only while somebody is told of the plan, a
    recovery always: plans that never failed, or of which nobody was ever told, cost no row.
    """
    if not ended:
        return []
    parameters: dict[str, Any] = {
        "plan_ids": [one.plan_id for one in ended],
        "kinds": [one.kind for one in ended],
        "run_ids": [one.run_id for one in ended],
        "is_failing": [one.is_failing for one in ended],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement("change_sync_states"), parameters)
        changed = {row[0] for row in cursor.fetchall()}
    return [one for one in ended if one.run_id in changed]
