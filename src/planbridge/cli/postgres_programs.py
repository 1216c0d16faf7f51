"""PostgreSQL's own programs (pg_dump, pg_restore, psql): which of those installed to use, and how to start them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string
from psycopg.pq import Conninfo

from planbridge.cli.output import CommandFailed, Exit

VERSIONS_A_MAJOR = 10_000


@dataclass(frozen=True)
class Programs:
    """The programs of one folder, all of one major version."""

    folder: Path
    major: int

    def command(self, name: str, *arguments: str) -> list[str]:
        """The command line of a program; nothing secret stands in it."""
        return [str(self.folder / name), *arguments]


def dumping_programs() -> Programs:
    """Programs that can dump the server in use, which must not be newer than they are; raises CommandFailed."""
    major = server_major()
    for found in installed_programs():
        if found.major >= major:
            return found
    message = (
        f"The server is PostgreSQL {major}, and no pg_dump of that version is here; "
        f"install PostgreSQL {major}'s client programs and put them on the PATH."
    )
    raise CommandFailed(Exit.MACHINE_BROKEN, message)


def restoring_programs(archive: Path) -> Programs:
    """Programs that can read a backup, which must not be of newer ones; raises CommandFailed when it is none."""
    complaint = "no pg_restore is here"
    for found in installed_programs():
        looked = subprocess.run(
            found.command("pg_restore", "--list", str(archive)),
            check=False,
            capture_output=True,
            text=True,
            env=program_environment(),
        )
        if looked.returncode == 0:
            return found
        complaint = last_line(looked.stderr)
    message = (
        f"{archive} cannot be read as a backup: {complaint}. Check that it is whole, and made by planbridge backup."
    )
    raise CommandFailed(Exit.REFUSED, message)


@cache
def installed_programs() -> tuple[Programs, ...]:
    """Those that come with Planbridge, then those on the PATH."""
    return tuple(found for folder in folders() if (found := programs_in(folder)))


def folders() -> Iterator[Path]:
    """Where programs may be."""
    yield import_string(settings.POSTGRES_PROGRAMS)
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).parent


def programs_in(folder: Path) -> Programs | None:
    """The programs of a folder; None unless all three are there and start."""
    if not all((folder / name).exists() for name in ("pg_dump", "pg_restore", "psql")):
        return None
    said = subprocess.run([folder / "pg_dump", "--version"], check=False, capture_output=True, text=True).stdout
    # Such as "pg_dump (PostgreSQL) 18.1".
    number = said.partition(") ")[2].partition(".")[0]
    return Programs(folder, int(number)) if number.isdecimal() else None


def server_major() -> int:
    """The major version of the server in use."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (number,) = cursor.fetchone()
    return int(number) // VERSIONS_A_MAJOR


def program_environment() -> dict[str, str]:
    """The environment that leads a program to the database in use: an address on its command line could be read by all."""
    given = connection.get_connection_params()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PLANBRIDGE_", "DATABASE_URL"))}
    for option in Conninfo.get_defaults():
        value = given.get(option.keyword.decode())
        if option.envvar and value not in {None, ""}:
            kept[option.envvar.decode()] = str(value)
    return {**kept, "LC_ALL": "C"}


def last_line(text: str) -> str:
    """What a program said last, without its own name: the complaint."""
    lines = [line for line in text.splitlines() if line.strip()]
    complaints = [line for line in lines if "error" in line.lower() or "FATAL" in line]
    return (complaints or lines or ["it said nothing"])[-1].partition(": ")[2].strip().rstrip(".") or "it said nothing"
