"""What a user can do with a run now: each choice with what it means, or why it is not theirs to make."""

from dataclasses import dataclass

from planbridge.security.roles import Right, may
from planbridge.security.user import User
from planbridge.sync.run import FINISHED, RunKind, RunStatus, SyncRun
from planbridge.sync.run_standing import Standing
from planbridge.sync.run_task import whom
from planbridge.sync.run_words import counted

NOT_APPROVER = "Only who may approve held runs applies or discards one; an Admin of your firm gives that right."
NOT_KEPT = "It was a dry run, or what it read is gone: there is nothing to apply. Run it again."


@dataclass(frozen=True)
class Choice:
    """A button and the question behind it. `route` is below activity:; `refusal` says why the button is off."""

    route: str
    word: str
    icon: str
    text: str
    refusal: str = ""
    is_primary: bool = False
    is_danger: bool = False
    seen: str = ""


def choices_of(run: SyncRun, standing: Standing, user: User) -> list[Choice]:
    """The choices that apply to a run as it stands, the most likely first."""
    status, plan = RunStatus(run.status), run.plan.name or run.plan.external_plan_id
    choices = held_choices(run, standing, user, plan) if status is RunStatus.HELD else []
    if not may(user, Right.SYNC_PLANS):
        return choices
    if status in {RunStatus.QUEUED, RunStatus.RUNNING}:
        return [cancel_choice(run, plan)]
    if (
        standing.left_rejected
        and run.kind == RunKind.PARTICIPANTS
        and not run.is_dry_run
        and status is not RunStatus.HELD
    ):
        choices.append(retry_choice(run, standing, plan))
    again = f"{run.connection.name} is asked once more for {whom(run)} of {plan}. "
    again += "Nothing is written: it is a dry run." if run.is_dry_run else "What changed since is taken in at once."
    is_first = not choices
    choices.append(
        Choice("run_again", "Run again", "refresh", again, is_primary=is_first, seen=str(standing.newest_run))
    )
    return choices if status in FINISHED else []


def cancel_choice(run: SyncRun, plan: str) -> Choice:
    """Stop a run that waits or is at work."""
    kind = RunKind(run.kind).label
    if run.status == RunStatus.QUEUED:
        text = f"The {kind} of {plan} does not begin, and nothing is changed."
    else:
        text = f"The {kind} of {plan} stops at its next stage. Nothing of what it read is applied."
    refusal = f"{run.cancel_requested_by} asked it to stop already." if run.cancel_requested_by else ""
    return Choice("cancel", "Cancel", "ban", text, refusal, is_danger=True)


def retry_choice(run: SyncRun, standing: Standing, plan: str) -> Choice:
    """Sync those again whom the run rejected."""
    people = "1 person is" if standing.left_rejected == 1 else f"{standing.left_rejected:,} people are"
    how = (
        "from the records that were delivered" if run.connection.kind == "files" else "as the recordkeeper has them now"
    )
    text = f"{people} synced again, {how}: those of {plan} whom this run rejected and no later one took in."
    refusal = "They are being tried again now." if standing.retry_run else ""
    return Choice("retry_rejected", "Retry rejected", "history", text, refusal, is_primary=True)


def held_choices(run: SyncRun, standing: Standing, user: User, plan: str) -> list[Choice]:
    """Apply anyway, or discard."""
    refusal = "" if may(user, Right.DECIDE_HELD_RUNS) else NOT_APPROVER
    people = counted(run.held, "record")
    apply = f"All that this run read of {plan} is applied as it was read, {people}, although it was held. "
    apply += "The people's data change at once, and there is no way back but a later sync."
    discard = f"Nothing of what this run read of {plan} is applied, {people}. The data stay as they are; the next sync "
    discard += "reads the recordkeeper anew."
    return [
        Choice(
            "apply", "Apply anyway", "check", apply, refusal or ("" if standing.is_kept else NOT_KEPT), is_primary=True
        ),
        Choice("discard", "Discard", "trash", discard, refusal, is_danger=True),
    ]
