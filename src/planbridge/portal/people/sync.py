"""Participant Syncs asked for on a page: of a plan, of the selected people, of one, or dry; and how they get on."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET
from django_htmx.http import trigger_client_event

from planbridge.activity.feed import OPEN
from planbridge.participants.models import Participant
from planbridge.participants.people_list import PeopleFilter, people_ids
from planbridge.plans.plan import Plan
from planbridge.portal.people.participants import filter_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.run_page import problem_groups
from planbridge.sync.run_sentence import run_sentence
from planbridge.sync.run_standing import standing_of

PART = "portal/people/sync.html"
NOT_CHANGED = 204
EVERYBODY: tuple[str, ...] = ()


class NobodyChosen(Exception):  # noqa: N818 - says what happened
    """A sync of the selected people was asked for and nobody was selected."""


def chosen_people(request: PortalRequest, plan: Plan) -> tuple[str, ...]:
    """Whom a form asks for: EVERYBODY, those ticked, or all that fit its filters but those unticked on the page.

    Raises NobodyChosen.
    """
    if request.POST.get("whom") != "selected":
        return EVERYBODY
    ticked = {one.replace("\x00", "") for one in request.POST.getlist("person")}
    unticked = set(request.POST.getlist("shown")) - ticked
    wanted = filter_of(request.POST)
    if "all" not in request.POST:
        found = Participant.objects.filter(plan_id=plan.pk, participant_id__in=ticked)
        people = set(found.values_list("participant_id", flat=True))
    elif wanted == PeopleFilter() and not unticked:
        return EVERYBODY
    else:
        people = set(people_ids(plan.pk, wanted)) - unticked
    if not people:
        raise NobodyChosen
    return tuple(sorted(people))


@needs(Right.SYNC_PLANS)
def sync(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Ask for a Participant Sync, or a dry run of it."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("people:list", plan_id=plan.pk)
    try:
        people = chosen_people(request, plan)
    except NobodyChosen:
        return render(request, PART, {"plan": plan, "is_nobody_chosen": True}, status=422)
    return asked_for(request, plan, SyncOptions(is_dry_run="dry_run" in request.POST, participants=people))


@needs(Right.SYNC_PLANS)
def sync_one(request: PortalRequest, plan_id: int, participant_id: str) -> HttpResponseBase:
    """Ask for a Participant Sync of one person, also of one who was rejected and is not held yet."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("people:person", plan_id=plan.pk, participant_id=participant_id)
    return asked_for(request, plan, SyncOptions(participants=(participant_id,)))


def asked_for(request: PortalRequest, plan: Plan, options: SyncOptions) -> HttpResponse:
    """Ask, and show how the run gets on."""
    [(_, run_id)] = request_syncs([plan], RunKind.PARTICIPANTS, actor=request.user.actor, options=options)
    if not request.htmx:
        messages.success(request, "The sync was asked for.")
        return redirect("people:list", plan_id=plan.pk)
    return shown_run(request, plan, SyncRun.objects.get(plan_id=plan.pk, id=run_id))


@needs(Right.SEE_PLANS)
@require_GET
def progress(request: PortalRequest, plan_id: int, run_id: str) -> HttpResponseBase:
    """How a run gets on; nothing (204) while it stands as the page has it already."""
    plan = find_plan(request, plan_id)
    run = SyncRun.objects.filter(plan_id=plan.pk, id=run_id, kind=RunKind.PARTICIPANTS).first()
    if run is None:
        message = "There is no such sync of this plan."
        raise Http404(message)
    if not request.htmx:
        return redirect("people:list", plan_id=plan.pk)
    return HttpResponse(status=NOT_CHANGED) if request.GET.get("seen") == run.status else shown_run(request, plan, run)


def shown_run(request: PortalRequest, plan: Plan, run: SyncRun) -> HttpResponse:
    """The part of the page that tells of the run; once it ended, the rest of the page reads itself anew."""
    has_ended = run.status not in OPEN
    left_rejected = standing_of(run).left_rejected if has_ended else 0
    name = plan.name or plan.external_plan_id
    context = {
        "plan": plan,
        "run": run,
        "has_ended": has_ended,
        "sentence": run_sentence(run, name, problem_groups(run), left_rejected=left_rejected),
    }
    response = render(request, PART, context)
    response.headers["Cache-Control"] = "no-store"
    return trigger_client_event(response, "people-synced", {}) if has_ended else response
