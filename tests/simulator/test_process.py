"""The simulator as a process: its command line, its port, its end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.simulator_process import STOP_SECONDS_MAX, Simulator, start_simulator

COMMAND = [sys.executable, "-m", "planbridge.cli.simulator"]


def tell(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Give an order on the command line."""
    return subprocess.run([*COMMAND, "tell", url, *words], capture_output=True, text=True, timeout=30, check=False)


def test_orders_are_given_on_the_command_line(simulator: Simulator) -> None:
    """RK-6: `tell` does an action, switches a fault on and all off, and refuses what it does not know."""
    assert "910002-" in tell(simulator.url, "hire", "--plan-id", "910002", "--count", "2").stdout
    assert tell(simulator.url, "faults", "--fault", "server-error").returncode == 0
    assert simulator.get("/v1/plans").status_code == 500
    assert '"cleared":1' in tell(simulator.url, "clear-faults").stdout
    assert tell(simulator.url, "dance").returncode == 4
    assert tell("http://elsewhere.test", "hire").returncode == 2


def test_a_taken_port_is_refused(shared_simulator: Simulator) -> None:
    """RK-6: a second simulator on the same port says so and ends with 5, rather than sharing the port."""
    port = str(urlsplit(shared_simulator.url).port)
    second = subprocess.run([*COMMAND, "--port", port], capture_output=True, text=True, timeout=30, check=False)
    assert second.returncode == 5
    assert "is taken" in second.stderr


def test_it_ends_at_once_while_a_request_is_held(tmp_path: Path) -> None:
    """RK-6: SIGTERM ends the process long before the end of a request that a fault holds open, and the store stays whole."""
    with start_simulator(tmp_path) as simulator:
        hired = simulator.admin("hire", plan_id="910001")["participants"]
        simulator.fault("slow", seconds=60)
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{simulator.url}/v1/plans", headers=simulator.headers, timeout=0.3)
        start = time.monotonic()
        os.kill(simulator.pid, signal.SIGTERM)
    assert time.monotonic() - start < STOP_SECONDS_MAX, "it was killed"
    with start_simulator(tmp_path) as simulator:
        assert hired[0] in [person["participant_id"] for person in simulator.people("910001")]
