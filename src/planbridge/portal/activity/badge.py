"""The badge beside Activity in the navigation: how many errors there are since its user last looked."""

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.activity.feed import BADGE_MAX, count_errors
from planbridge.portal.activity.scope import scope_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right
from planbridge.users.activity_viewed import unseen_since


@needs(Right.SEE_PLANS)
@require_safe
def badge(request: PortalRequest) -> HttpResponseBase:
    """The number, asked for by every page after it stands, so that no page waits for it; empty for none."""
    count = count_errors(scope_of(request.user), unseen_since(request.user))
    shown = f"{BADGE_MAX - 1}+" if count >= BADGE_MAX else str(count)
    response = render_page(request, "portal/activity/badge_count.html", {"count": count, "shown": shown})
    response.headers["Cache-Control"] = "no-store"
    return response
