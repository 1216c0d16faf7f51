"""`planbridge user`: who may sign in, and letting an Admin in again who lost password and second factor."""

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client, override_settings

from planbridge.activity.entry import ActivityEntry
from planbridge.security.firm import only_firm
from planbridge.security.user import Role, User
from planbridge.users.invite import NewUser, accept_invitation, invite_user
from tests.cli.conftest import Planbridge

pytestmark = pytest.mark.django_db
PASSWORD = "four quiet words here"
AGAIN = {"name": "Ada", "password": "other quiet words here", "password_again": "other quiet words here"}
LOCAL_MAIL = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def ada() -> User:
    """An Admin with an authenticator app."""
    invited = invite_user(only_firm(), NewUser("ada@example.test", "Ada Example", Role.ADMIN), actor="test")
    user = accept_invitation(invited.token, name="", email="", password=PASSWORD)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "sealed"})
    return user


def test_users_are_listed(planbridge: Planbridge, ada: User) -> None:
    """US-1: the list has each user's role, whether they came, and whether they have a second factor."""
    invite_user(only_firm(), NewUser("bea@example.test", "Bea", Role.VIEWER), actor="test")
    found = planbridge("user", "list", "--json").value
    assert [(one["email"], one["role"], one["status"], one["has_second_factor"]) for one in found] == [
        ("ada@example.test", "admin", "active", True),
        ("bea@example.test", "viewer", "invited", False),
    ]
    assert ada.email in planbridge("user", "list").out


def test_a_link_sets_a_new_password_once(planbridge: Planbridge, ada: User) -> None:
    """US-1: a new link works once for its user, leaves the second factor alone, and is recorded."""
    address = planbridge("user", "link", "ADA@example.test", "--port", "8123", "--json").value["link"]
    assert address.startswith("http://localhost:8123/invitation/")
    path = address.removeprefix("http://localhost:8123")
    assert Client().post(path, AGAIN).status_code == 302
    assert Client().post(path, AGAIN).status_code == 410
    ada.refresh_from_db()
    assert ada.check_password(AGAIN["password"])
    assert Authenticator.objects.filter(user=ada).exists()
    assert ActivityEntry.objects.filter(verb="user_invited", actor="cli").count() == 1


@override_settings(IS_MAIL_CONFIGURED=True, EMAIL_BACKEND=LOCAL_MAIL)
def test_a_lost_second_factor_is_removed(planbridge: Planbridge, ada: User) -> None:
    """US-1: with the option the second factor goes too, the user is told by mail, and it is recorded; twice is refused."""
    said = planbridge("user", "link", ada.email, "--remove-second-factor", "--json").value
    assert (said["second_factor_removed"], said["is_mailed"]) == (True, True)
    assert not Authenticator.objects.filter(user=ada).exists()
    assert [message.to for message in mail.outbox] == [[ada.email]]
    (entry,) = ActivityEntry.objects.filter(verb="user_changed", actor="cli")
    assert entry.detail["sign_in"] == "Second factor removed: authenticator app"
    assert planbridge("user", "link", ada.email, "--remove-second-factor").code == 4


def test_nobody_else_gets_a_link(planbridge: Planbridge, ada: User) -> None:
    """US-1: there is no link for an unknown address (3) nor for a deactivated user (4)."""
    assert planbridge("user", "link", "nobody@example.test").code == 3
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert planbridge("user", "link", ada.email).code == 4
