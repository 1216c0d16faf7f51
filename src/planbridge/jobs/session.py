"""Names a job's database session after the job, so that the rescue of a dead worker's job can end it."""

from django.db import connection
from procrastinate import JobContext
from procrastinate.middleware import SyncCallNext
from procrastinate.worker import Worker

SESSION_NAME = "planbridge job "


def name_session(call_next: SyncCallNext, context: JobContext, worker: Worker) -> object:  # noqa: ARG001 - a middleware's
    """Do the job with its session named. A worker that only hangs would else keep its plans locked for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)", [f"{SESSION_NAME}{context.job.id}"])
    return call_next()
