"""Making the draft what participants see: now, at a time to come, or with a second person; and taking the plan from them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.problem_catalogue import Severity
from planbridge.participants.fund_holders import activation_facts
from planbridge.plans.lifecycle import (
    ActivationOutcome,
    ActivationRefused,
    DateRefused,
    DeactivationRefused,
    DraftMoved,
    EditRefused,
    activate_plan,
    approve_draft,
    cancel_activation_date,
    deactivate_plan,
    schedule_activation,
)
from planbridge.plans.plan import Plan
from planbridge.portal.firm_time import moment_text
from planbridge.portal.plans.review import shown
from planbridge.portal.plans.review_scene import ReviewScene, review_scene, shown_problems
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right

CHANGED, REFUSED = 409, 422
MOVED = "Not activated: the draft changed since you looked at it. Review what moved, and activate again."
YEARS = range(2000, 2200)  # any zone's clock can show them
METHODS = ["GET", "HEAD", "POST"]


@needs(Right.SEE_PLANS, to_change=Right.ACTIVATE_PLANS)
@require_http_methods(METHODS)
def activate(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Check the draft as it was seen and make it live, or show an inactive plan's live version again."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("plans:draft", plan_id=plan.pk)
    seen = str(request.POST.get("seen", ""))
    scene = review_scene(plan, actor=request.user.actor)
    stopped = None if scene is None or scene.review.token != seen else stopped_by(request, scene)
    if stopped is not None:
        return stopped
    facts = activation_facts(plan) if scene is None else scene.facts
    try:
        done = activate_plan(plan, actor=request.user.actor, facts=facts, seen=seen)
    except ActivationRefused as refused:
        messages.error(request, f"Not activated. {refused}")
        return redirect("plans:draft", plan_id=plan.pk)
    except DraftMoved as moved:
        return shown(request, plan, status=CHANGED, note=MOVED, moved=moved.moved)
    said = {
        ActivationOutcome.ACTIVATED: f"Activated. Participants see version {done.version}.",
        ActivationOutcome.REACTIVATED: f"Active again. Participants see version {done.version}.",
        ActivationOutcome.NOTHING_WAITING: "Nothing to activate: no draft waits.",
    }[done.outcome]
    messages.success(request, said)
    return redirect("plans:details", plan_id=plan.pk)


def stopped_by(request: PortalRequest, scene: ReviewScene, *, at: str = "") -> HttpResponseBase | None:
    """The page with all errors, or asking about warnings that nobody said OK to; None when nothing stands in the way.

    `at`: the date and time that were typed, where the activation is to be dated.
    """
    problems = scene.problems(request.user.actor)
    errors = shown_problems(scene, problems, Severity.ERROR)
    if errors:
        return shown(request, scene.plan, status=REFUSED, errors=errors)
    warnings = shown_problems(scene, problems, Severity.WARNING)
    asked = ",".join(sorted({one.code for one in warnings}))
    if asked and request.POST.get("confirmed") != asked:
        return shown(request, scene.plan, status=REFUSED, warnings=warnings, asked=asked, asked_at=at)
    return None


@needs(Right.SEE_PLANS, to_change=Right.ACTIVATE_PLANS)
@require_http_methods(METHODS)
def approve(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Approve the draft as it was seen, for another person to activate."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        try:
            approve_draft(plan, seen=str(request.POST.get("seen", "")), actor=request.user.actor)
        except EditRefused:
            messages.info(request, "Nothing to approve: no draft waits.")
        except ChangedMeanwhile:
            note = "Not approved: the draft changed since you looked at it. This is how it stands now."
            return shown(request, plan, status=CHANGED, note=note)
        else:
            messages.success(request, "Approved. Another person can activate it now.")
    return redirect("plans:draft", plan_id=plan.pk)


@needs(Right.SEE_PLANS, to_change=Right.ACTIVATE_PLANS)
@require_http_methods(METHODS)
def date(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Let the draft be activated at a time to come, in the firm's zone."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("plans:draft", plan_id=plan.pk)
    typed, zone = str(request.POST.get("at", "")), ZoneInfo(request.user.firm.time_zone)
    try:
        moment = moment_of(typed, zone)
        seen = str(request.POST.get("seen", ""))
        scene = review_scene(plan, actor=request.user.actor)
        stopped = None if scene is None or scene.review.token != seen else stopped_by(request, scene, at=typed)
        if stopped is not None:
            return stopped
        facts = activation_facts(plan) if scene is None else scene.facts
        dated = schedule_activation(plan, on=moment, seen=seen, actor=request.user.actor, facts=facts)
    except DateRefused as refused:
        return shown(request, plan, status=REFUSED, date_error=str(refused), date_typed=typed)
    except EditRefused:
        messages.info(request, "Nothing to date: no draft waits.")
    except ActivationRefused as refused:
        messages.error(request, f"Not dated. {refused}")
    except DraftMoved as moved:
        return shown(request, plan, status=CHANGED, note=MOVED, moved=moved.moved)
    else:
        messages.success(request, f"It will be activated {moment_text(dated.activates_at)}.")
    return redirect("plans:draft", plan_id=plan.pk)


def moment_of(typed: str, zone: ZoneInfo) -> datetime:
    """A date and time as a browser writes them, in a zone. Raises DateRefused, also for an hour that the zone skips."""
    try:
        local = datetime.fromisoformat(typed)
    except ValueError:
        message = "Choose the date and the time."
        raise DateRefused(message) from None
    if local.year not in YEARS:
        message = f"Choose a date of the years {YEARS[0]} to {YEARS[-1]}."
        raise DateRefused(message)
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        message = "There is no such time on that day: the clock skips it."
        raise DateRefused(message)
    return moment


@needs(Right.SEE_PLANS, to_change=Right.ACTIVATE_PLANS)
@require_http_methods(METHODS)
def cancel_date(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Take the date away; the draft waits on."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        cancel_activation_date(plan, actor=request.user.actor)
        messages.success(request, "The date is canceled. The draft waits on.")
    return redirect("plans:draft", plan_id=plan.pk)


@needs(Right.SEE_PLANS, to_change=Right.ACTIVATE_PLANS)
@require_http_methods(METHODS)
def deactivate(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Take the plan from its participants, with a reason; its address alone leads to the page of the plan."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        say_deactivated(request, plan)
    return redirect("plans:details", plan_id=plan.pk)


def say_deactivated(request: PortalRequest, plan: Plan) -> None:
    """Deactivate, and say so on the next page."""
    try:
        deactivate_plan(plan, reason=str(request.POST.get("reason", "")), actor=request.user.actor)
    except DeactivationRefused as refused:
        messages.error(request, f"Not deactivated. {refused}")
    else:
        messages.success(request, "Deactivated. Participants do not see the plan any more.")
