"""Workers and the database killed with -9 while submissions are on their way: each change happens once at the recordkeeper."""

import random
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planbridge.config.embedded_postgres import attach, release
from tests.cli.made_home import put_made_home
from tests.faults.installation import PATIENCE_SECONDS, Installation
from tests.simulator_process import Simulator, start_simulator

PLAN = "910001"
PEOPLE = 250
PEOPLE_A_ROUND = 4
RATE = "13"


@contextmanager
def connected(folder: Path, simulator: Simulator) -> Iterator[Installation]:
    """An installation whose only plan is the simulator's, synced."""
    put_made_home(folder / "home")
    server = attach(folder / "home" / "postgres")
    made = Installation(folder / "home", server.url, folder)
    try:
        made.order("connect", simulator.url, simulator.token)
        yield made
    finally:
        made.close()
        release(server)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, because a socket's path is short."""
    made = Path(tempfile.mkdtemp(prefix="planbridge-faults-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def states(installed: Installation) -> dict[str, int]:
    """How many submissions are in which state."""
    return dict(installed.rows("SELECT state, count(*)::int FROM submission GROUP BY state"))


def wait_until_begun(installed: Installation) -> None:
    """Return when some are on their way, or all have arrived."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "sent" not in (found := states(installed)) and set(found) & {"requested", "unknown"}:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def wait_until_delivered(installed: Installation) -> None:
    """Return when none is on its way any more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while set(states(installed)) & {"requested", "sent", "unknown"}:
        assert time.monotonic() < deadline, states(installed)
        time.sleep(0.1)


@pytest.mark.timeout(600)
def test_killed_again_and_again(folder: Path, tmp_path: Path, submission_kills: int) -> None:
    """SB-1, SB-2: workers, and with some the database, killed with -9 at any moment, each wish is at the recordkeeper once, and none is unknown."""
    chance = random.Random(1)
    people = [f"{PLAN}-{number:06}" for number in range(1, PEOPLE + 1)]
    with start_simulator(tmp_path, plans=1, people=PEOPLE) as simulator, connected(folder, simulator) as installed:
        known = [person["participant_id"] for person in simulator.people(PLAN)]
        people = [person for person in people if person in known][: submission_kills * PEOPLE_A_ROUND]
        # Long enough on their way to be hit there.
        simulator.fault("slow", call="submit", seconds=0.1)
        simulator.fault("slow", call="submission", seconds=0.05)
        # Two live at a time, so that one does the work while the next one starts.
        worker, other = installed.start_worker(), installed.start_worker()
        for number in range(submission_kills):
            own = people[number * PEOPLE_A_ROUND : (number + 1) * PEOPLE_A_ROUND]
            installed.order("submit", PLAN, RATE, *own)
            wait_until_begun(installed)
            time.sleep(chance.uniform(0, 0.15))
            if number % 3 == 2:
                installed.kill_database()
            worker.send(signal.SIGKILL)
            # As a supervisor does; it also brings the database back if the other one ended in the middle of its start.
            worker, other = other, installed.start_worker()
        wait_until_delivered(installed)
        assert states(installed) == {"accepted": len(people)}
        assert simulator.admin("apply-submissions") == {"submissions_applied": len(people)}
        installed.order("ask", "participants", PLAN)
        installed.wait_for_end(PLAN, "participants")
        assert states(installed) == {"confirmed": len(people)}
        assert installed.rows("SELECT count(*)::int FROM submission_attempt WHERE said = 'interrupted'")[0][0] > 0
        rates = {
            person["participant_id"]: person["contribution_rates"]
            for person in simulator.people(PLAN)
            if person["participant_id"] in people
        }
        assert all({"source": "PRE", "percent": RATE, "amount": None} in rate for rate in rates.values())
