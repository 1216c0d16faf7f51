"""Invites users and lets them in: each function is one change in one transaction, recorded as activity."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.security.firm import Firm
from planbridge.security.user import Role, User
from planbridge.users.invitation import FIRST_ADMIN_VALID_FOR, VALID_FOR, Invitation, digest_of

TOKEN_BYTES = 32
EMAIL_CHARACTERS_MAX, NAME_CHARACTERS_MAX = 254, 200


class UserRefused(ValueError):  # noqa: N818 - says what happened
    """A user who cannot be invited, let in or changed; `field` names what has to be mended, in words."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class NewUser:
    """What an Admin says of a user."""

    email: str
    name: str
    role: Role
    may_view_sensitive_data: bool = False
    may_activate_plans: bool = False
    may_approve_held_runs: bool = False


@dataclass(frozen=True)
class Invited:
    """A user and the token of their link, which is nowhere kept: show it now or never."""

    user: User
    token: str


def has_users(firm: Firm) -> bool:
    """Whether anybody of a firm can sign in already."""
    return User.objects.filter(firm=firm).exists()


def invite_first_admin(firm: Firm, *, actor: str) -> str | None:
    """The token of a new link for a firm's first Admin; None when it has users. Earlier such links stop working."""
    with transaction.atomic():
        Firm.objects.select_for_update().get(pk=firm.pk)
        if has_users(firm):
            return None
        Invitation.objects.filter(firm=firm, user=None, used_at=None).delete()
        return _make_link(firm, None, actor, FIRST_ADMIN_VALID_FOR)


def invite_user(firm: Firm, new: NewUser, *, actor: str) -> Invited:
    """Add a user who may sign in once they used their link. Raises UserRefused."""
    email, name = checked_email(new.email), checked_name(new.name)
    with transaction.atomic():
        user = User(
            firm=firm,
            email=email,
            name=name,
            role=new.role,
            may_view_sensitive_data=new.may_view_sensitive_data,
            may_activate_plans=new.may_activate_plans,
            may_approve_held_runs=new.may_approve_held_runs,
        )
        user.set_unusable_password()
        with alone_as(email):
            user.save()
        token = _make_link(firm, user, actor, VALID_FOR)
        detail = {"firm_id": firm.pk, "user": email, "role": str(new.role)}
        record_activity(Happening(Verb.USER_INVITED, actor, detail=detail))
    return Invited(user, token)


def invite_again(user: User, *, actor: str) -> Invited:
    """A new link for a user who lost theirs or their password; earlier ones stop working."""
    with transaction.atomic():
        Invitation.objects.filter(user=user, used_at=None).delete()
        token = _make_link(user.firm, user, actor, VALID_FOR)
        record_activity(Happening(Verb.USER_INVITED, actor, detail={"firm_id": user.firm_id, "user": user.email}))
    return Invited(user, token)


def open_invitation(token: str) -> Invitation | None:
    """The invitation of a token, while it can be used."""
    found = Invitation.objects.select_related("user", "firm")
    return found.filter(token_digest=digest_of(token), used_at=None, expires_at__gt=timezone.now()).first()


def accept_invitation(token: str, *, name: str, email: str, password: str) -> User:
    """Use a link: set the password, and for the first Admin the e-mail too. Raises UserRefused."""
    with transaction.atomic():
        locked = Invitation.objects.select_for_update().filter(token_digest=digest_of(token)).first()
        invitation = open_invitation(token) if locked else None
        if invitation is None:
            message = "This link was used before or has expired. Ask an Admin of your firm for a new one."
            raise UserRefused(message)
        user = invitation.user or _first_admin(invitation.firm, email)
        user.name = checked_name(name) or user.name
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise UserRefused(" ".join(error.messages), "password") from error
        user.set_password(password)
        with alone_as(user.email):
            user.save()
        # Whoever holds the link was reached at the address, or is the operator: sign-in need not ask once more.
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        Invitation.objects.filter(pk=invitation.pk).update(used_at=timezone.now())
        detail = {"firm_id": user.firm_id, "user": user.email}
        record_activity(Happening(Verb.USER_JOINED, user.actor, detail=detail))
    return user


def checked_email(email: str) -> str:
    """An address in lower case that nobody has yet. Raises UserRefused."""
    text = email.strip().lower()
    if len(text) > EMAIL_CHARACTERS_MAX:
        message = f"The e-mail address has {len(text):,} characters; give one of at most {EMAIL_CHARACTERS_MAX}."
        raise UserRefused(message, "email")
    try:
        validate_email(text)
    except ValidationError as error:
        message = f"{email!r} is not an e-mail address; it looks like name@company.example."
        raise UserRefused(message, "email") from error
    if User.objects.filter(email=text).exists():
        raise is_taken(text)
    return text


def is_taken(email: str) -> UserRefused:
    """The refusal of an address that somebody has."""
    return UserRefused(f"Somebody signs in as {email} already.", "email")


@contextmanager
def alone_as(email: str) -> Iterator[None]:
    """Turns the database's refusal of a second user of one address, written at the same moment, into words."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise is_taken(email) from error


def checked_name(name: str) -> str:
    """A name without the blanks around it. Raises UserRefused for one that cannot be kept."""
    text = name.strip()
    if len(text) > NAME_CHARACTERS_MAX:
        message = f"The name has {len(text):,} characters; shorten it to at most {NAME_CHARACTERS_MAX}."
        raise UserRefused(message, "name")
    if "\x00" in text:
        message = "The name has a character that is no text (NUL); type the name anew."
        raise UserRefused(message, "name")
    return text


def _first_admin(firm: Firm, email: str) -> User:
    """The firm's first Admin, not saved yet: with every flag, since nobody else could give them."""
    if has_users(firm):
        message = "This firm has users already. Ask one of its Admins for an invitation."
        raise UserRefused(message)
    return User(
        firm=firm,
        email=checked_email(email),
        role=Role.ADMIN,
        may_view_sensitive_data=True,
        may_activate_plans=True,
        may_approve_held_runs=True,
    )


def _make_link(firm: Firm, user: User | None, actor: str, valid_for: timedelta) -> str:
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Invitation.objects.create(
        firm=firm, user=user, token_digest=digest_of(token), made_by=actor, expires_at=timezone.now() + valid_for
    )
    return token
