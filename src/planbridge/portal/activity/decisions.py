"""What people decide about a run: cancel, run again, retry rejected, apply anyway, discard. Each is asked before, by POST."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.portal.activity.scope import run_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right
from planbridge.sync.decide import DecisionRefused, apply_held_run, cancel_run, discard_held_run, retry_rejected
from planbridge.sync.run import RunStatus
from planbridge.sync.run_again import run_again as ask_again
from planbridge.sync.run_standing import standing_of

NOT_TWICE = "Somebody was faster, or it was asked twice: it was started once. This is the newest run."


@needs(Right.SYNC_PLANS)
def cancel(request: PortalRequest, run_id: UUID) -> HttpResponseBase:
    """Cancel a run that waits or is at work."""

    def decide() -> tuple[UUID, str]:
        run = cancel_run(run_id, actor=request.user.actor)
        is_canceled = run.status == RunStatus.CANCELED
        said = "The run is canceled; nothing of it was applied."
        return run_id, said if is_canceled else "The run stops at its next stage and applies nothing."

    return decided(request, run_id, decide)


@needs(Right.DECIDE_HELD_RUNS)
def apply(request: PortalRequest, run_id: UUID) -> HttpResponseBase:
    """Apply what a held run showed."""

    def decide() -> tuple[UUID, str]:
        apply_held_run(run_id, actor=request.user.actor)
        return run_id, "The run goes on and applies what it read."

    return decided(request, run_id, decide)


@needs(Right.DECIDE_HELD_RUNS)
def discard(request: PortalRequest, run_id: UUID) -> HttpResponseBase:
    """Drop what a held run showed."""

    def decide() -> tuple[UUID, str]:
        discard_held_run(run_id, actor=request.user.actor)
        return run_id, "The run is discarded; nothing of it was applied."

    return decided(request, run_id, decide)


@needs(Right.SYNC_PLANS)
def retry(request: PortalRequest, run_id: UUID) -> HttpResponseBase:
    """Sync those again whom a run rejected; leads to the new run."""

    def decide() -> tuple[UUID, str]:
        under_way = standing_of(run_of(request, run_id)).retry_run
        if under_way is not None:
            return under_way, "They are being tried again already: this is that run."
        _, new = retry_rejected(run_id, actor=request.user.actor)
        return new, "The rejected people are tried again: this is the new run."

    return decided(request, run_id, decide)


@needs(Right.SYNC_PLANS)
def run_again(request: PortalRequest, run_id: UUID) -> HttpResponseBase:
    """Ask for the same sync once more; leads to the new run, also when it was asked for twice."""

    def decide() -> tuple[UUID, str]:
        try:
            new = ask_again(run_id, seen=request.POST.get("seen", ""), actor=request.user.actor)
        except ChangedMeanwhile:
            return standing_of(run_of(request, run_id)).newest_run, NOT_TWICE
        return new, "It is asked for again: this is the new run."

    return decided(request, run_id, decide)


def decided(request: PortalRequest, run_id: UUID, decide: Callable[[], tuple[UUID, str]]) -> HttpResponse:
    """Carry a decision out and lead to the run that it is about; a run that moved meanwhile is left as it is, in words."""
    run_of(request, run_id)
    if request.method != "POST":
        return redirect("activity:run", run_id)
    try:
        shown, said = decide()
    except DecisionRefused as refused:
        text = str(refused).replace(f"Run {run_id}", "this run")
        messages.warning(request, f"Nothing was done: {text}")
        return redirect("activity:run", run_id)
    messages.success(request, said)
    return redirect("activity:run", shown)
