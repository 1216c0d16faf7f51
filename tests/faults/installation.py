"""An installation of its own for tests that kill: a home folder, its database, workers as processes, plans in twos."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from planbridge.config.embedded_postgres import attach, release
from tests.cast import (
    changed,
    crowd,
    deliver,
    everybody,
    fund,
    lineup,
    person,
    plan_document,
    position,
    repriced,
    without,
)
from tests.cli.made_home import put_made_home
from tests.faults.content import content

COMMAND = [sys.executable, "-m", "planbridge.config.entry"]
SHORT = {"PLANBRIDGE_HEARTBEAT_SECONDS": "0.3", "PLANBRIDGE_STALE_SECONDS": "1.2", "PLANBRIDGE_RESCUE_SECONDS": "0.4"}
# Of a machine that is busy with other things.
PATIENCE_SECONDS = 90.0
CALM = "900100"
SETTINGS = "planbridge.config.settings"
START = "import django; django.setup(); from tests.faults.console import main; main()"
OWN = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}


@dataclass
class WorkerProcess:
    """A worker: its process, and what it wrote."""

    process: subprocess.Popen[bytes]
    log: Path
    seen: int = field(default=0)

    def wait_until_paused(self, stage: str) -> None:
        """Return as soon as it waits at the border of a stage, counted from the last time it was asked for."""
        wanted = f'"stage": "{stage}"'
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            text = self.log.read_text()
            place = text.find(wanted, self.seen)
            if place >= 0:
                self.seen = place + len(wanted)
                return
            assert self.process.poll() is None, text
            time.sleep(0.02)
        raise AssertionError(f"no pause at {stage}: {self.log.read_text()}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal; a killed one is waited for."""
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait(PATIENCE_SECONDS)

    def stop(self) -> int:
        """Ask it to stop, as a service manager does; answers its exit code."""
        self.send(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)


