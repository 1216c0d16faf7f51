"""Making a draft by hand, and undoing all that was edited in one."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.participants.fund_holders import ask_to_count_holders
from planbridge.plans.lifecycle import EditRefused, NothingToDraft, create_draft, discard_draft
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Make a draft, and go where it is edited; its address alone leads to the review."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        try:
            made = create_draft(plan, actor=request.user.actor)
            ask_to_count_holders(plan)
        except NothingToDraft:
            messages.error(
                request, "No draft was created: the plan was never activated. Its first draft comes by a sync."
            )
        else:
            messages.success(
                request, f"Draft created: version {made.number}. Participants see none of it until it is activated."
            )
            return redirect("plans:paths", plan_id=plan.pk)
    return redirect("plans:draft", plan_id=plan.pk)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Undo all edits of the draft; what the recordkeeper changed keeps waiting."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        try:
            left = discard_draft(plan, seen=str(request.POST.get("seen", "")), actor=request.user.actor)
        except EditRefused:
            messages.info(request, "Nothing to discard: no draft waits.")
        except ChangedMeanwhile:
            messages.warning(request, "Not discarded: the draft changed since you looked. This is how it stands now.")
        else:
            waits = "What the recordkeeper changed waits on." if left else "No draft waits any more."
            messages.success(request, f"Edits discarded. {waits}")
    return redirect("plans:draft", plan_id=plan.pk)
