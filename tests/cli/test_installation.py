"""An installation that is new, shared or broken."""

import json
import subprocess
from pathlib import Path

from tests.cli.processes import PROGRAM, call, environment, servers_below


def test_two_commands_at_once_on_a_new_home(tmp_path: Path) -> None:
    """Two commands that start at once on a new home both end well, and no server is left behind."""
    home = tmp_path / "home"
    both = [
        subprocess.Popen(
            [*PROGRAM, "connection", "list", "--json"],
            env=environment(home),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in both:
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        assert json.loads(out) == []
    assert servers_below(home) == []


def test_a_database_that_does_not_answer_ends_with_5(tmp_path: Path) -> None:
    """With DATABASE_URL to a dead port a command ends with 5 in one line; `doctor` says which check failed."""
    url = "postgresql://nobody:secret-word@127.0.0.1:9/none"
    answer = call(tmp_path, "runs", "--json", DATABASE_URL=url)
    assert (answer.returncode, answer.stdout) == (5, "")
    assert answer.stderr.count("\n") == 1
    assert "DATABASE_URL" in answer.stderr
    examined = call(tmp_path, "doctor", "--json", DATABASE_URL=url)
    assert examined.returncode == 5
    failed = [check["check"] for check in json.loads(examined.stdout)["checks"] if not check["is_well"]]
    assert "database" in failed
    assert "secret-word" not in answer.stderr + examined.stdout + examined.stderr


def test_a_home_that_cannot_be_made_ends_with_5(tmp_path: Path) -> None:
    """A home folder below a file ends with 5 in one line that names it."""
    file = tmp_path / "file"
    file.touch()
    answer = call(file / "home", "runs")
    assert answer.returncode == 5
    assert answer.stderr.count("\n") == 1
    assert str(file) in answer.stderr


def test_help_starts_nothing(tmp_path: Path) -> None:
    """`--help` of any command shows it at once and makes no database."""
    home = tmp_path / "home"
    answer = call(home, "plan", "add", "--help")
    assert answer.returncode == 0
    assert "planbridge plan add" in " ".join(answer.stdout.split())
    assert not (home / "postgres").exists()
