"""Send again: the next step of a submission that is still open is done at once."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.submissions.found import find_own
from planbridge.security.roles import Right
from planbridge.sync.submission_wish import WishRefused
from planbridge.sync.submissions import retry_submission


@needs(Right.SYNC_PLANS)
def send_again(request: PortalRequest, plan_id: int, receipt: str) -> HttpResponseBase:
    """Send it, or ask about it where it may have arrived; leads back to its page."""
    plan, found = find_own(request, plan_id, receipt)
    if request.method == "POST":
        try:
            retry_submission(found.receipt, actor=request.user.actor, now=timezone.now())
        except WishRefused as refused:
            messages.warning(request, f"Nothing was done: {refused}")
        else:
            messages.success(request, "Its next step is done at once: this page shows what comes of it.")
    return redirect("submissions:submission", plan.pk, found.receipt)
