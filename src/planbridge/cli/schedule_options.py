"""The options of `planbridge schedule add` and `edit`, and the terms of a task that they make."""

from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum
from typing import Annotated

import typer

from planbridge.cli.finding import day_of, find_connection, find_plan
from planbridge.cli.output import CommandFailed, Exit, short
from planbridge.schedules.rule import BusinessDays, Frequency, Rule
from planbridge.schedules.task_type import task_type_of
from planbridge.schedules.terms import WINDOW_MINUTES_MAX, ScheduleTerms


class TaskName(StrEnum):
    """A task's type, as it is typed."""

    PLAN = "plan"
    PARTICIPANTS = "participants"
    PLACEMENT = "placement"


class Weekday(StrEnum):
    """A day of the week, as it is typed."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


TaskOption = Annotated[TaskName | None, typer.Option("--task", help="Which sync, or placement: new entrants.")]
FrequencyOption = Annotated[Frequency | None, typer.Option(help="How often.")]
AtOption = Annotated[str | None, typer.Option("--at", help="Desired processing time, HH:MM.")]
TimeZoneOption = Annotated[str | None, typer.Option(help="Its time zone; the firm's unless given.")]
WeekdayOption = Annotated[Weekday | None, typer.Option(help="weekly: the day.")]
DayOption = Annotated[int | None, typer.Option("--day", min=1, max=31, help="monthly: 31 is the last day.")]
DateOption = Annotated[str | None, typer.Option("--date", help="specific_date: YYYY-MM-DD.")]
CronOption = Annotated[str | None, typer.Option("--cron", help="cron: minute hour day month weekday.")]
BusinessDaysOption = Annotated[
    BusinessDays | None, typer.Option(help="When the NYSE is closed: run anyway, on its next day, or not.")
]
WindowOption = Annotated[
    int | None, typer.Option(min=0, max=WINDOW_MINUTES_MAX, help="Spread the plans over so many minutes.")
]
PlanOption = Annotated[list[str] | None, typer.Option("--plan", help="Only this plan; may be repeated.")]
AllOption = Annotated[bool, typer.Option("--all", help="All plans that there are when it runs.")]
ConnectionOption = Annotated[str | None, typer.Option(help="Only plans of this connection.")]
# What each frequency takes beside the time zone.
TAKES = {
    Frequency.DAILY: ("at",),
    Frequency.WEEKLY: ("at", "weekday"),
    Frequency.MONTHLY: ("at", "day_of_month"),
    Frequency.SPECIFIC_DATE: ("at", "on_date"),
    Frequency.CRON: ("cron",),
}


@dataclass(frozen=True)
class GivenRule:
    """What was said of when; None: nothing."""

    frequency: Frequency | None
    at: str | None
    time_zone: str | None
    weekday: Weekday | None
    day: int | None
    date: str | None
    cron: str | None
    business_days: BusinessDays | None


@dataclass(frozen=True)
class GivenPlans:
    """What was said of the plans."""

    plans: list[str] | None
    is_all: bool
    connection: str | None


def changed_rule(before: Rule, given: GivenRule) -> Rule:
    """A rule with what was said in place of what was; what another frequency does not take is left out."""
    frequency = given.frequency or before.frequency
    takes = TAKES[frequency]
    kept = replace(
        before,
        frequency=frequency,
        time_zone=given.time_zone or before.time_zone,
        at=before.at if "at" in takes else None,
        weekday=before.weekday if "weekday" in takes else None,
        day_of_month=before.day_of_month if "day_of_month" in takes else None,
        on_date=before.on_date if "on_date" in takes else None,
        cron=before.cron if "cron" in takes else "",
        business_days=given.business_days or before.business_days,
    )
    return replace(
        kept,
        at=kept.at if given.at is None else time_of(given.at),
        weekday=kept.weekday if given.weekday is None else list(Weekday).index(given.weekday),
        day_of_month=kept.day_of_month if given.day is None else given.day,
        on_date=kept.on_date if given.date is None else day_of(given.date),
        cron=kept.cron if given.cron is None else given.cron,
    )


def changed_terms(
    before: ScheduleTerms, rule: Rule, given: GivenPlans, *, task: TaskName | None, window: int | None
) -> ScheduleTerms:
    """A task's terms with what was said in place of what was."""
    if given.plans and given.is_all:
        raise CommandFailed(Exit.WRONG_USAGE, "Give --plan or --all, not both.")
    terms = replace(before, rule=rule)
    if given.plans:
        terms = replace(terms, plan_ids=frozenset(find_plan(one).pk for one in given.plans))
    if given.is_all:
        terms = replace(terms, plan_ids=None, connection=None)
    if given.connection is not None:
        terms = replace(terms, connection=find_connection(given.connection))
    return replace(
        terms,
        task_type=terms.task_type if task is None else task_type_of(task),
        window_minutes=terms.window_minutes if window is None else window,
    )


def time_of(text: str) -> time:
    """A time of day from the command line."""
    try:
        found = time.fromisoformat(text)
    except ValueError as error:
        message = f"A time of day is written HH:MM, such as 02:00, not {short(text)!r}."
        raise CommandFailed(Exit.WRONG_USAGE, message) from error
    if found.tzinfo is not None:
        raise CommandFailed(Exit.WRONG_USAGE, "The time zone of --at is given by --time-zone.")
    return found.replace(second=0, microsecond=0)
