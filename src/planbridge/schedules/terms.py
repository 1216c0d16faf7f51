"""The terms of a schedule: what a person says of one, as a value."""

from dataclasses import dataclass

from planbridge.recordkeepers.connection import Connection
from planbridge.schedules.rule import Rule
from planbridge.schedules.schedule import Schedule, SchedulePlan
from planbridge.schedules.task_type import TaskType, task_type_of

WINDOW_MINUTES_MAX = 24 * 60


@dataclass(frozen=True)
class ScheduleTerms:
    """A task: what it does, when, of which plans (`plan_ids` None: all that there are when it runs), how spread."""

    task_type: TaskType
    rule: Rule
    plan_ids: frozenset[int] | None = None
    connection: Connection | None = None
    window_minutes: int = 0


def terms_of(schedule: Schedule) -> ScheduleTerms:
    """A stored schedule's terms."""
    selected = SchedulePlan.objects.filter(schedule=schedule).values_list("plan_id", flat=True)
    return ScheduleTerms(
        task_type_of(schedule.task_type),
        schedule.rule(),
        None if schedule.is_for_all_plans else frozenset(selected),
        schedule.connection,
        schedule.window_minutes,
    )


def put_terms(schedule: Schedule, terms: ScheduleTerms) -> None:
    """Set a schedule's fields by terms; nothing is written."""
    rule = terms.rule
    schedule.task_type = terms.task_type
    schedule.frequency = rule.frequency.value
    schedule.time_zone = rule.time_zone
    schedule.processing_time = rule.at
    schedule.weekday = rule.weekday
    schedule.day_of_month = rule.day_of_month
    schedule.on_date = rule.on_date
    schedule.cron = rule.cron
    schedule.business_days = rule.business_days.value
    schedule.window_minutes = terms.window_minutes
    schedule.is_for_all_plans = terms.plan_ids is None
    schedule.connection = terms.connection
