"""The Activity Monitor's list: what happened, newest first, filtered by its address, its open runs live."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase, QueryDict
from django.views.decorators.http import require_safe

from planbridge.activity.feed import FeedRow, feed_page, feed_rows_of, verbs_found
from planbridge.activity.keyset import SIZES, CursorInvalid
from planbridge.plans.access import plans_of
from planbridge.plans.plan_list import PlanFilter, find_plans
from planbridge.portal.activity.asked import asked_of, text_of
from planbridge.portal.activity.scope import scope_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.table import Column, headers, page_ask, shown_text
from planbridge.security.roles import Right
from planbridge.sync.run import RunStatus
from planbridge.users.activity_viewed import note_activity_viewed

PAGE, LIST = "portal/activity/monitor.html", "portal/activity/monitor_list.html"
LIVE, PLANS = "portal/activity/live.html", "portal/activity/plan_options.html"
PLANS_OFFERED = 10
COLUMNS = (
    Column("Activity type"),
    Column("Plan"),
    Column("Participant"),
    Column("Recordkeeper"),
    Column("Requested by"),
    Column("Requested at"),
    Column("Started"),
    Column("Duration", is_number=True),
    Column("Read/Changed/Rejected", is_number=True),
    Column("Status"),
)


@needs(Right.SEE_PLANS)
@require_safe
def monitor(request: PortalRequest) -> HttpResponseBase:
    """The list, as the address says; who looks at it has seen the errors that the badge counts."""
    query, scope = request.GET, scope_of(request.user)
    asked, ask = asked_of(query, plans_of(request.user)), page_ask(query)
    try:
        page = feed_page(scope, asked.wanted, ask)
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    note_activity_viewed(request.user)
    context: dict[str, Any] = {
        "page": page,
        "open_rows": open_rows(page.rows),
        "shown": shown_text(page, "activities"),
        "headers": headers(COLUMNS, query, sort="", is_descending=True),
        "asked": asked,
        "types": [(verb.value, verb.label) for verb in verbs_found(scope)],
        "statuses": RunStatus.choices,
        "sizes": SIZES,
        "size": ask.size,
        "exported": exported(query),
    }
    return render_page(request, PAGE, context, part=LIST)


def open_rows(rows: tuple[FeedRow, ...] | list[FeedRow]) -> list[str]:
    """The rows whose runs have not ended, as the address of `live` names them."""
    return [f"{row.plan_id}.{row.id}" for row in rows if row.is_open]


def exported(query: QueryDict) -> str:
    """The filters of an address for the files of the same list."""
    kept = query.copy()
    for name in ("after", "before", "size"):
        kept.pop(name, None)
    return kept.urlencode()


@needs(Right.SEE_PLANS)
@require_safe
def live(request: PortalRequest) -> HttpResponseBase:
    """Rows of the list as they stand now (`run`: plan and run), until all of their runs have ended."""
    rows = feed_rows_of(scope_of(request.user), places_of(request.GET))
    return render_page(request, LIVE, {"rows": rows, "open_rows": open_rows(rows)})


def places_of(query: QueryDict) -> list[tuple[int, UUID]]:
    """The rows that an address names; 404 for what names none."""
    try:
        pairs = [text.partition(".") for text in query.getlist("run")[: max(SIZES)]]
        return [(int(plan_id), UUID(run_id)) for plan_id, _, run_id in pairs]
    except ValueError as error:
        message = "There is no such row."
        raise Http404(message) from error


@needs(Right.SEE_PLANS)
@require_safe
def plan_options(request: PortalRequest) -> HttpResponseBase:
    """Plans that begin with what was typed, for the list's filter."""
    text = text_of(request.GET, "plan")
    plans = find_plans(plans_of(request.user), PlanFilter(search=text)).order_by("name")[:PLANS_OFFERED] if text else []
    return render_page(request, PLANS, {"plans": plans})
