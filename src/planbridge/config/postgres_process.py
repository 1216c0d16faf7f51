"""Creates, checks, starts and stops the processes of an embedded server; the caller holds the home's lock."""

import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from planbridge.config.postgres_account import Account, owner_name, tell_root
from planbridge.config.postgres_home import POLL_SECONDS, EmbeddedPostgresError, PostgresHome, claim_running
from planbridge.config.postgres_settings import (
    MEGABYTE,
    PORT,
    PROGRAMS,
    first_start_settings,
    major_version,
    start_options,
)

SUPERUSER = "postgres"
SOCKET_NAME = f".s.PGSQL.{PORT}"
# sockaddr_un.sun_path: 107 bytes on Linux, 103 on macOS.
SOCKET_PATH_BYTES_MAX = 103
# The server and libpq both split lists of directories at commas and read quotes: anything unusual gets a plain place.
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+-]+")
PLAIN_PLACE = Path("/tmp")  # noqa: S108 - short on every system, and mkdtemp makes a private directory in it
PLAIN_PREFIX = "planbridge-"
INITDB_OPTIONS = (
    f"--username={SUPERUSER}",
    "--encoding=UTF8",
    # PostgreSQL's own collation: the same on every system, and no index breaks when the system's library changes.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    # The socket's private directory is the guard.
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-instructions",
)
SERVER_VARIABLES = {"PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}
LOG_BYTES_MAX = 20 * MEGABYTE
LOG_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
# What a postmaster leaves when it is killed goes by itself in this time, unless it is busy with a query.
ORPHANS_SECONDS = 1.0
# A shell puts the server into the background and leaves, so that it is nobody's zombie; it reads no argument as text.
IN_BACKGROUND = ("/bin/sh", "-c", '"$@" &', "sh")


def refuse_unusable(home: PostgresHome, account: Account) -> None:
    """Raise EmbeddedPostgresError for a data directory that is another user's, another version's, or not one at all."""
    directory = home.data_directory
    if not directory.exists():
        return
    is_own_and_empty = directory.stat().st_uid == os.geteuid() and not any(directory.iterdir())
    if directory.stat().st_uid != account.user_id and not is_own_and_empty:
        owner = owner_name(directory)
        message = (
            f"The data directory {directory} belongs to user {owner}; run planbridge as {owner}, "
            "or set PLANBRIDGE_HOME to a directory of your own."
        )
        raise EmbeddedPostgresError(message)
    if not any(directory.iterdir()):
        return
    version_file = directory / "PG_VERSION"
    if not version_file.exists() or not (directory / "global" / "pg_control").exists():
        message = (
            f"{directory} is neither empty nor a complete PostgreSQL data directory; restore it from a backup, "
            "or set PLANBRIDGE_HOME to an empty directory."
        )
        raise EmbeddedPostgresError(message)
    found, expected = version_file.read_text(encoding="utf-8").strip(), major_version()
    if found != expected:
        message = (
            f"The data directory {directory} was made by PostgreSQL {found}, this Planbridge brings PostgreSQL "
            f"{expected}; run `planbridge backup FILE --with-keys` with the Planbridge that made it, then set "
            "PLANBRIDGE_HOME to an empty directory and run `planbridge restore FILE --with-keys` with this one."
        )
        raise EmbeddedPostgresError(message)


def create_if_absent(home: PostgresHome, account: Account, claim: int) -> None:
    """Make the data directory with initdb, beside its place and then renamed into it, so that it is never half there.

    The claim goes to initdb, so that nobody removes its work while an initdb whose starter was killed still writes.
    """
    if (home.data_directory / "PG_VERSION").exists():
        return
    tell_root(account)
    unfinished = home.unfinished_directory
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    _give(unfinished, account)
    answer = _run([str(PROGRAMS / "initdb"), "-D", str(unfinished), *INITDB_OPTIONS], account, claim)
    if answer.returncode != 0:
        message = f"PostgreSQL's initdb failed in {home.directory}: {_last_line(answer.stdout)}"
        raise EmbeddedPostgresError(message)
    with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(first_start_settings())
        configuration.flush()
        os.fsync(configuration.fileno())
    unfinished.rename(home.data_directory)
    _sync_directory(home.directory)


def socket_directory(home: PostgresHome, account: Account, remembered: str) -> Path:
    """Return a private directory (0700) for the socket: the data directory, or a short one to be remembered."""
    own = home.data_directory
    if PLAIN_PATH.fullmatch(str(own)) and len(str(own / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX:
        return own
    before = Path(remembered)
    if before.parent == PLAIN_PLACE and before.name.startswith(PLAIN_PREFIX):
        # Cleared by a restart of the machine: the other processes' URLs stay right when the name does.
        with suppress(FileExistsError):
            before.mkdir(mode=0o700)
            _give(before, account)
        status = before.lstat()
        if stat.S_ISDIR(status.st_mode) and status.st_uid == account.user_id and not status.st_mode & 0o077:
            return before
    made = Path(tempfile.mkdtemp(prefix=PLAIN_PREFIX, dir=PLAIN_PLACE))
    _give(made, account)
    return made


def start_server(home: PostgresHome, account: Account, sockets: Path, claim: int) -> None:
    """Start a server that outlives this process, in a session of its own; it may still be recovering on return."""
    _remove_stale_files(home, sockets)
    if home.log_file.exists() and home.log_file.stat().st_size > LOG_BYTES_MAX:
        home.log_file.replace(home.log_file.with_suffix(".log.1"))
    server = [str(PROGRAMS / "postgres"), "-D", str(home.data_directory), *start_options(sockets)]
    descriptor = os.open(home.log_file, LOG_FLAGS, 0o600)
    try:
        _run([*IN_BACKGROUND, *server], account, claim, output=descriptor)
    finally:
        os.close(descriptor)


def stop_server(home: PostgresHome, deadline: float) -> None:
    """Stop the server in fast mode and wait until its last process is gone; nothing when it does not run."""
    asked, orphans_end_at = None, time.monotonic() + ORPHANS_SECONDS
    while (claim := claim_running(home)) is None:
        pid, now = postmaster_pid(home), time.monotonic()
        if pid is not None and pid != asked:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            asked = pid
        elif pid is None and now > orphans_end_at:
            end_orphans(home)
            orphans_end_at = now + ORPHANS_SECONDS
        if now > deadline:
            message = f"The database in {home.data_directory} still stops; it ends by itself, see {home.log_file}."
            raise EmbeddedPostgresError(message)
        time.sleep(POLL_SECONDS)
    os.close(claim)
    # In a container this process may be the first one, which inherits the server and has to reap it.
    if asked is not None:
        with suppress(ChildProcessError):
            os.waitpid(asked, os.WNOHANG)


def postmaster_pid(home: PostgresHome) -> int | None:
    """Return the pid in postmaster.pid when it is a living PostgreSQL process of this data directory."""
    try:
        content = (home.data_directory / "postmaster.pid").read_text(encoding="utf-8", errors="replace")
        process = psutil.Process(int(content.partition("\n")[0]))
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None
    # A hidden one may be a server that was started under another group: better refused than taken for dead.
    return process.pid if _is_server_process(process, home, when_hidden=True) else None


def end_orphans(home: PostgresHome) -> None:
    """End the server processes that a killed postmaster left: a busy one would not notice before its query ends.

    Only for a server without a postmaster: its open transactions are lost already.
    """
    for process in psutil.process_iter():
        if _is_server_process(process, home, when_hidden=False):
            with suppress(psutil.Error):
                process.send_signal(signal.SIGQUIT)


def last_complaint(home: PostgresHome) -> str:
    """Return the last line of the server's log that names a fatal problem, else its last line."""
    try:
        lines = home.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return "no log"
    fatal = [line for line in lines[-50:] if "FATAL" in line or "PANIC" in line]
    return (fatal or lines or ["empty log"])[-1].strip()


def _is_server_process(process: psutil.Process, home: PostgresHome, *, when_hidden: bool) -> bool:
    try:
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return Path(process.cwd()) == home.data_directory
    except psutil.AccessDenied:
        return when_hidden
    except psutil.NoSuchProcess:
        return False


def _remove_stale_files(home: PostgresHome, sockets: Path) -> None:
    """Remove what a killed server left: PostgreSQL trusts the pids in it, which may be another process's by now."""
    if (pid := postmaster_pid(home)) is not None:
        message = (
            f"A PostgreSQL server that Planbridge did not start (process {pid}) runs on {home.data_directory}; "
            f"stop it first: kill -INT {pid}"
        )
        raise EmbeddedPostgresError(message)
    for path in (home.data_directory / "postmaster.pid", sockets / SOCKET_NAME, sockets / f"{SOCKET_NAME}.lock"):
        path.unlink(missing_ok=True)


def _run(
    command: list[str], account: Account, claim: int, *, output: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    # Neither PG* variables nor Planbridge's secrets are the server's business.
    kept = {name: value for name, value in os.environ.items() if name in SERVER_VARIABLES}
    return subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",
        env={**kept, "LC_ALL": "C"},
        user=account.user_id if account.is_other else None,
        group=account.group_id if account.is_other else None,
        extra_groups=[] if account.is_other else None,
        umask=0o077,
        pass_fds=(claim,),
        start_new_session=True,
    )


def _give(directory: Path, account: Account) -> None:
    if account.is_other:
        os.chown(directory, account.user_id, account.group_id)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if "error" in line.lower()] or text.split("\n")
    return lines[-1].strip()
