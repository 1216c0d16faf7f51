"""What a run changed of people, field by field: pages of its history rows, items one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from uuid import UUID

from django.db import connection as database
from django.db.models import Q

from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.participants.lookup import ItemText, State, field_lines, item_text, states_of, undo
from planbridge.participants.models import Participant, ParticipantChange
from planbridge.participants.statements import statement

# What a run can be filtered by is looked up in so many of its changes: a run that changed 100,000 people is not read whole.
CHANGES_LOOKED_AT = 5_000
BY_PERSON = Ordering(("participant_id", "section"))


@dataclass(frozen=True)
class ChangeFilter:
    """Which changes; empty means any. `section` is a table of the history (census, balances ...), `field` a field of it."""

    section: str = ""
    field: str = ""
    participant_id: str = ""


@dataclass(frozen=True)
class ChangedField:
    """A field that a run changed, and of how many people (of the first CHANGES_LOOKED_AT changes)."""

    section: str
    field: str
    people_count: int


@dataclass(frozen=True)
class FieldChange:
    """One field of one person, before and after; items by their keys ("balances.PRE.TD45")."""

    field: str
    old: object
    new: object


@dataclass(frozen=True)
class PersonChanges:
    """What a run changed of one person in one table."""

    participant_id: str
    name: str
    section: str
    changes: tuple[FieldChange, ...]


def changed_fields(plan_id: int, run_id: UUID) -> list[ChangedField]:
    """The fields that a run changed, in one statement."""
    with database.cursor() as cursor:
        cursor.execute(
            statement("changed_fields"), {"plan_id": plan_id, "run_id": run_id, "changes_max": CHANGES_LOOKED_AT}
        )
        return [ChangedField(*row) for row in cursor.fetchall()]


def changes_page(
    plan_id: int, run_id: UUID, wanted: ChangeFilter, ask: PageAsk, *, in_words: ItemText = item_text
) -> Page[PersonChanges]:
    """A page of a run's changes, in the order of participant ids; five statements. Raises CursorInvalid."""
    rows = ParticipantChange.objects.filter(plan_id=plan_id, run_id=run_id).filter(
        *([Q(section=wanted.section)] if wanted.section else []),
        *([Q(changes__has_key=wanted.field)] if wanted.field else []),
        *([Q(participant_id=wanted.participant_id)] if wanted.participant_id else []),
    )
    page = read_page([rows.values("participant_id", "section")], BY_PERSON, ask)
    places = [(row["participant_id"], row["section"]) for row in page.rows]
    found = described(plan_id, run_id, places, in_words=in_words)
    return Page(**{one.name: getattr(page, one.name) for one in fields(page)} | {"rows": tuple(found)})


def described(
    plan_id: int, run_id: UUID, places: Sequence[tuple[str, str]], *, in_words: ItemText = item_text
) -> list[PersonChanges]:
    """Changes of people and sections by a run, each with the values before and after it.

    A history row names what changed in an array and not the rest of the items: so the people are taken back from how
    they are held now, change by change, to what the run found.
    """
    wanted = set(places)
    ids = {participant_id for participant_id, _ in places}
    people = list(Participant.objects.filter(plan_id=plan_id, participant_id__in=ids))
    names = {one.participant_id: f"{one.first_name or ''} {one.last_name or ''}".strip() for one in people}
    states: dict[str, State] = states_of(people)
    found: dict[tuple[str, str], PersonChanges] = {}
    history = ParticipantChange.objects.filter(plan_id=plan_id, participant_id__in=ids)
    for change in history.order_by("-changed_at", "-run_id", "section").iterator():
        after = states[change.participant_id]
        before = dict(after)
        undo(before, change)
        states[change.participant_id] = before
        place = (change.participant_id, change.section)
        if change.run_id == run_id and place in wanted:
            names_of_fields = dict.fromkeys(field.partition(".")[0] for field in change.changes)
            lines = [
                line
                for field in names_of_fields
                for line in field_lines(field, before, after, change, in_words=in_words)
            ]
            found[place] = PersonChanges(
                change.participant_id,
                names[change.participant_id],
                change.section,
                tuple(FieldChange(*line) for line in lines),
            )
    return [found[place] for place in places]
