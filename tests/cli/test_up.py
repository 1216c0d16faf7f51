"""`planbridge up`: web and workers that live, are started again when they die, and end with it."""

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.cli.processes import are_gone, call, family, first_value, servers_below, started

SECONDS_MAX = 90.0


def test_web_and_workers_are_kept_alive_and_stopped(tmp_path: Path) -> None:
    """OP-1: killed processes are replaced, a command beside `up` leaves its server alone, SIGINT ends all with 0."""
    home = tmp_path / "home"
    with started(home, "up", "--json", "--port", "0") as process:
        said = first_value(process.stdout)
        assert said["database"] == "embedded"
        assert said["migrations_applied"] > 0
        assert said["url"].startswith("http://localhost:"), "passkeys need a name"
        assert_first_admin(said)
        killed = {said["web"], *said["workers"]}
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        assert are_gone(killed, SECONDS_MAX), "nobody saw that they died"
        wait_for_others(process.pid, len(killed))
        wait_for_health(said["url"])
        pids = [one.pid for one in family(process.pid)]
        beside = call(home, "doctor", "--json")
        assert beside.returncode == 0, beside
        assert all(check["is_well"] for check in json.loads(beside.stdout)["checks"])
        assert servers_below(home)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS_MAX) == 0
    assert are_gone(pids)
    assert servers_below(home) == []


def assert_first_admin(said: dict[str, Any]) -> None:
    """US-1: the link of the first Admin opens its page on the portal that was started."""
    assert said["first_admin"].startswith(f"{said['url']}/invitation/")
    page = httpx.get(said["first_admin"], timeout=SECONDS_MAX)
    assert page.status_code == 200
    assert "first Admin" in page.text


def wait_for_others(pid: int, number: int) -> None:
    """Return when a process has so many children again."""
    deadline = time.monotonic() + SECONDS_MAX
    while len(psutil.Process(pid).children()) < number:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def wait_for_health(url: str) -> None:
    """Return when the web server, and with it the database, is there again."""
    deadline = time.monotonic() + SECONDS_MAX
    while True:
        with suppress(httpx.TransportError):
            if httpx.get(f"{url}/health/ready", timeout=SECONDS_MAX).json() == {"ready": True, "database": True}:
                return
        assert time.monotonic() < deadline
        time.sleep(0.2)
