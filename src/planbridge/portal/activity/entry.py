"""The page of an entry that is no run: an activation, a decision, a task that ran or did not, a user, a recordkeeper."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from planbridge.activity.entry_words import entry_changes, entry_details, entry_sentence
from planbridge.activity.feed import feed_rows_of
from planbridge.portal.activity.scope import scope_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right


@needs(Right.SEE_PLANS)
@require_safe
def entry(request: PortalRequest, plan_id: int, entry_id: UUID) -> HttpResponseBase:
    """What happened in words; a run's entry leads to its page."""
    found = feed_rows_of(scope_of(request.user), [(plan_id, entry_id)])
    if not found:
        message = "There is no such activity among those that you see."
        raise Http404(message)
    row = found[0]
    if row.is_run:
        return redirect("activity:run", row.id)
    context = {
        "row": row,
        "sentence": entry_sentence(row.verb, row.requested_by, row.plan_name or row.external_plan_id, row.detail),
        "details": entry_details(row.detail),
        "changes": entry_changes(row.detail),
        "run": row.detail.get("run"),
    }
    return render_page(request, "portal/activity/entry.html", context)
