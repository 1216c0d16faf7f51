"""What carries a participant's change to a recordkeeper and asks what became of it: the only thing that ever writes there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from planbridge.activity.problem import shown_value
from planbridge.recordkeepers.connector import RequestLine
from planbridge.security.ssn import unseal_ssn


class Said(StrEnum):
    """What a recordkeeper's answer means for a change."""

    TAKEN = "taken"  # it has the change and will apply it
    APPLIED = "applied"  # it has applied it
    REFUSED = "refused"  # it will not apply it; the reason is given
    KEY_REUSED = "key_reused"  # it has another change of this key
    BUSY = "busy"  # it takes nothing now
    NOT_REACHED = "not_reached"  # nothing reached it
    NO_ANSWER = "no_answer"  # there is no answer that can be read: it may have the change
    NOT_FOUND = "not_found"  # it knows nothing of this change


@dataclass(frozen=True)
class SealedSsn:
    """The SSN of a participant, sealed until somebody writes it where a recordkeeper's layout needs it."""

    sealed: bytes
    plan_id: int
    participant_id: str

    def digits(self) -> str:
        """The nine digits; for the moment of writing, and never kept or logged."""
        return unseal_ssn(self.sealed, self.plan_id, self.participant_id)


@dataclass(frozen=True)
class OutgoingChange:
    """A change on its way; `body` as the contract has it, `external_id` what the recordkeeper calls it, if it said so.

    `elective_sources` are the plan's sources that people pay into from their pay: what opting out ends.
    """

    external_plan_id: str
    participant_id: str
    idempotency_key: str
    body: Mapping[str, Any]
    external_id: str = ""
    ssn: SealedSsn | None = None
    elective_sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class CarrierAnswer:
    """An answer; `code` and `reason` say why it is not taken, `wait_seconds` how long the recordkeeper asked to wait."""

    said: Said
    line: RequestLine
    external_id: str = ""
    code: str = ""
    reason: str = ""
    wait_seconds: float = 0.0
    received_at: datetime | None = None
    effective_on: date | None = None


class SubmissionCarrier(Protocol):
    """Carries changes to one recordkeeper. Only the delivery of submissions may hold one."""

    def send(self, changes: Iterable[OutgoingChange]) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        """Send changes, each once; an answer for each as it comes, in any order. Raises nothing that an answer can say."""
        ...

    def ask(self, changes: Iterable[OutgoingChange]) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        """Ask what became of changes, by what the recordkeeper calls them or else by their keys."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


def cleaned_reason(text: object) -> str:
    """A recordkeeper's reason as people may see it: one line, SSNs masked, cut, control characters made visible."""
    return shown_value(" ".join(str(text).split())) or "" if text else ""
