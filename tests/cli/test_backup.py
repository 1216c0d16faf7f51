"""`backup` and `restore`: the same tables elsewhere, all or nothing, with the keys only where they are asked for."""

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import psycopg.sql
import pytest
from django.conf import settings
from django.db import connection as database

from planbridge.participants.models import Participant
from planbridge.security.ssn import unseal_ssn
from tests.cast import deliver, everybody
from tests.cli.conftest import Planbridge
from tests.cli.processes import call
from tests.syncing import active_plan, sync_people

pytestmark = pytest.mark.django_db(transaction=True)
OTHER = "planbridge_restored"


def address(name: str) -> str:
    """The address of a database beside the test's own."""
    given = database.get_connection_params()
    parts = {key: given[key] for key in ("host", "port", "user", "password") if given.get(key)}
    return f"postgresql:///{name}?{urlencode(parts)}"


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An empty database, by its address."""
    name = f"{OTHER}_{os.getpid()}"
    with database.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    yield address(name)
    with database.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


@pytest.fixture
def backup_file(inbox: Path, tmp_path: Path, planbridge: Planbridge) -> Path:
    """A backup of an active plan with the cast, and something still waiting in the queue."""
    plan = active_plan(inbox, everybody())
    deliver(inbox, everybody()[1:], day=2)
    sync_people(plan)
    planbridge("sync", "plan", "--all")
    file = tmp_path / "kept.dump"
    answer = planbridge("backup", str(file), "--json")
    assert answer.code == 0, answer
    assert answer.value["bytes"] == file.stat().st_size > 0
    return file


def content(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        )
        return {name: rows(connection, name) for (name,) in names.fetchall()}


def rows(connection: psycopg.Connection[Any], table: str) -> list[str]:
    """The rows of a table as text, in order."""
    query = psycopg.sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(psycopg.sql.Identifier(table))
    return [row[0] for row in connection.execute(query).fetchall()]


def restore(url: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `planbridge restore` on another installation."""
    home.mkdir(exist_ok=True)
    return call(home, "restore", *arguments, DATABASE_URL=url)


def test_restored_elsewhere_everything_is_the_same(backup_file: Path, elsewhere: str, tmp_path: Path) -> None:
    """OP-2: A backup restored into an empty database has the same rows in every table, and the SSNs open with the key."""
    answer = restore(elsewhere, tmp_path / "other-home", str(backup_file))
    assert answer.returncode == 0, answer.stderr
    before = content(address(database.settings_dict["NAME"]))
    assert content(elsewhere) == before
    assert sum(map(len, before.values())) > 100
    with psycopg.connect(elsewhere) as connection:
        sealed = connection.execute("SELECT ssn_sealed, plan_id, participant_id FROM participant").fetchall()
        (waiting,) = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'").fetchall()
    assert sorted(unseal_ssn(*row) for row in sealed)[:2] == ["900100005", "900110001"]
    assert waiting == (1,)
    # Its own home has no keys: nothing was made up in their place.
    assert "do not open" in " ".join(answer.stdout.split())
    assert not (tmp_path / "other-home" / "keys.json").exists()


def test_keys_only_where_asked_for(planbridge: Planbridge, backup_file: Path, elsewhere: str, tmp_path: Path) -> None:
    """US-2: The keys lie beside a backup only with --with-keys, private to their owner; restored, they open the SSNs."""
    assert sorted(path.name for path in tmp_path.glob("kept*")) == ["kept.dump"]
    secret = (Path(settings.PLANBRIDGE_HOME) / "keys.json").read_text()
    for secret_bytes in (secret.encode(), b"900110001", b"900-11-0001"):
        assert secret_bytes not in backup_file.read_bytes()
    whole = tmp_path / "whole.dump"
    assert planbridge("backup", str(whole), "--with-keys").code == 0
    kept = tmp_path / "whole.dump.keys.json"
    assert {stat.S_IMODE(path.stat().st_mode) for path in (whole, kept)} == {0o600}
    home = tmp_path / "other-home"
    answer = restore(elsewhere, home, str(whole), "--with-keys")
    # Lines are broken where the paths, which differ, let them end.
    assert (answer.returncode, "The keys here open its SSNs." in " ".join(answer.stdout.split())) == (0, True), answer
    assert (home / "keys.json").read_text() == secret


def test_a_full_database_is_refused(planbridge: Planbridge, backup_file: Path, tmp_path: Path) -> None:
    """OP-2: A database that holds something is refused unless it is to be replaced; then it is as it was backed up."""
    before = content(address(database.settings_dict["NAME"]))
    answer = planbridge("restore", str(backup_file))
    assert (answer.code, "not empty" in answer.err, answer.err.count("\n")) == (4, True, 1)
    Participant.objects.all().delete()
    database.close()
    restored = restore(address(database.settings_dict["NAME"]), tmp_path / "other-home", str(backup_file), "--replace")
    assert restored.returncode == 0, restored.stderr
    assert content(address(database.settings_dict["NAME"])) == before


def test_a_broken_backup_changes_nothing(backup_file: Path, tmp_path: Path) -> None:
    """OP-2: A backup that ends too early is refused or rolled back, whatever was read of it, and says so in one line."""
    url = address(database.settings_dict["NAME"])
    before = content(url)
    database.close()
    whole = backup_file.read_bytes()
    for number, length in enumerate((10, len(whole) // 2, len(whole) - 100)):
        broken = tmp_path / f"broken-{number}.dump"
        broken.write_bytes(whole[:length])
        answer = restore(url, tmp_path / "other-home", str(broken), "--replace")
        assert answer.returncode in {4, 5}, answer
        assert answer.stderr.count("\n") == 1, answer.stderr
    assert content(url) == before


def test_an_earlier_backup_is_never_written_over(planbridge: Planbridge, backup_file: Path, tmp_path: Path) -> None:
    """OP-2: A file that is there, or a folder that is not, is refused, and nothing is left behind."""
    before = backup_file.read_bytes()
    assert planbridge("backup", str(backup_file)).code == 4
    assert backup_file.read_bytes() == before
    assert planbridge("backup", str(tmp_path / "nowhere" / "kept.dump")).code == 3
    assert planbridge("restore", str(tmp_path / "nothing.dump")).code == 3
    assert list(tmp_path.glob("*unfinished*")) == []
