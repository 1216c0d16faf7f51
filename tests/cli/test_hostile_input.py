"""Ids and names as nobody should write them: a plain answer, and never more than one line of it."""

import shlex

import pytest

from tests.cli.conftest import Planbridge

pytestmark = pytest.mark.django_db
STRANGE = [
    "'; DROP TABLE plan; --",
    '"quoted"',
    "[bold]brackets[/]",
    "[/]",
    "%s %(x)s {} {0}",
    "계획 – план – חֶשְׁבּוֹן",
    "x" * 10_000,
    "../../etc/passwd",
    "-",
    "",
]
UNREADABLE = ["two\nlines", "\x1b[2J", "\udcff\udcfe", "\u202eright to left", "tab\there"]
LINE_CHARACTERS_MAX = 400
COMMANDS = [
    ("plan", "show"),
    ("plan", "diff"),
    ("run", "show"),
    ("run", "proof"),
    ("connection", "test"),
    ("participant", "show", "900100"),
    ("runs", "--plan"),
    ("sync", "participants"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_strange_ids_are_not_found(planbridge: Planbridge, command: tuple[str, ...]) -> None:
    """An id that is text but nobody's is not found (3), in one short line."""
    for text in STRANGE:
        answer = planbridge(*command, text)
        assert answer.code == 3, answer
        assert answer.err.count("\n") == 1
        assert len(answer.err) < LINE_CHARACTERS_MAX
        assert answer.out == ""


@pytest.mark.parametrize("text", UNREADABLE, ids=ascii)
def test_control_characters_and_bytes_are_refused(planbridge: Planbridge, text: str) -> None:
    """Control characters and bytes that are no text are wrong usage (2), and are not sent to the terminal."""
    answer = planbridge("plan", "show", text)
    assert answer.code == 2
    assert answer.err.rstrip("\n").isprintable()


def test_a_connection_keeps_its_strange_name(planbridge: Planbridge, tmp_path: object) -> None:
    """A name with brackets and percent signs is shown as it is: nothing in it is read as markup."""
    name = "[red]100%[/] {0} O'Neil"
    added = planbridge("connection", "add", name, "--kind", "files", "--path", str(tmp_path))
    assert added.code == 0
    assert name in added.out
    assert f"connection test {shlex.quote(name)}" in " ".join(added.out.split())
    assert name in planbridge("connection", "list").out
    assert planbridge("connection", "remove", name).out == f"Connection {name} removed.\n"


def test_far_days_are_answered(planbridge: Planbridge) -> None:
    """The first and the last day that a calendar has are days like others."""
    for day in ("0001-01-01", "9999-12-31"):
        assert planbridge("runs", "--since", day).code == 0
        assert planbridge("participant", "show", "1", "1", "--on", day).code == 3
