"""Submissions of a recordkeeper whose database is read: nothing is ever written there, and each change says so."""

from collections.abc import Iterable, Iterator

from planbridge.recordkeepers.connector import RequestLine
from planbridge.recordkeepers.submission_carrier import CarrierAnswer, OutgoingChange, Said

REASON = "This recordkeeper's database is only read: no change can be sent to it."


class NoCarrier:
    """Carries nothing: every change is refused with the reason."""

    def send(self, changes: Iterable[OutgoingChange]) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        """Refuse each."""
        for change in changes:
            line = RequestLine("NONE", "submissions", "not sent", 0)
            yield change, CarrierAnswer(Said.REFUSED, line, code="SUBMISSION_REJECTED", reason=REASON)

    def ask(self, changes: Iterable[OutgoingChange]) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        """Nothing is known of any."""
        for change in changes:
            yield change, CarrierAnswer(Said.NOT_FOUND, RequestLine("NONE", "submissions", "not asked", 0))

    def close(self) -> None:
        """Nothing is held."""
