"""Looks people up: as they are, as they were on a day, and what changed of them; SSNs always masked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from planbridge.activity.masking import mask_ssn
from planbridge.participants.held import ITEMS, Arrays, items_held, items_of_person
from planbridge.participants.models import Participant, ParticipantChange
from planbridge.participants.participant import SyncStatus
from planbridge.plans.models import FundPrice
from planbridge.security.ssn import unseal_ssn

CENSUS = (
    "first_name",
    "middle_name",
    "last_name",
    "birth_date",
    "gender",
    "marital_status",
    "email",
    "phone",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "zip",
    "country",
    "status",
    "pay_frequency",
    "annual_compensation",
    "hours_ytd",
    "eligibility_date",
    "entry_date",
    "prior_year_fica_wages",
)
EMPLOYMENT = {"hire_dates": "hire_date", "termination_dates": "termination_date"}
CENT = Decimal("0.01")
NOT_AT_RECORDKEEPER = "not_at_recordkeeper"

State = dict[str, Any]  # a person's fields: texts, decimals, dates and arrays
ItemText = Callable[[str, Mapping[str, Any]], str]  # a kind of items, and the parts of one but for its key


@dataclass(frozen=True)
class HeldPerson:
    """Somebody whose record and items were read: shown as held now, and as held on days."""

    participant: Participant
    state: State

    def now(self) -> State:
        """The person at the newest prices."""
        return shown(self.participant, self.state, date.max)

    def on(self, day: date, *, zone: tzinfo = UTC) -> State | None:
        """The person at the end of a day of a zone: the present with every later change undone; None before their first sync."""
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        person = self.participant
        if person.first_synced_at >= end:
            return None
        state = dict(self.state)
        later = ParticipantChange.objects.filter(
            plan_id=person.plan_id, participant_id=person.participant_id, changed_at__gte=end
        )
        for change in later.order_by("-changed_at", "-run_id"):
            undo(state, change)
        return shown(person, state, day)


def find_held(plan_id: int, participant_id: str) -> HeldPerson | None:
    """One person of a plan with all that is held; None when the plan has nobody of this id."""
    person = Participant.objects.filter(plan_id=plan_id, participant_id=participant_id).first()
    return None if person is None else HeldPerson(person, state_of(person))


def person_now(plan_id: int, participant_id: str) -> State | None:
    """One person as held now, at the newest prices; None when the plan has nobody of this id."""
    held = find_held(plan_id, participant_id)
    return None if held is None else held.now()


def person_on(plan_id: int, participant_id: str, day: date, *, zone: tzinfo = UTC) -> State | None:
    """One person as held at the end of a day of a zone; None when nobody of this id was held then."""
    held = find_held(plan_id, participant_id)
    return None if held is None else held.on(day, zone=zone)


def undo(state: State, change: ParticipantChange) -> None:
    """Put the old values of a change back; items are named by their arrays ("balances.units")."""
    for field, (old, _) in change.changes.items():
        table, _, array = field.partition(".")
        if array:
            arrays = {**dict.fromkeys(ITEMS[table]), **(state[table] or {}), array: old}
            state[table] = arrays if any(values is not None for values in arrays.values()) else None
        elif field != "ssn":
            state[field] = old
    if change.old_ssn_sealed is not None:
        state["ssn_sealed"] = bytes(change.old_ssn_sealed)


def state_of(person: Participant) -> State:
    """What is held of a person, field by field, as the history names the fields."""
    return _state(person, items_of_person(person.plan_id, person.participant_id))


def states_of(people: Sequence[Participant]) -> dict[str, State]:
    """What is held of people of one plan, by participant id; one statement."""
    items = items_held(people[0].plan_id, [person.participant_id for person in people]) if people else {}
    return {person.participant_id: _state(person, items[person.participant_id]) for person in people}


def _state(person: Participant, items: Mapping[str, Arrays | None]) -> State:
    return {
        **{field: getattr(person, field) for field in (*CENSUS, *EMPLOYMENT)},
        "ssn_sealed": bytes(person.ssn_sealed),
        "at_recordkeeper": person.sync_status != NOT_AT_RECORDKEEPER,
        "sync_status": person.sync_status,
        **items,
    }


def shown(person: Participant, state: State, day: date) -> State:
    """A person's fields as the command line and the API give them, positions valued at the prices of the day."""
    ssn = unseal_ssn(state["ssn_sealed"], person.plan_id, person.participant_id)
    answer: State = {
        "participant_id": person.participant_id,
        "sync_status": status_of(state),
        "ssn": mask_ssn(ssn),
    }
    answer |= {field: as_text(state[field]) for field in CENSUS}
    answer["employment"] = lines({field: state[field] for field in EMPLOYMENT}, EMPLOYMENT)
    for field, columns in ITEMS.items():
        answer[field] = lines(state[field], columns)
    answer["balances"] = valued(person.plan_id, answer["balances"], day)
    return answer | {"pending": []}


