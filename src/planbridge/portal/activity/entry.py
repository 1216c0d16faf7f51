"""The page of an entry that is no run: an activation, a decision, a task that ran or did not, a user, a recordkeeper."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from planbridge.activity.entry import Verb
from planbridge.activity.entry_words import entry_changes, entry_details, entry_sentence
from planbridge.activity.feed import FeedRow, feed_rows_of
from planbridge.notifications.notification import Notification, NotificationStatus
from planbridge.portal.activity.scope import scope_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right, may


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
        "notification": reprocessable(request, row),
    }
    return render_page(request, "portal/activity/entry.html", context)


def reprocessable(request: PortalRequest, row: FeedRow) -> str | None:
    """The notification that an entry is about, where it is given up and the user may send it again."""
    if row.verb != Verb.NOTIFICATION_FAILED or not may(request.user, Right.SYNC_PLANS):
        return None
    given_up = Notification.objects.filter(plan_id=row.plan_id, status=NotificationStatus.FAILED)
    return row.detail["notification"] if given_up.filter(id=row.detail["notification"]).exists() else None
