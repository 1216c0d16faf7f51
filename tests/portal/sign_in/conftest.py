"""A user with a password, and signing in with it."""

import pytest
from django.test import Client

from planbridge.security.user import Role, User
from tests.portal.conftest import Cast

PASSWORD = "four quiet words here"


@pytest.fixture
def user(own: Cast) -> User:
    """An Advisor with a password."""
    user = own.users[Role.ADVISOR]
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(email: str, password: str, client: Client | None = None) -> bool:
    """Whether a password lets somebody in."""
    client = client or Client()
    return client.post("/accounts/login/", {"login": email, "password": password}).status_code == 302
