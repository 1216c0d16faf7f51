"""`planbridge backup`: the whole database in one file; the sealing keys only where they are asked for."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from django.conf import settings
from django.db import connection
from rich.progress import Progress

from planbridge.cli.kept_keys import kept_keys, key_file, keys_beside, write_private
from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption, progress_console
from planbridge.cli.postgres_programs import dumping_programs, last_line, program_environment

MEGABYTE = 1_000_000
COUNT_TABLES = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]
KeysOption = Annotated[bool, typer.Option("--with-keys", help="The sealing keys too, in FILE.keys.json.")]


def backup(
    file: FileArgument, *, with_keys: KeysOption = False, as_json: JsonOption = False, quiet: QuietOption = False
) -> None:
    """Write the whole database into one new file. Example: planbridge backup planbridge-2026-11-22.dump."""
    output = Output(as_json, quiet)
    started = time.monotonic()
    refuse_target(file)
    if with_keys:
        refuse_target(keys_beside(file))
    keys = kept_keys() if with_keys else None
    with connection.cursor() as cursor:
        cursor.execute(COUNT_TABLES)
        (tables,) = cursor.fetchone()
    if not tables:
        raise CommandFailed(Exit.NOT_FOUND, "The database is empty: there is nothing to back up.")
    with new_file(file) as unfinished:
        dump(unfinished, tables=tables, shows_progress=output.is_talkative)
    if keys:
        write_private(keys_beside(file), keys)
    answer = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "tables": tables,
        "seconds": round(time.monotonic() - started, 2),
        "keys": str(keys_beside(file)) if with_keys else None,
    }
    output.answer(answer, lambda console: console.print(in_words(file, answer["bytes"], with_keys=with_keys)))


def refuse_target(file: Path) -> None:
    """Raises CommandFailed where a file cannot be made: an earlier backup is never written over."""
    if file.exists():
        raise CommandFailed(Exit.REFUSED, f"{file} is there already; name a new file, or move that one away.")
    if not file.absolute().parent.is_dir():
        raise CommandFailed(Exit.NOT_FOUND, f"The folder {file.absolute().parent} is not there; make it first.")


@contextlib.contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """A private file (mode 0600) that gets its name when it is whole; else nothing is left."""
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.unfinished")
    try:
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield unfinished
        unfinished.rename(file)
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}; name a file in a folder that can be."
        raise CommandFailed(Exit.REFUSED, message) from error
    finally:
        unfinished.unlink(missing_ok=True)


def dump(into: Path, *, tables: int, shows_progress: bool) -> None:
    """Run pg_dump: one consistent moment of the database, whatever goes on meanwhile; raises CommandFailed."""
    options = ("--format=custom", "--no-owner", "--no-privileges", "--no-password", "--verbose")
    command = dumping_programs().command("pg_dump", *options, f"--file={into}")
    said: list[str] = []
    with (
        Progress(console=progress_console(), disable=not shows_progress, transient=True) as progress,
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=program_environment()) as program,
    ):
        bar = progress.add_task("Backing up", total=tables)
        for line in program.stderr or ():
            said.append(line)
            if "dumping contents of table" in line:
                progress.advance(bar)
    if program.returncode:
        raise CommandFailed(Exit.MACHINE_BROKEN, f"The backup failed: {last_line(''.join(said))}. Nothing was written.")


def in_words(file: Path, size: object, *, with_keys: bool) -> str:
    """What was done, and what is not in the file."""
    written = f"Backed up to {file} ({int(str(size)) / MEGABYTE:,.1f} MB)."
    if with_keys:
        return f"{written}\nThe sealing keys are in {keys_beside(file)}: whoever has both files can read every SSN."
    place = "PLANBRIDGE_KEYS" if settings.SEALING_KEYS else str(key_file())
    return (
        f"{written}\nIt holds no keys: keep a copy of {place} in another place. Without it the SSNs in the backup "
        "can never be read."
    )
