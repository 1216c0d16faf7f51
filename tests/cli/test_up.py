"""`planbridge up`: workers that live, are started again when they die, and end with it; other commands beside it."""

import json
import os
import signal
import time
from pathlib import Path

from tests.cli.processes import are_gone, call, family, first_value, servers_below, started

SECONDS_MAX = 30.0


def test_workers_are_kept_alive_and_stopped(tmp_path: Path) -> None:
    """A killed worker is replaced, a command beside `up` leaves its server alone, SIGINT ends all with 0."""
    home = tmp_path / "home"
    with started(home, "up", "--json") as process:
        said = first_value(process.stdout)
        assert said["database"] == "embedded"
        assert said["migrations_applied"] > 0
        (worker,) = said["workers"]
        os.kill(worker, signal.SIGKILL)
        deadline = time.monotonic() + SECONDS_MAX
        while not (pids := [one.pid for one in family(process.pid) if one.pid != worker]):
            assert time.monotonic() < deadline
            time.sleep(0.2)
        beside = call(home, "doctor", "--json")
        assert beside.returncode == 0, beside
        assert all(check["is_well"] for check in json.loads(beside.stdout)["checks"])
        assert servers_below(home)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS_MAX) == 0
    assert are_gone(pids)
    assert servers_below(home) == []
