"""What every answer says to the browser: load nothing foreign, show it in no frame, keep it in no cache; and who may post."""

import re
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn
from tests.portal.routes import ROUTES

# Scripts of this type are data, which a browser never runs.
SCRIPT_OR_STYLE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:|<script(?![^>]*(src=\"/static/|type=\"application/json\"))"
)
FOREIGN = re.compile(r"(?:src|href|action|hx-get|hx-post)=\"(?:https?:)?//[^\"]*")
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
}
# allauth's pages that are open to whoever is not signed in, and those of one who is; the rest has no place here.
OF_NOBODY: dict[str, dict[str, object]] = {
    "account_login": {},
    "account_inactive": {},
    "account_reset_password": {},
    "account_reset_password_done": {},
    "account_reset_password_from_key_done": {},
    "account_reset_password_from_key": {"uidb36": "1", "key": "x"},
    "openid_connect_login": {"provider_id": "firm"},
    "openid_connect_callback": {"provider_id": "firm"},
    "socialaccount_login_cancelled": {},
    "socialaccount_login_error": {},
    "mfa_authenticate": {},
    "mfa_login_webauthn": {},
}
OF_USERS: dict[str, dict[str, object]] = {
    "account_logout": {},
    "account_reauthenticate": {},
    "account_change_password": {},
    "account_set_password": {},
    "mfa_index": {},
    "mfa_reauthenticate": {},
    "mfa_reauthenticate_webauthn": {},
    "mfa_activate_totp": {},
    "mfa_deactivate_totp": {},
    "mfa_view_recovery_codes": {},
    "mfa_download_recovery_codes": {},
    "mfa_generate_recovery_codes": {},
    "mfa_list_webauthn": {},
    "mfa_add_webauthn": {},
    "mfa_edit_webauthn": {"pk": 1},
    "mfa_remove_webauthn": {"pk": 1},
    "usersessions_list": {},
}
WITHOUT_PLACE: dict[str, dict[str, object]] = {
    "account_signup": {},
    "account_email": {},
    "account_email_verification_sent": {},
    "account_confirm_email": {"key": "x"},
    "account_confirm_login_code": {},
    "socialaccount_connections": {},
    "socialaccount_signup": {},
}
ACCOUNT_ROUTES: dict[str, dict[str, object]] = {**OF_NOBODY, **OF_USERS, **WITHOUT_PLACE}


def names_of(patterns: list[URLPattern | URLResolver]) -> set[str]:
    """The names of all routes under some patterns."""
    found: set[str] = set()
    for pattern in patterns:
        found |= names_of(pattern.url_patterns) if isinstance(pattern, URLResolver) else {pattern.name or ""}
    return found - {""}


def test_every_route_of_signing_in_is_known() -> None:
    """US-1: each route that allauth brings is open, needs a user, or has no place here: none comes unseen."""
    resolvers = [one for one in get_resolver().url_patterns if str(one.pattern).startswith("accounts")]
    assert names_of(resolvers) == set(ACCOUNT_ROUTES)


@pytest.mark.parametrize("name", sorted(OF_USERS | WITHOUT_PLACE))
def test_pages_of_signing_in_need_a_user(name: str, own: Cast, browser: SignIn) -> None:
    """US-1: whoever is not signed in is sent to sign in; what has no place here is not there for anybody."""
    address = reverse(name, kwargs=ACCOUNT_ROUTES[name])
    for answer in (Client().get(address), Client().post(address)):
        assert (answer.status_code, answer.headers.get("Location", "").partition("?")[0]) in {
            (HTTPStatus.FOUND, "/accounts/login/"),
            (HTTPStatus.NOT_FOUND, ""),
        }
    if name in WITHOUT_PLACE:
        client = browser(own.users[Role.ADMIN])
        assert client.get(address).status_code == client.post(address).status_code == HTTPStatus.NOT_FOUND


def addresses(own: Cast) -> list[str]:
    """The addresses of all routes."""
    return [
        *(reverse(name, kwargs=arguments) for name, arguments in ACCOUNT_ROUTES.items()),
        *(reverse(name, kwargs=ROUTES[name](own)) for name in ROUTES),
        reverse("invitation", args=["x"]),
        "/nothing",
    ]


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_every_answer_is_shielded(own: Cast, browser: SignIn, is_signed_in: bool) -> None:
    """US-1: every answer, errors too, has the headers that shield it, is in no cache, and has no script, style or foreign address in it."""
    for address in addresses(own):
        client = browser(own.users[Role.ADMIN]) if is_signed_in else Client(raise_request_exception=False)
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(address, headers=headers)
            said = answer.headers
            assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR, address
            policy = said["Content-Security-Policy"]
            assert set(policy.split("; ")) >= POLICY, address
            assert not re.search(r"unsafe|\*|http", policy), address
            assert said["X-Frame-Options"] == "DENY", address
            assert said["X-Content-Type-Options"] == "nosniff", address
            assert said["Referrer-Policy"] == "same-origin", address
            assert "no-store" in said.get("Cache-Control", "") or not is_signed_in, address
            if "text/html" in said.get("Content-Type", ""):
                text = answer.content.decode()
                assert not SCRIPT_OR_STYLE.findall(text), address
                assert not FOREIGN.findall(text), address


def test_every_post_needs_its_token(own: Cast) -> None:
    """US-1: a form that another site sends in a user's name is refused by every route, and changes nothing."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(own.users[Role.ADMIN])
    for address in set(addresses(own)) - {"/nothing"}:
        for headers in ({}, {"HX-Request": "true"}, {"Origin": "https://elsewhere.example.test"}):
            answer = client.post(address, headers=headers)
            assert answer.status_code == HTTPStatus.FORBIDDEN, address
            assert b"form" in answer.content.lower(), address
        for ask in (client.put, client.patch, client.delete):
            assert ask(address).status_code == HTTPStatus.FORBIDDEN, address
