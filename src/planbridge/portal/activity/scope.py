"""What of the activity a user sees: an Admin all of the firm's, everybody else that of the plans given to them."""

from uuid import UUID

from django.http import Http404

from planbridge.activity.feed import FeedScope
from planbridge.plans.access import plans_of
from planbridge.portal.request import PortalRequest
from planbridge.security.user import Role, User
from planbridge.sync.run import SyncRun
from planbridge.sync.run_page import find_run


def scope_of(user: User) -> FeedScope:
    """The feed of a user."""
    return FeedScope(user.firm_id, None if user.role == Role.ADMIN else plans_of(user))


def run_of(request: PortalRequest, run_id: UUID) -> SyncRun:
    """A run of a plan that the user sees, with its plan and connection; 404 for any other."""
    found = find_run(plans_of(request.user), run_id)
    if found is None:
        message = "There is no such run among those of the plans given to you."
        raise Http404(message)
    return found
