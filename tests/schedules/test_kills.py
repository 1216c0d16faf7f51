"""Workers that are killed or come together while a task's turn is taken: nothing is lost, nothing is done twice."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

from planbridge.schedules.due import run_due_schedules
from planbridge.schedules.schedule import Schedule, SchedulePart
from tests.schedules.tasks import come_due, plans_asked, plans_of_firm, task, turns_recorded

pytestmark = pytest.mark.django_db(transaction=True)
TAKE = "import django; django.setup(); from planbridge.schedules.due import run_due_schedules; run_due_schedules()"
PATIENCE_SECONDS = 60.0
BLOCKED = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'sync_run'::regclass AND NOT granted)"


def address() -> str:
    """The address of the test's own database."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


@contextmanager
def taking_process() -> Iterator[subprocess.Popen[bytes]]:
    """A process that takes due turns in the test's database; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE], env=os.environ | {"DATABASE_URL": address()}, stderr=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def wait_until_blocked(session: psycopg.Connection[tuple[bool]]) -> None:
    """Return when another session waits to write runs: its turn is claimed, and nothing is asked for yet."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if session.execute(BLOCKED).fetchone() == (True,):
            return
        time.sleep(0.05)
    raise AssertionError("no process came to ask for syncs")


@pytest.mark.parametrize("is_part", [False, True])
def test_killed_between_claim_and_request(is_part: bool) -> None:
    """TS-3: A worker killed between claiming a turn (or a part of a window) and asking for syncs loses and doubles nothing."""
    plans = plans_of_firm(3)
    schedule = task()
    if is_part:
        SchedulePart.objects.create(
            schedule=schedule, starts_at=schedule.created_at, plan_ids=[plan.pk for plan in plans]
        )
    else:
        come_due(schedule)
    with psycopg.connect(address()) as session, taking_process() as process:
        session.execute("LOCK TABLE sync_run IN EXCLUSIVE MODE")
        wait_until_blocked(session)
        process.kill()
        process.wait(PATIENCE_SECONDS)
        session.rollback()
    assert (plans_asked(), turns_recorded()) == ([], [])
    deadline = time.monotonic() + PATIENCE_SECONDS
    # The dead process's session lets go of its locks as soon as the server sees that it is gone.
    while run_due_schedules() == 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert plans_asked() == [plan.pk for plan in plans]
    assert turns_recorded() == ([] if is_part else [("schedule_run", "requested")])
    assert run_due_schedules() == 0


def test_workers_that_come_together() -> None:
    """TS-3: Of several workers that look at once, exactly one takes each turn."""
    plans = plans_of_firm(2)
    schedules = [task() for _ in range(2)]
    for schedule in schedules:
        come_due(schedule)
    together = Barrier(4)

    def take() -> int:
        try:
            together.wait()
            return run_due_schedules()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = sum(future.result() for future in [pool.submit(take) for _ in range(4)])
    assert taken == len(turns_recorded()) == 2
    assert plans_asked() == [plan.pk for plan in plans]
    assert not Schedule.objects.filter(due_at__lte=schedules[0].created_at).exists()
