"""Plan Summary: the plans that a user sees, searched, filtered, sorted and in pages, all in the address."""

from typing import Any

from django.http import Http404, HttpResponseBase, QueryDict
from django.utils import timezone
from django.views.decorators.http import require_safe

from planbridge.activity.keyset import SIZES, CursorInvalid
from planbridge.plans.access import plans_of
from planbridge.plans.plan import PlanStatus
from planbridge.plans.plan_list import PlanFilter, PlanSort, plan_page
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.table import Column, headers, numbers_of, page_ask, shown_text
from planbridge.recordkeepers.connection import Connection
from planbridge.schedules.freshness import FreshnessState
from planbridge.schedules.freshness_filter import plans_with_freshness
from planbridge.schedules.plan_freshness import freshness_of_plans
from planbridge.security.roles import Right, may

PAGE, LIST = "portal/plans/summary.html", "portal/plans/summary_list.html"
SEARCH_CHARACTERS_MAX = 200
COLUMNS = (
    Column("Plan", PlanSort.NAME),
    Column("Status"),
    Column("Recordkeeper"),
    Column("Participants", PlanSort.PEOPLE, is_number=True),
    Column("Assets", PlanSort.ASSETS, is_number=True),
    Column("Last Plan Sync", PlanSort.PLAN_SYNC),
    Column("Last Participant Sync", PlanSort.PARTICIPANT_SYNC),
    Column("Freshness", PlanSort.FRESHNESS),
)


def filter_of(query: QueryDict) -> PlanFilter:
    """What an address asks for; words that mean nothing here are passed over."""
    return PlanFilter(
        search=query.get("q", "")[:SEARCH_CHARACTERS_MAX],
        statuses=tuple(PlanStatus(one) for one in query.getlist("status") if one in PlanStatus.values),
        connection_ids=numbers_of(query.getlist("recordkeeper")),
    )


@needs(Right.SEE_PLANS)
@require_safe
def summary(request: PortalRequest) -> HttpResponseBase:
    """The list, as the address says."""
    query, plans = request.GET, plans_of(request.user)
    sort = PlanSort(query["sort"]) if query.get("sort") in set(PlanSort) else PlanSort.NAME
    is_descending = query.get("order") == "descending"
    wanted = filter_of(query)
    states = tuple(FreshnessState(one) for one in query.getlist("freshness") if one in set(FreshnessState))
    if states:
        plans = plans_with_freshness(plans, states, timezone.now())
    try:
        page = plan_page(plans, wanted, page_ask(query), sort=sort, is_descending=is_descending)
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    context: dict[str, Any] = {
        "page": page,
        "freshness": freshness_of_plans([plan.id for plan in page.rows], timezone.now()),
        "shown": shown_text(page, "plans"),
        "headers": headers(COLUMNS, query, sort=sort, is_descending=is_descending),
        "wanted": wanted,
        "is_filtered": wanted != PlanFilter() or bool(states),
        "states": [(state.value, state.label) for state in FreshnessState],
        "wanted_states": states,
        "may_add": may(request.user, Right.ADD_PLANS),
        "statuses": PlanStatus.choices,
        "recordkeepers": Connection.objects.filter(firm_id=request.user.firm_id).order_by("name"),
        "sizes": SIZES,
        "size": page_ask(query).size,
        "sort": sort.value if "sort" in query else "",
        "order": query.get("order", ""),
    }
    return render_page(request, PAGE, context, part=LIST)
