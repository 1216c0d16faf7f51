"""What came of tasks' last runs: how many of the syncs they asked for stand how."""

from collections.abc import Sequence

from django.db import connection as database
from django.db.models import Count

from planbridge.schedules.schedule import SchedulePlan
from planbridge.schedules.statements import statement
from planbridge.sync.run import RunStatus


def last_results(schedule_ids: Sequence[int]) -> dict[int, dict[RunStatus, int]]:
    """The runs of each task's last run by status; a task that never ran has none."""
    found: dict[int, dict[RunStatus, int]] = {schedule_id: {} for schedule_id in schedule_ids}
    with database.cursor() as cursor:
        cursor.execute(statement("last_results"), {"schedule_ids": list(schedule_ids)})
        for schedule_id, status, runs in cursor.fetchall():
            found[schedule_id][RunStatus(status)] = runs
    return found


def selected_counts(schedule_ids: Sequence[int]) -> dict[int, int]:
    """How many plans are selected for each task that has any."""
    own = SchedulePlan.objects.filter(schedule_id__in=schedule_ids).values("schedule_id")
    return {row["schedule_id"]: row["plans"] for row in own.annotate(plans=Count("plan_id"))}
