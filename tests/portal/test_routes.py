"""Every route: who may open it, and that nobody finds anything of another firm behind it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from planbridge.plans.access import PlanAccess
from planbridge.security.roles import Right, may
from planbridge.security.user import Role, User
from tests.portal.conftest import Cast, SignIn, user_of
from tests.portal.routes import OPEN, ROUTES, WITHOUT_RIGHT, portal_routes

VIEWS = {name: pattern.callback for name, pattern in portal_routes() if name not in OPEN}
FORBIDDEN, NOT_FOUND, NOT_ALLOWED, REDIRECT = 403, 404, 405, 302


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
    """US-1: with another firm's ids, all or some, every route answers 404 to whoever has the right and 403 to all others."""
    theirs = ROUTES[name](other)
    if not theirs:
        pytest.skip("its address names nothing")
    user = own.users[role]
    client = browser(user)
    for arguments in (
        (theirs, theirs | {"plan_id": own.plan.pk}) if len(theirs) > 1 and is_of_plan(theirs) else (theirs,)
    ):
        address = reverse(name, kwargs=arguments)
        for ask, kind in ((client.get, "right"), (client.post, "right_to_change")):
            for headers in ({}, {"HX-Request": "true"}):
                assert ask(address, headers=headers).status_code in refusals(user, name, kind), (kind, arguments)


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if name not in WITHOUT_RIGHT))
def test_a_plan_not_given_is_not_there(name: str, own: Cast, browser: SignIn) -> None:
    """US-1: an Advisor gets 404 for a plan of the firm that was not given to them."""
    arguments = ROUTES[name](own)
    if "plan_id" not in arguments:
        pytest.skip("its address names no plan")
    stranger = user_of(own.firm, Role.ADVISOR)
    assert not PlanAccess.objects.filter(user=stranger).exists()
    client, address = browser(stranger), reverse(name, kwargs=arguments)
    for ask, kind in ((client.get, "right"), (client.post, "right_to_change")):
        assert ask(address).status_code in refusals(stranger, name, kind)


def refusals(user: User, name: str, kind: str) -> set[int]:
    """How a route answers a user who asks for what is not theirs; what nobody can post to says so whatever it is."""
    if not may(user, right_of(name, kind)):
        return {FORBIDDEN}
    return {NOT_FOUND} if kind == "right" else {NOT_FOUND, NOT_ALLOWED}


def is_of_plan(arguments: dict[str, Any]) -> bool:
    """Whether these name a thing of a plan that another plan does not have: its fields are everybody's."""
    return "plan_id" in arguments and not arguments.keys() & {"event", "field", "fund", "participant_id"}


def right_of(name: str, kind: str) -> Any:
    """The right that a route's view needs."""
    return getattr(VIEWS[name], kind, None)
