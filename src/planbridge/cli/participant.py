"""`planbridge participant`: one person, masked, and what changed of them."""

from datetime import date
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from planbridge.cli.finding import day_of, find_plan
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption
from planbridge.cli.participant_answer import say_person
from planbridge.cli.tables import plain_table
from planbridge.participants.lookup import change_lines, person_now, person_on
from planbridge.sync.submissions import pending_of

app = typer.Typer(no_args_is_help=True, help="One person (SSN masked).")


@app.command("show")
def show(
    plan_id: str,
    participant_id: str,
    *,
    on: Annotated[str | None, typer.Option(help="As it was at the end of this day (YYYY-MM-DD).")] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show one person. Example: planbridge participant show 900100 900100-00009 --on 2026-11-17."""
    plan = find_plan(plan_id)
    day: date | None = day_of(on) if on else None
    found = person_now(plan.id, participant_id) if day is None else person_on(plan.id, participant_id, day)
    if found is None:
        when = f" on {day}" if day else ""
        message = f"Plan {plan_id} has no participant {participant_id}{when}; check the id, or sync the participants."
        raise CommandFailed(Exit.NOT_FOUND, message)
    # What is asked for now has no place in what was held on a day.
    pending = pending_of(plan.id, participant_id) if day is None else []
    value: dict[str, Any] = found | {"plan": plan_id, "pending": pending}
    Output(as_json, quiet).answer(value, lambda console: say_person(console, value))


@app.command("history")
def history(plan_id: str, participant_id: str, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Show what changed of a person, newest first. Example: planbridge participant history 900100 900100-00009."""
    plan = find_plan(plan_id)
    if person_now(plan.id, participant_id) is None:
        raise CommandFailed(Exit.NOT_FOUND, f"Plan {plan_id} has no participant {participant_id}; check the id.")
    lines = change_lines(plan.id, participant_id)

    def words(console: Console) -> None:
        if not lines:
            console.print("Nothing changed since the first sync.")
            return
        for (at, run), changes in groupby(lines, key=lambda line: (line["at"], line["run"])):
            console.print(Text(f"{at:%Y-%m-%d %H:%M} {at:%Z}", style="bold") + Text(f"  run {run}", style="dim"))
            table = plain_table("Field", "Before", "After")
            for line in changes:
                table.add_row(line["field"], shown(line["old"]), shown(line["new"]))
            console.print(table)

    Output(as_json, quiet).answer(lines, words)


def shown(value: object) -> str:
    """A value of the history; what was not there is a dash."""
    return "-" if value is None else str(value)
