"""Signing in by OpenID Connect, against a small real provider."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from planbridge.activity.entry import ActivityEntry
from planbridge.config.sign_in import oidc_providers
from planbridge.security.user import Role, User
from tests.oidc_provider import Provider, as_environment, openid_provider
from tests.portal.conftest import Cast, SignIn, user_of

LOGIN = "/accounts/oidc/firm/login/"


@pytest.fixture
def provider(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """The provider, as the settings name it."""
    with openid_provider() as provider:
        for name, value in as_environment(provider).items():
            monkeypatch.setenv(name, value)
        settings.SOCIALACCOUNT_PROVIDERS = oidc_providers()
        yield provider


def way_back(client: Client, address: str = LOGIN) -> str:
    """Begin here, be asked nothing there: the address to which the provider sends the browser back."""
    begun = client.post(address)
    assert begun.status_code == 302, begun.content
    parts = urlsplit(httpx.get(begun.headers["Location"]).headers["Location"])
    assert parts.path == f"{LOGIN}callback/"
    return f"{parts.path}?{parts.query}"


def come_back(client: Client) -> HttpResponse:
    """The whole way; the answer to the browser that came back."""
    return client.get(way_back(client))  # type: ignore[return-value]  # a test client's answer is one with extras


def person_at_provider(user: User, **claims: object) -> dict[str, object]:
    """What the provider says of a user."""
    return {"sub": f"sub-{user.pk}", "email": user.email, "email_verified": True} | claims


def test_the_invited_get_in(provider: Provider, own: Cast) -> None:
    """US-1: an invited user gets in by the address that the provider vouches for, with PKCE, and it is recorded."""
    user = own.users[Role.ADVISOR]
    provider.person = person_at_provider(user, email=user.email.upper())
    client = Client()
    answer = come_back(client)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/plans/")
    assert client.get("/plans/").status_code == 200
    assert provider.asked[0]["code_challenge_method"] == "S256"
    said = ActivityEntry.objects.filter(actor=user.email).values_list("detail__sign_in", flat=True)
    assert list(said) == ["Single sign-on used for the first time"]
    # By the address each time: the provider's number alone lets nobody in.
    provider.person = person_at_provider(user, email="renamed@example.test")
    assert come_back(Client()).status_code == 403


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"email": "nobody@example.test"}, "Ask an Admin of your firm to invite you"),
        ({"email_verified": False}, "does not say that this address is verified"),
        ({"email_verified": "false"}, "does not say that this address is verified"),
        ({"email": None}, "did not say your e-mail address"),
    ],
)
def test_all_others_are_told_what_to_do(provider: Provider, own: Cast, claims: dict[str, object], said: str) -> None:
    """US-1: an unknown, unverified or missing address lets nobody in, makes nobody, and says what to do."""
    count = User.objects.count()
    provider.person = person_at_provider(own.users[Role.ADMIN], **claims)
    client = Client()
    answer = come_back(client)
    assert (answer.status_code, said in " ".join(answer.content.decode().split())) == (403, True)
    assert client.get("/plans/").status_code == 302
    assert User.objects.count() == count


def test_a_deactivated_user_stays_out(provider: Provider, own: Cast) -> None:
    """US-1: whoever was deactivated is refused, whatever the provider says, and told whom to ask."""
    user = user_of(own.firm, Role.ADVISOR, is_active=False)
    provider.person = person_at_provider(user)
    client = Client()
    page = client.get(come_back(client).headers["Location"])
    assert "You are deactivated" in page.content.decode()
    assert client.get("/plans/").status_code == 302


def test_an_answer_is_good_once_and_here_only(provider: Provider, own: Cast) -> None:
    """US-1: an answer with another state, in another browser, a second time, or with another code lets nobody in."""
    provider.person = person_at_provider(own.users[Role.ADMIN])
    victim, other = Client(), Client()
    for address in (
        way_back(other),  # made for another browser
        way_back(victim) + "x",  # another state
        way_back(victim).replace("code=", "code=x"),
    ):
        answer = victim.get(address)
        assert "Signing in did not work" in answer.content.decode(), address
        assert victim.get("/plans/").status_code == 302
    good = way_back(victim)
    assert victim.get(good).status_code == 302
    victim.logout()
    assert "Signing in did not work" in victim.get(good).content.decode()
    assert victim.get("/plans/").status_code == 302


def test_nobody_ties_another_account_to_their_own(provider: Provider, own: Cast, browser: SignIn) -> None:
    """US-1: coming from the provider while signed in makes one whoever the provider says, and never both."""
    admin, viewer = own.users[Role.ADMIN], own.users[Role.VIEWER]
    provider.person = person_at_provider(viewer)
    client = browser(admin)
    client.get(way_back(client, f"{LOGIN}?process=connect"))
    assert client.get("/plans/").context["user"] == viewer
    assert client.get("/accounts/3rdparty/").status_code == 404


def test_a_provider_that_is_away(provider: Provider, own: Cast, settings: Settings) -> None:
    """US-1: a provider that does not answer, at the beginning or at the end, gives a page that says so and no fault."""
    provider.person = person_at_provider(own.users[Role.ADMIN])
    client = Client()
    address = way_back(client)
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"]["server_url"] = "http://127.0.0.1:1"
    for answer in (client.get(address), client.post(LOGIN)):
        assert "Signing in did not work" in answer.content.decode()
