"""The simulator's own SQLite store: plans, versioned people, snapshots, submissions; and every statement by name.

A person is rows of (plan, participant, sequence), each a whole JSON document; a listing reads the newest row at or
below its snapshot's sequence, so that it stays the same while data change.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS plan (
    plan_id TEXT PRIMARY KEY, people INTEGER NOT NULL, next_number INTEGER NOT NULL, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS person (
    plan_id TEXT NOT NULL, participant_id TEXT NOT NULL, sequence INTEGER NOT NULL, changed_at TEXT NOT NULL,
    document TEXT,
    UNIQUE (plan_id, participant_id, sequence));
CREATE TABLE IF NOT EXISTS defect (
    plan_id TEXT NOT NULL, participant_id TEXT NOT NULL, code TEXT NOT NULL, other_ssn TEXT NOT NULL,
    good_document TEXT NOT NULL,
    PRIMARY KEY (plan_id, participant_id));
CREATE TABLE IF NOT EXISTS snapshot (
    number INTEGER PRIMARY KEY, plan_id TEXT NOT NULL, sequence INTEGER NOT NULL, as_of TEXT NOT NULL,
    made_at REAL NOT NULL,
    is_expired INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS submission (
    submission_id TEXT PRIMARY KEY, idempotency_key TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, answer TEXT NOT NULL,
    plan_id TEXT NOT NULL, participant_id TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL, effective_date TEXT,
    problem TEXT, is_never_applied INTEGER NOT NULL DEFAULT 0);
"""
READ_STATE = "SELECT value FROM state WHERE name = ?"
WRITE_STATE = "INSERT INTO state VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"

LIST_PLANS = "SELECT plan_id, people, document FROM plan WHERE plan_id > ? ORDER BY plan_id LIMIT ?"
PLAN_IDS = "SELECT plan_id FROM plan ORDER BY plan_id"
READ_PLAN = "SELECT document FROM plan WHERE plan_id = ?"
COUNT_PEOPLE = "SELECT count(*), coalesce(sum(people), 0) FROM plan"
NEXT_NUMBER = "SELECT next_number FROM plan WHERE plan_id = ?"
INSERT_PLAN = "INSERT INTO plan VALUES (?, ?, ?, ?)"
UPDATE_PLAN = "UPDATE plan SET document = ? WHERE plan_id = ?"
ADD_PEOPLE = "UPDATE plan SET people = people + ?, next_number = next_number + ? WHERE plan_id = ?"

INSERT_PERSON = "INSERT INTO person VALUES (?, ?, ?, ?, ?)"
LIST_PEOPLE = """
SELECT participant_id, document FROM person AS version
 WHERE plan_id = :plan_id AND participant_id > :after AND participant_id >= :first AND participant_id <= :last
   AND sequence = (SELECT max(sequence) FROM person AS other WHERE other.plan_id = version.plan_id
                      AND other.participant_id = version.participant_id AND other.sequence <= :sequence)
   AND changed_at >= :since AND (document IS NOT NULL OR :since <> '')
 ORDER BY participant_id LIMIT :limit
"""
PRUNE_PEOPLE = """
DELETE FROM person WHERE EXISTS (SELECT 1 FROM person AS newer WHERE newer.plan_id = person.plan_id
   AND newer.participant_id = person.participant_id AND newer.sequence > person.sequence AND newer.sequence <= ?)
"""

READ_DEFECTS = "SELECT participant_id, code, other_ssn, good_document FROM defect WHERE plan_id = ?"
WRITE_DEFECT = "INSERT OR REPLACE INTO defect VALUES (?, ?, ?, ?, ?)"
DELETE_DEFECTS = "DELETE FROM defect WHERE plan_id = ?"
COUNT_DEFECTS = "SELECT count(*) FROM defect"

INSERT_SNAPSHOT = "INSERT INTO snapshot (plan_id, sequence, as_of, made_at) VALUES (?, ?, ?, ?) RETURNING number"
LATEST_SNAPSHOT = """
SELECT number, plan_id, sequence, as_of, made_at, is_expired FROM snapshot
 WHERE plan_id = ? AND sequence = ? AND NOT is_expired AND made_at > ? ORDER BY number DESC LIMIT 1
"""
READ_SNAPSHOT = "SELECT number, plan_id, sequence, as_of, made_at, is_expired FROM snapshot WHERE number = ?"
EXPIRE_SNAPSHOTS = "UPDATE snapshot SET is_expired = 1 WHERE NOT is_expired AND made_at <= ?"
OLDEST_SEQUENCE = "SELECT min(sequence) FROM snapshot WHERE NOT is_expired"

INSERT_SUBMISSION = "INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
READ_SUBMISSION = "SELECT submission_id, status, effective_date, problem FROM submission WHERE submission_id = ?"
READ_SUBMISSION_BY_KEY = (
    "SELECT submission_id, status, effective_date, problem FROM submission WHERE idempotency_key = ?"
)
READ_ANSWER = "SELECT digest, answer FROM submission WHERE idempotency_key = ?"
ACCEPTED_SUBMISSIONS = """
SELECT submission_id, plan_id, participant_id, body FROM submission WHERE status = 'accepted' AND NOT is_never_applied
   AND (effective_date IS NULL OR effective_date <= ?) ORDER BY rowid
"""
MARK_APPLIED = "UPDATE submission SET status = 'applied', effective_date = ? WHERE submission_id = ?"
COUNT_SUBMISSIONS = "SELECT status, count(*) FROM submission GROUP BY status ORDER BY status"
LIST_SUBMISSIONS = """
SELECT submission_id, idempotency_key, plan_id, participant_id, body, status, effective_date, problem FROM submission
 ORDER BY rowid DESC LIMIT ?
"""

# A row as SQLite gives it: its columns are of the types the statement names, which the type checker cannot see.
Row = tuple[Any, ...]
LAST_TEXT = "\U0010ffff"


class Store:
    """One SQLite file in WAL mode: any number of readers, one writer at a time."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; raises sqlite3.Error when it is not a SQLite file that can be written."""
        self._path = path
        self._writing = threading.Lock()
        self._local = threading.local()
        self._writer = self._connect()
        self._writer.executescript(SCHEMA)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=60)
        connection.execute("PRAGMA journal_mode = WAL")
        # A simulator that loses its last second in a power cut loses nothing of worth; its tests are faster for it.
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def rows(self, statement: str, values: Sequence[object] | dict[str, object] = ()) -> list[Row]:
        """Return all rows of a reading statement."""
        if not hasattr(self._local, "connection"):
            self._local.connection = self._connect()
        return list(self._local.connection.execute(statement, values))

    def row(self, statement: str, values: Sequence[object] = ()) -> Row | None:
        """Return the first row of a reading statement, or None."""
        rows = self.rows(statement, values)
        return rows[0] if rows else None

    def state(self, name: str) -> str:
        """Return a named value of the recordkeeper's state, or an empty text."""
        row = self.row(READ_STATE, (name,))
        return row[0] if row else ""

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the one writing connection inside a transaction, which is rolled back when the block raises."""
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")
