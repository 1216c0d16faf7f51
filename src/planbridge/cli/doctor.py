"""`planbridge doctor`: what is wrong with this installation, if anything, and what to do about it."""

from collections.abc import Iterator

import typer
from rich.console import Console
from rich.text import Text

from planbridge.cli.doctor_database import database_findings
from planbridge.cli.doctor_finding import Finding
from planbridge.cli.doctor_machine import machine_findings
from planbridge.cli.doctor_work import work_findings
from planbridge.cli.output import Exit, JsonOption, Output, QuietOption


def doctor(context: typer.Context, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Look for what is wrong; exit code 5 if anything is. Example: planbridge doctor --json."""
    found = list(examine(context.obj))

    def words(console: Console) -> None:
        for one in found:
            mark = Text("✓ ", style="green") if one.is_well else Text("✗ ", style="red")
            console.print(mark + Text(f"{one.check}: {one.said}"))
            if one.remedy:
                console.print(Text(f"    {one.remedy}", style="" if not one.is_well else "dim"))
        wrong = sum(not one.is_well for one in found)
        console.print("All is well." if not wrong else f"{wrong} of {len(found)} checks found something wrong.")

    value = {"well": all(one.is_well for one in found), "checks": [one.as_json() for one in found]}
    Output(as_json, quiet).answer(value, words)
    if not value["well"]:
        raise typer.Exit(Exit.MACHINE_BROKEN)


def examine(database_fault: str | None) -> Iterator[Finding]:
    """All findings; those about the work only where the database has its tables."""
    yield from machine_findings()
    of_database = list(database_findings(database_fault))
    yield from of_database
    if all(finding.is_well for finding in of_database):
        yield from work_findings()