def status_of(state: State) -> str:
    """The sync status of a state; who was there on a day before leaving was Synced then (warnings are no history)."""
    if not state["at_recordkeeper"]:
        return NOT_AT_RECORDKEEPER
    return SyncStatus.SYNCED if state["sync_status"] == NOT_AT_RECORDKEEPER else str(state["sync_status"])


def lines(arrays: Mapping[str, list[Any]] | None, columns: Mapping[str, str]) -> list[dict[str, Any]]:
    """Parallel arrays as a list of items."""
    if not arrays:
        return []
    parts = [arrays[array] or [] for array in columns]
    return [dict(zip(columns.values(), map(as_text, row), strict=True)) for row in zip(*parts, strict=True)]


def as_text(value: object) -> object:
    """Decimals as plain text, dates in ISO form, the rest as it is."""
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return value.isoformat() if isinstance(value, date) else value


def valued(plan_id: int, positions: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """Positions with the newest price up to a day and their market value, rounded to cents."""
    funds = {position["fund"] for position in positions}
    rows = FundPrice.objects.filter(plan_id=plan_id, fund__in=funds, price_date__lte=day)
    newest = {row.fund: row for row in rows.order_by("fund", "-price_date").distinct("fund")} if funds else {}
    for position in positions:
        row = newest.get(position["fund"])
        price = row.price if row else None
        value = None if price is None else (Decimal(position["units"]) * price).quantize(CENT, "ROUND_HALF_UP")
        position |= {
            "price": as_text(price),
            "price_date": row.price_date.isoformat() if row else None,
            "market_value": as_text_cents(value),
        }
    return positions


def as_text_cents(value: Decimal | None) -> str | None:
    """Dollars with their cents."""
    return None if value is None else f"{value:.2f}"


def item_text(_kind: str, parts: Mapping[str, Any]) -> str:
    """An item as text: the value of its only part, else each with its name."""
    known = {name: value for name, value in parts.items() if value is not None}
    names = known if len(known) > 1 else {}
    return ", ".join(f"{name} {value}" if name in names else str(value) for name, value in known.items())


def change_lines(plan_id: int, participant_id: str, *, in_words: ItemText = item_text) -> list[dict[str, Any]]:
    """What changed of a person, newest first: at, run, field, old, new; items one by one ("balances.PRE.TD45")."""
    person = Participant.objects.filter(plan_id=plan_id, participant_id=participant_id).first()
    if person is None:
        return []
    found = []
    after = state_of(person)
    changes = ParticipantChange.objects.filter(plan_id=plan_id, participant_id=participant_id)
    for change in changes.order_by("-changed_at", "-run_id", "section"):
        before = dict(after)
        undo(before, change)
        fields = dict.fromkeys(field.partition(".")[0] for field in change.changes)
        found += [
            {"at": change.changed_at, "run": str(change.run_id), "field": name, "old": old, "new": new}
            for field in fields
            for name, old, new in field_lines(field, before, after, change, in_words=in_words)
        ]
        after = before
    return found


def field_lines(
    field: str, before: State, after: State, change: ParticipantChange, *, in_words: ItemText = item_text
) -> list[tuple[str, object, object]]:
    """A change of one field as (field, old, new), that of items item by item."""
    if field not in ITEMS:
        old, new = change.changes[field]
        return [(field, plain(old), plain(new))]
    columns = ITEMS[field]
    olds, news = (
        {key: in_words(field, parts) for key, parts in by_key(lines(state[field], columns)).items()}
        for state in (before, after)
    )
    return [
        (f"{field}.{key}", olds.get(key), news.get(key))
        for key in sorted(olds.keys() | news.keys())
        if olds.get(key) != news.get(key)
    ]


def plain(value: Any) -> object:  # noqa: ANN401 - a JSON value
    """A JSON value as text."""
    return ", ".join(map(str, value)) if isinstance(value, list) else as_text(value)


KEYS = ("source", "fund", "loan_id", "class", "name")


def by_key(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Items by their key ("PRE.TD45"), each with its other parts."""
    return {
        ".".join(str(item[name]) for name in KEYS if item.get(name) is not None): {
            name: value for name, value in item.items() if name not in KEYS
        }
        for item in items
    }
