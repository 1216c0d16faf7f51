"""Runs as the command line shows them."""

from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.cli.output import Exit, Output
from planbridge.plans.models import Plan
from planbridge.sync.run import FAILING, RunKind, RunProblem, RunStatus, SyncRun, run_as_json

PROBLEMS_SHOWN = 10
MARKS = {
    RunStatus.QUEUED: "[dim]◷ Queued[/]",
    RunStatus.RUNNING: "[blue]● Running[/]",
    RunStatus.SUCCESSFUL: "[green]✓ Successful[/]",
    RunStatus.SUCCESSFUL_WITH_WARNINGS: "[yellow]▲ Successful with warnings[/]",
    RunStatus.PARTLY_SUCCESSFUL: "[dark_orange]◐ Partly successful[/]",
    RunStatus.HELD: "[magenta]‖ Held for review[/]",
    RunStatus.ERROR: "[red]✗ Error[/]",
    RunStatus.CANCELED: "[dim]⊘ Canceled[/]",
}


def problems_of(runs: Sequence[SyncRun]) -> dict[object, list[dict[str, Any]]]:
    """The problems of each run as JSON, in their order."""
    rows = RunProblem.objects.filter(
        plan_id__in={run.plan_id for run in runs}, run_id__in=[run.id for run in runs]
    ).order_by("plan_id", "run_id", "number")
    found: dict[object, list[dict[str, Any]]] = {}
    for row in rows.iterator(chunk_size=5000):
        found.setdefault(row.run_id, []).append(
            {
                "code": row.code,
                "severity": row.severity,
                "participant_id": row.participant_id,
                "field": row.field,
                "message": row.message,
                "fix": CATALOGUE[row.code].fix,
            }
        )
    return found


def as_json(runs: Sequence[SyncRun]) -> list[dict[str, Any]]:
    """Runs as JSON."""
    names = dict(Plan.objects.filter(id__in={run.plan_id for run in runs}).values_list("id", "external_plan_id"))
    problems = problems_of(runs)
    return [run_as_json(run, names[run.plan_id], problems.get(run.id, [])) for run in runs]


def answer_runs(output: Output, runs: Sequence[SyncRun]) -> None:
    """Show runs and leave with the exit code that they give."""
    answers = as_json(runs)

    def words(console: Console) -> None:
        for answer in answers:
            say_run(console, answer)

    output.answer(answers, words)
    if any(run.status in FAILING for run in runs):
        raise typer.Exit(Exit.RUN_FAILED)


def say_run(console: Console, answer: dict[str, Any]) -> None:
    """A run in words: the sentence, then its problems with who mends them."""
    console.print(f"{MARKS[RunStatus(answer['status'])]}  {sentence(answer)}", markup=True)
    for problem in answer["problems"][:PROBLEMS_SHOWN]:
        who = f"{problem['participant_id']}: " if problem["participant_id"] else ""
        console.print(f"    {problem['code']}  {who}{problem['message']}", markup=False)
        console.print(f"        {problem['fix']}", style="dim", markup=False)
    left = len(answer["problems"]) - PROBLEMS_SHOWN
    if left > 0:
        console.print(f"    and {left:,} more: planbridge run show {answer['run']}", markup=False)


def sentence(answer: dict[str, Any]) -> str:
    """What a run came to, in a sentence."""
    kind = RunKind(answer["kind"])
    dry = " (dry run: nothing was changed)" if answer.get("dry_run") else ""
    if kind is RunKind.PLAN:
        draft = " The lineup change waits in a draft." if answer["draft"] else ""
        changed = "changed" if answer["applied"] else "nothing changed"
        return f"{kind.label} of {answer['plan']}{dry}: {changed}, {answer['prices']} prices.{draft}"
    counts = (
        f"{answer['read']:,} people read, {answer['applied']:,} changed, {answer['unchanged']:,} unchanged, "
        f"{answer['rejected']:,} rejected, {answer['held']:,} held"
    )
    gone = f", {answer['vanished']:,} not at the recordkeeper any more" if answer["vanished"] else ""
    return f"{kind.label} of {answer['plan']}{dry}: {counts}{gone}, {answer['prices']} prices ({answer['seconds']} s)."


def run_table(answers: Sequence[dict[str, Any]]) -> Table:
    """Runs as a table."""
    table = Table("Requested", "Kind", "Plan", "Status", "Read", "Changed", "Rejected", "Seconds", "Run")
    for answer in answers:
        table.add_row(
            str(answer["requested_at"])[:19].replace("T", " "),
            RunKind(answer["kind"]).label,
            answer["plan"],
            MARKS[RunStatus(answer["status"])],
            f"{answer['read']:,}",
            f"{answer['applied']:,}",
            f"{answer['rejected']:,}",
            f"{answer['seconds']:.2f}",
            answer["run"],
        )
    return table
