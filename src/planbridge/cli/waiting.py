"""Waits for runs: for a worker to do them, or by doing them in this process when no worker is alive."""

import time
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer
from django.db import InterfaceError, OperationalError
from django.db.models import Q
from rich.progress import Progress

from planbridge.cli.output import progress_console
from planbridge.jobs.worker import is_worker_alive, revive_database, run_worker
from planbridge.sync.run import FINISHED, RunStatus, SyncRun
from planbridge.sync.sweep import end_abandoned_runs

LOOK_SECONDS = 0.1
STUCK_SECONDS = 30.0
DATABASE_AWAY_SECONDS_MAX = 60.0
WaitOption = Annotated[bool, typer.Option("--wait", help="Wait for the runs, doing them here if no worker is alive.")]


def wait_for_runs(run_ids: Sequence[UUID], *, shows_progress: bool) -> list[SyncRun]:
    """The runs when they have ended (those waiting for quiet hours to end are given as they are).

    A database that goes away is started again, or waited for; raises its error when it stays away for a minute.
    """
    with Progress(console=progress_console(), disable=not shows_progress, transient=True) as progress:
        bar = progress.add_task("Syncing", total=len(run_ids))
        quiet_since = answered = time.monotonic()
        while True:
            try:
                ended = SyncRun.objects.filter(id__in=run_ids, status__in=FINISHED).count()
                answered = time.monotonic()
                if ended > progress.tasks[0].completed:
                    quiet_since = answered
                progress.update(bar, completed=ended)
                if ended == len(set(run_ids)):
                    break
                if not is_worker_alive():
                    run_worker(concurrency=1, wait=False)
                    end_abandoned_runs()
                    if time.monotonic() - quiet_since > STUCK_SECONDS and not is_any_running(run_ids):
                        break
            except (OperationalError, InterfaceError):
                if time.monotonic() - answered > DATABASE_AWAY_SECONDS_MAX:
                    raise
                revive_database()
            time.sleep(LOOK_SECONDS)
    found = {run.id: run for run in SyncRun.objects.filter(id__in=run_ids)}
    return [found[run_id] for run_id in run_ids]


def is_any_running(run_ids: Sequence[UUID]) -> bool:
    """Whether any of the runs is being done."""
    return SyncRun.objects.filter(Q(id__in=run_ids) & Q(status=RunStatus.RUNNING)).exists()
