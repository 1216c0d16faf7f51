"""One-time links of invited users as the page shows them, once; mailed too where mail is configured."""

from dataclasses import dataclass

import structlog
from django.urls import reverse

from planbridge.portal.request import PortalRequest
from planbridge.users.invitation_mail import mail_invitation
from planbridge.users.invite import Invited

log = structlog.get_logger()


@dataclass(frozen=True)
class ShownLink:
    """A user, their link, and whether it was mailed."""

    name: str
    email: str
    link: str
    is_mailed: bool


def shown_link(request: PortalRequest, invited: Invited) -> ShownLink:
    """A user's link; a mail server that does not take it is no reason to lose the link."""
    link = request.build_absolute_uri(reverse("invitation", args=[invited.token]))
    try:
        is_mailed = mail_invitation(invited, link)
    except OSError as error:
        log.warning("invitation not mailed", kind=type(error).__name__)
        is_mailed = False
    return ShownLink(str(invited.user), invited.user.email, link, is_mailed)
