"""Taking along: a job that begins also does the other waiting runs of its connection, so that one reading serves all."""

from collections.abc import Collection
from uuid import UUID

from django.db import connection as database

from planbridge.jobs.queue import withdraw_jobs
from planbridge.sync.request import TASK, plans_a_job
from planbridge.sync.run import RunStatus, SyncRun
from planbridge.sync.run_book import Ticket
from planbridge.sync.statements import statement


def take_along_runs(first: SyncRun, job_id: int, connection_kind: str, *, already: int) -> list[Ticket]:
    """Take other batches' waiting runs of the connection and kind of `first` for this job, in the caller's transaction.

    `already` runs are the job's own; together they are at most as many as a batch of the connection may have.
    """
    with database.cursor() as cursor:
        cursor.execute(
            statement("take_along_runs"),
            {
                "connection_id": first.connection_id,
                "kind": first.kind,
                "batch_id": first.batch_id,
                "job_id": job_id,
                "runs_max": max(0, plans_a_job(connection_kind) - already),
            },
        )
        rows = cursor.fetchall()
    withdraw_jobs_of({batch_id for *_, batch_id in rows})
    return [Ticket(plan_id, run_id, attempt) for plan_id, run_id, attempt, _ in rows]


def withdraw_jobs_of(batches: Collection[UUID]) -> None:
    """Take the waiting jobs of batches of which nothing is left out of the queue: each would cost a turn for nothing."""
    if not batches:
        return
    open_runs = SyncRun.objects.filter(batch_id__in=batches, status__in=[RunStatus.QUEUED, RunStatus.RUNNING])
    left = set(open_runs.values_list("batch_id", flat=True))
    withdraw_jobs(TASK, "batch", [str(batch_id) for batch_id in batches if batch_id not in left])
