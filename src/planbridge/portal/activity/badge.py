"""The badge beside Activity in the navigation: errors since its user last looked; and a note when no worker is alive."""

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.activity.feed import BADGE_MAX, count_errors
from planbridge.jobs.worker import is_worker_alive
from planbridge.portal.activity.scope import scope_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right
from planbridge.users.activity_viewed import unseen_since


@needs(Right.SEE_PLANS)
@require_safe
def badge(request: PortalRequest) -> HttpResponseBase:
    """The number, asked for by every page after it stands, so that no page waits for it; empty for none.

    The note comes and goes with it, but not again to a page that has it (`noted`): it would be read out each time.
    """
    count = count_errors(scope_of(request.user), unseen_since(request.user))
    shown = f"{BADGE_MAX - 1}+" if count >= BADGE_MAX else str(count)
    has_worker = is_worker_alive()
    is_news = has_worker == ("noted" in request.GET)
    context = {"count": count, "shown": shown, "has_worker": has_worker, "is_news": is_news}
    response = render_page(request, "portal/activity/badge_count.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
