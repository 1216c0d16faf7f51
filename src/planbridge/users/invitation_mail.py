"""The e-mail with an invitation's link; sent only where a mail server is configured."""

from django.conf import settings
from django.core.mail import send_mail

from planbridge.users.invite import Invited


def mail_invitation(invited: Invited, link: str) -> bool:
    """Send a user their link; answers whether mail is configured. Raises OSError when the mail server does not take it."""
    if not settings.IS_MAIL_CONFIGURED:
        return False
    text = (
        f"{invited.user.name},\n\n{invited.user.firm} invites you to Planbridge. Open this link to set your password:\n\n"
        f"{link}\n\nIt works once, for seven days. If you did not expect it, leave it unopened.\n"
    )
    send_mail(f"{invited.user.firm}: your invitation to Planbridge", text, None, [invited.user.email])
    return True
