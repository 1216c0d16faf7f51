"""Help: every command has --json, --quiet and an example."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from planbridge.cli.commands import COMMANDS
from planbridge.cli.main import app_for
from tests.cli.conftest import Planbridge

MANY_WORDS = {"connection", "plan", "profile", "sync", "run", "participant", "schedule", "submission", "user"}


def every_command(command: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command under a group, with the words that name it."""
    for name, found in getattr(command, "commands", {}).items():
        below = list(every_command(found, *words, name))
        yield from below or [((*words, name), found)]
        if found.callback is not None and below and name not in MANY_WORDS:
            yield (*words, name), found


ALL = list(every_command(typer.main.get_command(app_for([]))))


def test_all_commands_of_the_contract_are_there() -> None:
    """The command line has the commands that its contract names for this version, and no empty ones."""
    names = {" ".join(words) for words, _ in ALL}
    assert names >= {
        "demo", "up", "worker", "migrate", "doctor", "runs", "simulator", "connection add", "connection list",
        "connection test", "connection remove", "plan add", "plan list", "plan show", "plan activate",
        "plan deactivate", "plan diff", "sync plan", "sync participants", "run show", "run apply", "run discard",
        "run cancel", "run retry-rejected", "run proof", "participant show", "participant history", "backup", "restore",
        "schedule add", "schedule list", "schedule edit", "schedule on", "schedule off", "schedule remove",
        "schedule run-now", "user list", "user link", "profile list", "profile check",
        "profile try",
    }  # fmt: skip
    assert not {name.partition(" ")[0] for name in names} - set(COMMANDS)


@pytest.mark.parametrize(("words", "command"), ALL, ids=[" ".join(words) for words, _ in ALL])
def test_every_command_has_an_example(words: tuple[str, ...], command: Any) -> None:
    """A command's help shows how it is called; it can answer in JSON or not at all."""
    assert f"planbridge {' '.join(words)}" in command.help
    if words != ("simulator", "tell"):
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--json", "--quiet"} <= options


def test_help_needs_no_tables(planbridge: Planbridge) -> None:
    """Help of a command works without a database: none of this test's database may be used."""
    answer = planbridge("plan", "show", "--help")
    assert answer.code == 0
    assert "900100" in answer.out
