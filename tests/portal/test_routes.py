"""Every route: who may open it, and that nobody finds anything of another firm behind it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from planbridge.plans.access import PlanAccess
from planbridge.security.roles import Right, may
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn, user_of
from tests.portal.routes import OPEN, ROUTES, WITHOUT_RIGHT, portal_routes

VIEWS = {name: pattern.callback for name, pattern in portal_routes() if name not in OPEN}
FORBIDDEN, NOT_FOUND, REDIRECT = 403, 404, 302


def test_every_route_is_walked() -> None:
    """US-1: each route of the portal stands in the table of routes, so that the tests below walk it."""
    assert {name for name, _ in portal_routes()} - OPEN == set(ROUTES)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_every_route_names_its_right(name: str) -> None:
    """US-1: each view says which right it needs."""
    assert name in WITHOUT_RIGHT or isinstance(right_of(name, "right"), Right)


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_every_route_needs_sign_in(name: str, own: Cast) -> None:
    """US-1: whoever is not signed in is sent to sign in, by every route and whichever way they ask."""
    address = reverse(name, kwargs=ROUTES[name](own))
    for answer in (Client().get(address), Client().post(address)):
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (REDIRECT, "/accounts/login/")


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", sorted(ROUTES))
def test_every_route_by_role(name: str, role: Role, own: Cast, browser: SignIn) -> None:
    """US-1: a role opens what the table of rights gives it, to read and to change, and is refused everything else."""
    user = own.users[role]
    client, address = browser(user), reverse(name, kwargs=ROUTES[name](own))
    asked = ((client.get, "right"), (client.post, "right_to_change"))
    for ask, kind in asked:
        right = right_of(name, kind)
        is_refused = ask(address).status_code == FORBIDDEN
        assert is_refused == (name not in WITHOUT_RIGHT and not may(user, right)), kind


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name not in WITHOUT_RIGHT))
def test_another_firm_is_not_there(name: str, role: Role, own: Cast, other: Cast, browser: SignIn) -> None:
    """US-1: with another firm's ids every route answers 404 to whoever has the right, and 403 to all others."""
    if not ROUTES[name](other):
        pytest.skip("its address names nothing")
    user = own.users[role]
    answer = browser(user).get(reverse(name, kwargs=ROUTES[name](other)))
    assert answer.status_code == (NOT_FOUND if may(user, right_of(name, "right")) else FORBIDDEN)


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name not in WITHOUT_RIGHT))
def test_a_plan_not_given_is_not_there(name: str, own: Cast, browser: SignIn) -> None:
    """US-1: an Advisor gets 404 for a plan of the firm that was not given to them."""
    arguments = ROUTES[name](own)
    if "plan_id" not in arguments:
        pytest.skip("its address names no plan")
    stranger = user_of(own.firm, Role.ADVISOR)
    assert not PlanAccess.objects.filter(user=stranger).exists()
    answer = browser(stranger).get(reverse(name, kwargs=arguments))
    assert answer.status_code == (NOT_FOUND if may(stranger, right_of(name, "right")) else FORBIDDEN)


def right_of(name: str, kind: str) -> Any:
    """The right that a route's view needs."""
    return getattr(VIEWS[name], kind, None)
