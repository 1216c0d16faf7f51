"""The command menu finds people of all plans that a user sees."""

from django.urls import reverse

from planbridge.plans.models import Plan
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn, user_of


def test_people_are_found_by_name(plan: Plan, own: Cast, other: Cast, browser: SignIn) -> None:
    """US-1: the menu finds people by the beginning of a name, only in plans that the user sees, and nobody by an SSN."""
    find = reverse("find")
    address = reverse("people:person", args=[plan.pk, "P-0001"]).encode()
    client = browser(own.users[Role.VIEWER])
    assert address in client.get(find, {"q": "ada o'n"}).content
    assert address in client.get(find, {"q": "P-0001"}).content
    for stranger in (user_of(own.firm, Role.ADVISOR), other.users[Role.ADMIN]):
        assert address not in browser(stranger).get(find, {"q": "ada o'n"}).content
    by_ssn = client.get(find, {"q": "900-11-0001"}).content
    assert address not in by_ssn
    assert b"Participants tab" in by_ssn
