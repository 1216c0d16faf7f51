"""The simulated recordkeeper itself: opens or fills its store, knows its clock, reads and writes plans and people."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec

from planbridge.simulator import store as statements
from planbridge.simulator.business_days import business_day_before, close_of, text_of_time
from planbridge.simulator.defects import broken_by
from planbridge.simulator.people import make_person, participant_id, terms_of
from planbridge.simulator.plans import FIRST_PLAN_NUMBER, Document, make_plan
from planbridge.simulator.store import LAST_TEXT, Store

_BATCH = 2000
# Dates below compare as text, so that everything was changed before the first listing's as_of.
_ONE_SECOND = timedelta(seconds=1)


class PlanUnknownError(LookupError):
    """No plan has this id; the message is the id."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make: plans, people per plan on average (at least one each), and the seed that fixes all the rest."""

    plans: int
    people: int
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Change:
    """One change in the making: the transaction, its number, the moment it happens and the day it belongs to."""

    connection: sqlite3.Connection
    sequence: int
    changed_at: str
    day: date


class Recordkeeper:
    """Plans, people and a clock in one store. The clock moves only by command."""

    def __init__(self, store: Store) -> None:
        """Take a store that `open_recordkeeper` has filled."""
        self.store = store

    @property
    def moment(self) -> datetime:
        """The recordkeeper's time, which is the as_of of what it answers."""
        return datetime.fromisoformat(self.store.state("moment"))

    @property
    def sequence(self) -> int:
        """The number of the last change."""
        return int(self.store.state("sequence"))

    @property
    def seed(self) -> int:
        """The seed everything was made from."""
        return int(self.store.state("seed"))

    def plan(self, plan_id: str) -> Document:
        """Return a plan document; raises PlanUnknownError."""
        document: Document = msgspec.json.decode(self.plan_text(plan_id))
        return document

    def plan_text(self, plan_id: str) -> str:
        """Return a plan document as the JSON text it is stored as; raises PlanUnknownError."""
        row = self.store.row(statements.READ_PLAN, (plan_id,))
        if row is None:
            raise PlanUnknownError(plan_id)
        return str(row[0])

    def plan_ids(self) -> list[str]:
        """Return the ids of all plans in order."""
        return [row[0] for row in self.store.rows(statements.PLAN_IDS)]

    def people(self, plan_id: str, *, only: str | None = None) -> Iterator[tuple[str, Document]]:
        """Give the id and good document (without any defect) of each person now in a plan, or of one of them."""
        good = {row[0]: row[3] for row in self.store.rows(statements.READ_DEFECTS, (plan_id,))}
        for person, text in self.served_people(plan_id, self.sequence, only=only):
            yield person, msgspec.json.decode(good.get(person, text))

    def served_people(self, plan_id: str, sequence: int, *, only: str | None = None) -> Iterator[tuple[str, str]]:
        """Give the id and stored JSON text, defects included, of each person in a plan as of a sequence number."""
        values: dict[str, object] = {
            "plan_id": plan_id, "after": "", "first": only or "", "last": only or LAST_TEXT,
            "sequence": sequence, "since": "", "limit": _BATCH,
        }  # fmt: skip
        while rows := self.store.rows(statements.LIST_PEOPLE, values):
            yield from rows
            values["after"] = rows[-1][0]

    @contextmanager
    def change(self, day: date | None = None) -> Iterator[Change]:
        """Open one change: at the close of a later day, or a second after the last one. All or nothing."""
        with self.store.writing() as connection:
            moment = close_of(day) if day else self.moment + _ONE_SECOND
            number = self.sequence + 1
            yield Change(connection, number, text_of_time(moment), moment.date())
            # The clock stands a second later, so that changed_since the as_of of a listing leaves out what that showed.
            connection.execute(statements.WRITE_STATE, ("moment", (moment + _ONE_SECOND).isoformat()))
            connection.execute(statements.WRITE_STATE, ("sequence", str(number)))

    def write_plan(self, change: Change, plan: Document) -> None:
        """Store a changed plan document under its next revision."""
        plan["revision"] = f"r{int(plan['revision'][1:]) + 1}"
        plan["as_of"] = change.changed_at
        change.connection.execute(statements.UPDATE_PLAN, (_text(plan), plan["plan_id"]))

    def write_people(self, change: Change, plan_id: str, people: Iterable[tuple[str, Document]]) -> int:
        """Store new versions of people, with the defect on those who have one; returns how many."""
        # Read on the writing connection, so that a defect given in this very change is already seen.
        defects = {row[0]: row for row in change.connection.execute(statements.READ_DEFECTS, (plan_id,))}
        rows, count = [], 0
        for person, document in people:
            text = _text(document)
            if person in defects:
                _, code, other_ssn, _ = defects[person]
                change.connection.execute(statements.WRITE_DEFECT, (plan_id, person, code, other_ssn, text))
                text = _text(broken_by(code, document, other_ssn))
            rows.append((plan_id, person, change.sequence, change.changed_at, text))
            if len(rows) == _BATCH:
                change.connection.executemany(statements.INSERT_PERSON, rows)
                count, rows = count + len(rows), []
        change.connection.executemany(statements.INSERT_PERSON, rows)
        return count + len(rows)

    def rewrite_plan_people(self, change: Change, plan_id: str, revise: Callable[[Document], bool]) -> int:
        """Pass every good person document of a plan to `revise` and store those for which it says they changed."""
        revised = ((person, document) for person, document in self.people(plan_id) if revise(document))
        return self.write_people(change, plan_id, revised)

    def remove_people(self, change: Change, plan_id: str, people: list[str]) -> None:
        """Take people out of a plan: their history stays, and a row without a document says they are gone."""
        rows = [(plan_id, person, change.sequence, change.changed_at, None) for person in people]
        change.connection.executemany(statements.INSERT_PERSON, rows)
        change.connection.execute(statements.ADD_PEOPLE, (-len(people), 0, plan_id))

    def add_people(self, change: Change, plan: Document, count: int) -> list[str]:
        """Hire so many people into a plan today and return their ids."""
        plan_id = plan["plan_id"]
        row = self.store.row(statements.NEXT_NUMBER, (plan_id,))
        first = int(row[0]) if row else 1
        random = Random(f"{self.seed}:{plan_id}:hired:{first}")  # noqa: S311 - repeatable data
        terms = terms_of(plan, change.day)
        hired = [make_person(terms, first + offset, random, newly_hired=True) for offset in range(count)]
        self.write_people(change, plan_id, ((person["participant_id"], person) for person in hired))
        change.connection.execute(statements.ADD_PEOPLE, (count, count, plan_id))
        return [participant_id(plan_id, first + offset) for offset in range(count)]


