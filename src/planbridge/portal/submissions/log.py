"""The submission log: what participants asked for and how far it has come, newest first, filtered by its address."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.activity.keyset import SIZES, CursorInvalid
from planbridge.plans.access import plans_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.submissions.asked import asked_of
from planbridge.portal.table import Column, headers, page_ask, shown_text
from planbridge.security.roles import Right
from planbridge.sync.submission import Submission
from planbridge.sync.submission_list import submission_page
from planbridge.sync.submission_states import State

PAGE, LIST = "portal/submissions/log.html", "portal/submissions/log_list.html"
COLUMNS = (
    Column("Receipt"),
    Column("Plan"),
    Column("Participant"),
    Column("Change"),
    Column("Asked for at"),
    Column("Attempts", is_number=True),
    Column("State"),
)


@needs(Right.SEE_PLANS)
@require_safe
def log(request: PortalRequest) -> HttpResponseBase:
    """The list, as the address says."""
    query = request.GET
    asked, ask = asked_of(query, plans_of(request.user)), page_ask(query)
    try:
        page = submission_page(asked.plans, asked.wanted, ask)
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    context: dict[str, Any] = {
        "page": page,
        "shown": shown_text(page, "submissions"),
        "headers": headers(COLUMNS, query, sort="", is_descending=True),
        "asked": asked,
        "kinds": Submission._meta.get_field("kind").choices,
        "states": [(one.value, one.value.capitalize()) for one in State],
        "sizes": SIZES,
        "size": ask.size,
    }
    return render_page(request, PAGE, context, part=LIST)
