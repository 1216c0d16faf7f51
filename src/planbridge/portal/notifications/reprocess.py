"""Reprocess: a mail that was given up is sent again."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect

from planbridge.notifications.deliver import ReprocessRefused, reprocess_notification
from planbridge.notifications.models import Notification
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right


@needs(Right.SEE_PLANS, to_change=Right.SYNC_PLANS)
def reprocess(request: PortalRequest, plan_id: int, notification_id: UUID) -> HttpResponseBase:
    """Send it again, as a new attempt."""
    plan = find_plan(request, plan_id)
    if not Notification.objects.filter(plan_id=plan.pk, id=notification_id).exists():
        message = "There is no such notification of this plan."
        raise Http404(message)
    if request.method == "POST":
        try:
            reprocess_notification(plan.pk, notification_id, actor=request.user.actor)
        except ReprocessRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "It is sent again.")
    return redirect("notifications:events", plan_id=plan.pk)
