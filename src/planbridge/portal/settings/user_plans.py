"""The plans of a user: those given, and those that can be given, by search; all at once or those checked."""

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect

from planbridge.activity.keyset import CursorInvalid
from planbridge.plans.access import PlanAccess
from planbridge.plans.models import Plan
from planbridge.plans.plan_list import PlanFilter, find_plans, plan_page
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.settings.user_list import find_user
from planbridge.portal.table import numbers_of, page_ask, shown_text
from planbridge.recordkeepers.connection import Connection
from planbridge.security.roles import Right
from planbridge.security.user import User
from planbridge.users.given_plans import give_more_plans, set_sees_all_plans, take_plans

PAGE, LIST = "portal/settings/user_plans.html", "portal/settings/user_plans_part.html"
SEARCH_CHARACTERS_MAX = 200


@needs(Right.CHANGE_USERS)
def user_plans(request: PortalRequest, user_id: int) -> HttpResponseBase:
    """Plans of the firm and whether the user has them; give and take (POST)."""
    user = find_user(request, user_id)
    if request.method == "POST":
        return change_plans(request, user)
    query = request.GET
    plans, wanted = fitting_plans(user, query)
    try:
        page = plan_page(plans, wanted, page_ask(query))
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    given = PlanAccess.objects.filter(user=user)
    context = {
        "one": user,
        "page": page,
        "shown": shown_text(page, "plans"),
        "given": set(given.filter(plan_id__in=[row.id for row in page.rows]).values_list("plan_id", flat=True)),
        "given_count": given.count(),
        "wanted": wanted,
        "wanted_given": query.get("given", ""),
        "is_filtered": wanted != PlanFilter() or bool(query.get("given")),
        "recordkeepers": Connection.objects.filter(firm_id=user.firm_id).order_by("name"),
    }
    return render_page(request, PAGE, context, part=LIST)


def fitting_plans(user: User, query: QueryDict) -> tuple[QuerySet[Plan], PlanFilter]:
    """The plans of the user's firm, given or not as the address asks, and the filter for the rest of what it asks."""
    plans = Plan.objects.filter(firm_id=user.firm_id)
    has = Exists(PlanAccess.objects.filter(user=user, plan_id=OuterRef("pk")))
    if query.get("given") in {"yes", "no"}:
        plans = plans.filter(has) if query["given"] == "yes" else plans.exclude(has)
    connections = numbers_of(query.getlist("recordkeeper"))
    return plans, PlanFilter(query.get("q", "")[:SEARCH_CHARACTERS_MAX], (), connections)


def change_plans(request: PortalRequest, user: User) -> HttpResponse:
    """Give or take what was checked, or everything that fits the filter; or let them see all plans, or only those given."""
    action, actor = request.POST.get("action", ""), request.user.actor
    plans, wanted = fitting_plans(user, request.POST)
    if action in {"see_all", "see_given"}:
        set_sees_all_plans(user, sees_all=action == "see_all", actor=actor)
        messages.success(request, f"{user} sees {'all plans' if action == 'see_all' else 'the plans given to them'}.")
        return redirect("settings:user_plans", user.pk)
    if action.endswith("_all"):
        plans = find_plans(plans, wanted)
    else:
        plans = plans.filter(pk__in=numbers_of(request.POST.getlist("plan")))
    if action.startswith("give"):
        count, word = give_more_plans(user, plans, actor=actor), "given to"
    elif action.startswith("take"):
        count, word = take_plans(user, plans, actor=actor), "taken from"
    else:
        count, word = 0, "changed for"
    messages.success(request, f"{count:,} plan{'' if count == 1 else 's'} {word} {user}.")
    return redirect("settings:user_plans", user.pk)
