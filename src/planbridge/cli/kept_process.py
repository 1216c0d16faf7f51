"""A process that `up` and `demo` keep: started again when it dies, after a pause that doubles while it keeps dying."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from planbridge.cli.output import CommandFailed, Exit
from planbridge.cli.processes import start_command
from planbridge.jobs.worker import revive_database

LOOK_SECONDS = 0.5
# A process that dies at once, again and again, must not keep the machine busy.
RESTART_SECONDS_MIN = 1.0
RESTART_SECONDS_MAX = 30.0
LIVED_WELL_SECONDS = 60.0
ANSWER_SECONDS_MAX = 60.0
log = structlog.get_logger()


@dataclass
class KeptProcess:
    """One `planbridge` command that is kept alive, with the processes that it starts itself."""

    arguments: Sequence[str]
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    pause_seconds: float = field(default=RESTART_SECONDS_MIN)

    def look(self, now: float) -> None:
        """Start it if it does not run and its pause is over; `now` is a `time.monotonic()` value."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            lived = now - self.started_at
            if lived < self.pause_seconds:
                return
            self.pause_seconds = (
                RESTART_SECONDS_MIN if lived > LIVED_WELL_SECONDS else min(self.pause_seconds * 2, RESTART_SECONDS_MAX)
            )
            log.warning("process died and is started again", command=self.arguments[0], code=code)
            end_group(self.process.pid)
            revive_database()
        self.process = start_command(self.arguments)
        self.started_at = now


def end_group(pid: int) -> None:
    """End what a dead process of ours left behind: it led a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def kept_worker() -> KeptProcess:
    """A worker."""
    return KeptProcess(["worker", "--quiet"])


def kept_web(port: int) -> KeptProcess:
    """The web server, with as many processes of its own as `serve` takes by itself."""
    return KeptProcess(["serve", "--port", str(port), "--quiet"])


def wait_for_web(url: str, web: KeptProcess) -> None:
    """Return when the portal answers; raises CommandFailed when its process ends or a minute passes."""
    deadline = time.monotonic() + ANSWER_SECONDS_MAX
    while time.monotonic() < deadline and web.process is not None and web.process.poll() is None:
        if is_live(url):
            return
        time.sleep(LOOK_SECONDS / 4)
    message = "The web server did not start; see the line above, or choose another --port."
    raise CommandFailed(Exit.MACHINE_BROKEN, message)


def is_live(url: str) -> bool:
    """Whether our own server says that it lives. By hand: only connectors of recordkeepers speak HTTP with a library."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=LOOK_SECONDS * 4) as line:
            line.sendall(f"GET /health/live HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            return line.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False
