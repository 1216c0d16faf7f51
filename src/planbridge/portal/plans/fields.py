"""One field of Specifications: shown, edited, pinned as it is, or given back to the recordkeeper."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.plans.field_state import FieldState, Standing, standing_of
from planbridge.plans.pinned_terms import is_pinnable
from planbridge.plans.pinning import Pinning, PinRefused, pin_field, unpin_field
from planbridge.plans.plan import Plan
from planbridge.portal.firm_time import clock_text
from planbridge.portal.plans.field_forms import FieldForm
from planbridge.portal.plans.field_rows import FieldRow, row_of
from planbridge.portal.plans.field_words import words_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right, may

ROW, EDITOR, SAID = (f"portal/plans/field_{name}.html" for name in ("row", "editor", "said"))
WRONG, CONFLICT = 422, 409


@dataclass(frozen=True)
class Undo:
    """Where a change is taken back, and what is sent there, as JSON."""

    address: str
    values: str


def find_field(request: PortalRequest, plan_id: int, field: str) -> tuple[Plan, Standing | None]:
    """A plan that the user sees, and how its fields stand; 404 where it has no such field."""
    plan = find_plan(request, plan_id)
    if not is_pinnable(field):
        message = "The plan has no such field."
        raise Http404(message)
    return plan, standing_of(plan)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: PortalRequest, plan_id: int, field: str) -> HttpResponseBase:
    """The row of a field, its boxes (?edit), or saving what the boxes say."""
    plan, standing = find_field(request, plan_id, field)
    if standing is None or (request.method != "POST" and not request.htmx):
        return redirect("plans:details", plan_id=plan.pk)
    row = row_of(standing, field)
    if request.method == "POST":
        return undo_edit(request, plan, row) if "json" in request.POST else save(request, plan, row)
    if "edit" in request.GET and may(request.user, Right.EDIT_PLANS):
        reason = row.state.pin.reason if row.state.pin else ""
        form = FieldForm(row.words, row.state.value, reason=reason)
        return render(request, EDITOR, {"plan": plan, "row": row, "form": form})
    return shown(request, plan, row.state)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def pin(request: PortalRequest, plan_id: int, field: str) -> HttpResponseBase:
    """Keep a field as it is from syncs."""
    plan, standing = find_field(request, plan_id, field)
    if standing is None or request.method != "POST":
        return redirect("plans:details", plan_id=plan.pk)
    return changed(request, plan, Pinning(field, standing.field(field).value))


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def unpin(request: PortalRequest, plan_id: int, field: str) -> HttpResponseBase:
    """Use the recordkeeper's value, from now on."""
    plan, standing = find_field(request, plan_id, field)
    if standing is None or request.method != "POST":
        return redirect("plans:details", plan_id=plan.pk)
    return changed(request, plan, field)


def save(request: PortalRequest, plan: Plan, row: FieldRow) -> HttpResponse:
    """Save the boxes; the answer goes below them, so that nothing typed meanwhile is lost."""
    form = FieldForm(row.words, row.state.value, request.POST)
    context: dict[str, Any] = {"plan": plan, "row": row, "version": seen(request)}
    if not form.is_valid():
        return render(request, SAID, context | {"error": form.said_wrong()}, status=WRONG)
    wanted = Pinning(row.words.field, form.json_value(), form.cleaned_data["reason"])
    try:
        state = pin_field(plan, wanted, seen=seen(request), actor=request.user.actor)
    except ChangedMeanwhile:
        return render(request, SAID, context | {"is_conflict": True, "version": row.state.version}, status=CONFLICT)
    except PinRefused as refused:
        return render(request, SAID, context | {"error": str(refused)}, status=WRONG)
    undo = undo_of(plan, row.state, state.version)
    return render(request, SAID, context | {"version": state.version, "said": said_saved(), "undo": undo})


def undo_edit(request: PortalRequest, plan: Plan, row: FieldRow) -> HttpResponse:
    """Put the value back that stood before an edit of a field that was pinned already."""
    try:
        value = json.loads(request.POST["json"])
    except ValueError:
        return shown(request, plan, row.state, error="Nothing was changed: the former value could not be read.")
    return changed(request, plan, Pinning(row.words.field, value, request.POST.get("reason")))


def changed(request: PortalRequest, plan: Plan, wanted: Pinning | str) -> HttpResponse:
    """Pin, or unpin (the field's name), and show the row; who saw an older state is told what stands now."""
    name = wanted if isinstance(wanted, str) else wanted.field
    standing = standing_of(plan)
    before = standing.field(name) if standing else FieldState(name, None, None)
    try:
        if isinstance(wanted, str):
            state = unpin_field(plan, wanted, seen=seen(request), actor=request.user.actor)
        else:
            state = pin_field(plan, wanted, seen=seen(request), actor=request.user.actor)
    except ChangedMeanwhile:
        error = "Nothing was changed: somebody else changed this meanwhile. This is how it stands now."
        return shown(request, plan, before, error=error)
    except PinRefused as refused:
        return shown(request, plan, before, error=str(refused))
    return shown(request, plan, state, before=before)


def shown(
    request: PortalRequest, plan: Plan, state: FieldState, *, before: FieldState | None = None, error: str = ""
) -> HttpResponse:
    """The row; after a change with the time and the way back, after a refusal (409) with the reason."""
    context = {
        "plan": plan,
        "row": FieldRow(words_of(state.field), state),
        "may_edit": may(request.user, Right.EDIT_PLANS),
        "said": said_saved() if before else "",
        "undo": undo_of(plan, before, state.version) if before else None,
        "error": error,
        "takes_focus": True,
    }
    return render(request, ROW, context, status=CONFLICT if error else 200)


def undo_of(plan: Plan, before: FieldState, version: str) -> Undo:
    """The way back to a state: to the recordkeeper's value where it was not pinned, else to the value of that pin."""
    if before.pin is None:
        return Undo(reverse("plans:unpin", args=[plan.pk, before.field]), json.dumps({"version": version}))
    values = {"version": version, "json": json.dumps(before.value), "reason": before.pin.reason}
    return Undo(reverse("plans:field", args=[plan.pk, before.field]), json.dumps(values))


def said_saved() -> str:
    """'Saved 10:02 PM'."""
    return f"Saved {clock_text(timezone.now())}"


def seen(request: PortalRequest) -> str:
    """The token of what the person saw."""
    return str(request.POST.get("version", ""))
