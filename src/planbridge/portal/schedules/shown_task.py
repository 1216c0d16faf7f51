"""A task as pages show it: its rule and plans in words, its next runs, and what came of its last one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, time_format

from planbridge.portal.firm_time import moment_text
from planbridge.schedules.access import changeable_schedules
from planbridge.schedules.last_result import last_results, selected_counts
from planbridge.schedules.next_run import next_runs
from planbridge.schedules.rule import Frequency, Rule, closed_days_in_words, frequency_in_words, zone_of
from planbridge.schedules.schedule import Outcome, Schedule
from planbridge.schedules.task_type import OtherTask
from planbridge.schedules.terms import ScheduleTerms
from planbridge.schedules.turns import plans_in_words
from planbridge.security.user import User
from planbridge.sync.request import VERBS
from planbridge.sync.run import RunKind, RunStatus

UNDERWAY = (RunStatus.QUEUED, RunStatus.RUNNING)


@dataclass(frozen=True)
class ShownTask:
    """What a task's row and page show; `results` counts the syncs of its last run by status."""

    schedule: Schedule
    frequency: str
    processing_time: str
    plans: str
    next_runs: tuple[str, ...]
    results: tuple[tuple[str, int], ...]
    outcome: str
    is_underway: bool
    may_change: bool

    @property
    def verb(self) -> str:
        """Its syncs' type in the Activity Monitor."""
        return (
            self.schedule.task_type
            if self.schedule.task_type == OtherTask.PLACEMENT
            else str(VERBS[RunKind(self.schedule.task_type)])
        )

    @property
    def name(self) -> str:
        """How the task is called in a sentence: 'Participant Sync, Daily'."""
        return f"{self.schedule.get_task_type_display()}, {self.frequency}"


def shown_tasks(schedules: Sequence[Schedule], user: User) -> list[ShownTask]:
    """Tasks as a user sees them, in three statements; each schedule with its connection."""
    ids = [schedule.pk for schedule in schedules]
    results, counts = last_results(ids), selected_counts(ids)
    changeable = set(changeable_schedules(user).filter(pk__in=ids).values_list("pk", flat=True))
    return [
        shown_task(one, results[one.pk], counts.get(one.pk, 0), may_change=one.pk in changeable) for one in schedules
    ]


def shown_task(schedule: Schedule, results: dict[RunStatus, int], selected: int, *, may_change: bool) -> ShownTask:
    """One task from what was read of it."""
    rule = schedule.rule()
    return ShownTask(
        schedule=schedule,
        frequency=days_text(rule),
        processing_time=time_text(rule),
        plans=plans_text(
            schedule.is_for_all_plans, selected, schedule.connection.name if schedule.connection else None
        ),
        next_runs=run_texts(rule) if schedule.is_on else (),
        results=tuple((status.value, count) for status, count in results.items()),
        outcome=Outcome(schedule.last_outcome).label,
        is_underway=any(status in UNDERWAY for status in results),
        may_change=may_change,
    )


def terms_in_words(terms: ScheduleTerms, *, is_on: bool) -> dict[str, str]:
    """What a person chose of a task, under the labels of the form."""
    rule, count = terms.rule, len(terms.plan_ids or ())
    return {
        "Task type": str(terms.task_type.label),
        "Status": "On" if is_on else "Off",
        "Frequency": days_text(rule),
        "Desired Processing Time": time_text(rule),
        "Window": f"{terms.window_minutes:,} minutes" if terms.window_minutes else "None",
        "Plans": plans_text(terms.plan_ids is None, count, terms.connection.name if terms.connection else None),
    }


def days_text(rule: Rule) -> str:
    """'Weekly on Monday, market days only'."""
    if rule.frequency is Frequency.SPECIFIC_DATE and rule.on_date is not None:
        return f"Once on {date_format(rule.on_date, 'M j, Y')}{closed_days_in_words(rule)}"
    ending = ", in a shorter month its last day" if rule.day_of_month and rule.day_of_month > 28 else ""  # noqa: PLR2004 - every month has so many days
    return f"{frequency_in_words(rule)}{ending}{closed_days_in_words(rule)}"


def time_text(rule: Rule) -> str:
    """'2:00 AM America/New_York'; of a cron expression the zone alone."""
    zone = rule.time_zone.replace("_", " ")
    return zone if rule.at is None else f"{time_format(rule.at, 'g:i A')} {zone}"


def plans_text(is_for_all: bool, count: int, recordkeeper: str | None) -> str:  # noqa: FBT001 - a value of the row, no switch
    """'All plans', '12 plans', 'All plans of Relius'."""
    plans = "All plans" if is_for_all else plans_in_words(count)
    return f"{plans} of {recordkeeper}" if recordkeeper else plans


def run_texts(rule: Rule) -> tuple[str, ...]:
    """The next five runs of a rule, in its own time zone: 'Mon, Nov 23, 2026, 2:00 AM EST'."""
    zone = zone_of(rule)
    with timezone.override(zone):
        return tuple(run_text(one) for one in next_runs(timezone.now(), rule))


def run_text(moment: datetime) -> str:
    """A time with its day of the week, in the zone of the moment."""
    return f"{date_format(timezone.localtime(moment), 'D')}, {moment_text(moment)}"
