"""Plan Details > Activity: what happened to one plan, newest first."""

from dataclasses import dataclass

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.activity.entry import Verb
from planbridge.activity.feed import FeedFilter, FeedRow, FeedScope, feed_page
from planbridge.activity.keyset import CursorInvalid
from planbridge.portal.page import render_page
from planbridge.portal.plans.change_words import edit_text
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.portal.table import page_ask, shown_text
from planbridge.security.roles import Right

PAGE, LIST = "portal/plans/activity.html", "portal/plans/activity_list.html"


VERBS = dict(Verb.choices)


@dataclass(frozen=True)
class EntryRow:
    """One entry, with what happened in words."""

    row: FeedRow

    @property
    def type_name(self) -> str:
        """The activity type."""
        return str(VERBS[self.row.verb])

    @property
    def what(self) -> str:
        """What an edit changed, or why or to which version; empty where the type says all."""
        detail = self.row.detail
        if self.row.verb in {Verb.FIELD_PINNED, Verb.FIELD_UNPINNED}:
            return edit_text(str(detail["field"]), detail.get("before"), detail.get("after"))
        if "version" in detail:
            return f"Version {detail['version']}"
        return str(detail.get("reason") or "")


@needs(Right.SEE_PLANS)
@require_safe
def activity(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The list, in pages."""
    plan = find_plan(request, plan_id)
    try:
        page = feed_page(FeedScope(plan.firm_id), FeedFilter(plan_ids=(plan.pk,)), page_ask(request.GET))
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    context = plan_frame(request, plan, "activity") | {
        "page": page,
        "shown": shown_text(page, "entries"),
        "rows": [EntryRow(row) for row in page.rows],
    }
    return render_page(request, PAGE, context, part=LIST)
