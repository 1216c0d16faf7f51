"""Lists of people: a plan's Participants tab, and the search over all plans that a user sees; SSNs always masked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Collate, Upper
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.activity.masking import mask_ssn
from planbridge.participants.held import balances_of
from planbridge.participants.participant import Participant
from planbridge.plans.plan import Plan
from planbridge.security.ssn import ssn_index, unseal_ssn

SSN = re.compile(r"\d{3}-?\d{2}-?\d{4}")
LAST_CHARACTER = "\U0010ffff"
FOUND_MAX = 10
LAST_NAME, FIRST_NAME = Collate(Upper("last_name"), "C"), Collate(Upper("first_name"), "C")


class PeopleSort(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"  # last name, first name, in capitals
    PARTICIPANT_ID = "participant_id"


ORDERS = {
    PeopleSort.NAME: ("last_key", "first_key", "participant_id"),
    PeopleSort.PARTICIPANT_ID: ("participant_id",),
}


@dataclass(frozen=True)
class PeopleFilter:
    """Which people; empty means any.

    `search` is an SSN in full; a participant id (within a plan: its beginning); or the beginning of a name: "smi",
    "smi, an" (last, first) or "an smi" (first last), in capitals or not, accents as typed.
    """

    search: str = ""
    sync_statuses: tuple[str, ...] = ()
    employment_statuses: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonRow:
    """One person of a list; `balance_usd` is None for who holds nothing."""

    plan_id: int
    participant_id: str
    first_name: str
    last_name: str
    ssn: str
    employment_status: str
    sync_status: str
    balance_usd: Decimal | None


@dataclass(frozen=True)
class PersonFound:
    """One person whom a search over plans found."""

    plan_id: int
    plan_name: str
    external_plan_id: str
    participant_id: str
    first_name: str
    last_name: str
    sync_status: str


def people_page(
    plan_id: int,
    wanted: PeopleFilter,
    ask: PageAsk,
    *,
    sort: PeopleSort = PeopleSort.NAME,
    is_descending: bool = False,
) -> Page[PersonRow]:
    """A page of a plan's people with their balances, in three statements, five for names. Raises CursorInvalid."""
    own = ("plan_id", "participant_id", "first_name", "last_name", "ssn_sealed", "status", "sync_status")
    found = find_people(plan_id, wanted)
    branches = [
        people.annotate(last_key=LAST_NAME, first_key=FIRST_NAME).values(*own, *ORDERS[sort]) for people in found
    ]
    page = read_page(branches, Ordering(ORDERS[sort], is_descending), ask, counted=found)
    balances = balances_of([(row["plan_id"], row["participant_id"]) for row in page.rows])
    rows = tuple(row_of(row, balances) for row in page.rows)
    return Page(**{one.name: getattr(page, one.name) for one in fields(page)} | {"rows": rows})


def count_people(plan_id: int, wanted: PeopleFilter) -> int:
    """How many people "select all" selects, exactly; 100,000 take some 10 ms."""
    return sum(people.count() for people in find_people(plan_id, wanted))


def people_ids(plan_id: int, wanted: PeopleFilter) -> list[str]:
    """The participant ids of those of a plan's people whom a filter names, in no order."""
    found = (people.values_list("participant_id", flat=True) for people in find_people(plan_id, wanted))
    return [participant_id for ids in found for participant_id in ids]


def is_ssn(text: str) -> bool:
    """Whether a text is an SSN in full: it is searched for, and never written into an address."""
    return SSN.fullmatch(text.strip()) is not None


def find_people(plan_id: int, wanted: PeopleFilter) -> list[QuerySet[Participant]]:
    """Those of a plan's people whom a filter names, in no order; each person in one of the querysets."""
    people = Participant.objects.filter(plan_id=plan_id)
    if wanted.sync_statuses:
        people = people.filter(sync_status__in=wanted.sync_statuses)
    if wanted.employment_statuses:
        people = people.filter(status__in=wanted.employment_statuses)
    text = wanted.search.strip()
    return [people.filter(way) for way in ways_to_name(text, is_in_one_plan=True)] if text else [people]


def search_people(plans: QuerySet[Plan], text: str, *, found_max: int = FOUND_MAX) -> list[PersonFound]:
    """Some of the people of these plans whom a text names (PeopleFilter.search), in the order of their names.

    A word alone stands for the beginning of a last name, two for first and last. Two statements.
    """
    if not text.strip():
        return []
    [way] = ways_to_name(text.strip(), is_in_one_plan=False)
    people = Participant.objects.filter(plan_id__in=plans.values("pk")).filter(way)
    columns = ("plan_id", "participant_id", "first_name", "last_name", "sync_status")
    found = list(people.values(*columns)[:found_max])
    names = {
        plan_id: (name, external)
        for plan_id, name, external in plans.filter(pk__in={row["plan_id"] for row in found}).values_list(
            "pk", "name", "external_plan_id"
        )
    }
    found.sort(key=lambda row: (str(row["last_name"]).upper(), str(row["first_name"]).upper(), row["plan_id"]))
    return [
        PersonFound(plan_name=names[row["plan_id"]][0], external_plan_id=names[row["plan_id"]][1], **row)
        for row in found
    ]


def ways_to_name(text: str, *, is_in_one_plan: bool) -> list[Q]:
    """The conditions under which a text names a person; nobody fulfils two, and an index serves each.

    Over all plans there is one only: in the worst case, when nobody is found, each looks into every plan.
    """
    if SSN.fullmatch(text):
        return [Q(ssn_index=ssn_index(text.replace("-", "")))]
    if any(character.isdigit() for character in text):
        return [Q(participant_id__startswith=text) if is_in_one_plan else Q(participant_id=text)]
    last, comma, first = (part.strip() for part in text.partition(","))
    if comma:
        return [begins(LAST_NAME, last) & begins(FIRST_NAME, first)]
    is_last = begins(LAST_NAME, text)
    first, _, last = (part.strip() for part in text.rpartition(" "))
    is_both = begins(FIRST_NAME, first) & begins(LAST_NAME, last)
    if first:
        return [is_last, is_both & ~is_last] if is_in_one_plan else [is_both]
    return [is_last, begins(FIRST_NAME, text) & ~is_last] if is_in_one_plan else [is_last]


def begins(capitals: Collate, text: str) -> Q:
    """The condition that capitals begin with a text: a range, for which what is typed has no special characters."""
    start = Upper(Value(text, output_field=CharField()))
    end = Upper(Value(text + LAST_CHARACTER, output_field=CharField()))
    return Q(GreaterThanOrEqual(capitals, start), LessThan(capitals, end))


def row_of(values: Mapping[str, Any], balances: Mapping[tuple[int, str], Decimal]) -> PersonRow:
    """A row from its columns."""
    place = values["plan_id"], values["participant_id"]
    return PersonRow(
        *place,
        first_name=values["first_name"] or "",
        last_name=values["last_name"] or "",
        ssn=mask_ssn(unseal_ssn(values["ssn_sealed"], *place)),
        employment_status=values["status"] or "",
        sync_status=values["sync_status"],
        balance_usd=balances.get(place),
    )
