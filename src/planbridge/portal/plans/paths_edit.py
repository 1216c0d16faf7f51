"""Editing a place of the draft: saved by itself, refused with words, taken back, or decided where both touched it."""

import time
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django_htmx.http import reswap, retarget

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.participants.fund_holders import activation_facts
from planbridge.plans.draft import Draft
from planbridge.plans.drafting import place_state
from planbridge.plans.edit import NAME, PORTFOLIOS, fund_place
from planbridge.plans.lifecycle import (
    Decision,
    EditRefused,
    edit_draft,
    settle_conflict,
    undo_edit,
    undo_settled,
    waiting_draft,
)
from planbridge.plans.overlay import value_at
from planbridge.plans.plan import Plan
from planbridge.plans.review import Choice
from planbridge.plans.settled import settled_edits
from planbridge.portal.autosave import seen_version
from planbridge.portal.firm_time import clock_text
from planbridge.portal.plans.field_forms import slug_of
from planbridge.portal.plans.paths import checks_by_section, choices_of, places_of, to_tab
from planbridge.portal.plans.paths_boxes import ADD, REMOVE, Choices, read_boxes
from planbridge.portal.plans.paths_places import LIVE, UNDECIDED, Places
from planbridge.portal.plans.paths_words import EXPERIENCE_GLOSS
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right, may

