"""A worker's view of the queue: it finishes and gives back only jobs that it still has, and tells that it lives."""

from datetime import datetime

from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from procrastinate.utils import utcnow

from planbridge.jobs.statements import statement


class WorkerForgotten(Exception):  # noqa: N818 - says what happened
    """Others have taken this worker for dead: its jobs are theirs, and it must register again."""


class OwnJobs(JobManager):
    """procrastinate looks at a job's id only, and would end a job that another worker has taken over meanwhile."""

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - as inherited
        """End a job of this worker; nothing happens to one that was taken over."""
        await self.connector.execute_query_all_async(
            statement("finish_own_job"),
            job_id=job.id,
            worker_id=job.worker_id,
            status=status.value,
            delete_job=delete_job,
        )

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,  # noqa: ARG002 - as inherited; jobs here keep their priority, queue and lock
        queue: str | None = None,  # noqa: ARG002 - as inherited
        lock: str | None = None,  # noqa: ARG002 - as inherited
    ) -> None:
        """Let a job of this worker wait until `retry_at`; nothing happens to one that was taken over."""
        await self.connector.execute_query_all_async(
            statement("retry_own_job"), job_id=job.id, worker_id=job.worker_id, retry_at=retry_at or utcnow()
        )

    async def tell_alive(self, worker_id: int) -> None:
        """Write a worker's heartbeat; raises WorkerForgotten when it is no longer registered."""
        if not await self.connector.execute_query_all_async(statement("tell_alive"), worker_id=worker_id):
            raise WorkerForgotten
