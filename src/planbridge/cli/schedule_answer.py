"""How scheduled tasks are shown on the command line: as JSON, and in words."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from rich.console import Console

from planbridge.cli.tables import plain_table
from planbridge.schedules.last_result import last_results, selected_counts
from planbridge.schedules.next_run import next_runs
from planbridge.schedules.rule import in_words, zone_of
from planbridge.schedules.schedule import Outcome, Schedule
from planbridge.schedules.task_type import task_type_of


def shown(schedules: Sequence[Schedule]) -> list[dict[str, Any]]:
    """Tasks as JSON, with their next five runs and what came of their last one."""
    ids = [schedule.pk for schedule in schedules]
    results, counts = last_results(ids), selected_counts(ids)
    return [shown_one(one, {str(k): v for k, v in results[one.pk].items()}, counts.get(one.pk)) for one in schedules]


def shown_one(schedule: Schedule, results: dict[str, int], selected: int | None) -> dict[str, Any]:
    """One task as JSON."""
    rule, zone = schedule.rule(), zone_of(schedule.rule())
    runs = next_runs(timezone.now(), rule) if schedule.is_on else []
    return {
        "schedule": schedule.pk,
        "task": schedule.task_type,
        "is_on": schedule.is_on,
        "frequency": schedule.frequency,
        "at": None if rule.at is None else f"{rule.at:%H:%M}",
        "time_zone": rule.time_zone,
        "weekday": rule.weekday,
        "day": rule.day_of_month,
        "date": rule.on_date,
        "cron": rule.cron or None,
        "business_days": schedule.business_days,
        "window_minutes": schedule.window_minutes,
        "plans": "all" if schedule.is_for_all_plans else selected or 0,
        "connection": schedule.connection.name if schedule.connection else None,
        "version": schedule.version,
        "in_words": in_words(rule),
        "next_runs": [one.astimezone(zone) for one in runs],
        "last_turn_at": schedule.last_turn_at,
        "last_run_at": schedule.last_run_at,
        "last_outcome": schedule.last_outcome or None,
        "last_runs": results,
    }


def say_schedules(console: Console, values: Sequence[dict[str, Any]]) -> None:
    """Tasks in words, one a row."""
    if not values:
        console.print("No task is scheduled. The recommended two: planbridge schedule add --recommended")
        return
    table = plain_table("Id", "Task", "When", "Plans", "Next run", "Last")
    for one in values:
        following = f"{one['next_runs'][0]:%Y-%m-%d %H:%M %Z}" if one["next_runs"] else "none"
        plans = one["plans"] if one["connection"] is None else f"{one['plans']} of {one['connection']}"
        table.add_row(
            str(one["schedule"]),
            task_type_of(one["task"]).label,
            one["in_words"],
            str(plans),
            following if one["is_on"] else "Off",
            last_in_words(one),
        )
    console.print(table)


def say_schedule(console: Console, value: dict[str, Any]) -> None:
    """One task in words, with its next five runs."""
    console.print(f"{value['schedule']}: {task_type_of(value['task']).label}. {value['in_words']}.")
    for one in value["next_runs"]:
        console.print(f"    {one:%Y-%m-%d %H:%M %Z}")
    if not value["is_on"]:
        console.print("    Off: it does not run.")


def last_in_words(value: dict[str, Any]) -> str:
    """What came of a task's last turn."""
    if value["last_outcome"] != Outcome.REQUESTED:
        return str(Outcome(value["last_outcome"] or "").label)
    counts = ", ".join(f"{runs:,} {status.replace('_', ' ')}" for status, runs in value["last_runs"].items())
    return (
        f"{value['last_run_at']:%Y-%m-%d %H:%M %Z}: {counts}" if counts else f"{value['last_run_at']:%Y-%m-%d %H:%M %Z}"
    )
