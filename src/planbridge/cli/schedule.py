"""`planbridge schedule`: tasks that ask for syncs by themselves."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from planbridge.cli.finding import find_connection
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption
from planbridge.cli.run_answer import answer_runs
from planbridge.cli.schedule_answer import say_schedule, say_schedules, shown
from planbridge.cli.schedule_options import (
    AllOption,
    AtOption,
    BusinessDaysOption,
    ConnectionOption,
    CronOption,
    DateOption,
    DayOption,
    FrequencyOption,
    GivenPlans,
    GivenRule,
    PlanOption,
    TaskOption,
    TimeZoneOption,
    WeekdayOption,
    WindowOption,
    changed_rule,
    changed_terms,
)
from planbridge.cli.waiting import WaitOption, wait_for_runs
from planbridge.schedules.due import run_schedule_now
from planbridge.schedules.rule import Rule
from planbridge.schedules.schedule import Schedule
from planbridge.schedules.schedules import (
    ScheduleRefused,
    add_schedule,
    create_recommended,
    edit_schedule,
    remove_schedule,
    switch_schedule_off,
    switch_schedule_on,
)
from planbridge.schedules.task_type import OtherTask, task_type_of
from planbridge.schedules.terms import ScheduleTerms, terms_of
from planbridge.security.firm import only_firm
from planbridge.sync.run_words import counted

app = typer.Typer(no_args_is_help=True, help="Task Scheduling: syncs that start by themselves.")
ACTOR = "cli"
ALL_THERE = "Both recommended tasks are there already; nothing was added."
Answer = TypeVar("Answer")
ScheduleId = Annotated[int, typer.Argument(metavar="SCHEDULE_ID")]


@app.command("add")
def add(  # noqa: PLR0913 - one parameter an option of the command line
    *,
    task: TaskOption = None,
    frequency: FrequencyOption = None,
    at: AtOption = None,
    time_zone: TimeZoneOption = None,
    weekday: WeekdayOption = None,
    day: DayOption = None,
    on_date: DateOption = None,
    cron: CronOption = None,
    business_days: BusinessDaysOption = None,
    window_minutes: WindowOption = None,
    plan: PlanOption = None,
    is_all: AllOption = False,
    connection: ConnectionOption = None,
    is_off: Annotated[bool, typer.Option("--off", help="Switched off for now.")] = False,
    recommended: Annotated[bool, typer.Option("--recommended", help="Both syncs, daily, for all plans.")] = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Schedule a task. Example: planbridge schedule add --task participants --frequency daily --at 02:00 --all."""
    firm = only_firm()
    if recommended:
        answer_many(create_recommended(firm, actor=ACTOR), Output(as_json, quiet))
        return
    if task is None or frequency is None or is_all == bool(plan):
        message = "Give --task, --frequency, and --plan or --all; or --recommended alone."
        raise CommandFailed(Exit.WRONG_USAGE, message)
    given = GivenRule(frequency, at, time_zone, weekday, day, on_date, cron, business_days)
    rule = changed_rule(Rule(frequency, firm.time_zone), given)
    terms = changed_terms(
        ScheduleTerms(task_type_of(task), rule),
        rule,
        GivenPlans(plan, is_all, connection),
        task=task,
        window=window_minutes,
    )
    added = attempt(lambda: add_schedule(firm, terms, actor=ACTOR, is_on=not is_off))
    answer_one(added, Output(as_json, quiet))


