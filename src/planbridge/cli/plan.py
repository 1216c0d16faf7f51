"""`planbridge plan`: add, list, show, activate and deactivate plans, and compare draft and live."""

from typing import Annotated, Any

import typer
from django.db import transaction
from rich.console import Console

from planbridge.cli.finding import find_connection, find_plan
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption
from planbridge.cli.plan_answer import say_plan
from planbridge.cli.reaching import reach
from planbridge.cli.run_answer import answer_runs
from planbridge.cli.tables import plain_table
from planbridge.cli.waiting import WaitOption, wait_for_runs
from planbridge.participants.fund_holders import activation_facts
from planbridge.plans.changes import lineup_changes
from planbridge.plans.lifecycle import (
    ActivationOutcome,
    ActivationRefused,
    DeactivationRefused,
    EditRefused,
    PlanIdInvalid,
    activate_plan,
    add_plans,
    deactivate_plan,
    draft_lineup,
    live_lineup,
    map_funds,
)
from planbridge.plans.models import Plan, PlanContact, PlanProvision, PlanSource
from planbridge.recordkeepers.connector import ListedPlan
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.run_words import counted

app = typer.Typer(no_args_is_help=True, help="Plans.")
ACTOR = "cli"


@app.command("add")
def add(  # noqa: PLR0913 - one parameter an option of the command line
    external_plan_ids: Annotated[list[str] | None, typer.Argument(metavar="PLAN_ID...")] = None,
    *,
    connection: Annotated[str, typer.Option(help="The connection's name.")],
    is_all: Annotated[bool, typer.Option("--all", help="Every plan in the recordkeeper's list.")] = False,
    wait: WaitOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Add plans; their first Plan Sync starts by itself. Example: planbridge plan add --connection Relius --all --wait."""
    found = find_connection(connection)
    ids = external_plan_ids or []
    if bool(ids) == is_all:
        raise CommandFailed(Exit.WRONG_USAGE, "Give plan ids or --all, one of the two.")
    if is_all:
        with reach(found) as connector:
            listed = list(connector.list_plans())
    else:
        listed = [ListedPlan(one, "", None) for one in ids]
    try:
        plans = add_plans(found, listed, actor=ACTOR)
    except PlanIdInvalid as invalid:
        raise CommandFailed(Exit.WRONG_USAGE, str(invalid)) from invalid
    fresh = [plan for plan in plans if plan.document_as_of is None]
    requested = request_syncs(fresh, RunKind.PLAN, actor=ACTOR)
    output = Output(as_json, quiet)
    if wait:
        answer_runs(output, wait_for_runs([run for _, run in requested], shows_progress=output.is_talkative))
        return
    names = [plan.external_plan_id for plan in plans]
    text = f"{counted(len(plans), 'plan')} here; {counted(len(fresh), 'first Plan Sync')} queued. Next: planbridge runs"
    output.answer({"plans": names, "runs": [str(run) for _, run in requested]}, lambda console: console.print(text))


def shown(plan: Plan) -> dict[str, Any]:
    """A plan as JSON."""
    return {
        "plan": plan.external_plan_id,
        "name": plan.name,
        "status": plan.status.value,
        "connection": plan.connection.name,
        "live_version": plan.live_version,
        "draft_version": plan.draft_version,
        "last_plan_sync": plan.document_as_of,
        "last_participant_sync": plan.participants_as_of,
    }


@app.command("list")
def list_all(*, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """List plans. Example: planbridge plan list."""
    plans = list(Plan.objects.select_related("connection").order_by("external_plan_id"))

    def words(console: Console) -> None:
        if not plans:
            console.print("No plan yet. Add some: planbridge plan add --connection NAME --all --wait")
            return
        table = plain_table("Plan", "Name", "Status", "Recordkeeper", "People as of")
        for plan in plans:
            as_of = f"{plan.participants_as_of:%Y-%m-%d %H:%M %Z}" if plan.participants_as_of else "never"
            table.add_row(plan.external_plan_id, plan.name, plan.status.label, plan.connection.name, as_of)
        console.print(table)

    Output(as_json, quiet).answer([shown(plan) for plan in plans], words)


@app.command("show")
def show(plan_id: str, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Show a plan with contacts, provisions, sources and lineup. Example: planbridge plan show 900100."""
    plan = find_plan(plan_id)
    own = {"plan_id": plan.id}
    lineup = live_lineup(plan) or draft_lineup(plan)
    last = SyncRun.objects.filter(plan_id=plan.id, kind=RunKind.PLAN).order_by("-requested_at").first()
    value = shown(plan) | {
        "type": plan.plan_type,
        "plan_number": plan.plan_number,
        "employer": {"name": plan.employer_name, "ein": plan.ein, "phone": plan.phone},
        "contacts": list(PlanContact.objects.filter(**own).values("role", "name", "email", "phone")),
        "provisions": dict(PlanProvision.objects.filter(**own).values_list("name", "value")),
        "sources": list(
            PlanSource.objects.filter(**own).order_by("position").values("source", "name", "kind", "vesting_group")
        ),
        "funds": [
            {"fund": one.fund, "name": one.name, "status": str(one.status), "mapped_to": one.mapped_to or None}
            for one in (lineup.funds if lineup else ())
        ],
        "last_run": None if last is None else {"run": str(last.id), "status": last.status},
    }

    Output(as_json, quiet).answer(value, lambda console: say_plan(console, value))


@app.command("activate")
def activate(
    plan_id: str,
    *,
    mappings: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="OLD=NEW",
            help="Where the money of a leaving fund goes; OLD= leaves it until the recordkeeper moves it.",
        ),
    ] = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a plan's draft what participants see. Example: planbridge plan activate 900100 --map EQ3=EQ4."""
    plan, wanted = find_plan(plan_id), read_mappings(mappings or [])
    try:
        with transaction.atomic():
            map_funds(plan, wanted, actor=ACTOR)
            activated = activate_plan(plan, actor=ACTOR, facts=activation_facts(plan), accepts_rest=True)
    except EditRefused as refused:
        raise CommandFailed(Exit.REFUSED, f"Plan {plan_id} was not activated. {refused}") from refused
    except ActivationRefused as refused:
        reasons = " ".join(f"{one.code}: {one.message}" for one in refused.problems)
        raise CommandFailed(Exit.REFUSED, f"Plan {plan_id} was not activated. {reasons}") from refused
    said = {
        ActivationOutcome.ACTIVATED: f"Plan {plan_id} is active with version {activated.version}.",
        ActivationOutcome.REACTIVATED: f"Plan {plan_id} is active again with version {activated.version}.",
        ActivationOutcome.NOTHING_WAITING: f"Plan {plan_id} is active already; no draft waits.",
    }[activated.outcome]

    def words(console: Console) -> None:
        for one in activated.warnings:
            console.print(f"{one.code}: {one.message}", style="yellow")
        console.print(said)

    warnings = [one.as_json() for one in activated.warnings]
    value = {"plan": plan_id, "outcome": activated.outcome.value, "version": activated.version, "warnings": warnings}
    Output(as_json, quiet).answer(value, words)


