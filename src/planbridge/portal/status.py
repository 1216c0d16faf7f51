"""How statuses look: always icon, word and color. The words are those of the statuses themselves."""

from dataclasses import dataclass
from enum import StrEnum

from planbridge.participants.participant import SyncStatus
from planbridge.plans.plan import PlanStatus
from planbridge.schedules.freshness import FreshnessState
from planbridge.sync.run import RunStatus
from planbridge.sync.submission_states import State


class Color(StrEnum):
    """Colors of badges; portal.css gives each its shades in light and dark, with enough contrast."""

    GRAY = "gray"
    BLUE = "blue"
    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    PURPLE = "purple"
    RED = "red"


@dataclass(frozen=True)
class Look:
    """A status as it is shown."""

    word: str
    icon: str
    color: Color


RUN = {
    RunStatus.QUEUED: ("clock", Color.GRAY),
    RunStatus.RUNNING: ("loader-2", Color.BLUE),
    RunStatus.SUCCESSFUL: ("check", Color.GREEN),
    RunStatus.SUCCESSFUL_WITH_WARNINGS: ("alert-triangle", Color.YELLOW),
    RunStatus.PARTLY_SUCCESSFUL: ("circle-half-2", Color.ORANGE),
    RunStatus.HELD: ("player-pause", Color.PURPLE),
    RunStatus.ERROR: ("x", Color.RED),
    RunStatus.CANCELED: ("ban", Color.GRAY),
}
PLAN = {
    PlanStatus.DRAFT: ("pencil", Color.GRAY),
    PlanStatus.ACTIVE: ("check", Color.GREEN),
    PlanStatus.ACTIVE_WITH_DRAFT: ("circle-half", Color.BLUE),
    PlanStatus.INACTIVE: ("ban", Color.GRAY),
}
PERSON = {
    SyncStatus.SYNCED: ("check", Color.GREEN),
    SyncStatus.SYNCED_WITH_WARNINGS: ("alert-triangle", Color.YELLOW),
    SyncStatus.ERROR: ("x", Color.RED),
    SyncStatus.NOT_AT_RECORDKEEPER: ("eye-off", Color.ORANGE),
    SyncStatus.NEVER_SYNCED: ("clock", Color.GRAY),
}
FRESHNESS = {
    FreshnessState.ON_TRACK: ("check", Color.GREEN),
    FreshnessState.LATE: ("clock", Color.YELLOW),
    FreshnessState.STALE: ("alert-triangle", Color.RED),
}
SUBMISSION = {
    State.REQUESTED: ("clock", Color.GRAY),
    State.SENT: ("loader-2", Color.BLUE),
    State.ACCEPTED: ("circle-half", Color.BLUE),
    State.CONFIRMED: ("check", Color.GREEN),
    State.REJECTED: ("x", Color.RED),
    State.UNKNOWN: ("alert-triangle", Color.YELLOW),
    State.SUPERSEDED: ("ban", Color.GRAY),
}


def run_look(value: str) -> Look:
    """How a run's status looks."""
    status = RunStatus(value)
    return Look(str(status.label), *RUN[status])


def plan_look(value: str) -> Look:
    """How a plan's status looks."""
    status = PlanStatus(value)
    return Look(str(status.label), *PLAN[status])


def person_look(value: str) -> Look:
    """How a participant's synchronization status looks."""
    status = SyncStatus(value)
    return Look(str(status.label), *PERSON[status])


def freshness_look(value: str) -> Look:
    """How a plan's freshness looks: on_track, late or stale."""
    state = FreshnessState(value)
    return Look(state.label, *FRESHNESS[state])


def submission_look(value: str) -> Look:
    """How a submission's state looks."""
    state = State(value)
    return Look(state.value.capitalize(), *SUBMISSION[state])
