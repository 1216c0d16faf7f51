"""Starts the command line as a process with a home of its own, and sees that nothing of it is left."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psutil

PROGRAM = (sys.executable, "-m", "planbridge.config.entry")
SECONDS_MAX = 90
OTHERS = {"DATABASE_URL", "PLANBRIDGE_EMBEDDED", "PLANBRIDGE_HOME", "DJANGO_SETTINGS_MODULE", "COLUMNS"}


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a user with this home and nothing else set."""
    return {name: value for name, value in os.environ.items() if name not in OTHERS} | {
        "PLANBRIDGE_HOME": str(home),
        "TMPDIR": str(home.parent),
        **more,
    }


def call(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    command = [*PROGRAM, *arguments]
    return subprocess.run(
        command, env=environment(home, **more), capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )


@contextmanager
def started(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until it is stopped; ended with all it started if the test does not."""
    with (home.parent / "errors.txt").open("w") as errors:
        process = subprocess.Popen(
            [*PROGRAM, *arguments], env=environment(home), stdout=subprocess.PIPE, stderr=errors, text=True
        )
        try:
            yield process
        finally:
            for one in family(process.pid):
                one.kill()
            process.kill()
            process.communicate()


def first_value(stream: IO[str] | None) -> Any:
    """The first line of a command's output as JSON."""
    assert stream is not None
    return json.loads(stream.readline())


def family(pid: int) -> list[psutil.Process]:
    """The processes that a process started, and those that they did."""
    return psutil.Process(pid).children(recursive=True) if psutil.pid_exists(pid) else []


def servers_below(folder: Path) -> list[int]:
    """The PostgreSQL servers whose data lie below a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.name() == "postgres" and Path(process.cwd()).is_relative_to(folder):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found


def are_gone(pids: Collection[int], seconds_max: float = 5) -> bool:
    """Whether none of these processes lives, or waits to be reaped, after a moment."""
    deadline = time.monotonic() + seconds_max
    while any(psutil.pid_exists(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
