"""A connection's limits hold across all workers, and a killed worker's share is free at once."""

import json
import os
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection as database
from django.db import connections

from planbridge.recordkeepers import limits as limits_module
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import TryAgain, WantedPlan
from planbridge.recordkeepers.limits import RequestLimits
from planbridge.recordkeepers.rest import RestConnector
from planbridge.security.firm import Firm
from tests.recordkeepers.independent_recordkeeper import Answer, Asked, recordkeeper_that

READ_SIX_PLANS = """
import django, sys
django.setup()
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import WantedPlan
from planbridge.recordkeepers.rest import RestConnector
wanted = [WantedPlan(number, str(number)) for number in range(6)]
for one in RestConnector(Connection.objects.get(), {"token": "key"}).read_plans(wanted):
    assert not one.problems, one.problems
"""


def saved_connection(**fields: object) -> Connection:
    """A connection that stands in the database."""
    firm = Firm.objects.create(name="Example Advisors")
    return Connection.objects.create(firm=firm, name="limited", kind="rest", **fields)


@pytest.mark.django_db(transaction=True)
def test_requests_a_minute_hold_across_workers() -> None:
    """RK-1: Two workers together make requests no faster than the connection allows."""
    connection = saved_connection(requests_per_minute=1200)
    workers = [RequestLimits(connection), RequestLimits(connection)]
    started = time.monotonic()

    def make_five(worker: RequestLimits) -> None:
        for _ in range(5):
            worker.wait_turn()

    threads = [threading.Thread(target=make_five, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for worker in workers:
        worker.close()
    # Ten requests at one every 50 ms: the first at once, nine waits.
    assert time.monotonic() - started >= 0.4


@pytest.mark.django_db(transaction=True)
def test_requests_a_minute_hold_across_processes() -> None:
    """RK-1: Two processes that read the same connection share its rate: together they take as long as one would."""
    moments: list[float] = []

    def answers(asked: Asked) -> Answer:
        moments.append(time.monotonic())
        return Answer(json.dumps({"plan_id": asked.path.rpartition("/")[2]}))

    with recordkeeper_that(answers) as recordkeeper:
        saved_connection(requests_per_minute=300, settings={"url": recordkeeper.url})
        given = database.get_connection_params()
        parts = {name: given[name] for name in ("host", "port", "user", "password", "dbname") if given.get(name)}
        place = {"DATABASE_URL": f"postgresql:///?{urlencode(parts)}"}
        command = [sys.executable, "-c", READ_SIX_PLANS]
        readers = [subprocess.Popen(command, env=os.environ | place) for _ in range(2)]
        assert [reader.wait(60) for reader in readers] == [0, 0]
    assert len(moments) == 12
    # One request every 200 ms, whoever makes it: 2.2 s; each with a rate of its own would be done in half of that.
    assert max(moments) - min(moments) > 1.65


@pytest.mark.django_db(transaction=True)
def test_slots_hold_across_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-1: No more requests at the same time than the connection allows, whoever makes them."""
    monkeypatch.setattr(limits_module, "SLOT_WAIT_SECONDS_MAX", 0.0)
    connection = saved_connection(concurrent_requests_max=2)
    first, second = RequestLimits(connection), RequestLimits(connection)
    with first.slot(), second.slot():
        with pytest.raises(TryAgain) as raised, first.slot():
            pytest.fail("a third slot was given")
        assert raised.value.problem.code == "RK_RATE_LIMITED"
    with first.slot(), first.slot():
        pass
    first.close()
    second.close()


@pytest.mark.django_db(transaction=True)
def test_slot_of_a_killed_worker_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-1: A worker that dies holds no slot: the next one gets it without waiting for anything to run out."""
    monkeypatch.setattr(limits_module, "SLOT_WAIT_SECONDS_MAX", 5.0)
    connection = saved_connection(concurrent_requests_max=1)
    killed, living = RequestLimits(connection), RequestLimits(connection)
    slot = killed.slot()
    slot.__enter__()
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
    with living.slot():
        pass
    living.close()
    killed.close()


@pytest.mark.django_db(transaction=True)
def test_plans_are_read_at_once_within_the_limit() -> None:
    """RK-1: Several plans are fetched at the same time, and never more than the connection's concurrency limit."""
    running, most = 0, 0
    lock = threading.Lock()

    def answers(asked: Asked) -> Answer:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        return Answer('{"plan_id": "%s"}' % asked.path.rpartition("/")[2])

    with recordkeeper_that(answers) as recordkeeper:
        connection = saved_connection(concurrent_requests_max=3, settings={"url": recordkeeper.url})
        wanted = [WantedPlan(number, str(number)) for number in range(9)]
        read = list(RestConnector(connection, {"token": "key"}).read_plans(wanted))
    assert sorted(one.wanted.plan_id for one in read) == list(range(9))
    assert not any(one.problems for one in read)
    assert most == 3


def test_connection_without_limits_asks_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-1: Where no limit is set there is no round trip to the database."""

    def refuse(*_arguments: object, **_options: object) -> None:
        pytest.fail("a database session was opened")

    monkeypatch.setattr(psycopg, "connect", refuse)
    unlimited = RequestLimits(Connection(id=7, name="x", kind="rest", concurrent_requests_max=0))
    unlimited.wait_turn()
    with unlimited.slot():
        pass
    unlimited.close()
