"""Adding all plans of a long list at once."""

from planbridge.plans.models import Plan
from planbridge.portal.plans.adding import LISTED_MAX
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn


def test_all_of_a_long_list_is_added(own: Cast, browser: SignIn) -> None:
    """PL-1: every plan that the recordkeeper's list shows can be ticked and added in one go, however long it is."""
    picked = [f"LONG{number}" for number in range(LISTED_MAX)]
    answer = browser(own.users[Role.ADMIN]).post(
        "/plans/add/", {"connection": own.connection.pk, "plan_ids": "", "picked": picked}
    )
    assert answer.status_code == 302
    assert Plan.objects.filter(external_plan_id__startswith="LONG").count() == LISTED_MAX