def open_recordkeeper(path: Path, size: Size, *, today: date) -> Recordkeeper:
    """Open the store at a path, or fill a new one, as of the close of the last business day before today."""
    store = Store(path)
    if not store.state("sequence"):
        with store.writing() as connection:
            _fill(connection, size, close_of(business_day_before(today)))
    return Recordkeeper(store)


def _fill(connection: sqlite3.Connection, size: Size, moment: datetime) -> None:
    changed_at = text_of_time(moment - _ONE_SECOND)
    for position, people in enumerate(_people_per_plan(size)):
        plan = make_plan(size.seed, position, day=moment.date(), time=changed_at)
        connection.execute(statements.INSERT_PLAN, (plan["plan_id"], people, people + 1, _text(plan)))
        random = Random(f"{size.seed}:people:{FIRST_PLAN_NUMBER + position}")  # noqa: S311 - repeatable data
        terms = terms_of(plan, moment.date())
        made = (make_person(terms, number, random) for number in range(1, people + 1))
        connection.executemany(
            statements.INSERT_PERSON,
            ((plan["plan_id"], person["participant_id"], 1, changed_at, _text(person)) for person in made),
        )
    for name, value in (("moment", moment.isoformat()), ("sequence", "1"), ("seed", str(size.seed))):
        connection.execute(statements.WRITE_STATE, (name, value))


def _people_per_plan(size: Size) -> list[int]:
    """Return plan sizes between a third and five thirds of the average whose sum is exactly plans times people."""
    random = Random(f"{size.seed}:sizes")  # noqa: S311 - repeatable data
    counts = [size.people] * size.plans
    for first in range(0, size.plans - 1, 2):
        shift = random.randint(0, size.people * 2 // 3)
        counts[first] += shift
        counts[first + 1] -= shift
    return counts


def _text(document: Document) -> str:
    return msgspec.json.encode(document).decode()