FORM, SAID, CHECKS, ROW, EDITOR = (
    f"portal/plans/paths_{name}.html" for name in ("form", "said", "checks", "fund", "fund_editor")
)
WRONG, CONFLICT = 422, 409
GONE = "The draft was activated or discarded meanwhile. Nothing was changed."
MEANWHILE = "This was changed meanwhile, and nothing was overwritten. Here it is as it is now."
Change = Callable[[Draft], Draft | None]


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Save what the boxes of a place say; by GET (?place) the boxes as they stand now."""
    plan = find_plan(request, plan_id)
    draft = waiting_draft(plan)
    if draft is None or not request.htmx:
        return _without_draft(request, plan) if draft is None else _plain(request, plan, draft)
    if request.method != "POST":
        return show_form(request, plan, draft, place_of(request, plan, draft))
    return _save(request, plan, draft)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Take our value of a place away, so that what lies underneath or what participants see holds; or a decision."""
    plan = find_plan(request, plan_id)

    def change(draft: Draft) -> Draft | None:
        place, to, seen = place_of(request, plan, draft), request.POST.get("to"), seen_version(request)
        if to == UNDECIDED:
            return undo_settled(plan, place, seen=seen, actor=request.user.actor)
        if to == LIVE and draft.live is not None:
            value = value_at(draft.live.content, place)
            return edit_draft(plan, place, value, seen=seen, actor=request.user.actor)
        return undo_edit(plan, place, seen=seen, actor=request.user.actor)

    return _changed(request, plan, change, done="Undone")


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def decide_place(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Decide a place that the recordkeeper and we both changed."""
    plan = find_plan(request, plan_id)

    def change(draft: Draft) -> Draft | None:
        choice = Choice.KEEP_OURS if request.POST.get("keep") == "ours" else Choice.TAKE_THEIRS
        decision = Decision(place_of(request, plan, draft), choice, holders=activation_facts(plan).holders)
        return settle_conflict(plan, decision, seen=seen_version(request), actor=request.user.actor)

    return _changed(request, plan, change, done="Decided")


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def add_portfolio(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """A portfolio more, under a name that can be changed."""
    plan = find_plan(request, plan_id)
    draft = waiting_draft(plan)
    if request.method == "POST" and draft is not None:
        place = f"{PORTFOLIOS}p{time.time_ns():x}"  # keys are in order of making, and no key comes twice
        value = {"name": f"Portfolio {len(draft.content.paths.portfolios) + 1}", "description": "", "funds": []}
        edit_draft(plan, place, value, seen=place_state(draft, place).version, actor=request.user.actor)
    return to_tab(request, plan)


@needs(Right.SEE_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def fund(request: PortalRequest, plan_id: int, fund: str) -> HttpResponseBase:
    """The row of a fund, or its boxes (?edit)."""
    plan = find_plan(request, plan_id)
    draft = waiting_draft(plan)
    if draft is None or not request.htmx:
        return redirect("plans:paths", plan_id=plan.pk)
    place = fund_place(fund, NAME)
    places = Places(draft, Choices((), ()), settled_edits(plan, draft) if "edit" in request.GET else {})
    if not places.has(place):
        message = "The draft has no such fund."
        raise Http404(message)
    row = places.fund_row(next(one for one in places.funds if one.fund == fund), places.names)
    may_edit = may(request.user, Right.EDIT_PLANS)
    context = {"plan": plan, "row": row, "may_edit": may_edit, "takes_focus": True}
    return render(request, EDITOR if "edit" in request.GET and may_edit else ROW, context)


def place_of(request: PortalRequest, plan: Plan, draft: Draft) -> str:
    """The place that a request names; 404 for one that the draft does not have."""
    place = str((request.POST if request.method == "POST" else request.GET).get("place", ""))
    if not Places(draft, Choices((), ())).has(place):
        message = f"The draft of plan {plan.pk} has no such place."
        raise Http404(message)
    return place


def show_form(request: PortalRequest, plan: Plan, draft: Draft, place: str, **more: object) -> HttpResponse:
    """The boxes of a place as they stand, and what is to be mended."""
    places = places_of(plan, draft)
    shown = places.place(place, places.names, has_new_row=bool(more.pop("has_new_row", False)))
    status = int(str(more.pop("status", 200)))
    context = {"plan": plan, "one": shown, "glosses": list(EXPERIENCE_GLOSS.items()), "takes_focus": True} | more
    answer = render(request, FORM, context | _of_provider(places), status=status)
    return _with_checks(request, answer, draft, places.choices)


def _save(request: PortalRequest, plan: Plan, draft: Draft) -> HttpResponseBase:
    """Save the boxes; the answer goes below them, so that nothing typed meanwhile is lost."""
    place = place_of(request, plan, draft)
    choices = choices_of(plan, draft.content.paths)
    context: dict[str, Any] = {"plan": plan, "one": Places(draft, choices).place(place, Places(draft, choices).names)}
    context["version"] = seen_version(request)
    try:
        value = read_boxes(place, request.POST, choices)
        after = edit_draft(plan, place, value, seen=seen_version(request), actor=request.user.actor)
    except ChangedMeanwhile:
        now = waiting_draft(plan)
        if now is None:
            return _without_draft(request, plan)
        context["one"] = Places(now, choices).place(place, Places(now, choices).names)
        context |= {"is_changed_meanwhile": True, "version": context["one"].state.version}
        return render(request, SAID, context, status=CONFLICT)
    except EditRefused as refused:
        return render(request, SAID, context | {"error": str(refused)}, status=WRONG)
    if after is None:
        messages.success(request, "Saved. Nothing differs from what participants see, so no draft waits any more.")
        return to_tab(request, plan)
    if not after.content.paths.portfolios and not Places(after, choices).has(place):
        return to_tab(request, plan)
    return _saved(request, plan, after, place)


def _saved(request: PortalRequest, plan: Plan, draft: Draft, place: str) -> HttpResponse:
    """What to show after saving: a line below the boxes, or the boxes anew where rows came or went."""
    if place.startswith(PORTFOLIOS) and (place_state(draft, place).value is None or "act" in request.POST):
        answer = to_tab(request, plan)
        assert isinstance(answer, HttpResponse)  # noqa: S101 - for the types: a redirect
        return answer
    said = f"Saved {clock_text(timezone.now())}"
    if ADD in request.POST or REMOVE in request.POST:
        form = show_form(request, plan, draft, place, said=said, has_new_row=ADD in request.POST)
        return retarget(reswap(form, "outerHTML"), f"#{slug_of(place)}")
    places = places_of(plan, draft)
    shown = places.place(place, places.names)
    context = {"plan": plan, "one": shown, "version": shown.state.version, "said": said} | _of_provider(places)
    return _with_checks(request, render(request, SAID, context), draft, places.choices)


def _changed(request: PortalRequest, plan: Plan, change: Change, *, done: str) -> HttpResponseBase:
    """Do what a button asks for, and show the boxes anew with the word for it; who saw an older state is told."""
    draft = waiting_draft(plan)
    if request.method != "POST" or draft is None:
        return _without_draft(request, plan) if request.method == "POST" else to_tab(request, plan)
    place = place_of(request, plan, draft)
    try:
        after = change(draft)
    except (ChangedMeanwhile, EditRefused) as refused:
        text = str(refused) if isinstance(refused, EditRefused) else MEANWHILE
        now = waiting_draft(plan)
        if now is None or not request.htmx:
            messages.error(request, text)
            return to_tab(request, plan)
        return show_form(request, plan, now, place, error=text, status=CONFLICT)
    if after is None or not request.htmx or not Places(after, Choices((), ())).has(place):
        return to_tab(request, plan)
    return show_form(request, plan, after, place, said=f"{done} {clock_text(timezone.now())}")


def _plain(request: PortalRequest, plan: Plan, draft: Draft) -> HttpResponseBase:
    """Saving without scripts: the whole tab anew, with a sentence."""
    if request.method == "POST":
        place = place_of(request, plan, draft)
        try:
            value = read_boxes(place, request.POST, choices_of(plan, draft.content.paths))
            edit_draft(plan, place, value, seen=seen_version(request), actor=request.user.actor)
        except (ChangedMeanwhile, EditRefused) as refused:
            messages.error(request, str(refused) or MEANWHILE)
        else:
            messages.success(request, f"Saved {clock_text(timezone.now())}")
    return redirect("plans:paths", plan_id=plan.pk)


def _without_draft(request: PortalRequest, plan: Plan) -> HttpResponseBase:
    """No draft waits any more: the tab as it is then."""
    if request.method == "POST":
        messages.error(request, GONE)
    return to_tab(request, plan)


def _of_provider(places: Places) -> dict[str, Any]:
    """What the boxes of the provider show beside the choice."""
    paths = places.draft.content.paths
    return {"provider_words": paths.provider, "is_provider_outdated": places.is_provider_outdated}


def _with_checks(request: PortalRequest, answer: HttpResponse, draft: Draft, choices: Choices) -> HttpResponse:
    """The answer with the checks of the whole tab, each section's in its place."""
    context = checks_by_section(draft, choices) | {"is_apart": True}
    answer.write(render_to_string(CHECKS, context, request))
    return answer
