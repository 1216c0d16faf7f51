"""`planbridge sync`: Plan Syncs and Participant Syncs."""

from typing import Annotated
from uuid import UUID

import typer

from planbridge.cli.finding import find_plans
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption
from planbridge.cli.run_answer import answer_runs
from planbridge.cli.waiting import WaitOption, wait_for_runs
from planbridge.plans.models import Plan
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind
from planbridge.sync.run_words import counted

app = typer.Typer(no_args_is_help=True, help="Bring the recordkeeper's data in.")
PlanIds = Annotated[list[str] | None, typer.Argument(metavar="PLAN_ID...")]
AllOption = Annotated[bool, typer.Option("--all", help="Every plan.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing. Waits.")]
ACTOR = "cli"


@app.command("plan")
def sync_plan(  # noqa: PLR0913 - one parameter an option of the command line
    plan_ids: PlanIds = None,
    *,
    is_all: AllOption = False,
    wait: WaitOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Sync plans. Example: planbridge sync plan --all --wait."""
    plans = find_plans(plan_ids or [], is_all=is_all)
    start(plans, RunKind.PLAN, SyncOptions(is_dry_run=dry_run), Output(as_json, quiet), wait=wait or dry_run)


@app.command("participants")
def sync_participants(  # noqa: PLR0913 - one parameter an option of the command line
    plan_ids: PlanIds = None,
    *,
    is_all: AllOption = False,
    participant: Annotated[list[str] | None, typer.Option(help="Only this participant; may be repeated.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Everybody, not only what changed since.")] = False,
    wait: WaitOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Sync participants. Example: planbridge sync participants 900100 --participant 900100-00009 --wait."""
    plans = find_plans(plan_ids or [], is_all=is_all)
    people = tuple(dict.fromkeys(participant or []))
    if people and (is_all or len(plans) != 1):
        raise CommandFailed(Exit.WRONG_USAGE, "Give --participant with one plan id.")
    options = SyncOptions(full, dry_run, people)
    start(plans, RunKind.PARTICIPANTS, options, Output(as_json, quiet), wait=wait or dry_run)


def start(plans: list[Plan], kind: RunKind, options: SyncOptions, output: Output, *, wait: bool) -> None:
    """Request the syncs and, if wished, wait for them."""
    if not plans:
        output.answer([], lambda console: console.print("No plan yet. Add some: planbridge plan add --help"))
        return
    runs: list[UUID] = [run for _, run in request_syncs(plans, kind, actor=ACTOR, options=options)]
    if wait:
        answer_runs(output, wait_for_runs(runs, shows_progress=output.is_talkative))
        return
    text = f"{counted(len(runs), kind.label)} queued. Next: planbridge runs"
    output.answer([str(run) for run in runs], lambda console: console.print(text))
