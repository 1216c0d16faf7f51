"""Records that a user changed how they sign in: a password, an authenticator app, a passkey, recovery codes."""

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.security.user import User


def record_sign_in_change(user: User, what: str) -> None:
    """Write that a user changed their own sign-in; `what` says it in words."""
    detail = {"firm_id": user.firm_id, "user": user.email, "sign_in": what}
    record_activity(Happening(Verb.USER_CHANGED, user.actor, detail=detail))
