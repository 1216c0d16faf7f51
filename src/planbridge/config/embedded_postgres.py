"""The PostgreSQL server of a single machine: the first process to need it starts it, the last to leave stops it."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import psycopg

from planbridge.config.postgres_account import Account, open_the_way, server_account
from planbridge.config.postgres_home import (
    POLL_SECONDS,
    EmbeddedPostgresError,
    PostgresHome,
    Usage,
    claim_running,
    is_used_by_this_process,
    read_usage,
    sole_access,
    this_host,
    this_place,
    with_this_process,
    without_this_process,
    write_usage,
)
from planbridge.config.postgres_process import (
    ORPHANS_SECONDS,
    SUPERUSER,
    create_if_absent,
    end_orphans,
    last_complaint,
    postmaster_pid,
    refuse_unusable,
    socket_directory,
    start_server,
    stop_server,
)
from planbridge.config.postgres_settings import PORT

__all__ = ["EmbeddedPostgresError", "EmbeddedServer", "attach", "release", "restart_if_down"]

DATABASE = "planbridge"
# Owner of the database and no superuser: a hole in a page must not become a shell.
ROLE = "planbridge"
# Recovery after a crash replays up to max_wal_size, which takes minutes on a slow disk.
WAIT_SECONDS = 300
STARTS_MAX = 3
CONNECT_TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class EmbeddedServer:
    """A server this process may use; `url` leads over a socket in a private directory to the database "planbridge"."""

    data_directory: Path
    url: str


def attach(data_directory: Path, *, wait_seconds: float = WAIT_SECONDS) -> EmbeddedServer:
    """Return the server of `data_directory`, started when it does not run, and register this process as its user.

    The data directory is created when absent. Each call wants one `release`. Raises EmbeddedPostgresError when the
    directory cannot be used (another owner, version or host) or no connection succeeds within `wait_seconds`.
    """
    home, deadline = _home(data_directory), time.monotonic() + wait_seconds
    with _plain_errors(home):
        account = server_account()
        _make_directory(home, account)
        with sole_access(home, deadline):
            try:
                usage = _ensure_running(home, account, deadline)
                _create_database(usage)
                write_usage(home, with_this_process(usage))
            except KeyboardInterrupt:
                if not read_usage(home).users:
                    stop_server(home, deadline)
                raise
    return _server(home, usage)


def release(server: EmbeddedServer) -> None:
    """Take this process off; the last living user stops the server. Without effect when this process is no user."""
    home, deadline = _home(server.data_directory), time.monotonic() + WAIT_SECONDS
    with _plain_errors(home), sole_access(home, deadline):
        usage = read_usage(home)
        if not is_used_by_this_process(usage):
            return
        remaining = without_this_process(usage)
        write_usage(home, remaining)
        if not remaining.users:
            stop_server(home, deadline)


def restart_if_down(server: EmbeddedServer, *, wait_seconds: float = WAIT_SECONDS) -> EmbeddedServer:
    """Return the server when it answers; else start it again (one process does, the others wait) and wait for recovery.

    For processes that live long. Users stay registered, and the url stays the same unless its directory was lost.
    """
    home, deadline = _home(server.data_directory), time.monotonic() + wait_seconds
    with _plain_errors(home):
        if _complaint(read_usage(home)) is None:
            return server
        with sole_access(home, deadline):
            usage = _ensure_running(home, server_account(), deadline)
            write_usage(home, usage)
    return _server(home, usage)


def _ensure_running(home: PostgresHome, account: Account, deadline: float) -> Usage:
    """Start the server as often as it is down, until it answers; the caller holds the lock."""
    usage, starts, orphans_end_at = read_usage(home), 0, time.monotonic() + ORPHANS_SECONDS
    while True:
        claim = claim_running(home)
        if claim is not None:
            try:
                usage = _start(home, account, usage, claim, starts=starts)
            finally:
                os.close(claim)
            starts += 1
        elif usage.place not in {"", this_place()}:
            message = (
                f"The database in {home.data_directory} is running on host {usage.host or 'unknown'}, or in another "
                "container; stop it there, or set PLANBRIDGE_HOME to a directory of this host's own."
            )
            raise EmbeddedPostgresError(message)
        complaint = _complaint(usage)
        if complaint is None:
            return usage
        now = time.monotonic()
        if now > deadline:
            message = f"The database in {home.data_directory} does not answer ({complaint}); see {home.log_file}."
            raise EmbeddedPostgresError(message)
        if starts == 0 and now > orphans_end_at and postmaster_pid(home) is None:
            end_orphans(home)
            orphans_end_at = now + ORPHANS_SECONDS
        time.sleep(POLL_SECONDS)


def _start(home: PostgresHome, account: Account, usage: Usage, claim: int, *, starts: int) -> Usage:
    if starts == STARTS_MAX:
        message = f"PostgreSQL does not start in {home.data_directory}: {last_complaint(home)} (see {home.log_file})"
        raise EmbeddedPostgresError(message)
    # A second start is for what passes by itself, such as memory of killed processes: give it the time.
    time.sleep(float(starts))
    refuse_unusable(home, account)
    open_the_way(home.directory, account)
    here = replace(usage, host=this_host(), place=this_place())
    # Before initdb, because another host must see who holds the claim then.
    write_usage(home, here)
    create_if_absent(home, account, claim)
    sockets = socket_directory(home, account, usage.socket_directory)
    started = replace(here, socket_directory=str(sockets))
    write_usage(home, started)
    start_server(home, account, sockets, claim)
    return started


def _create_database(usage: Usage) -> None:
    with psycopg.connect(_url(usage.socket_directory, SUPERUSER, "postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'planbridge'").fetchone():
            connection.execute("CREATE ROLE planbridge LOGIN CREATEDB")
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'planbridge'").fetchone():
            connection.execute("CREATE DATABASE planbridge OWNER planbridge")


def _complaint(usage: Usage) -> str | None:
    """Return None when a connection is made and answers, else the last line of what went wrong."""
    if not usage.socket_directory:
        # An empty host would lead to any other server of this machine.
        return "it is being created"
    address = _url(usage.socket_directory, SUPERUSER, "postgres")
    try:
        with psycopg.connect(address, autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            connection.execute("SELECT 1")
    except psycopg.OperationalError as error:
        return str(error).strip().splitlines()[-1]
    return None


def _url(sockets: str, role: str, database: str) -> str:
    # Port and role are said, because PGPORT and PGUSER may be set for another server.
    return f"postgresql://{role}@/{database}?host={quote(sockets, safe='/')}&port={PORT}"


def _server(home: PostgresHome, usage: Usage) -> EmbeddedServer:
    return EmbeddedServer(home.data_directory, _url(usage.socket_directory, ROLE, DATABASE))


def _home(data_directory: Path) -> PostgresHome:
    return PostgresHome(data_directory.expanduser().resolve())


def _make_directory(home: PostgresHome, account: Account) -> None:
    home.directory.mkdir(parents=True, exist_ok=True, mode=0o711 if account.is_other else 0o700)


@contextmanager
def _plain_errors(home: PostgresHome) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = (
            f"Cannot use {home.data_directory} for the database: {error.strerror} ({error.filename}); "
            "check its owner and its disk, or set PLANBRIDGE_HOME to another directory."
        )
        raise EmbeddedPostgresError(message) from error
    except psycopg.Error as error:
        message = f"The database in {home.data_directory} failed: {error}; see {home.log_file}."
        raise EmbeddedPostgresError(message) from error
