"""The second factors of a user - authenticator app, passkeys, recovery codes - and taking them from who lost them."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.security.user import User
from planbridge.users.invite import Invited, UserRefused, invite_again

WORDS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def second_factors(user: User) -> list[str]:
    """What a user has beside the password, in words, each kind once."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return [word for kind, word in WORDS.items() if kind in kinds]


def users_with_second_factor(users: list[User]) -> set[int]:
    """Which of these users have any second factor, by their keys."""
    return set(Authenticator.objects.filter(user__in=users).values_list("user_id", flat=True))


def remove_second_factor(user: User, *, actor: str) -> list[str]:
    """Take a user's authenticator app, passkeys and recovery codes; answers what they had, in words.

    Raises UserRefused for one's own, which goes by the page "Sign-in and security", and for who has none.
    """
    if actor == user.actor:
        message = "Your own second factor is removed under Sign-in and security, where you are asked for the password."
        raise UserRefused(message)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        had = second_factors(user)
        if not had:
            message = f"{user} has no second factor; nothing was removed."
            raise UserRefused(message)
        Authenticator.objects.filter(user=user).delete()
        detail = {"firm_id": user.firm_id, "user": user.email, "sign_in": f"Second factor removed: {', '.join(had)}"}
        record_activity(Happening(Verb.USER_CHANGED, actor, detail=detail))
    return had


def invite_without_second_factor(user: User, *, actor: str) -> Invited:
    """A new link for a user who lost their second factor too: both or neither. Raises UserRefused."""
    with transaction.atomic():
        remove_second_factor(user, actor=actor)
        return invite_again(user, actor=actor)


def mail_second_factor_removed(user: User, by: str) -> bool:
    """Tell a user that it was removed, and by whom; answers whether mail is configured. Raises OSError when it cannot be sent."""
    if not settings.IS_MAIL_CONFIGURED:
        return False
    text = (
        f"{user.name},\n\n{by} removed the second factor of your sign-in to Planbridge (authenticator app, passkeys and "
        "recovery codes). From now on the password alone lets you in; add a new one under Sign-in and security.\n\n"
        f"If you did not ask for it, tell an Admin of {user.firm} at once.\n"
    )
    send_mail("Planbridge: your second factor was removed", text, None, [user.email])
    return True
