"""Two firms with users of every role, and browsers in which they are signed in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client

from planbridge.plans.access import PlanAccess
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.security.firm import Firm
from planbridge.security.user import Role, User
from tests.syncing import added_plan

FLAGS = {"may_view_sensitive_data": True, "may_activate_plans": True, "may_approve_held_runs": True}


@dataclass(frozen=True)
class Cast:
    """A firm with a recordkeeper, a plan that was given to everybody, and users by role."""

    firm: Firm
    connection: Connection
    plan: Plan
    users: dict[Role, User]


def cast_of(name: str, inbox: Path) -> Cast:
    """A firm of this name with all that belongs to it."""
    firm = Firm.objects.get_or_create(name=name)[0]
    new = NewConnection("example", ConnectionKind.FILES, {"path": str(inbox), "profile": "canonical"})
    connection = add_connection(firm, new, actor="test")
    plan = added_plan(connection, f"{name[:4].upper()}1")
    users = {role: user_of(firm, role) for role in Role}
    for user in users.values():
        PlanAccess.objects.create(user=user, plan=plan)
    return Cast(firm, connection, plan, users)


def user_of(firm: Firm, role: Role, **values: object) -> User:
    """A user of a firm, with all flags unless said otherwise."""
    email = f"{role}-{User.objects.count()}@example.test"
    return User.objects.create(firm=firm, role=role, email=email, name=f"{role.label} Example", **(FLAGS | values))


@pytest.fixture
def own(db: None, inbox: Path) -> Cast:  # noqa: ARG001 - a fixture's name asks for it
    """The firm that the tests look at."""
    return cast_of("Northwind", inbox)


@pytest.fixture
def other(db: None, inbox: Path) -> Cast:  # noqa: ARG001 - a fixture's name asks for it
    """Another firm, of which nothing may be seen, with a drop folder of its own."""
    folder = inbox.with_name("other-inbox")
    folder.mkdir(exist_ok=True)
    return cast_of("Southwind", folder)


SignIn = Callable[[User], Client]


@pytest.fixture
def browser() -> SignIn:
    """A browser in which somebody is signed in."""

    def signed_in(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return client

    return signed_in
