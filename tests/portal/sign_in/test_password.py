"""Passwords: lost, changed, guessed at; links for setting one, used up or tampered with."""

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django.fixtures import Settings

from planbridge.activity.entry import ActivityEntry
from planbridge.security.user import Role, User
from planbridge.users.invite import NewUser, invite_again, invite_user
from tests.portal.conftest import Cast
from tests.portal.sign_in.conftest import PASSWORD, sign_in

NEXT = "five other quiet words here"


@pytest.fixture
def mailed(settings: Settings) -> None:
    """Mail is configured, and kept."""
    settings.IS_MAIL_CONFIGURED = settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def test_no_mail_no_promise(user: User) -> None:
    """US-1: where no mail is configured, a lost password promises no mail and sends none, but says whom to ask."""
    client = Client()
    assert 'href="/accounts/password/reset/"' in client.get("/accounts/login/").content.decode()
    for answer in (
        client.get("/accounts/password/reset/"),
        client.post("/accounts/password/reset/", {"email": user.email}),
    ):
        text = answer.content.decode()
        assert (answer.status_code, "sends no mail" in text, "<form" in text) == (200, True, False)
    assert mail.outbox == []


@pytest.mark.usefixtures("mailed")
def test_a_lost_password_is_set_anew_by_mail(user: User) -> None:
    """US-1: the mailed link sets a password once, ends other sessions, and is recorded; strangers get no mail."""
    client, elsewhere = Client(), Client()
    assert sign_in(user.email, PASSWORD, elsewhere)
    for email in ("stranger@example.test", user.email):
        answer = client.post("/accounts/password/reset/", {"email": email}, follow=True)
        assert "Look into your mail" in answer.content.decode()
    (message,) = mail.outbox
    assert message.to == [user.email]
    (link,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", str(message.body))
    form = client.get(link, follow=True)
    address = form.redirect_chain[-1][0]
    set_anew = client.post(address, {"password1": NEXT, "password2": NEXT})
    assert set_anew.status_code == 302
    assert (sign_in(user.email, PASSWORD), sign_in(user.email, NEXT)) == (False, True)
    assert elsewhere.get("/plans/").status_code == 302
    assert "already been used" in Client().get(link, follow=True).content.decode()
    assert said_of(user) == ["Password set anew by a mailed link"]


def test_a_mail_server_that_is_away(user: User, settings: Settings) -> None:
    """US-1: a mail server that does not answer is said, and promises nothing."""
    settings.IS_MAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = Client().post("/accounts/password/reset/", {"email": user.email})
    assert (answer.status_code, "no link is on its way" in answer.content.decode()) == (503, True)


@pytest.mark.usefixtures("mailed")
def test_changing_the_password(user: User) -> None:
    """US-1: one who knows the password changes it; other sessions end, it is recorded and mailed, a weak one is refused."""
    client, elsewhere = Client(), Client()
    assert sign_in(user.email, PASSWORD, client)
    assert sign_in(user.email, PASSWORD, elsewhere)
    address = "/accounts/password/change/"
    for old, new in (("wrong", NEXT), (PASSWORD, "short"), (PASSWORD, "password1234")):
        refused = client.post(address, {"oldpassword": old, "password1": new, "password2": new})
        assert refused.status_code == 200
        assert "error" in refused.content.decode()
    assert client.post(address, {"oldpassword": PASSWORD, "password1": NEXT, "password2": NEXT}).status_code == 302
    assert client.get("/plans/").status_code == 200
    assert elsewhere.get("/plans/").status_code == 302
    assert said_of(user) == ["Password changed"]
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_a_locked_address_says_so_and_locks_no_other(user: User, own: Cast) -> None:
    """US-1: five wrong passwords lock the address for everybody who tries it, in whatever case it is written."""
    other = own.users[Role.VIEWER]
    other.set_password(PASSWORD)
    other.save()
    for _ in range(5):
        assert not sign_in(user.email.upper(), "wrong")
    assert not sign_in(user.email, PASSWORD)
    assert sign_in(other.email, PASSWORD)


def test_links_of_invitations(own: Cast) -> None:
    """US-1: a link that was used, replaced or changed by one letter lets nobody in, and its page says what to do."""
    invited = invite_user(own.firm, NewUser("gil@example.test", "Gil", Role.VIEWER), actor="test")
    token = invite_again(invited.user, actor="test").token
    tampered = token[:-1] + ("A" if token[-1] != "A" else "B")
    said = {"name": "Gil", "password": PASSWORD, "password_again": PASSWORD}
    for bad in (invited.token, tampered):
        for answer in (Client().get(f"/invitation/{bad}/"), Client().post(f"/invitation/{bad}/", said)):
            assert (answer.status_code, "ask an Admin" in answer.content.decode()) == (410, True)
    assert not sign_in("gil@example.test", PASSWORD)
    link = f"/invitation/{token}/"
    # The address is the invitation's, whatever the form says.
    assert Client().post(link, said | {"email": "else@example.test"}).status_code == 302
    assert Client().post(link, said).status_code == 410
    assert sign_in("gil@example.test", PASSWORD)
    assert not User.objects.filter(email="else@example.test").exists()


def said_of(user: User) -> list[str]:
    """What activity says of a user's sign-in."""
    return list(ActivityEntry.objects.filter(actor=user.email).values_list("detail__sign_in", flat=True))
