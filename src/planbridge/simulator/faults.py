"""Faults on demand: what can go wrong at a recordkeeper, switched on for a number of requests or until cleared."""

import threading
from collections.abc import Sequence

import msgspec

FAULTS: dict[str, str] = {
    "slow": "wait `seconds` before answering",
    "rate_limited": "429 with Retry-After of `seconds`, as an HTTP date if `as_date`",
    "server_error": "500",
    "unavailable": "503 with Retry-After of `seconds`, as an HTTP date if `as_date`",
    "unauthorized": "401, as for an expired token",
    "forbidden": "403",
    "plan_not_found": "404 for a plan that is listed",
    "truncated_body": "the connection closes before Content-Length is reached",
    "connection_reset": "the connection closes in the middle of a body without Content-Length",
    "malformed_json": "a complete body that is not JSON to its end",
    "html_body": "200 with a page of HTML, as from a proxy",
    "reordered": "people in reverse order on every page",
    "duplicate_same": "one person twice, with the same content, on two pages",
    "duplicate_other": "one person twice, with other content, on two pages",
    "half_listing": "the listing ends after half of its people as if complete; totals are true",
    "dropped_people": "a fifth of the people are missing; totals agree with the shortened list",
    "lying_totals": "totals differ from the people in `field`: participants, market_value, by_source or by_fund",
    "snapshot_expired": "410 on every page but the first",
    "cursor_loop": "every page names the same next page",
    "changed_since_ignored": "all people although changed_since was asked for",
    "ndjson_not_offered": "406 for application/x-ndjson",
    "ndjson_no_end": "NDJSON without its end line",
    "ndjson_wrong_count": "NDJSON whose end line counts one too many",
    "submission_not_applied": "a submission is accepted and never applied",
    "submission_rejected": "a submission is taken in and then rejected",
    "submission_timeout": "a submission is taken in and applied, but no answer is ever sent",
}
CALLS = ("plans", "plan", "participants", "totals", "submit", "submission", "token")


class FaultUnknownError(ValueError):
    """No fault has this name; the message names those there are."""


class Fault(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One fault that is on: for `times` requests (None: until cleared), of one call or plan if these are named."""

    fault: str
    times: int | None = None
    call: str | None = None
    plan_id: str | None = None
    seconds: float = 1.0
    as_date: bool = False
    field: str = "market_value"
    number: int = 0

    def concerns(self, names: Sequence[str], call: str, plan_id: str | None) -> bool:
        """Say whether this fault is one of those named and strikes a call for a plan."""
        # A token endpoint that fails is another fault than an API that fails: it is struck only when named.
        is_call = self.call == call or (self.call is None and call != "token")
        return self.fault in names and is_call and self.plan_id in {None, plan_id}


class Faults:
    """The faults that are switched on. Safe to use from several threads."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._active: list[Fault] = []
        self._last_number = 0

    def switch_on(self, fault: Fault) -> Fault:
        """Add a fault and return it with its number; raises FaultUnknownError."""
        fault.fault = fault.fault.replace("-", "_")
        if fault.fault not in FAULTS:
            message = f"{fault.fault}: not one of {', '.join(FAULTS)}"
            raise FaultUnknownError(message)
        if fault.call is not None and fault.call not in CALLS:
            message = f"call {fault.call}: not one of {', '.join(CALLS)}"
            raise FaultUnknownError(message)
        with self._lock:
            self._last_number += 1
            fault.number = self._last_number
            self._active.append(fault)
        return fault

    def clear(self) -> int:
        """Switch all faults off and return how many there were."""
        with self._lock:
            count = len(self._active)
            self._active.clear()
        return count

    def listed(self) -> list[Fault]:
        """Return the faults that are on, oldest first."""
        with self._lock:
            return list(self._active)

    def take(self, *names: str, call: str, plan_id: str | None = None) -> Fault | None:
        """Return the oldest active fault of these names for a call, having counted one request against it; or None."""
        with self._lock:
            for fault in self._active:
                if fault.concerns(names, call, plan_id):
                    if fault.times is not None:
                        fault.times -= 1
                        if fault.times <= 0:
                            self._active.remove(fault)
                    return fault
        return None
