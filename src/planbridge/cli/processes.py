"""The processes that `up` and `demo` start: each in a group of its own, stopped by its starter alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress

from django.conf import settings

# A worker finishes the run it is at; one that takes longer is ended, and the next worker takes the run over.
STOP_SECONDS = 20.0
PYTHON_PROGRAM = (sys.executable, "-m")


def start_command(arguments: Iterable[str], *, output: int | None = None) -> subprocess.Popen[str]:
    """Start `planbridge` with these arguments, out of reach of the terminal's Ctrl-C."""
    command = [*PYTHON_PROGRAM, "planbridge.config.entry", *arguments]
    return subprocess.Popen(  # noqa: S603 - this program itself
        command, env=child_environment(), stdin=subprocess.DEVNULL, stdout=output, text=True, process_group=0
    )


def child_environment() -> dict[str, str]:
    """The environment of a started process: it finds the embedded server itself, and so keeps it running."""
    kept = dict(os.environ)
    if settings.IS_DATABASE_EMBEDDED:
        for name in ("DATABASE_URL", "PLANBRIDGE_EMBEDDED"):
            kept.pop(name, None)
    return kept


def stop_processes(processes: Iterable[subprocess.Popen[str]]) -> None:
    """Ask all to stop, wait for them together, and end those that do not.

    For the end of a command: from here on signals are ignored, because a second Ctrl-C must leave no process behind.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    living = [process for process in processes if process.poll() is None]
    for process in living:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
    for process in living:
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
