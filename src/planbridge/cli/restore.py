"""`planbridge restore`: a backup into an empty database, or in the place of what is there; all of it or nothing."""

import contextlib
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.db import connection
from rich.progress import Progress

from planbridge.cli.backup import COUNT_TABLES, FileArgument
from planbridge.cli.kept_keys import do_keys_open, key_file, put_keys_back
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption, progress_console
from planbridge.cli.postgres_programs import (
    Programs,
    last_line,
    program_environment,
    restoring_programs,
    server_major,
)
from planbridge.cli.schema import missing_migrations

# As PostgreSQL itself makes the schema; what stood in it goes in the transaction that brings the new.
REPLACE = b"""SET LOCAL lock_timeout = '10s';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
ALTER SCHEMA public OWNER TO pg_database_owner;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
# pg_restore says this to servers before 17 too, which do not know it.
UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;"
MAJOR_THAT_KNOWS = 17
PIECE_BYTES = 1024 * 1024
OTHERS = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
PSQL = ("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--file=-")
ReplaceOption = Annotated[bool, typer.Option("--replace", help="Drop what the database holds now.")]
KeysOption = Annotated[bool, typer.Option("--with-keys", help="Put the keys of FILE.keys.json back too.")]


def restore(
    file: FileArgument,
    *,
    replace: ReplaceOption = False,
    with_keys: KeysOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Bring a backup back. Example: planbridge restore planbridge-2026-11-22.dump."""
    output = Output(as_json, quiet)
    started = time.monotonic()
    if not file.is_file():
        raise CommandFailed(Exit.NOT_FOUND, f"{file} is not there; name a file that planbridge backup wrote.")
    programs = restoring_programs(file)
    refuse_full(replace=replace)
    if with_keys:
        put_keys_back(file)
    bring_back(programs, file, is_replacing=replace, shows_progress=output.is_talkative)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute(COUNT_TABLES)
        (tables,) = cursor.fetchone()
    answer = {"file": str(file), "tables": tables, "seconds": round(time.monotonic() - started, 2)}
    opening = do_keys_open()
    output.answer({**answer, "keys_open": opening}, lambda console: console.print(in_words(file, opening=opening)))


def refuse_full(*, replace: bool) -> None:
    """Raises CommandFailed for a database that holds something (unless it is to be replaced), or that others use."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_TABLES)
        (tables,) = cursor.fetchone()
        cursor.execute(OTHERS)
        (others,) = cursor.fetchone()
    if tables and not replace:
        message = (
            f"The database is not empty: it has {tables} tables. Restore into an empty one (another PLANBRIDGE_HOME or "
            "DATABASE_URL), or give --replace to lose what it holds."
        )
        raise CommandFailed(Exit.REFUSED, message)
    if tables and others:
        message = f"{others} other sessions use the database; stop workers and web processes first, then restore."
        raise CommandFailed(Exit.REFUSED, message)


def bring_back(programs: Programs, file: Path, *, is_replacing: bool, shows_progress: bool) -> None:
    """Write the backup into the database in one transaction; raises CommandFailed, and then nothing is changed."""
    reading = programs.command("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file))
    environment = program_environment()
    is_old = server_major() < MAJOR_THAT_KNOWS
    connection.close()
    with (
        Progress(console=progress_console(), disable=not shows_progress, transient=True) as progress,
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=complaints, env=environment) as reader,
        subprocess.Popen(
            programs.command("psql", *PSQL),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=environment,
        ) as writer,
    ):
        progress.add_task("Restoring", total=None)
        with contextlib.suppress(BrokenPipeError):  # psql ended early; it has said why
            hand_over(reader, writer, before=REPLACE if is_replacing else b"", is_old=is_old)
        complaints.seek(0)
        said = complaints.read().decode(errors="replace")
    if reader.returncode or writer.returncode:
        message = f"The restore failed, and nothing was changed: {last_line(said)}."
        raise CommandFailed(Exit.MACHINE_BROKEN, message)


def hand_over(reader: subprocess.Popen[bytes], writer: subprocess.Popen[bytes], *, before: bytes, is_old: bool) -> None:
    """Pass the backup's statements on, and commit only when it was read to its end: psql cannot tell by itself."""
    source, target = reader.stdout, writer.stdin
    if source is None or target is None:
        return
    try:
        target.write(b"BEGIN;\n" + before)
        for line in source:
            is_settings_over = line.startswith((b"CREATE ", b"COPY "))
            if not (is_old and line.startswith(UNKNOWN_BEFORE_17)):
                target.write(line)
            if is_settings_over:
                break
        shutil.copyfileobj(source, target, PIECE_BYTES)
        if reader.wait() == 0:
            target.write(b"COMMIT;\n")
    finally:
        source.close()  # a reader that still writes ends by that
        with contextlib.suppress(BrokenPipeError):
            target.close()
        reader.wait()
        writer.wait()


def in_words(file: Path, *, opening: bool | None) -> str:
    """What was done, and what is left to do."""
    lines = [f"Restored {file}."]
    if opening is False:
        place = "PLANBRIDGE_KEYS" if settings.SEALING_KEYS else str(key_file())
        lines.append(f"Its SSNs do not open: put the keys of the installation it came from into {place}.")
    if opening:
        lines.append("The keys here open its SSNs.")
    if missing_migrations():
        lines.append("It was made by an older Planbridge. Next: planbridge migrate")
    return "\n".join(lines)
