"""The documentation names what there is: commands, make targets, tables, variables, behaviours."""

import re
from pathlib import Path

import pytest
import typer
from django.apps import apps

from planbridge.cli.main import app_for
from planbridge.config.env import VARIABLES
from tests.docs.pages import COMMAND, MAKE, PAGES, ROOT

CONTRACT = ROOT / "docs/command-line.md"
# What a decision names although it is still to come.
DECIDED = {"backup", "restore"}


@pytest.fixture(scope="module")
def commands() -> set[str]:
    """Every command by its words ("plan add"), groups included."""
    found: set[str] = set()

    def walk(command: object, words: tuple[str, ...]) -> None:
        found.add(" ".join(words))
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, (*words, name))

    walk(typer.main.get_command(app_for([])), ())
    return found - {""}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_named_are_there(page: Path, commands: set[str]) -> None:
    """AP-2: each `planbridge ...` and `make ...` that a page names is a command that there is."""
    text = page.read_text(encoding="utf-8")
    groups = {name.split()[0] for name in commands if " " in name}
    for words in COMMAND.findall(text):
        first, *rest = words.split()
        # A group's second word is a command of it; further words, and those of a single command, are arguments.
        name = f"{first} {rest[0]}" if first in groups and rest else first
        assert name in commands or (page.parent.name == "decisions" and name in DECIDED - commands), words
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(MAKE.findall(text)) <= targets


def test_contract_has_every_command(commands: set[str]) -> None:
    """AP-2: every command stands in the contract of the command line."""
    text = CONTRACT.read_text(encoding="utf-8")
    missing = {name for name in commands if not re.search(rf"`(planbridge )?{name}\b", text)}
    assert not missing


def test_data_model_has_every_table() -> None:
    """Every table of ours stands in the data model."""
    text = (ROOT / "docs/data-model.md").read_text(encoding="utf-8")
    tables = {model._meta.db_table for model in apps.get_models() if model.__module__.startswith("planbridge.")}
    assert {table for table in tables if f"| `{table}` |" not in text} == set()


def test_operations_has_every_variable() -> None:
    """OP-1: every environment variable stands in operations with its default."""
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    for variable in VARIABLES:
        line = next((line for line in text.splitlines() if line.startswith(f"| `{variable.name}` |")), "")
        assert line, variable.name
        assert variable.default is None or variable.default in line, variable.name


def test_walks_pass_few_files() -> None:
    """Each walk of the tour passes at most 24 files."""
    walks = re.findall(r"^\| (\d+) \| \[", (ROOT / "docs/tour.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert walks.count("1") == 3
    assert max(map(int, walks)) <= 24


def test_decisions_are_short() -> None:
    """A decision takes at most 200 words, its outcome in the title."""
    for page in (ROOT / "docs/decisions").glob("*.md"):
        assert len(page.read_text(encoding="utf-8").split()) <= 200, page.name
