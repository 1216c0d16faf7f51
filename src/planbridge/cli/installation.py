"""`planbridge demo`, `up`, `worker`, `migrate` and `doctor`: the installation itself."""

import os
from typing import Annotated

import typer
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from planbridge.cli.output import CommandFailed, Exit, JsonOption, Output, QuietOption
from planbridge.jobs.worker import run_worker
from planbridge.sync.sweep import end_abandoned_runs

SERVER_MAJOR_MIN = 15
COMMANDS_WITHOUT_SCHEMA = {"migrate", "doctor", "simulator"}


def needs_schema(arguments: list[str]) -> bool:
    """Whether a command line needs the tables."""
    words = [argument for argument in arguments if not argument.startswith("-")]
    return bool(words) and "--help" not in arguments and words[0] not in COMMANDS_WITHOUT_SCHEMA


def make_schema_current() -> None:
    """Make the tables of the embedded server as this version wants them; an outside one is left to `migrate`."""
    pending = pending_migrations()
    if not pending:
        return
    if not is_embedded():
        message = f"The database lacks {len(pending)} migrations; run `planbridge migrate` once, then this again."
        raise CommandFailed(Exit.MACHINE_BROKEN, message)
    call_command("migrate", verbosity=0, interactive=False)


def pending_migrations() -> list[str]:
    """The migrations that the database lacks."""
    executor = MigrationExecutor(connection)
    return [str(migration) for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())]


def is_embedded() -> bool:
    """Whether the database is the embedded server."""
    return env_is_set("PLANBRIDGE_EMBEDDED")


def env_is_set(name: str) -> bool:
    """Whether an environment variable has a value."""
    return bool(os.environ.get(name))


def migrate(*, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Make the tables as this version wants them. Example: planbridge migrate."""
    pending = pending_migrations()
    call_command("migrate", verbosity=0, interactive=False)
    text = f"{len(pending)} migrations applied." if pending else "The database is current."
    Output(as_json, quiet).answer({"applied": pending}, lambda console: console.print(text))


def worker(
    *,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Jobs at once.")] = 2,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Do jobs until Ctrl-C; run as many workers on as many machines as you like. Example: planbridge worker."""
    Output(as_json, quiet).answer(
        {"worker": "started", "concurrency": concurrency},
        lambda console: console.print(f"Worker started with {concurrency} jobs at once. Ctrl-C stops it."),
    )
    run_worker(concurrency=concurrency, wait=True, sweep=sweep)


def sweep() -> None:
    """What a worker does after each search for dead workers."""
    end_abandoned_runs()


def up() -> None:
    """x"""


def demo() -> None:
    """x"""


def doctor() -> None:
    """x"""
