"""The ground that the tests of the embedded server stand on: a home of its own and real processes that use it."""

import contextlib
import fcntl
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

IS_ROOT = os.geteuid() == 0
PLAIN_USER = "nobody" if IS_ROOT else "-"
SCRIPT = Path(__file__).with_name("embedded_postgres_user.py")
# Variables for another server must not lead anybody astray.
FOREIGN_VARIABLES = {"PGPORT": "1", "PGHOST": "nowhere.example.test", "PGUSER": "stranger", "PGDATA": "/nonexistent"}


@dataclass
class User:
    """A process that uses the server, and the pipe to it."""

    process: subprocess.Popen[str]
    data_directory: Path

    def ask(self, word: str, argument: str = "") -> Any:
        """Send a word and return the answer."""
        self.send(word, argument)
        return self.answer()

    def send(self, word: str, argument: str = "") -> None:
        """Send a word without waiting."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps([word, argument or str(self.data_directory)]) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """Wait for the next answer."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, "the process died without an answer"
        return json.loads(line)


@dataclass
class Ground:
    """A private home for one data directory, owned by the user under test, and the processes that use it."""

    home: Path
    account: str
    users: list[User] = field(default_factory=list)
    name: str = "postgres"

    @property
    def data_directory(self) -> Path:
        """The data directory inside the home."""
        return self.home / self.name

    @property
    def postmaster(self) -> psutil.Process:
        """The server's first process."""
        return psutil.Process(int((self.data_directory / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]))

    @property
    def owner(self) -> str | None:
        """The user to start helper processes as."""
        return self.account if self.account != "-" else None

    def user(self, *, account: str | None = None, wrapper: tuple[str, ...] = ()) -> User:
        """Start one more process."""
        process = subprocess.Popen(
            [*wrapper, sys.executable, str(SCRIPT), account or self.account],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **FOREIGN_VARIABLES},
            start_new_session=True,
        )
        made = User(process, self.data_directory)
        self.users.append(made)
        return made

    def attached(self) -> User:
        """Start one more process and let it attach."""
        user = self.user()
        answer = user.ask("attach")
        assert isinstance(answer, str), answer
        return user

    def is_running(self) -> bool:
        """Whether any process of the server lives: each holds the lock."""
        with (self.home / f".{self.name}.running").open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def is_gone(self) -> bool:
        """Whether no process of the server lives."""
        return not self.file(".running").exists() or not self.is_running()

    def file(self, suffix: str) -> Path:
        """Return the path of a companion of the data directory."""
        return self.home / f".{self.name}{suffix}"

    def end(self) -> None:
        """End every process and remove the home."""
        for user in self.users:
            user.process.kill()
            user.process.communicate()
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.name() == "postgres" and process.cwd().startswith(str(self.home)):
                    process.kill()
        usage = self.file(".users.json")
        if usage.exists():
            sockets = Path(json.loads(usage.read_bytes())["socket_directory"])
            if sockets.name.startswith("planbridge-"):
                shutil.rmtree(sockets, ignore_errors=True)
        wait_until(self.is_gone)
        shutil.rmtree(self.home)


def wait_until(condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Wait for a condition, and fail when it does not come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not become true"
        time.sleep(0.01)


def backend(ground: Ground, word: str) -> list[psutil.Process]:
    """Return the server's processes that show `word` as what they do; some end while they are looked at."""
    found = []
    for child in ground.postmaster.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if " ".join(child.cmdline()[:1]).endswith(f" {word}"):
                found.append(child)
    return found


def make_ground(account: str) -> Ground:
    """Make a home in the temporary directory, which a plain user can reach (pytest's own it cannot)."""
    home = Path(tempfile.mkdtemp(prefix="pb-"))
    if account != "-":
        entry = pwd.getpwnam(account)
        os.chown(home, entry.pw_uid, entry.pw_gid)
    return Ground(home, account)
