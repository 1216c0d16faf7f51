"""`planbridge runs` and `planbridge run`: the Activity Monitor of the command line."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console

from planbridge.cli.finding import day_of, find_plan, find_run_by_text
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption
from planbridge.cli.proof_answer import say_proof
from planbridge.cli.run_answer import answer_runs, run_list, say_run
from planbridge.cli.run_answer import as_json as runs_as_json
from planbridge.cli.waiting import WaitOption, wait_for_runs
from planbridge.sync.decide import DecisionRefused, apply_held_run, cancel_run, discard_held_run, retry_rejected
from planbridge.sync.run import RunKind, RunStatus, SyncRun

app = typer.Typer(no_args_is_help=True, help="One run.")
ACTOR = "cli"
RunId = Annotated[str, typer.Argument(metavar="RUN_ID")]


def list_runs(  # noqa: PLR0913 - one parameter an option of the command line
    *,
    plan: Annotated[str | None, typer.Option(help="Of this plan only.")] = None,
    kind: Annotated[RunKind | None, typer.Option(help="Of this kind only.")] = None,
    status: Annotated[RunStatus | None, typer.Option(help="With this status only.")] = None,
    since: Annotated[str | None, typer.Option(help="Requested on this day (YYYY-MM-DD) or later.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List runs, newest first. Example: planbridge runs --status error --since 2026-11-01."""
    runs = SyncRun.objects.order_by("-requested_at", "-id")
    if plan is not None:
        runs = runs.filter(plan_id=find_plan(plan).id)
    if kind is not None:
        runs = runs.filter(kind=kind)
    if status is not None:
        runs = runs.filter(status=status)
    if since is not None:
        runs = runs.filter(requested_at__date__gte=day_of(since))
    answers = runs_as_json(list(runs[:limit]))
    Output(as_json, quiet).answer(
        answers, lambda console: console.print(run_list(answers) if answers else "No run matches.")
    )


@app.command("show")
def show(run_id: RunId, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Show a run with stages and problems. Example: planbridge run show 0193...."""
    run = find_run_by_text(run_id)
    value = runs_as_json([run])[0] | {
        "stages": run.stages,
        "requests": run.requests,
        "delivered_as": run.delivered_as,
        "as_of": run.as_of,
        "participants": run.participants,
    }

    def words(console: Console) -> None:
        say_run(console, value)
        for stage in run.stages:
            console.print(f"    {stage['stage']:<10} {stage['seconds']:>8.3f} s {stage['count']:>9,}")

    Output(as_json, quiet).answer(value, words)


@app.command("proof")
def proof(run_id: RunId, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Show a run's proof: what the recordkeeper says it sent against what was read. Example: planbridge run proof 0193...."""
    run = find_run_by_text(run_id)
    if run.proof is None:
        raise CommandFailed(Exit.NOT_FOUND, f"Run {run_id} has no proof: it read nothing.")
    value = {"run": str(run.id), "status": run.status} | run.proof
    Output(as_json, quiet).answer(value, lambda console: say_proof(console, value))


@app.command("apply")
def apply(run_id: RunId, *, wait: WaitOption = False, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Apply a held run anyway. Example: planbridge run apply 0193... --wait."""
    run = decide(lambda found: apply_held_run(found, actor=ACTOR), run_id)
    finish([run.id], "Run {} is queued to be applied.", Output(as_json, quiet), wait=wait)


@app.command("discard")
def discard(run_id: RunId, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Discard a held run. Example: planbridge run discard 0193...."""
    run = decide(lambda found: discard_held_run(found, actor=ACTOR), run_id)
    finish([run.id], "Run {} is discarded; nothing of it was applied.", Output(as_json, quiet), wait=False)


@app.command("cancel")
def cancel(run_id: RunId, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Cancel a waiting or running run. Example: planbridge run cancel 0193...."""
    run = decide(lambda found: cancel_run(found, actor=ACTOR), run_id)
    stops_at_once = "Run {} is canceled; nothing of it was applied."
    stops_soon = "Run {} stops at its next stage and applies nothing."
    text = stops_at_once if run.status == RunStatus.CANCELED else stops_soon
    finish([run.id], text, Output(as_json, quiet), wait=False)


@app.command("retry-rejected")
def retry(run_id: RunId, *, wait: WaitOption = False, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Sync the people again whom a run rejected. Example: planbridge run retry-rejected 0193... --wait."""
    found = find_run_by_text(run_id)
    try:
        _, new = retry_rejected(found.id, actor=ACTOR)
    except DecisionRefused as refused:
        raise CommandFailed(Exit.REFUSED, str(refused)) from refused
    finish([new], "Run {} is queued for the rejected people.", Output(as_json, quiet), wait=wait)


def decide(decision: Callable[[UUID], SyncRun], run_id: str) -> SyncRun:
    """Carry out a decision about a run."""
    run = find_run_by_text(run_id)
    try:
        return decision(run.id)
    except DecisionRefused as refused:
        raise CommandFailed(Exit.REFUSED, str(refused)) from refused


def finish(run_ids: list[UUID], text: str, output: Output, *, wait: bool) -> None:
    """Answer a decision: with the ended runs when they are waited for."""
    if wait:
        answer_runs(output, wait_for_runs(run_ids, shows_progress=output.is_talkative))
        return
    answers = runs_as_json(list(SyncRun.objects.filter(id__in=run_ids)))
    output.answer(answers[0], lambda console: console.print(text.format(run_ids[0])))
