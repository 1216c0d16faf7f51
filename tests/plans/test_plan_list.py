"""Plan Summary's list: status, search, filters, order and pages."""

from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from planbridge.activity.keyset import PageAsk
from planbridge.plans.models import Plan, PlanFigures
from planbridge.plans.plan import PlanStatus
from planbridge.plans.plan_list import PlanFilter, PlanSort, plan_page
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm

pytestmark = pytest.mark.django_db
NAMES = ("Alder Bakery", "alder clinic", "Birch Labs", "100% Oak_Foods", "Çedar")


@pytest.fixture
def plans() -> list[Plan]:
    """Plans with figures but for the last one."""
    firm = Firm.objects.create(name="List firm")
    connection = Connection.objects.create(firm=firm, name="Relius", kind="files")
    made = [
        Plan.objects.create(
            firm=firm, connection=connection, external_plan_id=f"90{n}", name=name, employer_name=f"Employer {n}"
        )
        for n, name in enumerate(NAMES)
    ]
    for n, plan in enumerate(made[:-1]):
        PlanFigures.objects.create(plan=plan, people_count=n % 2, market_value_usd=Decimal(100 - n))
    return made


def found(plans: list[Plan], wanted: PlanFilter) -> list[str]:
    """The names of the plans that a filter finds, in order."""
    return [row.name for row in plan_page(Plan.objects.filter(firm_id=plans[0].firm_id), wanted, PageAsk()).rows]


@pytest.mark.parametrize("sort", list(PlanSort))
@pytest.mark.parametrize("is_descending", [False, True])
def test_every_order_pages_through_all(plans: list[Plan], sort: PlanSort, *, is_descending: bool) -> None:
    """PL-1: in every order each plan is on one page and the pages go back as they came, equal values and none included."""
    own = Plan.objects.filter(firm_id=plans[0].firm_id)
    Plan.objects.bulk_create(
        Plan(firm_id=plans[0].firm_id, connection_id=plans[0].connection_id, external_plan_id=f"x{n}", name="Same")
        for n in range(18)
    )
    ask, seen, forwards = PageAsk(10), [], []
    while True:
        page = plan_page(own, PlanFilter(), ask, sort=sort, is_descending=is_descending)
        seen += [row.id for row in page.rows]
        forwards.append(page.rows)
        if not page.next_cursor:
            break
        ask = PageAsk(10, after=page.next_cursor)
    assert sorted(seen) == sorted(own.values_list("pk", flat=True))
    assert (page.total, page.last_number) == (23, 23)
    back = plan_page(
        own, PlanFilter(), PageAsk(10, before=page.previous_cursor), sort=sort, is_descending=is_descending
    )
    assert (back.rows, back.first_number) == (forwards[1], 11)


def test_search_by_beginnings(plans: list[Plan]) -> None:
    """PL-1: the beginning of a name, an external id or an employer finds, in capitals or not; nothing in it is special."""
    assert found(plans, PlanFilter(search="ALDER")) == ["Alder Bakery", "alder clinic"]
    assert found(plans, PlanFilter(search="902")) == ["Birch Labs"]
    assert found(plans, PlanFilter(search="employer 1")) == ["alder clinic"]
    assert found(plans, PlanFilter(search="çe")) == ["Çedar"]
    assert found(plans, PlanFilter(search="100% oak_")) == ["100% Oak_Foods"]
    assert found(plans, PlanFilter(search="%")) == found(plans, PlanFilter(search="bakery")) == []


def test_statuses(plans: list[Plan]) -> None:
    """PL-1: each plan has one of the four statuses, shown and filtered by."""
    Plan.objects.filter(pk=plans[1].pk).update(live_version=1)
    Plan.objects.filter(pk=plans[2].pk).update(live_version=1, draft_version=2)
    Plan.objects.filter(pk=plans[3].pk).update(live_version=1, deactivated_at=timezone.now())
    own = Plan.objects.filter(firm_id=plans[0].firm_id)
    counts = {}
    for status in PlanStatus:
        page = plan_page(own, PlanFilter(statuses=(status,)), PageAsk())
        assert {row.status for row in page.rows} == {status}
        counts[status] = page.total
    assert counts == {"draft": 2, "active": 1, "active_with_draft": 1, "inactive": 1}
    assert plan_page(own, PlanFilter(statuses=tuple(PlanStatus)), PageAsk()).total == 5


def test_a_page_is_three_statements(plans: list[Plan]) -> None:
    """PL-1: a page with figures and last syncs takes three statements, whatever its length."""
    with CaptureQueriesContext(database) as queries:
        page = plan_page(Plan.objects.filter(firm_id=plans[0].firm_id), PlanFilter(), PageAsk(100))
    assert (len(queries), len(page.rows)) == (3, 5)
