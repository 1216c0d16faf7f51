"""Addresses and forms that no page makes: they are refused in words or passed over, and never a fault of ours."""

import base64
import json
from urllib.parse import urlencode

import pytest
from django.db import DataError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from planbridge.plans.models import Plan
from planbridge.plans.plan_list import PlanSort
from planbridge.portal.unstorable import UnstorableText
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn

OK, FOUND, BAD, NOT_THERE, REFUSED = 200, 302, 400, 404, 422
LONG = "9" * 5000
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


def cursor(*values: object) -> str:
    """A cursor with these tagged values, as one could write it by hand."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ("/plans/?q=%00a", BAD),
        ("/activity/?plan=%00a", OK),
        ("/activity/?participant=%00a", OK),
        ("/activity/activity.csv?participant=%00a", OK),
        ("/activity/plan-options/?plan=%00a", OK),
        ("/activity/submissions/?plan=%00a", OK),
        ("/activity/schedules/plans/?plan_text=%00a", BAD),
        ("/settings/users/?q=%00", BAD),
        ("/settings/users/{user}/plans/?q=%00", BAD),
        ("/find?q=%00a", OK),
        ("/plans/{plan}/participants/?q=%00a", OK),
    ],
)
def test_nul_in_an_address(admin: Client, own: Cast, where: str, status: int) -> None:
    """US-1: NUL in an address is passed over, or is a bad request with its page."""
    answer = admin.get(where.format(user=own.users[Role.VIEWER].pk, plan=own.plan.pk))
    assert answer.status_code == status
    assert status == OK or "<h1" in answer.content.decode()


@pytest.mark.parametrize("content_type", ["", FORM])
@pytest.mark.parametrize(
    ("where", "fields"),
    [
        ("/settings/users/{user}/plans/", {"action": "give_all", "q": "\0"}),
        ("/plans/{plan}/deactivate/", {"reason": "No\0"}),
        ("/plans/add/", {"connection": "{connection}", "plan_ids": "", "picked": "9\0"}),
    ],
)
def test_nul_in_a_form(admin: Client, own: Cast, where: str, fields: dict[str, str], content_type: str) -> None:
    """US-1: NUL in a form's field is a bad request, however the form is sent, and changes nothing."""
    Plan.objects.filter(pk=own.plan.pk).update(live_version=1)
    ids = {"user": own.users[Role.VIEWER].pk, "plan": own.plan.pk, "connection": own.connection.pk}
    sent = {name: value.format(**ids) for name, value in fields.items()}
    if content_type:
        answer = admin.post(where.format(**ids), urlencode(sent), content_type=content_type)
    else:
        answer = admin.post(where.format(**ids), sent)
    assert answer.status_code == BAD
    own.plan.refresh_from_db()
    assert (own.plan.deactivated_at, Plan.objects.count()) == (None, 1)


def test_other_faults_stay_faults() -> None:
    """OP-2: what fails without NUL, or otherwise than by its text, is not taken for a bad request."""
    net = UnstorableText(lambda _: HttpResponse())
    make = RequestFactory()
    assert net.process_exception(make.get("/plans/", {"q": "a"}), DataError()) is None
    assert net.process_exception(make.get("/plans/", {"q": "\0"}), KeyError()) is None
    answer = net.process_exception(make.get("/plans/", {"q": "\0"}), DataError())
    assert answer is not None
    assert answer.status_code == BAD


@pytest.mark.parametrize(
    ("where", "status"),
    [
        ("/plans/?size={long}", OK),
        ("/plans/?recordkeeper={long}", OK),
        ("/plans/add/pick/?connection={long}", NOT_THERE),
        ("/settings/users/{user}/plans/?recordkeeper={long}&size={long}", OK),
        ("/plans/?recordkeeper=999999999999999999", OK),
    ],
)
def test_numbers_of_thousands_of_digits(admin: Client, own: Cast, where: str, status: int) -> None:
    """PL-1: a number that no row can have is passed over."""
    assert admin.get(where.format(long=LONG, user=own.users[Role.VIEWER].pk)).status_code == status


def test_long_numbers_in_forms(admin: Client, own: Cast) -> None:
    """TS-1: a plan of a number that no plan can have is given to nobody, and is no plan of a task."""
    user = own.users[Role.VIEWER]
    answer = admin.post(f"/settings/users/{user.pk}/plans/", {"action": "give", "plan": LONG})
    assert answer.status_code == FOUND
    answer = admin.post(reverse("activity:schedule_new"), {"plans": "selected", "plan": LONG})
    assert answer.status_code == REFUSED


@pytest.mark.parametrize("where", ["/plans/", "/activity/", "/activity/schedules/", "/plans/{plan}/activity/"])
@pytest.mark.parametrize(
    "values",
    [
        (1, ("text", "A"), ("whole", 1)),
        (1, ("whole", 1), ("whole", 1)),
        (1, ("text", "A\0"), ("whole", 1)),
        (1, ("text", "\ud800"), ("whole", 1)),
        (1, ("whole", "1")),
        (1, ("whole", 10**30)),
        (1, ("exact", "Infinity")),
        (float("inf"), ("whole", 1)),
        (10**4000, ("whole", 1)),
        (1, ("id", 1)),
        (1, ("moment", "2026-01-01T00:00:00"), ("id", "0190a000-0000-7000-8000-000000000000")),
        (1, ("moment", 5), ("id", 5)),
    ],
)
def test_cursors_of_other_lists(admin: Client, own: Cast, where: str, values: tuple[object, ...]) -> None:
    """AM-2, PL-1: a cursor that another list or nobody made finds no page; it is never a fault."""
    for way in ("after", "before"):
        answer = admin.get(where.format(plan=own.plan.pk), {way: cursor(*values), "sort": "people"})
        is_its_own = where == "/plans/" and values[1:] == (("whole", 1), ("whole", 1))
        assert answer.status_code == (OK if is_its_own else NOT_THERE)


@pytest.mark.parametrize("sort", PlanSort)
def test_every_sort_has_pages(admin: Client, own: Cast, sort: PlanSort) -> None:
    """PL-1: each sort goes on by its own cursor; that of the sort by name leads nowhere in those by numbers and moments."""
    Plan.objects.bulk_create(
        Plan(firm=own.firm, connection=own.connection, external_plan_id=f"S{number}", name=f"S{number}")
        for number in range(12)
    )
    by_name = admin.get("/plans/", {"size": 10}).context["page"].next_cursor
    first = admin.get("/plans/", {"size": 10, "sort": sort.value}).context["page"]
    second = admin.get("/plans/", {"size": 10, "sort": sort.value, "after": first.next_cursor}).context["page"]
    assert len({row.id for row in (*first.rows, *second.rows)}) == 13
    other = admin.get("/plans/", {"size": 10, "sort": sort.value, "after": by_name})
    assert other.status_code == (OK if sort is PlanSort.NAME else NOT_THERE)
