"""The life of a submission: its states, what may happen in each, and what is to be done next. Neither clock nor database.

    requested --send_begun--> sent --taken--> accepted --shown--> confirmed
        ^                       |                |
        |                       +--no_answer--> unknown (asked about by its key, sent again only when not found)
        +------ not_found ------------------------+

It happens at most once at the recordkeeper because its key never changes, and because the state is `sent` before anything
leaves this machine: whoever finds it so later asks before sending.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a participant's change stands on its way to the recordkeeper."""

    REQUESTED = "requested"  # written here, not on its way
    SENT = "sent"  # on its way, no answer yet
    ACCEPTED = "accepted"  # the recordkeeper has it, its data do not show it yet
    CONFIRMED = "confirmed"  # its data show it
    REJECTED = "rejected"  # it will not happen
    UNKNOWN = "unknown"  # it may have arrived: asked about by its key
    SUPERSEDED = "superseded"  # a newer one took its place


class Event(StrEnum):
    """What happens to a submission. The first eight are a recordkeeper's answers, by the names a carrier gives them."""

    TAKEN = "taken"  # the recordkeeper has it and will apply it
    APPLIED = "applied"  # ... and says that it did
    REFUSED = "refused"  # the recordkeeper rejects it, with a reason
    KEY_REUSED = "key_reused"  # its key came before with another body
    BUSY = "busy"  # the recordkeeper takes nothing now
    NOT_REACHED = "not_reached"  # nothing reached the recordkeeper
    NO_ANSWER = "no_answer"  # no answer that can be read
    NOT_FOUND = "not_found"  # the recordkeeper knows nothing of its key
    SEND_BEGUN = "send_begun"  # a worker is about to send it
    INTERRUPTED = "interrupted"  # the worker that sent it is gone
    SHOWN = "shown"  # the recordkeeper's data show it
    MISSED = "missed"  # its day is over and the data do not show it
    OVERTAKEN = "overtaken"  # the data show a newer one that was delivered after it
    REPLACED = "replaced"  # a newer wish came before it was delivered


class Step(StrEnum):
    """What is to be done with a submission now."""

    SEND = "send"
    ASK = "ask"


class IllegalTransition(ValueError):  # noqa: N818 - says what happened
    """Raised for what cannot happen to a submission in its state."""


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.REQUESTED, Event.SEND_BEGUN): State.SENT,
    (State.REQUESTED, Event.NOT_REACHED): State.REQUESTED,
    (State.REQUESTED, Event.REPLACED): State.SUPERSEDED,
    (State.SENT, Event.TAKEN): State.ACCEPTED,
    (State.SENT, Event.APPLIED): State.ACCEPTED,
    (State.SENT, Event.REFUSED): State.REJECTED,
    (State.SENT, Event.KEY_REUSED): State.REJECTED,
    (State.SENT, Event.BUSY): State.REQUESTED,
    (State.SENT, Event.NOT_REACHED): State.REQUESTED,
    (State.SENT, Event.NO_ANSWER): State.UNKNOWN,
    (State.SENT, Event.INTERRUPTED): State.UNKNOWN,
    (State.UNKNOWN, Event.TAKEN): State.ACCEPTED,
    (State.UNKNOWN, Event.APPLIED): State.ACCEPTED,
    (State.UNKNOWN, Event.REFUSED): State.REJECTED,
    (State.UNKNOWN, Event.NOT_FOUND): State.REQUESTED,
    (State.UNKNOWN, Event.BUSY): State.UNKNOWN,
    (State.UNKNOWN, Event.NOT_REACHED): State.UNKNOWN,
    (State.UNKNOWN, Event.NO_ANSWER): State.UNKNOWN,
    (State.ACCEPTED, Event.TAKEN): State.ACCEPTED,
    (State.ACCEPTED, Event.APPLIED): State.ACCEPTED,
    (State.ACCEPTED, Event.REFUSED): State.REJECTED,
    # It was accepted once: sending it again could do it twice where the recordkeeper forgot its keys.
    (State.ACCEPTED, Event.NOT_FOUND): State.ACCEPTED,
    (State.ACCEPTED, Event.BUSY): State.ACCEPTED,
    (State.ACCEPTED, Event.NOT_REACHED): State.ACCEPTED,
    (State.ACCEPTED, Event.NO_ANSWER): State.ACCEPTED,
    (State.ACCEPTED, Event.SHOWN): State.CONFIRMED,
    (State.ACCEPTED, Event.MISSED): State.ACCEPTED,
    (State.ACCEPTED, Event.OVERTAKEN): State.SUPERSEDED,
}
UNDELIVERED = frozenset({State.REQUESTED, State.SENT, State.UNKNOWN})
OPEN = UNDELIVERED | {State.ACCEPTED}
# After these nobody can say whether it arrived.
EXPOSING = frozenset({Event.NO_ANSWER, Event.INTERRUPTED})

