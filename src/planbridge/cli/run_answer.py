"""Runs as the command line shows them."""

from collections.abc import Sequence
from typing import Any

import typer
from rich.console import Console, Group
from rich.padding import Padding
from rich.text import Text

from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.cli.output import Exit, Output
from planbridge.plans.models import Plan
from planbridge.sync.run import FAILING, RunKind, RunProblem, RunStatus, SyncRun, run_as_json
from planbridge.sync.run_words import counted, people_counts, run_title

PROBLEMS_SHOWN = 10
MARKS = {
    RunStatus.QUEUED: ("◷", "dim"),
    RunStatus.RUNNING: ("●", "blue"),
    RunStatus.SUCCESSFUL: ("✓", "green"),
    RunStatus.SUCCESSFUL_WITH_WARNINGS: ("▲", "yellow"),
    RunStatus.PARTLY_SUCCESSFUL: ("◐", "dark_orange"),
    RunStatus.HELD: ("‖", "magenta"),
    RunStatus.ERROR: ("✗", "red"),
    RunStatus.CANCELED: ("⊘", "dim"),
}
STATUS_WIDTH = 26


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
    console.print(status_text(answer["status"]) + Text(f"  {run_title(answer, answer['plan'])}"))
    console.print(indented(sentence(answer)))
    for problem in answer["problems"][:PROBLEMS_SHOWN]:
        who = f"{problem['participant_id']}: " if problem["participant_id"] else ""
        console.print(indented(f"{problem['code']}  {who}{problem['message']}"))
        console.print(indented(problem["fix"], by=8, style="dim"))
    left = len(answer["problems"]) - PROBLEMS_SHOWN
    if left > 0:
        console.print(indented(f"and {left:,} more: planbridge run show {answer['run']} --json"))
    if answer["status"] == RunStatus.HELD:
        console.print(indented(f"Nothing is applied yet. Decide: planbridge run apply {answer['run']}"))
        console.print(indented(f"                     or: planbridge run discard {answer['run']}"))


def status_text(status: str) -> Text:
    """A status with its mark: told by shape and word, not by colour alone."""
    mark, style = MARKS[RunStatus(status)]
    return Text(f"{mark} {RunStatus(status).label}", style=style)


def indented(text: str, *, by: int = 4, style: str = "") -> Padding:
    """A paragraph set in from the left, all its lines."""
    return Padding(Text(text, style=style), (0, 0, 0, by))


def sentence(answer: dict[str, Any]) -> str:
    """What a run came to, in a sentence."""
    if RunStatus(answer["status"]) in {RunStatus.QUEUED, RunStatus.RUNNING}:
        return f"Run {answer['run']} has not ended."
    dry = "Nothing was changed; a sync would do this: " if answer.get("dry_run") else ""
    prices = counted(answer["prices"], "price")
    if RunKind(answer["kind"]) is RunKind.PLAN:
        draft = f" The lineup waits in a draft: planbridge plan diff {answer['plan']}" if answer["draft"] else ""
        changed = "changed" if answer["applied"] else "nothing changed"
        return f"{dry}{changed}, {prices} ({answer['seconds']} s).{draft}"
    return f"{dry}{', '.join(people_counts(answer))}, {prices} ({answer['seconds']} s)."


def run_list(answers: Sequence[dict[str, Any]]) -> Group:
    """Runs in two lines each, because an id alone fills half of a narrow terminal."""
    lines: list[Text] = []
    for answer in answers:
        when = str(answer["requested_at"])[:16].replace("T", " ")
        status = status_text(answer["status"])
        status.pad_right(STATUS_WIDTH - status.cell_len)
        lines.append(Text(f"{when}  ") + status + Text(f"  {run_title(answer, answer['plan'])}"))
        lines.append(Text(f"    {answer['run']}  {brief(answer)}", style="dim"))
    return Group(*lines)


def brief(answer: dict[str, Any]) -> str:
    """The counts of a run as a list shows them."""
    if RunKind(answer["kind"]) is RunKind.PLAN:
        counts = ["changed"] if answer["applied"] else []
        counts += ["draft"] if answer["draft"] else []
    else:
        words = {"read": "read", "applied": "changed", "rejected": "rejected", "held": "held"}
        counts = [f"{answer[name]:,} {word}" for name, word in words.items() if answer[name]]
    return ", ".join(counts)
