"""The rejected people of a plan: why, who mends it where, the records as delivered, and trying them again."""

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from planbridge.activity.keyset import CursorInvalid
from planbridge.portal.page import render_page
from planbridge.portal.people.plan_head import plan_head
from planbridge.portal.people.sync import shown_run
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.portal.table import page_ask, shown_text
from planbridge.security.roles import Right
from planbridge.sync.decide import DecisionRefused
from planbridge.sync.rejected import rejected_people, retry_rejected_people
from planbridge.sync.run import SyncRun

PAGE, LIST = "portal/people/rejected.html", "portal/people/rejected_list.html"


@needs(Right.SEE_PLANS)
@require_safe
def rejected(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The people whose last record was rejected."""
    plan = find_plan(request, plan_id)
    try:
        page = rejected_people(plan.pk, page_ask(request.GET))
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    context = plan_head(request, plan) | {"page": page, "shown": shown_text(page, "people")}
    return render_page(request, PAGE, context, part=LIST)


@needs(Right.SYNC_PLANS)
def retry(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Try the rejected people of the plan again, without the others."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("people:rejected", plan_id=plan.pk)
    try:
        run_id = retry_rejected_people(plan, actor=request.user.actor)
    except DecisionRefused as refused:
        messages.info(request, str(refused))
        return redirect("people:rejected", plan_id=plan.pk)
    if not request.htmx:
        messages.success(request, "The rejected people are tried again.")
        return redirect("people:rejected", plan_id=plan.pk)
    return shown_run(request, plan, SyncRun.objects.get(plan_id=plan.pk, id=run_id))
