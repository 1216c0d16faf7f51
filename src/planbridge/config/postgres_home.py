"""The files beside an embedded server's data directory: who may start or stop it, whether it runs, and who uses it."""

import contextlib
import fcntl
import os
import platform
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import psutil

POLL_SECONDS = 0.03


class EmbeddedPostgresError(Exception):
    """The embedded database cannot be used as it is set up: one plain line says what, where and what to do."""


@dataclass(frozen=True)
class PostgresHome:
    """The data directory (absolute) and its companions, which lie beside it because PostgreSQL owns what is inside."""

    data_directory: Path

    @property
    def directory(self) -> Path:
        """The directory that holds the data directory and all companions."""
        return self.data_directory.parent

    @property
    def lock_file(self) -> Path:
        """Locked while one process starts or stops the server."""
        return self._companion(".lock")

    @property
    def running_file(self) -> Path:
        """Locked by the server's own processes, all their life long."""
        return self._companion(".running")

    @property
    def usage_file(self) -> Path:
        """Holds a `Usage` as JSON."""
        return self._companion(".users.json")

    @property
    def unfinished_directory(self) -> Path:
        """Where initdb works; renamed to the data directory when it is complete."""
        return self._companion(".unfinished")

    @property
    def log_file(self) -> Path:
        """What the server writes to stdout and stderr."""
        return self.directory / f"{self.data_directory.name}.log"

    def _companion(self, suffix: str) -> Path:
        return self.directory / f".{self.data_directory.name}{suffix}"


@dataclass(frozen=True)
class Usage:
    """Where the server was started last, where its socket is, and how often each process (`pid@start`) attached.

    It names its data directory, so that a copied home does not take the original's users and socket for its own.
    """

    data_directory: str = ""
    host: str = ""
    place: str = ""
    socket_directory: str = ""
    users: dict[str, int] = field(default_factory=dict)


@contextlib.contextmanager
def sole_access(home: PostgresHome, deadline: float) -> Iterator[None]:
    """Hold the right to start, stop and count users; `deadline` is a `time.monotonic()` value.

    The lock is the kernel's, so it ends with the process that holds it, however that process ends.
    """
    descriptor = _open_lock(home.lock_file)
    try:
        while not _try_lock(descriptor, home.lock_file):
            if time.monotonic() > deadline:
                message = (
                    f"Another process has been starting or stopping the database in {home.data_directory} for too "
                    f"long; wait for it, and read {home.log_file} when it does not end."
                )
                raise EmbeddedPostgresError(message)
            time.sleep(POLL_SECONDS)
        yield
    finally:
        # A child forked meanwhile by another thread shares the lock: closing alone would leave it locked.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        os.close(descriptor)


def claim_running(home: PostgresHome) -> int | None:
    """Return a locked descriptor of the running file to hand to a new server, or None while any server process lives.

    A server inherits the descriptor with all its children, so orphans of a killed postmaster hold it too, and so does a
    server of another container or host on the same file system: pids alone (recycled, unreaped, unseen) cannot tell.
    """
    descriptor = _open_lock(home.running_file)
    if _try_lock(descriptor, home.running_file):
        return descriptor
    os.close(descriptor)
    return None


def read_usage(home: PostgresHome) -> Usage:
    """Return what the usage file says about processes that still live; empty when there is none, or a useless one."""
    try:
        usage = msgspec.json.decode(home.usage_file.read_bytes(), type=Usage)
    except (FileNotFoundError, msgspec.DecodeError):
        usage = Usage()
    if usage.data_directory != str(home.data_directory):
        return Usage(data_directory=str(home.data_directory))
    if usage.place != this_place():
        return replace(usage, users={})
    return replace(usage, users={user: count for user, count in usage.users.items() if _is_live(user)})


def write_usage(home: PostgresHome, usage: Usage) -> None:
    """Replace the usage file in one step, so that a killed writer leaves the old one."""
    unfinished = home.usage_file.with_suffix(".tmp")
    unfinished.write_bytes(msgspec.json.encode(usage))
    unfinished.chmod(0o600)
    unfinished.replace(home.usage_file)


def with_this_process(usage: Usage) -> Usage:
    """Return `usage` with one more use by this process."""
    user = _this_process()
    return replace(usage, users={**usage.users, user: usage.users.get(user, 0) + 1})


def without_this_process(usage: Usage) -> Usage:
    """Return `usage` with one use less by this process."""
    user = _this_process()
    remaining = usage.users.get(user, 0) - 1
    others = {other: count for other, count in usage.users.items() if other != user}
    return replace(usage, users={**others, user: remaining} if remaining > 0 else others)


def is_used_by_this_process(usage: Usage) -> bool:
    """Whether this very process (not the one it was forked from) is among the users."""
    return _this_process() in usage.users


def this_place() -> str:
    """Name the set of processes this one can see: the kernel's boot and the container, or the host name elsewhere."""
    if sys.platform != "linux":
        return platform.node()
    boot = ""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    # The first process differs from container to container, and its start is readable where namespaces are not.
    return f"{boot}/{process_start(1)}"


def this_host() -> str:
    """Return the host's name, for messages only: it may change while a server runs."""
    return socket.gethostname()


def process_start(pid: int) -> str | None:
    """Return when process `pid` started, as text to compare, or None when it is dead or only waits to be reaped.

    On Linux in clock ticks since boot: psutil's epoch seconds move with the system clock, and a living user must not
    look like a recycled pid after a clock step.
    """
    if sys.platform == "linux":
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            return None
        return None if fields[0] in {"Z", "X"} else fields[19]
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else str(process.create_time())
    except psutil.Error:
        return None


def _this_process() -> str:
    return f"{os.getpid()}@{process_start(os.getpid())}"


def _is_live(user: str) -> bool:
    pid, _, start = user.partition("@")
    return pid.isdecimal() and process_start(int(pid)) == start


def _open_lock(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        message = (
            f"Cannot write {path} ({error.strerror}); run as the user who owns {path.parent}, "
            "or set PLANBRIDGE_HOME to a directory of your own."
        )
        raise EmbeddedPostgresError(message) from error


def _try_lock(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        message = f"No file can be locked at {path} ({error.strerror}); set PLANBRIDGE_HOME to a local disk."
        raise EmbeddedPostgresError(message) from error
    return True
