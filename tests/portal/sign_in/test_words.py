"""Pages that come with allauth speak as all others do: in sentence case, down to the last label and button."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from planbridge.security.user import User
from tests.portal.sign_in.conftest import PASSWORD, sign_in
from tests.portal.sign_in.test_second_factor import enrolled
from tests.portal.test_security_headers import OF_NOBODY, OF_USERS

WORDS = re.compile(r"<(?:label|button|h[1-3]|th|title|legend|option|a [^>]*class=\"btn)\b[^>]*>(.*?)</", re.DOTALL)
TYPED = re.compile(r"(?:placeholder|aria-label)=\"([^\"]+)\"")
# Sending these without anything does something already; those of a passkey need one.
ACTING = {"account_logout", "mfa_deactivate_totp", "usersessions_list", "mfa_generate_recovery_codes"}
OF_A_PASSKEY = ("mfa_edit_webauthn", "mfa_remove_webauthn")
PAGES = sorted({*OF_NOBODY, *OF_USERS} - {*OF_A_PASSKEY})
NAMES = {"Planbridge", "Advisor", "Example", "Northwind", "Admin", "Settings"}


def title_cased(page: str) -> Iterator[str]:
    """What stands in title case on a page: a word after the first that begins with a capital and is no name."""
    for found in WORDS.findall(page) + TYPED.findall(page):
        words = re.split(r"\s+", unescape(re.sub(r"<[^>]+>", " ", found)).strip())
        if any(re.fullmatch(r"[A-Z][a-z]+[a-z:]*", one) and one not in NAMES for one in words[1:]):
            yield " ".join(words)


def reset_link(user: User) -> str:
    """The link that is mailed to a user who lost the password."""
    Client().post(reverse("account_reset_password"), {"email": user.email})
    (link,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    return str(link)


def pages(user: User, client: Client) -> Iterator[tuple[str, str]]:
    """Every page of signing in that can be shown, to nobody and to a user, as it opens and with what is to be mended."""
    for name in PAGES:
        address = reverse(name, kwargs={**OF_NOBODY, **OF_USERS}[name])
        for asked in (Client(), client):
            answers = [asked.get(address, follow=True)]
            if name not in ACTING:
                answers.append(asked.post(address, {"nothing": "1"}, follow=True))
            for answer in answers:
                if str(answer.request["PATH_INFO"]).startswith("/accounts/"):  # others lead on to the portal
                    yield name, answer.content.decode()
    key = Authenticator.objects.create(user=user, type="webauthn", data={"name": "Laptop", "credential": {}})
    for name in OF_A_PASSKEY:
        yield name, client.get(reverse(name, kwargs={"pk": key.pk})).content.decode()


def test_every_page_of_signing_in_stands_in_sentence_case(user: User, settings: Settings) -> None:
    """US-1: no label, button, heading, title or placeholder of signing in stands in title case, in whatever state."""
    fresh = Client()
    sign_in(user.email, PASSWORD, fresh)
    fresh.post("/accounts/reauthenticate/", {"password": PASSWORD})
    activate = fresh.get("/accounts/2fa/totp/activate/").content.decode()
    client, _ = enrolled(user)
    settings.IS_MAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    link = reset_link(user)
    second = Client()
    second.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    shown = [
        ("authenticator app", activate),
        ("second step", second.get("/accounts/2fa/authenticate/").content.decode()),
        ("new password", Client().get(link, follow=True).content.decode()),
        *pages(user, client),
    ]
    seen = " ".join(page for _, page in shown)
    for label in ("Current password", "New password", "Authenticator secret", "Unused codes"):
        assert label in seen, label
    assert {(name, words) for name, page in shown for words in title_cased(page)} == set()


@pytest.mark.parametrize(("label", "is_titled"), [("Sign In", True), ("Sign in", False), ("Use IP address", False)])
def test_title_case_is_found(label: str, *, is_titled: bool) -> None:
    """US-1: the walk over these pages finds title case where there is some."""
    assert bool(list(title_cased(f"<button type=submit>{label}</button>"))) is is_titled
