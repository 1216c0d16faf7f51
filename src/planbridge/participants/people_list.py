"""Lists of people: a plan's Participants tab, and the search over all plans that a user sees; SSNs always masked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import CharField, Exists, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.activity.masking import mask_ssn
from planbridge.participants.held import balances_of
from planbridge.participants.name_key import FIRST_NAME, LAST_NAME, sorted_as, without_marks
from planbridge.participants.participant import Participant
from planbridge.plans.plan import Plan
from planbridge.security.ssn import ssn_index, unseal_ssn

SSN = re.compile(r"\d{3}-?\d{2}-?\d{4}")
LAST_CHARACTER = "\U0010ffff"
FOUND_MAX = 10
WAYS_MAX = 4  # over all plans: each looks, in the worst case, into every plan


class PeopleSort(StrEnum):
    """What the list can be sorted by."""

    NAME = "name"  # last name, first name, in capitals and without accents
    PARTICIPANT_ID = "participant_id"


ORDERS = {
    PeopleSort.NAME: ("last_key", "first_key", "participant_id"),
    PeopleSort.PARTICIPANT_ID: ("participant_id",),
}


@dataclass(frozen=True)
class PeopleFilter:
    """Which people; empty means any.

    `search` is an SSN in full; a participant id (within a plan: its beginning); or the beginning of a name: "smi",
    "smi, an" (last, first) or "an smi" (first last, of two words or more each), in capitals or not, with accents or not.
    """

    search: str = ""
    sync_statuses: tuple[str, ...] = ()
    employment_statuses: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonRow:
    """One person of a list; `balance_usd` is None for who holds nothing.

    `has_pending_change`: they asked for something that the recordkeeper's data do not show yet.
    """

    plan_id: int
    participant_id: str
    first_name: str
    last_name: str
    ssn: str
    employment_status: str
    sync_status: str
    balance_usd: Decimal | None
    has_pending_change: bool


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
    keys: dict[str, Any] = {"last_key": LAST_NAME, "first_key": FIRST_NAME, "has_pending": has_pending()}
    branches = [people.annotate(**keys).values(*own, "has_pending", *ORDERS[sort]) for people in found]
    page = read_page(branches, Ordering(ORDERS[sort], is_descending), ask, counted=found)
    balances = balances_of([(row["plan_id"], row["participant_id"]) for row in page.rows])
    rows = tuple(row_of(row, balances) for row in page.rows)
    return Page(**{one.name: getattr(page, one.name) for one in fields(page)} | {"rows": rows})


def has_pending() -> Exists:
    """Whether a person has a submission that has not ended: their table belongs to a package above this one."""
    submissions = apps.get_model("sync.Submission")._default_manager
    own = {"plan_id": OuterRef("plan_id"), "participant_id": OuterRef("participant_id")}
    return Exists(submissions.filter(ended_at=None, **own))


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
    return [people.filter(way) for way in ways_to_name(text)] if text else [people]


def search_people(plans: QuerySet[Plan], text: str, *, found_max: int = FOUND_MAX) -> list[PersonFound]:
    """Some of the people of these plans whom a text names (PeopleFilter.search), in the order of their names.

    A word alone stands for the beginning of a last name; more than one for first and last, or for a last name of several
    words. At most five statements.
    """
    if not text.strip():
        return []
    people = Participant.objects.filter(plan_id__in=plans.values("pk"))
    columns = ("plan_id", "participant_id", "first_name", "last_name", "sync_status")
    by_key: dict[tuple[int, str], dict[str, Any]] = {}
    for way in ways_over_plans(text.strip()):
        if len(by_key) < found_max:
            rows = people.filter(way).values(*columns)[:found_max]
            by_key |= {(row["plan_id"], row["participant_id"]): row for row in rows}
    found = list(by_key.values())[:found_max]
    names = {
        plan_id: (name, external)
        for plan_id, name, external in plans.filter(pk__in={row["plan_id"] for row in found}).values_list(
            "pk", "name", "external_plan_id"
        )
    }
    found.sort(key=lambda row: (sorted_as(row["last_name"]), sorted_as(row["first_name"]), row["plan_id"]))
    return [
        PersonFound(plan_name=names[row["plan_id"]][0], external_plan_id=names[row["plan_id"]][1], **row)
        for row in found
    ]


def ways_to_name(text: str) -> list[Q]:
    """The conditions under which a text names a person of one plan; nobody fulfils two, and an index serves each."""
    if (way := way_by_number(text, id_lookup="participant_id__startswith")) is not None:
        return [way]
    ways = ways_by_name(text)
    if "," in text:
        return ways
    # The whole text is a last name's beginning; or it is a first name's, or is split somewhere.
    others = reduce(or_, ways[1:] or [begins(FIRST_NAME, text)])
    return [ways[0], others & ~ways[0]]


def ways_over_plans(text: str) -> list[Q]:
    """The conditions under which a text names a person of any plan, the likeliest first; some may fulfil two."""
    if (by_number := way_by_number(text, id_lookup="participant_id")) is not None:
        return [by_number]
    whole, *split = ways_by_name(text)
    return [*reversed(split[: WAYS_MAX - 1]), whole]


def way_by_number(text: str, *, id_lookup: str) -> Q | None:
    """The condition of an SSN or, by this lookup, of a participant id; None for a name, which has no digits."""
    if SSN.fullmatch(text):
        return Q(ssn_index=ssn_index(text.replace("-", "")))
    return Q((id_lookup, text)) if any(character.isdigit() for character in text) else None


def ways_by_name(text: str) -> list[Q]:
    """The conditions of names: as "last, first" where there is a comma; else all of it a last name, or split in two."""
    last, comma, first = (part.strip() for part in text.partition(","))
    if comma:
        return [begins(LAST_NAME, last) & begins(FIRST_NAME, first)]
    words = text.split()
    splits = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, min(len(words), WAYS_MAX))]
    return [
        begins(LAST_NAME, text),
        *(begins(FIRST_NAME, first) & begins(LAST_NAME, last) for first, last in splits),
    ]


def begins(key: Func, text: str) -> Q:
    """The condition that a name begins with a text: a range, for which what is typed has no special characters."""
    plain = without_marks(text)
    start = Upper(Value(plain, output_field=CharField()))
    end = Upper(Value(plain + LAST_CHARACTER, output_field=CharField()))
    return Q(GreaterThanOrEqual(key, start), LessThan(key, end))


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
        has_pending_change=values["has_pending"],
    )