def read_mappings(texts: list[str]) -> dict[str, str]:
    """The mappings of OLD=NEW texts, by the fund that leaves."""
    pairs = [text.partition("=") for text in texts]
    for text, (old, sign, _) in zip(texts, pairs, strict=True):
        if not sign or not old.strip():
            raise CommandFailed(Exit.WRONG_USAGE, f"A mapping is OLD=NEW, or OLD= to leave the money: {text!r}")
    return {old.strip(): new.strip() for old, _, new in pairs}


@app.command("deactivate")
def deactivate(
    plan_id: str,
    *,
    reason: Annotated[str, typer.Option(help="Why, for the record.")],
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Take a plan from its participants. Example: planbridge plan deactivate 900100 --reason "moved to another TPA"."""
    plan = find_plan(plan_id)
    try:
        deactivate_plan(plan, reason=reason, actor=ACTOR)
    except DeactivationRefused as refused:
        raise CommandFailed(Exit.REFUSED, str(refused)) from refused
    Output(as_json, quiet).answer(
        {"plan": plan_id, "status": "inactive"}, lambda console: console.print(f"Plan {plan_id} is inactive.")
    )


@app.command("diff")
def diff(plan_id: str, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Show what a plan's draft changes against live. Example: planbridge plan diff 900100."""
    plan = find_plan(plan_id)
    draft = draft_lineup(plan)
    changes = lineup_changes(live_lineup(plan), draft) if draft is not None else []

    def words(console: Console) -> None:
        if draft is None:
            console.print(f"Plan {plan_id} has no draft.")
            return
        table = plain_table("Change", "Fund", "Live", "Draft")
        for one in changes:
            table.add_row(one.kind.value.replace("_", " "), one.fund, one.before, one.after)
        console.print(table)

    value = {
        "plan": plan_id,
        "live_version": plan.live_version,
        "draft_version": plan.draft_version,
        "changes": [
            {"change": one.kind.value, "fund": one.fund, "before": one.before, "after": one.after} for one in changes
        ],
    }
    Output(as_json, quiet).answer(value, words)
