"""Lists of people: order, pages, statuses, and what a search finds."""

from decimal import Decimal
from pathlib import Path

import pytest

from planbridge.activity.keyset import PageAsk
from planbridge.participants.models import Participant
from planbridge.participants.people_list import PeopleFilter, PeopleSort, count_people, people_page, search_people
from planbridge.plans.models import Plan
from tests.cast import ada, bea, cem, dora, eli, person
from tests.syncing import active_plan, sync_people, synced_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(inbox: Path) -> Plan:
    """The cast and many of one name, synced."""
    crowd = [person(number, f"Zoë{number}", "Ämond") for number in range(20, 43)]
    return active_plan(inbox, [ada(), bea(), cem(), dora(), eli(), *crowd])


def found(plan: Plan, text: str) -> list[str]:
    """The ids of a plan's people whom a text names, in order."""
    return [row.participant_id for row in people_page(plan.pk, PeopleFilter(search=text), PageAsk(100)).rows]


@pytest.mark.parametrize("sort", list(PeopleSort))
@pytest.mark.parametrize("is_descending", [False, True])
def test_pages_have_everybody_once(plan: Plan, sort: PeopleSort, *, is_descending: bool) -> None:
    """PT-3: a plan's people in pages, everybody once, in both orders and both ways."""
    ask, seen = PageAsk(10), []
    while True:
        page = people_page(plan.pk, PeopleFilter(), ask, sort=sort, is_descending=is_descending)
        seen += [row.participant_id for row in page.rows]
        if not page.next_cursor:
            break
        ask = PageAsk(10, after=page.next_cursor)
    assert len(seen) == len(set(seen)) == page.total == count_people(plan.pk, PeopleFilter()) == 28
    if sort is PeopleSort.PARTICIPANT_ID:
        assert seen == sorted(seen, reverse=is_descending)


def test_a_row_masks_the_ssn_and_adds_up_the_balance(plan: Plan) -> None:
    """US-2: a row shows the last four digits and no more, beside name, statuses and all money held."""
    (row,) = people_page(plan.pk, PeopleFilter(search="o'neil"), PageAsk()).rows
    assert (row.ssn, row.first_name, row.last_name) == ("***-**-0001", "Ada", "O'Neil-Díaz")
    assert (row.employment_status, row.sync_status) == ("active", "synced")
    assert row.balance_usd == Decimal("22741.97") + Decimal("591.04") + Decimal("500.25")


def test_names_ids_and_ssns_find(plan: Plan) -> None:
    """US-2: beginnings of first and last names, ids, and an SSN in full find a person; a part of an SSN finds nobody."""
    assert (
        found(plan, "O'NEIL-D")
        == found(plan, "ada")
        == found(plan, "ada o'n")
        == found(plan, "o'neil, A")
        == ["P-0001"]
    )
    assert found(plan, "o'neil-día") == ["P-0001"]
    assert found(plan, "o'neil-dia") == ["P-0001"]
    assert len(found(plan, "ämo")) == len(found(plan, "amo")) == len(found(plan, "zoë")) == 23
    assert sorted(found(plan, "P-000")) == ["P-0001", "P-0002", "P-0003", "P-0004", "P-0005"]
    assert found(plan, "900-11-0002") == found(plan, "900110002") == ["P-0002"]
    assert found(plan, "0002") == found(plan, "%") == found(plan, "_da") == []


def test_statuses_filter(plan: Plan) -> None:
    """PT-3: the list is filtered by synchronization and employment status."""
    Participant.objects.filter(plan_id=plan.pk, participant_id="P-0004").update(sync_status="error")
    wanted = {
        PeopleFilter(sync_statuses=("error",)): ["P-0004"],
        PeopleFilter(sync_statuses=("error",), search="ada"): [],
        PeopleFilter(employment_statuses=("terminated",)): ["P-0003"],
    }
    for one, ids in wanted.items():
        assert [row.participant_id for row in people_page(plan.pk, one, PageAsk()).rows] == ids
        assert count_people(plan.pk, one) == len(ids)


def test_the_search_over_plans_stays_in_the_plans_given(plan: Plan) -> None:
    """US-1: a person is found in the plans that a user sees, with the plan's name, and in no other."""
    own, none = Plan.objects.filter(pk=plan.pk), Plan.objects.none()
    for text in ("o'neil", "ada o'neil", "O'Neil, ada", "900-11-0001", "P-0001"):
        assert [(one.plan_id, one.participant_id) for one in search_people(own, text)] == [(plan.pk, "P-0001")], text
        assert search_people(none, text) == []
    assert len(search_people(own, "ämond")) == 10
    assert search_people(own, " ") == []


NAMES = {  # participant id: first and last name, in the order of the list
    "P-0104": ("Ida", "Ångström"),
    "P-0103": ("Ana María", "de la Cruz"),
    "P-0102": ("Ana", "Núñez"),
    "P-0106": ("Zoe", "Nunez"),
    "P-0105": ("van", "Dyke"),
    "P-0101": ("Kim", "van Dyke"),
}


@pytest.fixture
def named(inbox: Path) -> Plan:
    """A plan with people of such names."""
    people = [person(int(one.removeprefix("P-")), *names) for one, names in NAMES.items()]
    plan = synced_plan(inbox, people)
    sync_people(plan)
    return plan


def test_names_stand_in_order_without_capitals_and_accents(named: Plan) -> None:
    """PT-3: names are put in order whatever their capitals and accents, also over pages that begin where another ended."""
    rows = people_page(named.pk, PeopleFilter(), PageAsk(10)).rows
    assert [row.last_name for row in rows] == ["Ångström", "de la Cruz", "Dyke", "Núñez", "Nunez", "van Dyke"]
    first = people_page(named.pk, PeopleFilter(search="n"), PageAsk(10)).rows
    assert [row.participant_id for row in first] == ["P-0102", "P-0106"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("van dy", ["P-0101", "P-0105"]),
        ("kim van dyke", ["P-0101"]),
        ("van dyke, k", ["P-0101"]),
        ("ana maria de la", ["P-0103"]),
        ("ana nuñ", ["P-0102"]),
        ("ana nun", ["P-0102"]),
        ("nunez", ["P-0102", "P-0106"]),
        ("angstrom", ["P-0104"]),
        ("dyke kim", []),
    ],
)
def test_names_of_several_words_are_found(named: Plan, text: str, ids: list[str]) -> None:
    """AM-3: first and last names of several words are found without a comma, in one plan and over all, accents or not."""
    assert sorted(found(named, text)) == ids
    assert sorted(one.participant_id for one in search_people(Plan.objects.filter(pk=named.pk), text)) == ids
