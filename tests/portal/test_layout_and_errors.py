"""Error pages, health, the policy of what pages load, cookies, and the tokens that keep two editors apart."""

import re

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory, override_settings
from django.urls import reverse

from planbridge.activity.conflict import version_of
from planbridge.portal.errors import fault
from planbridge.security.right_words import DOINGS
from planbridge.security.roles import RIGHTS, Right, may
from planbridge.security.user import Role, User
from tests.portal.conftest import Cast, SignIn, user_of

FLAGGED = {
    Right.ACTIVATE_PLANS: "may_activate_plans",
    Right.DECIDE_HELD_RUNS: "may_approve_held_runs",
    Right.REVEAL_SENSITIVE_DATA: "may_view_sensitive_data",
}


def test_every_right_is_in_the_table() -> None:
    """US-1: the table of rights has every right."""
    assert set(RIGHTS) == set(Right)


@pytest.mark.parametrize(("right", "flag"), FLAGGED.items())
def test_flags_count_for_admins_too(right: Right, flag: str, own: Cast) -> None:
    """US-1: what needs a flag is refused to an Admin without it, and to whoever was switched off."""
    admin = own.users[Role.ADMIN]
    assert may(admin, right)
    assert not may(user_of(own.firm, Role.ADMIN, **{flag: False}), right)
    assert not may(user_of(own.firm, Role.ADMIN, is_active=False), right)


def test_a_refusal_says_what_is_missing(own: Cast, browser: SignIn) -> None:
    """US-1: who may not do something reads whether a role or a flag is missing, and who can give it."""
    viewer = browser(own.users[Role.VIEWER])
    text = viewer.get("/settings/users/").content.decode()
    assert "Your role, Viewer, does not let you change users: that takes the role Admin;" in text
    advisor = browser(user_of(own.firm, Role.ADVISOR, may_activate_plans=False, sees_all_plans=True))
    address = reverse("plans:activate", args=[own.plan.pk])
    text = advisor.post(address, headers={"HX-Request": "true"}).content.decode()
    assert text.startswith(
        "To activate or deactivate plans you need the flag Activate plans; an Admin of your firm can"
    )
    assert "Nothing was changed." in text
    assert set(DOINGS) == set(Right)


def test_pages_load_only_our_own(own: Cast, browser: SignIn) -> None:
    """The policy of a page allows no script or style in it and nothing from elsewhere, and the page has none."""
    page = browser(own.users[Role.ADMIN]).get("/plans/")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    text = page.content.decode()
    assert not re.search(r"<style| style=| on[a-z]+=\"|<script(?![^>]* src=\"/)", text)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


def test_a_page_asks_little(own: Cast, browser: SignIn) -> None:
    """PL-1: Plan Summary takes at most 12 queries, session and user among them."""
    client = browser(own.users[Role.ADVISOR])
    connection.force_debug_cursor = True
    before = len(connection.queries_log)
    assert client.get("/plans/").status_code == 200
    asked = len(connection.queries_log) - before
    connection.force_debug_cursor = False
    assert asked <= 12


def test_htmx_gets_the_list_alone(own: Cast, browser: SignIn) -> None:
    """PL-1: a filter answers with the list and not the page; without sign-in it has the window go to sign in."""
    client = browser(own.users[Role.ADVISOR])
    part = client.get("/plans/", {"q": "nort"}, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert b"NORT1" in part.content
    gone = Client().get("/plans/", headers={"HX-Request": "true"})
    assert gone.headers["HX-Redirect"] == "/plans/"


def test_filters_stand_in_the_address(own: Cast, browser: SignIn) -> None:
    """PL-1: search, status and recordkeeper of the address choose the plans; what fits nothing says so."""
    client = browser(own.users[Role.ADMIN])
    for query, is_there in (
        ({"q": "nort"}, True),
        ({"q": "zzz"}, False),
        ({"status": "draft"}, True),
        ({"status": "active"}, False),
        ({"recordkeeper": str(own.connection.pk)}, True),
        ({"sort": "assets", "order": "descending", "size": "100"}, True),
        ({"sort": "nonsense", "size": "nonsense", "status": "nonsense"}, True),
    ):
        page = client.get("/plans/", query)
        assert (b"NORT1" in page.content) == is_there, query
    assert b"No plan fits" in client.get("/plans/", {"q": "zzz"}).content
    assert client.get("/plans/", {"after": "nonsense"}).status_code == 404


def test_a_lost_database_is_said(rf: RequestFactory) -> None:
    """A page that fails for want of the database answers 503 in plain words, asking the database nothing."""
    request = rf.get("/plans/")
    try:
        lose_the_database()
    except OperationalError:
        answer = fault(request)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert b"The database does not answer" in answer.content


def lose_the_database() -> None:
    """What a query does when nobody answers."""
    raise OperationalError


def test_two_editors(own: Cast, browser: SignIn) -> None:
    """PL-8: a change on a value that moved meanwhile answers 409 with both values and writes nothing."""
    user = own.users[Role.ADVISOR]
    client, address = browser(user), reverse("settings:profile")
    first = {"name": "First", "version": version_of(user.name)}
    assert client.post(address, first).status_code == 200
    second = client.post(address, first | {"name": "Second"})
    assert second.status_code == 409
    assert b"First" in second.content
    assert b"Second" in second.content
    assert User.objects.get(pk=user.pk).name == "First"
    assert client.post(address, {"name": " ", "version": version_of("First")}).status_code == 422


@override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True)
def test_cookies(own: Cast) -> None:
    """US-1: who signs in gets cookies that scripts cannot read and other sites cannot send."""
    user = own.users[Role.VIEWER]
    user.set_password("four quiet words here")
    user.save()
    client = Client()
    client.get("/accounts/login/")
    answer = client.post("/accounts/login/", {"login": user.email, "password": "four quiet words here"})
    assert answer.status_code == 302, answer.content
    for name in ("sessionid", "csrftoken"):
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")


def test_wrong_passwords_lock(own: Cast) -> None:
    """US-1: after five wrong passwords even the right one is refused for a while, and nobody signs up."""
    user = own.users[Role.VIEWER]
    user.set_password("four quiet words here")
    user.save()
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    answer = client.post("/accounts/login/", {"login": user.email, "password": "four quiet words here"})
    assert answer.status_code == 200
    assert b"Too many" in answer.content
    assert client.get("/accounts/signup/").headers["Location"].startswith("/accounts/login/")


def test_health(client: Client, db: None) -> None:  # noqa: ARG001 - a fixture's name asks for it
    """OP-2: health answers to a probe under any host name, without session."""
    assert client.get("/health/live", headers={"Host": "10.1.2.3"}).json() == {"live": True}
    assert client.get("/health/ready").json() == {"ready": True, "database": True}