@dataclass
class Installation:
    """A home folder with its database, and the drop folder of its only connection."""

    home: Path
    url: str
    inbox: Path
    workers: list[WorkerProcess] = field(default_factory=list)
    console: subprocess.Popen[str] | None = None
    timing: dict[str, str] = field(default_factory=lambda: dict(SHORT))

    def environment(self, pause: str = "") -> dict[str, str]:
        """The environment of its processes, without what is the test session's own."""
        kept = {name: value for name, value in os.environ.items() if name not in OWN and "PLANBRIDGE" not in name}
        return kept | self.timing | {"PLANBRIDGE_HOME": str(self.home), "PLANBRIDGE_PAUSE_AT": pause}

    def order(self, *words: str) -> None:
        """Have an order carried out by the console (tests/faults/console.py), which is started for the first one."""
        if self.console is None:
            self.console = subprocess.Popen(
                [sys.executable, "-c", START],
                cwd=Path(__file__).parents[2],
                env=self.environment() | {"DATABASE_URL": self.url, "DJANGO_SETTINGS_MODULE": SETTINGS},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
        assert self.console.stdin is not None
        assert self.console.stdout is not None
        self.console.stdin.write(json.dumps(words) + "\n")
        assert self.console.stdout.readline() == "done\n"

    def start_worker(self, pause: str = "", *, concurrency: int = 2) -> WorkerProcess:
        """Start a worker, which waits at the borders named."""
        log = self.home / f"worker-{len(self.workers)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*COMMAND, "worker", "--concurrency", str(concurrency)],
                env=self.environment(pause),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(WorkerProcess(process, log))
        return self.workers[-1]

    def kill_database(self) -> None:
        """Kill the postmaster with -9; its children see that and end."""
        pid = int((self.home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)

    def rows(self, query: str, *parameters: object) -> list[Any]:
        """Rows of a query, waiting for a database that comes back."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with psycopg.connect(self.url, autocommit=True, connect_timeout=5) as connection:
                    return connection.execute(query.encode(), parameters).fetchall()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def newest_run(self, plan: str, kind: str) -> tuple[str, str, int]:
        """id, status and attempt of a plan's newest run of a kind."""
        query = """SELECT r.id::text, r.status, r.attempt FROM sync_run r JOIN plan p ON p.id = r.plan_id
            WHERE p.external_plan_id = %s AND r.kind = %s ORDER BY r.requested_at DESC LIMIT 1"""
        found = self.rows(query, plan, kind)
        return tuple(found[0])

    def wait_for_end(self, plan: str, kind: str, seconds: float = PATIENCE_SECONDS) -> str:
        """The status with which a plan's newest run of a kind ends."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            _, status, _ = self.newest_run(plan, kind)
            if status not in {"queued", "running"}:
                return status
            time.sleep(0.05)
        logs = "\n".join(worker.log.read_text()[-3000:] for worker in self.workers[-2:])
        raise AssertionError(f"the run did not end: {self.newest_run(plan, kind)}\n{logs}")

    def wait_for_workers(self, count: int) -> None:
        """Return when so many workers tell that they live."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        query = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 second'"
        while self.rows(query) != [(count,)]:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def close(self) -> None:
        """Kill the workers and the console, whatever they wait for."""
        for worker in self.workers:
            if worker.process.poll() is None:
                worker.send(signal.SIGKILL)
        if self.console is not None:
            self.console.kill()
            self.console.communicate()

    def content(self, plan: str, tables: Sequence[str]) -> dict[str, list[str]]:
        """Everything that is held of a plan, but for what names or dates a run; and its runs' counts."""
        number = self.rows("SELECT id FROM plan WHERE external_plan_id = %s", plan)[0][0]
        return content(lambda query, parameters: self.rows(query, *parameters), number, tables)


@contextmanager
def installation(plans: list[str]) -> Iterator[Installation]:
    """An installation whose plans (the first one: CALM) are synced as of day 1, with day 2 delivered and synced for CALM."""
    # A short path, because a socket's path is short; the server's own user has to pass through.
    folder = Path(tempfile.mkdtemp(prefix="planbridge-faults-"))
    home, inbox = folder / "home", folder / "inbox"
    inbox.mkdir(parents=True)
    put_made_home(home)
    server = attach(home / "postgres")
    made = Installation(home, server.url, inbox)
    try:
        deliver_days(inbox, plans)
        made.order("add_plans", str(inbox))
        made.order("do", "plan", *plans)
        made.order("do", "participants", *plans)
        deliver_second_day(inbox, plans)
        made.order("do", "plan", CALM)
        made.order("do", "participants", CALM)
        yield made
    finally:
        made.close()
        release(server)
        shutil.rmtree(folder, ignore_errors=True)


def deliver_days(inbox: Path, plans: list[str]) -> None:
    """Day 1: the cast and some more, the same in each plan."""
    people = [*everybody(), *crowd(30)]
    documents = [plan_document(plan_id=plan) for plan in plans]
    deliver(inbox, [one | {"plan_id": plan} for plan in plans for one in people], plans=documents)


def deliver_second_day(inbox: Path, plans: list[str]) -> None:
    """Day 2: prices move, someone changes, someone is new, someone gone, someone cannot be taken; the lineup changes."""
    prices = {"TD45": "18.50", "EQ3": "59.01", "STBL": "1"}
    people = repriced([*everybody(), *crowd(30)], prices, day=2)
    moved = changed(people[6], last_name="Moved", balances=[position("PRE", "EQ3", "7", price=prices["EQ3"], day=2)])
    broken = changed(people[7], birth_date=None)
    people = [moved, broken, person(900, "New") | {"balances": []}, *without(people, "P-0003", *ids(moved, broken))]
    funds = lineup(fund("TD45", asset_class="target_date"), fund("EQ3", name="Renamed"), fund("STBL", status="frozen"))
    documents = [plan_document(plan_id=plan, name="Northwind Plan II", lineup=funds, revision="r2") for plan in plans]
    deliver(inbox, [one | {"plan_id": plan} for plan in plans for one in people], plans=documents, day=2)


def ids(*people: dict[str, Any]) -> list[str]:
    """The participant ids of some people."""
    return [one["participant_id"] for one in people]
