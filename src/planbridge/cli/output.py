"""How commands answer: words or one JSON value, one-line errors, and exit codes that scripts rely on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum
from typing import Annotated, Any

import typer
from rich.console import Console

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")]
QUOTED_CHARACTERS_MAX = 80


class Exit(IntEnum):
    """Exit codes."""

    DONE = 0
    RUN_FAILED = 1  # done, but a run ended Error, Partly successful or Held
    WRONG_USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4  # rights, validation, conflict
    MACHINE_BROKEN = 5


class CommandFailed(Exception):  # noqa: N818 - says what happened
    """Ends a command with a code and one line: what, where, what to do."""

    def __init__(self, code: Exit, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Output:
    """Where a command's answer goes."""

    as_json: bool = False
    is_quiet: bool = False

    def answer(self, value: Any, words: Callable[[Console], None]) -> None:  # noqa: ANN401 - any JSON value
        """Give the answer: the value as JSON, or the words (in which no markup is read: names may hold brackets)."""
        if self.as_json:
            typer.echo(json.dumps(value, default=as_text, ensure_ascii=False))
        elif not self.is_quiet:
            words(Console(highlight=False, markup=False, emoji=False))

    @property
    def is_talkative(self) -> bool:
        """Whether progress may be shown."""
        return not self.as_json and not self.is_quiet and progress_console().is_terminal


def progress_console() -> Console:
    """Where progress is shown: standard error, so that a redirected answer stays clean."""
    return Console(stderr=True)


def as_text(value: object) -> str:
    """A value that JSON does not have, as text: numbers without exponent, times by RFC 3339."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def one_line(text: str) -> str:
    """A message on one line, without characters that would move the terminal's cursor."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in " ".join(text.split())
    )


def short(text: str) -> str:
    """What somebody typed, short enough to stand in a message."""
    return text if len(text) <= QUOTED_CHARACTERS_MAX else f"{text[:QUOTED_CHARACTERS_MAX]}…"
