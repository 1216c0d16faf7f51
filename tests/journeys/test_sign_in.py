"""Signing in with a real browser: authenticator app, recovery code, passkey, sessions, and a provider of OpenID Connect."""

import base64
import re
import time
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Place, expect_no_axe_findings, sign_in_first_admin, take_pictures
from tests.oidc_provider import Provider, as_environment, openid_provider

PASSWORD = "four quiet words here"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """A provider of OpenID Connect, which the installation is told of."""
    with openid_provider() as provider:
        for name, value in as_environment(provider).items():
            monkeypatch.setenv(name, value)
        yield provider


def look(page: Page, name: str) -> None:
    """The page has no barrier and fits both widths."""
    expect_no_axe_findings(page)
    take_pictures(page, name)


def sign_in(page: Page, url: str, password: str = PASSWORD) -> None:
    """The first step of signing in."""
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("Email").fill("ada@example.test")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page, url: str) -> None:
    """Leave."""
    page.goto(f"{url}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def confirm(page: Page) -> None:
    """Say the password once more where it is asked for."""
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()


def test_ways_to_sign_in(page: Page, place: Place, provider: Provider) -> None:
    """US-1: an Admin adds an authenticator app and a passkey, and signs in with each, with a recovery code, and by provider."""
    # A passkey belongs to a name: browsers make none for an address of numbers, so `up` prints a name.
    url = place.url
    assert url.startswith("http://localhost:")
    sign_in_first_admin(page, place)
    sign_out(page, place.url)
    look(page, "sign-in-with-provider")
    sign_in(page, url, "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "sign-in-wrong")
    sign_in(page, url)
    page.wait_for_url(f"{url}/plans/")
    codes = add_app(page, url)
    add_passkey(page, url)
    sign_out(page, url)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{url}/plans/")
    sign_out(page, url)
    use_recovery_code(page, url, codes)
    page.goto(f"{url}/accounts/sessions/")
    look(page, "sessions-one")
    sign_out(page, url)
    come_from_provider(page, place, provider)


def add_app(page: Page, url: str) -> list[str]:
    """Add an authenticator app; the recovery codes."""
    page.goto(f"{url}/accounts/2fa/totp/activate/")
    look(page, "confirm-password")
    confirm(page)
    look(page, "app-add")
    secret = page.get_by_label("Authenticator secret").input_value()
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - what authenticator apps use
    page.locator("input[name=code]").fill("000000")
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_text("Incorrect code").first).to_be_visible()
    look(page, "app-add-wrong")
    page.locator("input[name=code]").fill(app.generate(int(time.time())).decode())
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_label("Unused codes")).to_be_visible()
    look(page, "recovery-codes")
    return page.get_by_label("Unused codes").input_value().split()


def add_passkey(page: Page, url: str) -> None:
    """Add a passkey to an authenticator of the browser."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.goto(f"{url}/accounts/2fa/webauthn/add/")
    look(page, "passkey-add")
    page.get_by_label("Name").fill("This laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("Passkey added")).to_be_visible()
    look(page, "security-of-ada")
    page.goto(f"{url}/accounts/2fa/webauthn/")
    expect(page.get_by_text("This laptop").first).to_be_visible()
    look(page, "passkeys")


def use_recovery_code(page: Page, url: str, codes: list[str]) -> None:
    """A recovery code lets in once; another one does then."""
    sign_in(page, url)
    say_code(page, codes[0])
    page.wait_for_url(f"{url}/plans/")
    sign_out(page, url)
    sign_in(page, url)
    say_code(page, codes[0])
    expect(page.get_by_text("Incorrect code").first).to_be_visible()
    look(page, "second-step-wrong")
    say_code(page, codes[1])
    page.wait_for_url(f"{url}/plans/")


def say_code(page: Page, code: str) -> None:
    """The second step of signing in."""
    page.wait_for_url("**/2fa/authenticate/**")
    page.locator("input[name=code]").fill(code)
    page.get_by_role("button", name=re.compile("^sign in$", re.IGNORECASE)).click()


def come_from_provider(page: Page, place: Place, provider: Provider) -> None:
    """The page's policy lets the browser go to the provider, which knows a stranger and then Ada."""
    provider.person = {"sub": "1", "email": "nobody@example.test", "email_verified": True}
    page.goto(f"{place.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with Example Sign-on").click()
    expect(page.get_by_role("heading", name="You are not invited yet")).to_be_visible()
    look(page, "not-invited")
    provider.person = {"sub": "2", "email": "ada@example.test", "email_verified": True}
    page.goto(f"{place.url}/accounts/login/")
    page.get_by_role("button", name="Sign in with Example Sign-on").click()
    # The provider is one step; the app or passkey that Ada added is the other.
    page.wait_for_url("**/2fa/authenticate/**")
    page.goto(f"{place.url}/accounts/password/reset/")
    expect(page.get_by_text("sends no mail")).to_be_visible()
    look(page, "lost-password")
