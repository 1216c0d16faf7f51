"""The last Plan Sync on Specifications: Sync now, how it gets on, and what it changed in words."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from planbridge.plans.plan import Plan
from planbridge.portal.plans.change_words import changes_of_proof, is_first_reading
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.recordkeepers.quiet_hours import quiet_note
from planbridge.security.roles import Right
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, RunStatus, SyncRun
from planbridge.sync.run_page import problem_groups

PART = "portal/plans/last_sync.html"
UNDERWAY = (RunStatus.QUEUED, RunStatus.RUNNING)
CHANGES_SHOWN = 12
NOTHING_NEW = 204


def run_underway(plan: Plan) -> SyncRun | None:
    """The Plan Sync that waits or runs."""
    return SyncRun.objects.filter(plan_id=plan.pk, kind=RunKind.PLAN, status__in=UNDERWAY).order_by("-id").first()


def last_run_of(plan: Plan, ended_id: UUID | None) -> dict[str, Any]:
    """The Plan Sync that waits or runs; else the one that ended last, by its id, with what it changed."""
    underway = run_underway(plan)
    if underway is not None or ended_id is None:
        return {} if underway is None else at_work(underway)
    last = SyncRun.objects.filter(plan_id=plan.pk, id=ended_id).first()
    return {} if last is None else ended(last)


def at_work(run: SyncRun) -> dict[str, Any]:
    """A run that waits or runs, and whether quiet hours keep it waiting."""
    return {"run": run, "quiet_note": quiet_note(run.connection, timezone.now())}


def ended(run: SyncRun) -> dict[str, Any]:
    """What a run that ended changed, in words, and what is wrong."""
    changes = changes_of_proof(run.proof)
    return {
        "run": run,
        "has_ended": True,
        "changes": changes[:CHANGES_SHOWN],
        "is_first": is_first_reading(run.proof),
        "more_count": max(0, len(changes) - CHANGES_SHOWN),
        "problems": problem_groups(run),
    }


@needs(Right.SEE_PLANS, to_change=Right.SYNC_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def sync(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Ask for a Plan Sync and show that it was asked for; its address alone leads to the page."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("plans:details", plan_id=plan.pk)
    [(_, run_id)] = request_syncs([plan], RunKind.PLAN, actor=request.user.actor)
    if not request.htmx:
        return redirect("plans:details", plan_id=plan.pk)
    return shown(request, plan, SyncRun.objects.get(plan_id=plan.pk, id=run_id))


@needs(Right.SEE_PLANS)
@require_safe
def progress(request: PortalRequest, plan_id: int, run_id: UUID) -> HttpResponseBase:
    """How a Plan Sync gets on; nothing while it stands as the page has it already."""
    plan = find_plan(request, plan_id)
    run = SyncRun.objects.filter(plan_id=plan.pk, id=run_id, kind=RunKind.PLAN).first()
    if run is None:
        message = "There is no such Plan Sync of this plan."
        raise Http404(message)
    if request.GET.get("seen") == run.status:
        return HttpResponse(status=NOTHING_NEW)
    return shown(request, plan, run)


def shown(request: PortalRequest, plan: Plan, run: SyncRun) -> HttpResponse:
    """The part with the run; once it ended, with what it changed, the facts, and word to the page to read itself anew."""
    context: dict[str, Any] = plan_frame(request, plan, "specifications")
    has_ended = run.status not in UNDERWAY
    context |= ended(run) | {"is_news": True} if has_ended else at_work(run)
    response = render(request, PART, context)
    response.headers["Cache-Control"] = "no-store"
    return trigger_client_event(response, "plan-synced", {}) if has_ended else response
