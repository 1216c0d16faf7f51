"""`planbridge submission`: participants' changes on their way to the recordkeeper."""

from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.console import Console

from planbridge.cli.finding import find_plan
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption, short
from planbridge.cli.tables import plain_table
from planbridge.plans.models import Plan
from planbridge.sync.submission import Submission
from planbridge.sync.submission_states import State
from planbridge.sync.submission_wish import WishRefused
from planbridge.sync.submissions import as_json as submission_as_json
from planbridge.sync.submissions import attempts_of, find_submission, retry_submission

app = typer.Typer(no_args_is_help=True, help="Participants' changes on their way to the recordkeeper.")
Receipt = Annotated[str, typer.Argument(metavar="RECEIPT")]


@app.command("list")
def list_submissions(  # noqa: PLR0913 - one parameter an option of the command line
    *,
    plan: Annotated[str | None, typer.Option(help="Of this plan only.")] = None,
    participant: Annotated[str | None, typer.Option(help="Of this participant only.")] = None,
    state: Annotated[State | None, typer.Option(help="In this state only.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """List submissions, newest first. Example: planbridge submission list --state unknown."""
    found = Submission.objects.order_by("-requested_at", "-id")
    if plan is not None:
        found = found.filter(plan_id=find_plan(plan).id)
    if participant is not None:
        found = found.filter(participant_id=participant)
    if state is not None:
        found = found.filter(state=state)
    answers = answers_of(list(found[:limit]))

    def words(console: Console) -> None:
        table = plain_table("Receipt", "Plan", "Participant", "Kind", "Source", "State", "Requested at")
        for one in answers:
            names = ("receipt", "plan", "participant_id", "kind", "source", "state", "requested_at")
            table.add_row(*(str(one[name] or "") for name in names))
        console.print(table if answers else "No submission matches.")

    Output(as_json, quiet).answer(answers, words)


@app.command("show")
def show(receipt: Receipt, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Show a submission with each attempt. Example: planbridge submission show K3M9-QX24-7."""
    one = find(receipt)
    value = answers_of([one])[0] | {"attempts": attempts_of(one)}
    Output(as_json, quiet).answer(value, lambda console: say(console, value))


@app.command("retry")
def retry(receipt: Receipt, *, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Send a submission, or ask about it, at once. Example: planbridge submission retry K3M9-QX24-7."""
    one = find(receipt)
    try:
        retry_submission(one.receipt, actor="cli", now=timezone.now())
    except WishRefused as refused:
        raise CommandFailed(Exit.REFUSED, str(refused)) from refused
    value = answers_of([find(receipt)])[0]
    Output(as_json, quiet).answer(value, lambda console: console.print(f"Submission {one.receipt} is next in turn."))


def find(receipt: str) -> Submission:
    """A submission by its receipt."""
    found = find_submission(receipt)
    if found is None:
        message = f"No submission has receipt {short(receipt)!r}; planbridge submission list shows those there are."
        raise CommandFailed(Exit.NOT_FOUND, message)
    return found


def answers_of(found: list[Submission]) -> list[dict[str, Any]]:
    """Submissions with the plan's id at the recordkeeper."""
    plans = dict(Plan.objects.filter(id__in={one.plan_id for one in found}).values_list("id", "external_plan_id"))
    return [
        {"plan": plans[one.plan_id], "participant_id": one.participant_id} | submission_as_json(one) for one in found
    ]


def say(console: Console, value: dict[str, Any]) -> None:
    """A submission in words."""
    source = f" of {value['source']}" if value["source"] else ""
    console.print(f"{value['receipt']}  {value['kind'].replace('_', ' ')}{source}: {value['state']}")
    console.print(f"Plan {value['plan']}, participant {value['participant_id']}, asked for at {value['requested_at']}")
    if value["problem"]:
        console.print(f"{value['problem']['code']}: {value['problem']['detail']}")
    table = plain_table("", "Step", "Began", "Request", "Answer", "Meaning")
    for one in value["attempts"]:
        request = f"{one['method']} {one['path']}".strip()
        table.add_row(str(one["number"]), one["step"], one["started_at"], request, one["status"], one["said"])
    console.print(table if value["attempts"] else "Nothing was sent yet.")
