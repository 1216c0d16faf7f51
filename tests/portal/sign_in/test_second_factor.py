"""Authenticator apps, recovery codes and sessions."""

import base64
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from planbridge.activity.entry import ActivityEntry
from planbridge.security.user import Role, User
from tests.portal.conftest import Cast
from tests.portal.sign_in.conftest import PASSWORD, sign_in


def code_of(secret: str) -> str:
    """What the app with a secret shows now."""
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - what authenticator apps use
    return app.generate(int(time.time())).decode()


def enrolled(user: User) -> tuple[Client, str]:
    """A browser in which a user added an authenticator app, and the secret that the app holds."""
    client = Client()
    assert sign_in(user.email, PASSWORD, client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    (secret,) = re.findall(r'value="([A-Z2-7]{32})"', page)
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    assert "Incorrect code" in wrong.content.decode()
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)}).status_code == 302
    cache.clear()  # an app shows another code in half a minute; the test does not wait for it
    return client, secret


def second_step(user: User, code: str, client: Client | None = None) -> HttpResponse:
    """Password, then a code."""
    client = client or Client()
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    assert client.get("/plans/").status_code == 302
    return client.post("/accounts/2fa/authenticate/", {"code": code})  # type: ignore[return-value]  # one with extras


def test_an_authenticator_app(user: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    """US-1: with an authenticator app the password alone lets nobody in; a code works once, and its secret is sealed."""
    with django_capture_on_commit_callbacks(execute=True):
        _, secret = enrolled(user)
    assert second_step(user, "000000").status_code == 200
    code, client = code_of(secret), Client()
    assert second_step(user, code, client).headers["Location"] == "/plans/"
    assert client.get("/plans/").status_code == 200
    assert "Incorrect code" in second_step(user, code).content.decode()
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    said = ActivityEntry.objects.filter(actor=user.email).values_list("detail__sign_in", flat=True)
    assert list(said) == ["Authenticator app added"]


def test_recovery_codes_work_once(user: User) -> None:
    """US-1: each recovery code lets in once, new ones end the old ones, and they are kept sealed."""
    client, _ = enrolled(user)
    codes = client.get("/accounts/2fa/recovery-codes/download/").content.decode().split()
    assert len(codes) >= 8
    assert codes[0] not in str(list(Authenticator.objects.values_list("data", flat=True)))
    assert second_step(user, codes[0]).status_code == 302
    assert second_step(user, codes[0]).status_code == 200
    assert client.post("/accounts/2fa/recovery-codes/generate/").status_code == 302
    assert second_step(user, codes[1]).status_code == 200


def test_guessing_codes_locks(user: User) -> None:
    """US-1: five wrong codes refuse the right one for a while."""
    _, secret = enrolled(user)
    for _ in range(5):
        second_step(user, "000000")
    answer = second_step(user, code_of(secret))
    assert answer.status_code in {200, 429}
    assert "Too many" in answer.content.decode()


def test_ending_other_sessions(user: User, own: Cast) -> None:
    """US-1: a user sees where they are signed in and ends all other sessions; nobody else's end."""
    viewer = own.users[Role.VIEWER]
    viewer.set_password(PASSWORD)
    viewer.save()
    here, elsewhere, stranger = (
        Client(headers={"User-Agent": "Here"}),
        Client(headers={"User-Agent": "There"}),
        Client(),
    )
    for one, email in ((here, user.email), (elsewhere, user.email), (stranger, viewer.email)):
        assert sign_in(email, PASSWORD, one)
        assert one.get("/plans/").status_code == 200
    page = here.get("/accounts/sessions/").content.decode()
    assert "Here" in page
    assert "There" in page
    assert here.post("/accounts/sessions/").status_code == 302
    assert [one.get("/plans/").status_code for one in (here, elsewhere, stranger)] == [200, 302, 200]


@pytest.mark.parametrize("page", ["totp/activate", "recovery-codes/generate", "webauthn/add"])
def test_the_password_once_more(user: User, page: str) -> None:
    """US-1: a browser left alone changes nothing of how its user signs in: the password is asked for once more."""
    client = Client()
    assert sign_in(user.email, PASSWORD, client)
    address = f"/accounts/2fa/{page}/"
    for answer in (client.get(address), client.post(address, {"code": "1"})):
        assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert client.post("/accounts/reauthenticate/", {"password": "wrong"}).status_code == 200
    assert client.get(address).status_code == 302


OWN_PAGES = (
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/totp/activate/",
    "/accounts/password/change/",
    "/accounts/sessions/",
)


@pytest.mark.parametrize("address", OWN_PAGES)
def test_pages_of_sign_in_speak_as_all_others(user: User, address: str) -> None:
    """US-1: pages of signing in have one first heading, call passkeys passkeys, and stand in sentence case."""
    client = Client()
    assert sign_in(user.email, PASSWORD, client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(address).content.decode()
    assert page.count("<h1") == 1
    assert not re.search("security key", page, re.IGNORECASE)
    headings = re.findall(r"<(?:h[12]|th|title)[^>]*>([^<]+)<", page)
    assert headings
    titled = [one for one in headings if re.search(r" [A-Z][a-z]", one.strip().removesuffix(" - Planbridge"))]
    assert titled == []