PAUSE_SECONDS_MAX = 3600.0
# A change is applied with a payroll, days later: its acceptance is looked after more and more seldom.
ACCEPTED_PAUSE_SECONDS, ACCEPTED_PAUSE_SECONDS_MAX = 30.0, 6 * 3600.0
TRIES_COUNTED_MAX = 30
# One that is still `sent` after this has no job any more that would find out.
SENT_SECONDS_MAX = 600.0
OVERDUE = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """Where a submission stands; `number` is its place among the participant's, `next_at` when to do its next step.

    `is_exposed`: it may have arrived although no answer said so. `tries` counts steps that led nowhere.
    """

    state: State
    number: int
    next_at: datetime
    is_exposed: bool = False
    tries: int = 0

    def after(self, event: Event, now: datetime, *, wait_seconds: float = 0.0) -> "Standing":
        """The standing after an event; `wait_seconds`: how long the recordkeeper asked to wait. Raises IllegalTransition."""
        state = TRANSITIONS.get((self.state, event))
        if state is None:
            raise IllegalTransition(f"{event} cannot happen to a submission that is {self.state}")
        is_stuck = state is self.state or event in {Event.BUSY, Event.NOT_REACHED, Event.NOT_FOUND, Event.NO_ANSWER}
        tries = min(self.tries + 1, TRIES_COUNTED_MAX) if is_stuck else 0
        if event is Event.SEND_BEGUN:
            tries = self.tries
        pause = max(pause_seconds(state, event, tries), wait_seconds)
        return replace(
            self,
            state=state,
            tries=tries,
            is_exposed=self.is_exposed or event in EXPOSING,
            next_at=now + timedelta(seconds=pause),
        )


def pause_seconds(state: State, event: Event, tries: int) -> float:
    """Seconds until the next step after an event that led to a state, the pauses growing with the tries."""
    if state is State.ACCEPTED:
        return min(ACCEPTED_PAUSE_SECONDS * 2.0**tries, ACCEPTED_PAUSE_SECONDS_MAX)
    if state is State.SENT:
        return SENT_SECONDS_MAX
    if event is Event.INTERRUPTED:
        return 0.0
    return min(2.0 ** max(tries - 1, 0), PAUSE_SECONDS_MAX) if tries else 0.0


def due_steps(standings: Sequence[Standing], now: datetime) -> list[tuple[Standing, Step]]:
    """What to do now with one participant's open submissions: delivered one after the other, in their order."""
    steps: list[tuple[Standing, Step]] = []
    is_way_free = True
    for one in sorted(standings, key=lambda standing: standing.number):
        if one.state is State.ACCEPTED and one.next_at <= now:
            steps.append((one, Step.ASK))
        elif one.state in UNDELIVERED and is_way_free:
            is_way_free = False
            if one.state is not State.SENT and one.next_at <= now:
                steps.append((one, Step.SEND if one.state is State.REQUESTED else Step.ASK))
    return steps


def is_replaceable(standing: Standing) -> bool:
    """Whether a newer wish of the same kind and source may take its place: it surely never left this machine."""
    return standing.state is State.REQUESTED and not standing.is_exposed


def is_overdue(standing: Standing, requested_at: datetime, now: datetime) -> bool:
    """Whether somebody should know that it is not delivered yet."""
    return standing.state in UNDELIVERED and now - requested_at > OVERDUE
