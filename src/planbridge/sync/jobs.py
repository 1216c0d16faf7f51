"""The jobs of the sync package."""

from uuid import UUID

from procrastinate import RetryStrategy

from planbridge.jobs.queue import JobContext, app
from planbridge.sync.request import TASK
from planbridge.sync.submission_delivery import deliver_submissions
from planbridge.sync.submissions import TASK as DELIVERY_TASK
from planbridge.sync.work import work_batch

ATTEMPTS_MAX = 10


@app.task(name=TASK, pass_context=True, retry=RetryStrategy(max_attempts=ATTEMPTS_MAX, wait=2))
def run_batch(context: JobContext, *, batch: str) -> None:
    """Do the runs of a batch."""
    job = context.job
    work_batch(UUID(batch), job.id if job is not None and job.id is not None else 0)


@app.task(name=DELIVERY_TASK, retry=RetryStrategy(max_attempts=ATTEMPTS_MAX, wait=2))
def deliver(*, plan: int) -> None:
    """Carry what is due of a plan's submissions to the recordkeeper."""
    deliver_submissions(plan)
