"""A connection's limits, held across all workers: requests a minute, and requests at the same time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import connections

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import TryAgain

SLOT_WAIT_SECONDS_MAX = 600.0
SLOT_POLL_SECONDS = 0.1

_STATEMENTS = Path(__file__).parent / "sql"
RESERVE_REQUEST = (_STATEMENTS / "reserve_request.sql").read_text(encoding="utf-8")
TAKE_REQUEST_SLOT = (_STATEMENTS / "take_request_slot.sql").read_text(encoding="utf-8")


class RequestLimits:
    """The limits of one connection. Safe to use from several threads.

    Slots are session advisory locks on a database session of their own, so that those of a killed worker are free at
    once. A connection that is not saved yet has no limits; neither limit costs a round trip when it is not set.
    """

    def __init__(self, connection: Connection, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take the limits of the connection; `sleep` waits so many seconds, or raises to give up."""
        self._connection_id = connection.pk
        self._requests_per_minute = connection.requests_per_minute if connection.pk else None
        self._slots = connection.concurrent_requests_max if connection.pk else 0
        self._sleep = sleep
        self._lock = threading.Lock()
        self._held: set[int] = set()
        self._is_closed = False
        self._session: psycopg.Connection[Any] | None = None

    def wait_turn(self) -> None:
        """Wait until the next request may be made, by the connection's requests a minute."""
        if not self._requests_per_minute:
            return
        with self._lock:
            row = self._fetch(RESERVE_REQUEST, {"connection": self._connection_id})
        if row is not None and row[0] > 0:
            self._sleep(row[0])

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold one of the connection's slots; raises TryAgain (RK_RATE_LIMITED) when none is free for ten minutes."""
        if not self._slots:
            yield
            return
        key = self._take_slot()
        try:
            yield
        finally:
            self._free_slot(key)

    def close(self) -> None:
        """End the database session, if there is one; slots still held are free then."""
        with self._lock:
            self._is_closed = True
            if self._session is not None:
                self._session.close()
            self._session = None
            self._held.clear()

    def _take_slot(self) -> int:
        deadline = time.monotonic() + SLOT_WAIT_SECONDS_MAX
        while True:
            key = self._try_slot()
            if key is not None:
                return key
            if time.monotonic() > deadline:
                detail = f"All {self._slots} requests that the connection allows at the same time are in use."
                raise TryAgain(Problem("RK_RATE_LIMITED", detail=detail))
            self._sleep(SLOT_POLL_SECONDS)

    def _try_slot(self) -> int | None:
        with self._lock:
            wanted = {"connection": self._connection_id, "slots": self._slots, "held": list(self._held)}
            row = self._fetch(TAKE_REQUEST_SLOT, wanted)
            if row is None:
                return None
            self._held.add(row[0])
            return int(row[0])

    def _free_slot(self, key: int) -> None:
        with self._lock:
            # A session that ended has freed its slots by itself, and another one may have taken the key since.
            if key in self._held:
                self._held.discard(key)
                self._fetch("SELECT pg_advisory_unlock(%(key)s)", {"key": key})

    def _fetch(self, statement: str, parameters: dict[str, object]) -> tuple[Any, ...] | None:
        """The statement's row, on a new session when the one at hand has ended; the caller holds the lock."""
        if self._session is not None:
            try:
                return self._session.execute(statement, parameters).fetchone()
            except psycopg.OperationalError:
                self._session.close()
        if self._is_closed:
            raise TryAgain(Problem("RK_UNREACHABLE", detail="The reading was broken off."))
        self._held.clear()
        address = connections["default"].get_connection_params()
        self._session = psycopg.connect(**{**address, "autocommit": True})
        return self._session.execute(statement, parameters).fetchone()
