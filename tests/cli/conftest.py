"""Runs commands in the test's own process, as the entry point does once the database is there."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from planbridge.cli.main import run


@dataclass(frozen=True)
class Answer:
    """What a command did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """Standard output as one JSON value; fails the test when there is anything else."""
        return json.loads(self.out)


Planbridge = Callable[..., Answer]


@pytest.fixture
def planbridge(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Planbridge:
    """The command line, 80 columns wide: `planbridge("plan", "show", "900100")`."""
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: str) -> Answer:
        capsys.readouterr()
        code = run(arguments)
        captured = capsys.readouterr()
        return Answer(int(code), captured.out, captured.err)

    return call