@app.command("list")
def list_all(
    *,
    connection: ConnectionOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List scheduled tasks with their next runs and last results. Example: planbridge schedule list."""
    schedules = Schedule.objects.filter(firm=only_firm()).select_related("connection").order_by("pk")
    if connection is not None:
        schedules = schedules.filter(connection=find_connection(connection))
    values = shown(list(schedules))
    Output(as_json, quiet).answer(values, lambda console: say_schedules(console, values))


@app.command("edit")
def edit(  # noqa: PLR0913 - one parameter an option of the command line
    schedule_id: ScheduleId,
    *,
    task: TaskOption = None,
    frequency: FrequencyOption = None,
    at: AtOption = None,
    time_zone: TimeZoneOption = None,
    weekday: WeekdayOption = None,
    day: DayOption = None,
    on_date: DateOption = None,
    cron: CronOption = None,
    business_days: BusinessDaysOption = None,
    window_minutes: WindowOption = None,
    plan: PlanOption = None,
    is_all: AllOption = False,
    connection: ConnectionOption = None,
    version: Annotated[int | None, typer.Option(help="Only if the task still has this version.")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Change a task; what is not said stays. Example: planbridge schedule edit 3 --at 03:30 --window-minutes 60."""
    schedule = find_schedule(schedule_id)
    before = terms_of(schedule)
    rule = changed_rule(before.rule, GivenRule(frequency, at, time_zone, weekday, day, on_date, cron, business_days))
    terms = changed_terms(before, rule, GivenPlans(plan, is_all, connection), task=task, window=window_minutes)
    asked = schedule.version if version is None else version
    edited = attempt(lambda: edit_schedule(schedule_id, terms, version=asked, actor=ACTOR))
    answer_one(edited, Output(as_json, quiet))


@app.command("on")
def on(schedule_id: ScheduleId, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Switch a task on, from its next time on. Example: planbridge schedule on 3."""
    find_schedule(schedule_id)
    answer_one(attempt(lambda: switch_schedule_on(schedule_id, actor=ACTOR)), Output(as_json, quiet))


@app.command("off")
def off(schedule_id: ScheduleId, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Switch a task off. Example: planbridge schedule off 3."""
    find_schedule(schedule_id)
    answer_one(attempt(lambda: switch_schedule_off(schedule_id, actor=ACTOR)), Output(as_json, quiet))


@app.command("remove")
def remove(schedule_id: ScheduleId, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Remove a task. Example: planbridge schedule remove 3."""
    find_schedule(schedule_id)
    attempt(lambda: remove_schedule(schedule_id, actor=ACTOR))
    Output(as_json, quiet).answer(
        {"removed": schedule_id}, lambda console: console.print(f"Task {schedule_id} is removed.")
    )


@app.command("run-now")
def run_now(
    schedule_id: ScheduleId, *, wait: WaitOption = False, as_json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """Run a task at once, whole; its next time stays. Example: planbridge schedule run-now 3 --wait."""
    schedule = find_schedule(schedule_id)
    ran = attempt(lambda: run_schedule_now(schedule_id, actor=ACTOR))
    output = Output(as_json, quiet)
    if wait:
        answer_runs(output, wait_for_runs(ran.runs, shows_progress=output.is_talkative))
        return
    if schedule.task_type == OtherTask.PLACEMENT:
        said = f"Workers look for new entrants in {counted(ran.plans, 'plan')}. Next: planbridge schedule list"
        output.answer([], lambda console: console.print(said))
        return
    text = f"{ran.outcome.label}: {counted(len(ran.runs), str(task_type_of(schedule.task_type).label))}. Next: planbridge runs"
    output.answer([str(run) for run in ran.runs], lambda console: console.print(text))


def find_schedule(schedule_id: int) -> Schedule:
    """A task of the firm by its number."""
    found = Schedule.objects.select_related("connection").filter(pk=schedule_id, firm=only_firm()).first()
    if found is None:
        message = f"No task {schedule_id} is here; planbridge schedule list shows those there are."
        raise CommandFailed(Exit.NOT_FOUND, message)
    return found


def attempt(change: Callable[[], Answer]) -> Answer:
    """Carry out a change; what refuses it ends the command."""
    try:
        return change()
    except ScheduleRefused as refused:
        raise CommandFailed(Exit.REFUSED, str(refused)) from refused


def answer_one(schedule: Schedule, output: Output) -> None:
    """Answer with one task."""
    value = shown([schedule])[0]
    output.answer(value, lambda console: say_schedule(console, value))


def answer_many(schedules: list[Schedule], output: Output) -> None:
    """Answer with the tasks that were added."""
    values = shown(schedules)
    output.answer(values, lambda console: say_schedules(console, values) if values else console.print(ALL_THERE))
