"""Inviting users: one-time links, their end, and what an Admin may not do to the last Admin."""

from datetime import timedelta

import pytest
from django.utils import timezone

from planbridge.activity.entry import ActivityEntry
from planbridge.security.firm import only_firm
from planbridge.security.user import Role, User
from planbridge.users import invite
from planbridge.users.change import change_rights, rights_of
from planbridge.users.invitation import Invitation, invitation_path
from planbridge.users.invite import (
    NewUser,
    UserRefused,
    accept_invitation,
    invite_again,
    invite_first_admin,
    invite_user,
)
from planbridge.users.upload import upload_users

PASSWORD = "four quiet words here"
pytestmark = pytest.mark.django_db


def first_admin() -> User:
    """The firm's first Admin, let in."""
    token = invite_first_admin(only_firm(), actor="test") or ""
    return accept_invitation(token, name="Ada Example", email="Ada@Example.test", password=PASSWORD)


def test_first_admin_has_every_flag() -> None:
    """US-1: whoever uses the first link becomes an Admin with every flag, and no second such link is made."""
    admin = first_admin()
    assert (admin.email, admin.role, admin.check_password(PASSWORD)) == ("ada@example.test", Role.ADMIN, True)
    assert admin.may_view_sensitive_data
    assert admin.may_activate_plans
    assert admin.may_approve_held_runs
    assert invite_first_admin(only_firm(), actor="test") is None


def test_a_link_works_once() -> None:
    """US-1: a link that was used, expired or replaced lets nobody in, and only its digest is kept."""
    first_admin()
    invited = invite_user(only_firm(), NewUser("bea@example.test", "Bea", Role.VIEWER), actor="test")
    again = invite_again(invited.user, actor="test")
    assert not Invitation.objects.filter(token_digest__contains=again.token).exists()
    with pytest.raises(UserRefused, match="expired"):
        accept_invitation(invited.token, name="Bea", email="", password=PASSWORD)
    accept_invitation(again.token, name="Bea", email="", password=PASSWORD)
    with pytest.raises(UserRefused, match="used before"):
        accept_invitation(again.token, name="Bea", email="", password=PASSWORD)
    late = invite_again(invited.user, actor="test")
    Invitation.objects.filter(used_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(UserRefused, match="expired"):
        accept_invitation(late.token, name="Bea", email="", password=PASSWORD)


def test_weak_passwords_are_refused() -> None:
    """US-1: a short or well-known password is refused, and the link still works afterwards."""
    token = invite_first_admin(only_firm(), actor="test") or ""
    for weak in ("short", "password1234"):
        with pytest.raises(UserRefused):
            accept_invitation(token, name="Ada", email="ada@example.test", password=weak)
    assert accept_invitation(token, name="Ada", email="ada@example.test", password=PASSWORD).pk


def test_an_address_belongs_to_one_user() -> None:
    """US-1: nobody is invited with an address that somebody has, in capitals or not."""
    first_admin()
    with pytest.raises(UserRefused, match="already"):
        invite_user(only_firm(), NewUser("ADA@example.test", "Ada", Role.VIEWER), actor="test")


def test_two_at_once_are_invited_with_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """US-1: of two invitations of one address at the same moment, which both find it free, the second is refused in words."""
    first_admin()
    monkeypatch.setattr(invite, "checked_email", str.lower)  # as both see it before either is written
    with pytest.raises(UserRefused, match=r"Somebody signs in as ada@example\.test already\."):
        invite_user(only_firm(), NewUser("ADA@example.test", "Ada", Role.VIEWER), actor="test")
    rows = upload_users(
        only_firm(), b"email,name,role\nada@example.test,Ada,viewer\nbea@example.test,Bea,viewer\n", actor="test"
    )
    assert [(row.line, row.reason) for row in rows] == [
        (2, "Somebody signs in as ada@example.test already."),
        (3, ""),
    ]


def test_a_firm_keeps_an_admin() -> None:
    """US-1: the only Admin of a firm cannot be made anything else, nor be switched off."""
    admin = first_admin()
    rights = rights_of(admin)
    for change in ({"role": Role.VIEWER}, {"is_active": False}):
        with pytest.raises(UserRefused, match="only Admin"):
            change_rights(admin, type(rights)(**(vars(rights) | change)), actor="test")


def test_changes_of_users_are_activity() -> None:
    """AM-7: inviting, joining and changed rights are recorded with who did it."""
    admin = first_admin()
    invited = invite_user(only_firm(), NewUser("bea@example.test", "Bea", Role.VIEWER), actor=admin.actor)
    rights = rights_of(invited.user)
    change_rights(invited.user, type(rights)(**(vars(rights) | {"role": Role.ADVISOR})), actor=admin.actor)
    found = ActivityEntry.objects.filter(verb__startswith="user_").order_by("happened_at")
    assert list(found.values_list("verb", "actor")) == [
        ("user_joined", "ada@example.test"),
        ("user_invited", "ada@example.test"),
        ("user_changed", "ada@example.test"),
    ]


def test_the_path_of_a_link() -> None:
    """US-1: the path that the command line prints is that of the invitation's page."""
    assert invitation_path("abc") == "/invitation/abc/"
