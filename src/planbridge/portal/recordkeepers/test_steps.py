"""The steps of Test connection as the page shows them: passed, failed with what to do, tried now, or not tried."""

from dataclasses import dataclass
from datetime import datetime

from planbridge.recordkeepers.connection import TEST_SECONDS_MAX, Connection, ConnectionKind, ConnectionTest
from planbridge.recordkeepers.connection_test import STEPS
from planbridge.recordkeepers.connector import Check

WORDS = {
    "name": "Name",
    "tls": "TLS",
    "credentials": "Credentials",
    "permission": "Permission",
    "contract": "Contract",
    "folder": "Folder",
    "deliveries": "Deliveries",
}
WHAT_TO_DO = {
    "name": "Compare the address with the one that the recordkeeper gave you, and edit it.",
    "tls": "Send this line to the recordkeeper: the fault is on their side, or a firewall is in the way.",
    "credentials": "Edit the recordkeeper and type a new token; ask the recordkeeper for one if need be.",
    "permission": "Ask the recordkeeper to give these credentials the right to read plans and people.",
    "contract": "Send this line to the recordkeeper: what it answers is not what was agreed.",
    "folder": "Make the folder on the server and let Planbridge read it, or edit its path.",
    "deliveries": "Look at what lies in the folder; ask the recordkeeper to deliver it again.",
}
TOO_SLOW = f"No answer within {TEST_SECONDS_MAX} seconds; the test was given up."


@dataclass(frozen=True)
class ShownStep:
    """One step: its word, how it stands (passed, failed, running, waiting), what it saw, and what to do if it failed."""

    word: str
    state: str
    said: str = ""
    what_to_do: str = ""


@dataclass(frozen=True)
class ShownTest:
    """The last test of a connection; `state` is passed, failed, running or never."""

    state: str
    steps: tuple[ShownStep, ...]
    started_at: datetime | None = None
    asked_by: str = ""
    failed_word: str = ""


def shown_test(connection: Connection, test: ConnectionTest | None, now: datetime) -> ShownTest:
    """The last test as it stands at a moment."""
    if test is None:
        return ShownTest("never", ())
    checks = [Check(**step) for step in test.steps]
    steps = [ShownStep(WORDS[one.step], *outcome_of(one)) for one in checks]
    ahead = [
        WORDS[name]
        for name in STEPS.get(ConnectionKind(connection.kind), ())
        if name not in {one.step for one in checks}
    ]
    is_running = test.is_running(now)
    is_failed = any(not one.passed for one in checks)
    if ahead and not is_failed and test.finished_at is None:
        first = ShownStep(ahead.pop(0), *(("running",) if is_running else ("failed", TOO_SLOW)))
        steps.append(first)
    steps += [ShownStep(word, "waiting") for word in ahead]
    failed = next((one.word for one in steps if one.state == "failed"), "")
    state = "running" if is_running else "failed" if failed else "passed"
    return ShownTest(state, tuple(steps), test.started_at, test.asked_by, failed)


def outcome_of(check: Check) -> tuple[str, str, str]:
    """How a step that was tried stands."""
    return ("passed", check.said, "") if check.passed else ("failed", check.said, WHAT_TO_DO[check.step])
