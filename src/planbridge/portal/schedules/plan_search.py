"""Picking plans for a task: type-ahead over the plans that the user sees, and the chosen ones as they are added."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from planbridge.plans.access import plans_of
from planbridge.plans.plan_list import PlanFilter, find_plans
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right

FOUND_MAX, CHARACTERS_MAX = 10, 200


@needs(Right.SCHEDULE_TASKS)
@require_safe
def find_plans_to_pick(request: PortalRequest) -> HttpResponseBase:
    """The first plans whose name, id or employer begins with the text."""
    text = request.GET.get("plan_text", "").strip()[:CHARACTERS_MAX]
    found = find_plans(plans_of(request.user).filter(deactivated_at=None), PlanFilter(search=text)) if text else None
    plans = list(found.order_by("name", "pk")[: FOUND_MAX + 1]) if found is not None else []
    context = {"text": text, "plans": plans[:FOUND_MAX], "has_more": len(plans) > FOUND_MAX}
    return render(request, "portal/schedules/plans_found.html", context)


@needs(Right.SCHEDULE_TASKS)
@require_safe
def chosen_plan(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """A plan as one of the chosen ones; nothing to swap (204) when it is among them already."""
    plan = find_plan(request, plan_id)
    if str(plan.pk) in request.GET.getlist("plan"):
        return HttpResponse(status=204)
    return render(request, "portal/schedules/chosen.html", {"plan": plan})
