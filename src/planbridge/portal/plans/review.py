"""Plan Details > Activation: the draft beside what is live, change by change, with a decision for each."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh, reswap, retarget

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.participants.fund_holders import activation_facts
from planbridge.plans.activating import token_of
from planbridge.plans.lifecycle import (
    Decision,
    DecisionRefused,
    EditRefused,
    accept_undecided,
    comment_on,
    decide_change,
    rollback_request,
    undo_decision,
)
from planbridge.plans.plan import Plan
from planbridge.plans.review import Choice, ReviewItem
from planbridge.plans.reviewing import review_as_json
from planbridge.portal.firm_time import clock_text
from planbridge.portal.page import render_page
from planbridge.portal.plans.frame import plan_frame, plan_rights
from planbridge.portal.plans.review_rows import RowSaid, printed_items, review_row, row_frame, rows_of
from planbridge.portal.plans.review_scene import ReviewScene, review_scene
from planbridge.portal.plans.versions import versions_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right, may

PAGE, PART, FOOT, NOTHING, PRINT = (
    f"portal/plans/{name}.html" for name in ("review", "review_part", "review_foot", "no_draft", "review_print")
)
CHANGED, REFUSED = 409, 422
MOVED_WORDS = "This change is another one by now, and nothing was saved. The page shows it as it stands."


@needs(Right.SEE_PLANS)
@require_safe
def draft(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The tab: the review of what waits; that nothing does."""
    return shown(request, find_plan(request, plan_id))


def shown(request: PortalRequest, plan: Plan, *, status: int = 200, **more: Any) -> HttpResponse:  # noqa: ANN401 - template values
    """The tab as it stands, with what else is to be said on it."""
    scene = review_scene(plan, actor=request.user.actor)
    if scene is None:
        context = (
            plan_frame(request, plan, "activation")
            | {
                "versions": versions_of(plan),
                "no_draft_token": token_of(None),
                "rollback_asked": rollback_request(plan),
            }
            | more
        )
        return render_page(request, NOTHING, context, status=status)
    frame = row_frame(scene, may_decide=may(request.user, Right.EDIT_PLANS))
    context = review_context(request, scene) | {
        "conflicts": rows_of(scene.conflicts, frame),
        "groups": [(group.value, len(items), rows_of(items, frame)) for group, items in scene.groups],
    }
    return render_page(request, PAGE, context | more, part=PART, status=status)


def review_context(request: PortalRequest, scene: ReviewScene) -> dict[str, Any]:
    """The values of the review's templates."""
    actor = request.user.actor
    return plan_rights(request, scene.plan, "activation") | {
        "scene": scene,
        "rollback_asked": rollback_request(scene.plan),
        "is_mine_approved": scene.approved_by(actor),
        "is_activation_open": scene.is_activation_open_to(actor),
        "firm_zone": request.user.firm.time_zone,
    }


