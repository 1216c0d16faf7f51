"""Starts the shipped recordkeeper simulator as a process of its own for a test, and stops it afterwards."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

TODAY = "2026-11-21"
STOP_SECONDS_MAX = 30


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator: its base address, its bearer key, the store file, its process id, and where it takes mails."""

    url: str
    token: str
    store: Path
    pid: int
    mail: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """The headers that admit a client."""
        return {"Authorization": f"Bearer {self.token}"}

    def admin(self, path: str, **body: object) -> Any:
        """Give an order, for example `admin("hire", count=2)`, and return its answer; fails the test when refused."""
        answer = httpx.post(f"{self.url}/admin/{path}", json=body, timeout=60)
        assert answer.is_success, answer.text
        return answer.json()

    def fault(self, name: str, **options: object) -> None:
        """Switch a fault on: `times=1` for one request, otherwise until `clear_faults`."""
        self.admin("faults", fault=name, **options)

    def clear_faults(self) -> None:
        """Switch all faults off."""
        httpx.delete(f"{self.url}/admin/faults", timeout=30).raise_for_status()

    def get(self, path: str, *, accept: str = "application/json", **query: str | int | None) -> httpx.Response:
        """Read a path of the API with the key."""
        headers = {**self.headers, "Accept": accept}
        wanted = {name: str(value) for name, value in query.items() if value is not None}
        return httpx.get(f"{self.url}{path}", headers=headers, params=wanted, timeout=30)

    def people(self, plan_id: str, **query: str | int) -> list[Any]:
        """Read all pages of a plan's participants, duplicates and all."""
        people: list[Any] = []
        cursor = None
        while True:
            path = f"/v1/plans/{plan_id}/participants"
            answer = self.get(path, accept="application/json", **{**query, "cursor": cursor})
            page = answer.raise_for_status().json()
            people += page["participants"]
            cursor = page["next"]
            if cursor is None:
                return people


@contextmanager
def start_simulator(
    tmp_path: Path, *, plans: int = 3, people: int = 20, seed: int = 1, today: str = TODAY
) -> Iterator[Simulator]:
    """Start a simulator on a free port with its store under a folder, ready when this yields, and end it afterwards.

    `people` is people per plan on average. The plans are 910001, 910002 and so on, the people 910001-000001 and so on.
    """
    store = tmp_path / "recordkeeper.sqlite"
    command = [
        sys.executable, "-m", "planbridge.cli.simulator", "--port", "0", "--json", "--token", "test-key",
        "--store", str(store), "--plans", str(plans), "--people", str(people), "--seed", str(seed), "--today", today,
    ]  # fmt: skip
    log = tmp_path / "simulator.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, f"the simulator did not start: {log.read_text()}"
            started = json.loads(line)
            yield Simulator(started["url"], started["token"], store, started["pid"], started["mail"])
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
