"""`planbridge up`: the whole installation of one machine, until Ctrl-C."""

import subprocess
import time
from dataclasses import dataclass, field
from typing import Annotated

import structlog
import typer
from django.conf import settings

from planbridge.cli.output import JsonOption, Output, QuietOption
from planbridge.cli.processes import start_command, stop_processes
from planbridge.cli.schema import apply_migrations
from planbridge.jobs.worker import revive_database

LOOK_SECONDS = 0.5
# A worker that dies at once, again and again, must not keep the machine busy.
RESTART_SECONDS_MIN = 1.0
RESTART_SECONDS_MAX = 30.0
LIVED_WELL_SECONDS = 60.0
log = structlog.get_logger()


@dataclass
class KeptWorker:
    """A worker process that is started again when it dies, after a pause that doubles while it keeps dying."""

    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    pause_seconds: float = field(default=RESTART_SECONDS_MIN)

    def look(self, now: float) -> None:
        """Start the worker if it does not run and its pause is over; `now` is a `time.monotonic()` value."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            lived = now - self.started_at
            if lived < self.pause_seconds:
                return
            self.pause_seconds = (
                RESTART_SECONDS_MIN if lived > LIVED_WELL_SECONDS else min(self.pause_seconds * 2, RESTART_SECONDS_MAX)
            )
            log.warning("worker died and is started again", code=code)
            revive_database()
        self.process = start_command(["worker", "--quiet"])
        self.started_at = now


def up(
    *,
    workers: Annotated[int, typer.Option(min=1, max=64, help="How many workers.")] = 1,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Start the database (where DATABASE_URL names none) and workers; Ctrl-C stops all. Example: planbridge up --workers 2."""
    applied = apply_migrations()
    kept = [KeptWorker() for _ in range(workers)]
    try:
        for worker in kept:
            worker.look(time.monotonic())
        place = "embedded" if settings.IS_DATABASE_EMBEDDED else "DATABASE_URL"
        value = {
            "home": str(settings.PLANBRIDGE_HOME),
            "database": place,
            "migrations_applied": len(applied),
            "workers": [worker.process.pid for worker in kept if worker.process is not None],
        }
        Output(as_json, quiet).answer(
            value,
            lambda console: console.print(
                f"Planbridge is up: home {settings.PLANBRIDGE_HOME}, database {place}, workers {workers}.\n"
                "Ctrl-C stops it. In another terminal: planbridge connection add --help"
            ),
        )
        while True:
            time.sleep(LOOK_SECONDS)
            for worker in kept:
                worker.look(time.monotonic())
    except KeyboardInterrupt:
        Output(as_json=False, is_quiet=quiet or as_json).answer(None, lambda console: console.print("Stopping."))
    finally:
        stop_processes(worker.process for worker in kept if worker.process is not None)