@needs(Right.SEE_PLANS)
@require_safe
def review_json(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The review as a file."""
    plan = find_plan(request, plan_id)
    scene = review_scene(plan, actor=request.user.actor)
    if scene is None:
        return redirect("plans:draft", plan_id=plan.pk)
    live = scene.draft.live
    value = {
        "plan": plan.external_plan_id,
        "name": plan.name,
        "live_activated_at": None if live is None else live.activated_at,
        "draft_made_at": scene.draft.version.made_at,
    }
    answer = JsonResponse(value | review_as_json(scene.review), json_dumps_params={"indent": 2})
    name = f"review-{plan.pk}-version-{scene.review.number}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@needs(Right.SEE_PLANS)
@require_safe
def review_print(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The review to be printed: all that it says, and nothing to press."""
    plan = find_plan(request, plan_id)
    scene = review_scene(plan, actor=request.user.actor)
    if scene is None:
        return redirect("plans:draft", plan_id=plan.pk)
    groups = [
        (group.value, printed_items(items, is_first=scene.draft.live is None)) for group, items in scene.review.groups()
    ]
    return render_page(request, PRINT, {"plan": plan, "scene": scene, "groups": groups, "now": timezone.now()})


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Decide an item; its address alone leads to the review."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("plans:draft", plan_id=plan.pk)
    item, (word, _, successor) = str(request.POST.get("item", "")), str(request.POST.get("choice", "")).partition(":")

    def change(seen: str) -> None:
        if word not in set(Choice):
            raise DecisionRefused("Choose what is to be done.")
        decision = Decision(item, Choice(word), map_to=successor, holders=activation_facts(plan).holders)
        decide_change(plan, decision, seen=seen, actor=request.user.actor)

    return change_row(request, plan, item, change)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Take a decision back; its address alone leads to the review."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("plans:draft", plan_id=plan.pk)
    item = str(request.POST.get("item", ""))

    def change(seen: str) -> None:
        undo_decision(plan, item, seen=seen, holders=activation_facts(plan).holders, actor=request.user.actor)

    return change_row(request, plan, item, change)


def change_row(request: PortalRequest, plan: Plan, item: str, change: Callable[[str], None]) -> HttpResponse:
    """Change what is decided of an item, given the state that was seen; answers its row, with what was refused."""
    before = items_of(plan, request)
    try:
        change(str(request.POST.get("state", "")))
    except (DecisionRefused, EditRefused) as refused:
        return answer_row(request, plan, item, before, RowSaid(error=str(refused)))
    except ChangedMeanwhile:
        return whole(request, plan, status=CHANGED, note=MOVED_WORDS)
    return answer_row(request, plan, item, before, saved_now())


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def accept_rest(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Accept what nobody decided; its address alone leads to the review."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        seen = str(request.POST.get("seen", ""))
        try:
            accept_undecided(plan, seen=seen, holders=activation_facts(plan).holders, actor=request.user.actor)
        except EditRefused:
            return redirect("plans:draft", plan_id=plan.pk)
        except ChangedMeanwhile:
            return shown(
                request, plan, status=CHANGED, note="Nothing was accepted: the draft changed since you looked."
            )
    return redirect("plans:draft", plan_id=plan.pk)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Remark on an item, or on the draft; its address alone leads to the review."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("plans:draft", plan_id=plan.pk)
    item = str(request.POST.get("item", ""))
    before, said = items_of(plan, request), saved_now()
    try:
        comment_on(plan, str(request.POST.get("text", "")), item=item, actor=request.user.actor)
    except (DecisionRefused, EditRefused) as refused:
        said = RowSaid(error=str(refused))
    if item:
        return answer_row(request, plan, item, before, said)
    return whole(request, plan, status=REFUSED if said.error else 200, note=said.error)


def saved_now() -> RowSaid:
    """'Saved 10:02 PM'."""
    return RowSaid(saved=f"Saved {clock_text(timezone.now())}", takes_focus=True)


def items_of(plan: Plan, request: PortalRequest) -> dict[str, ReviewItem]:
    """The items as they stand, by key."""
    scene = review_scene(plan, actor=request.user.actor)
    return {} if scene is None else {one.item: one for one in scene.review.items}


def answer_row(
    request: PortalRequest, plan: Plan, key: str, before: dict[str, ReviewItem], said: RowSaid
) -> HttpResponse:
    """The item's row and the bar; the whole review where other rows are different now, too."""
    scene = review_scene(plan, actor=request.user.actor)
    item = None if scene is None else scene.review.item(key)
    status = REFUSED if said.error else 200
    if scene is None or item is None or not request.htmx:
        return whole(request, plan, status=status, note=said.error)
    others = {one.item: one for one in scene.review.items if one.item != key}
    was_conflict = key in before and before[key].conflict is not None
    if others != {name: one for name, one in before.items() if name != key} or was_conflict != (
        item.conflict is not None
    ):
        return whole(request, plan, status=status, note=said.error)
    foot = render_to_string(FOOT, review_context(request, scene) | {"is_out_of_band": True}, request=request)
    frame = row_frame(scene, may_decide=True)
    return HttpResponse(review_row(item, frame, said) + f"<template>{foot}</template>", status=status)


def whole(request: PortalRequest, plan: Plan, *, status: int = 200, note: str = "") -> HttpResponse:
    """The whole review anew, in place of the row that asked."""
    if not request.htmx:
        return shown(request, plan, status=status, note=note)
    if plan.draft_version is None:
        return HttpResponseClientRefresh()
    return reswap(retarget(shown(request, plan, status=status, note=note), "#review"), "outerHTML")
