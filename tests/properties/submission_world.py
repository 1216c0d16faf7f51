"""A model of both sides of a submission: wishes and workers here, an unreliable recordkeeper there, a network between.

What is decided here is decided by planbridge.sync.submission_states, the functions that the product uses; everything else
(tables, clocks, requests) is a model in memory. The recordkeeper keeps its contract on keys and on nothing else.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from planbridge.sync.submission_states import (
    UNDELIVERED,
    Event,
    Standing,
    State,
    Step,
    due_steps,
    is_replaceable,
)

BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
PEOPLE, SOURCES = 6, 2
DUE = timedelta(days=20)


@dataclass
class Wish:
    """A wish with where it stands; its key at the recordkeeper is its own number in the world."""

    key: int
    person: int
    source: int
    standing: Standing
    accepted_at: datetime | None = None
    is_missed: bool = False
    sends: int = 0


@dataclass
class Entry:
    """A change as the recordkeeper has it."""

    key: int
    person: int
    source: int
    number: int
    status: str = "accepted"
    is_forgotten: bool = False  # accepted, and never applied
    times_applied: int = 0


@dataclass
class World:
    """Everything there is; `has_faults` False: from then on everything works."""

    chance: random.Random
    has_faults: bool = True
    now: datetime = BEGIN
    open: dict[int, list[Wish]] = field(default_factory=lambda: {person: [] for person in range(PEOPLE)})
    ended: list[Wish] = field(default_factory=list)
    entries: dict[int, Entry] = field(default_factory=dict)
    waiting: list[Entry] = field(default_factory=list)  # accepted, in the order they came
    in_flight: list[Wish] = field(default_factory=list)  # requests that are still somewhere in the network
    shown: dict[tuple[int, int], int] = field(default_factory=dict)  # the key whose value stands in the data
    numbers: dict[int, int] = field(default_factory=dict)
    keys: int = 0

    def strikes(self, probability: float) -> bool:
        """Whether something goes wrong now."""
        return self.has_faults and self.chance.random() < probability

    def step(self) -> None:
        """Let something happen somewhere."""
        self.now += timedelta(seconds=self.chance.expovariate(1 / 120))
        happening = self.chance.random()
        person = self.chance.randrange(PEOPLE)
        if happening < 0.12 and self.has_faults:
            self.wish(person)
        elif happening < 0.80:
            self.work(person)
        elif happening < 0.88:
            self.arrive_late()
        elif happening < 0.94:
            self.apply_some()
        else:
            self.sync(person)

    # Here

    def wish(self, person: int) -> None:
        """A participant asks for something; an older wish that surely never left makes way."""
        self.keys += 1
        self.numbers[person] = number = self.numbers.get(person, 0) + 1
        source = self.chance.randrange(SOURCES)
        for old in list(self.open[person]):
            if old.source == source and is_replaceable(old.standing):
                self.move(old, Event.REPLACED)
        self.open[person].append(Wish(self.keys, person, source, Standing(State.REQUESTED, number, self.now)))

    def move(self, wish: Wish, event: Event, *, wait_seconds: float = 0.0) -> None:
        """What the submission book does with an event."""
        wish.standing = wish.standing.after(event, self.now, wait_seconds=wait_seconds)
        if wish.standing.state is State.ACCEPTED and wish.accepted_at is None:
            wish.accepted_at = self.now
        if wish.standing.state not in UNDELIVERED | {State.ACCEPTED}:
            self.open[wish.person].remove(wish)
            self.ended.append(wish)

    def work(self, person: int) -> None:
        """A delivery job: what a worker now gone was sending is unknown, then whatever is due is done."""
        by_number = {wish.standing.number: wish for wish in self.open[person]}
        for wish in by_number.values():
            if wish.standing.state is State.SENT:
                self.move(wish, Event.INTERRUPTED)
        for standing, step in due_steps([wish.standing for wish in by_number.values()], self.now):
            wish = by_number[standing.number]
            if step is Step.SEND:
                self.send(wish)
            else:
                self.ask(wish)

    def send(self, wish: Wish) -> None:
        """Claim it, and carry it into the network; a worker that dies leaves it `sent`."""
        self.move(wish, Event.SEND_BEGUN)
        if self.strikes(0.03):
            return  # killed before it went out
        wish.sends += 1
        if self.strikes(0.04):
            self.move(wish, Event.NOT_REACHED)
        elif self.strikes(0.05):
            self.move(wish, Event.BUSY, wait_seconds=self.chance.uniform(0, 300))
        elif self.strikes(0.06):
            self.move(wish, Event.NO_ANSWER)  # lost on the way, or 500 before it was looked at
        elif self.strikes(0.06):
            self.in_flight.append(wish)
            self.move(wish, Event.NO_ANSWER)  # late
        else:
            if self.strikes(0.05):
                self.in_flight.append(wish)  # doubled by the network
            answer = self.receive(wish)
            if self.strikes(0.03):
                return  # killed after it arrived
            self.move(wish, Event.NO_ANSWER if self.strikes(0.08) else answer)

    def ask(self, wish: Wish) -> None:
        """Ask by the key; the answer may be lost."""
        if self.strikes(0.1):
            self.move(wish, self.chance.choice([Event.NO_ANSWER, Event.NOT_REACHED, Event.BUSY]))
            return
        entry = self.entries.get(wish.key)
        said = {"accepted": Event.TAKEN, "applied": Event.APPLIED, "rejected": Event.REFUSED}
        self.move(wish, Event.NOT_FOUND if entry is None else said[entry.status])

    def sync(self, person: int) -> None:
        """The recordkeeper's data are read back, as sql/shown_submissions.sql compares them."""
        accepted = [wish for wish in self.open[person] if wish.standing.state is State.ACCEPTED]
        shown = [wish for wish in accepted if self.shown.get((person, wish.source)) == wish.key]
        for wish in accepted:
            newer = [one for one in shown if one.source == wish.source and one.key > wish.key]
            if wish in shown:
                self.move(wish, Event.SHOWN)
            elif newer:
                self.move(wish, Event.OVERTAKEN)
            elif wish.accepted_at is not None and self.now - wish.accepted_at > DUE:
                self.move(wish, Event.MISSED)
                wish.is_missed = True

    # There

    def receive(self, wish: Wish) -> Event:
        """A request arrives: the first of its key counts, a further one gets the same answer."""
        entry = self.entries.get(wish.key)
        if entry is None:
            entry = Entry(wish.key, wish.person, wish.source, wish.standing.number)
            self.entries[wish.key] = entry
            if self.strikes(0.03):
                entry.status = "rejected"
            else:
                entry.is_forgotten = self.strikes(0.03)
                self.waiting.append(entry)
        return Event.REFUSED if entry.status == "rejected" else Event.TAKEN

    def arrive_late(self) -> None:
        """A request that was late or doubled arrives, whatever has happened meanwhile."""
        if self.in_flight:
            self.receive(self.in_flight.pop(self.chance.randrange(len(self.in_flight))))

    def apply_some(self) -> None:
        """Some of what was accepted is applied, in order."""
        count = len(self.waiting) if not self.has_faults else self.chance.randint(0, len(self.waiting))
        now, self.waiting = self.waiting[:count], self.waiting[count:]
        for entry in now:
            if not entry.is_forgotten:
                entry.status = "applied"
                entry.times_applied += 1
                self.shown[entry.person, entry.source] = entry.key

    def all_open(self) -> list[Wish]:
        """Every wish that has not ended."""
        return [wish for wishes in self.open.values() for wish in wishes]
