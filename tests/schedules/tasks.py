"""Plans and tasks that the tests of this folder begin with."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.schedules.rule import BusinessDays, Frequency, Rule
from planbridge.schedules.schedule import Schedule
from planbridge.schedules.schedules import add_schedule
from planbridge.schedules.terms import ScheduleTerms
from planbridge.security.firm import Firm, only_firm
from planbridge.sync.run import RunKind, SyncRun

DAILY = Rule(Frequency.DAILY, "America/New_York", at=time(2))
MARKET_DAYS = Rule(Frequency.DAILY, "America/New_York", at=time(2), business_days=BusinessDays.SKIP)


def plans_of_firm(count: int, *, name: str = "example", kind: str = "rest", firm: Firm | None = None) -> list[Plan]:
    """So many plans of a connection of their own."""
    owner = firm or only_firm()
    connection = Connection.objects.create(firm=owner, name=name, kind=kind)
    return Plan.objects.bulk_create(
        Plan(firm=owner, connection=connection, external_plan_id=f"{name}-{number}") for number in range(count)
    )


def task(
    rule: Rule = DAILY, *, kind: RunKind = RunKind.PARTICIPANTS, plans: list[Plan] | None = None, window: int = 0
) -> Schedule:
    """A task of the firm, for all plans unless some are given."""
    selected = None if plans is None else frozenset(plan.pk for plan in plans)
    terms = ScheduleTerms(kind, rule, selected, window_minutes=window)
    return add_schedule(only_firm(), terms, actor="test")


def moment(value: datetime | None) -> datetime:
    """A time that must be there."""
    assert value is not None
    return value


def come_due(schedule: Schedule, *, minutes_ago: float = 0.1) -> None:
    """Let a task's next time have come so many minutes ago."""
    then = timezone.now() - timedelta(minutes=minutes_ago)
    Schedule.objects.filter(pk=schedule.pk).update(due_at=then, next_run_at=then if schedule.is_on else None)


def turns_recorded() -> list[tuple[str, str]]:
    """(verb, outcome) of every turn in the activity, oldest first."""
    verbs = (Verb.SCHEDULE_RUN, Verb.SCHEDULE_NOT_RUN)
    entries = ActivityEntry.objects.filter(verb__in=verbs).order_by("happened_at", "id")
    return [(entry.verb, entry.detail["outcome"]) for entry in entries]


def plans_asked() -> list[int]:
    """The plan of each run there is, in order."""
    return list(SyncRun.objects.order_by("plan_id").values_list("plan_id", flat=True))
