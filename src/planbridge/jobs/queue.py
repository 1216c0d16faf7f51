"""The job queue: all that callers see of procrastinate. A job is enqueued in the caller's transaction."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from django.db import connection, transaction
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from planbridge.jobs.statements import statement

JsonArguments = Mapping[str, str | int | bool | None]

__all__ = ["JobContext", "app", "enqueue", "withdraw_jobs"]


def enqueue(
    task: str, *, lock: str, arguments: JsonArguments, delay_seconds: float = 0, unique: str | None = None
) -> int:
    """Enqueue a job in the caller's transaction; answers its id, or that of the job of the same `unique` that waits.

    Jobs of one `lock` run one after the other on all workers; at most one job of one `unique` waits.
    """
    schedule = {"seconds": delay_seconds} if delay_seconds else None
    deferrer = app.configure_task(
        task,
        lock=lock,
        queueing_lock=unique or lock,
        schedule_in=None if schedule is None else {"seconds": int(timedelta(**schedule).total_seconds()) or 1},
    )
    while True:
        try:
            # A savepoint: what is refused must not spoil the caller's transaction.
            with transaction.atomic():
                return deferrer.defer(**arguments)
        except AlreadyEnqueued:
            for waiting in app.job_manager.list_jobs(queueing_lock=unique or lock, status="todo"):
                if waiting.id is not None:
                    return waiting.id


def withdraw_jobs(task: str, argument: str, values: Collection[str]) -> None:
    """Take waiting jobs out of the queue, in the caller's transaction: those whose argument has one of the values."""
    with connection.cursor() as cursor:
        cursor.execute(statement("withdraw_jobs"), {"task": task, "argument": argument, "values": list(values)})
