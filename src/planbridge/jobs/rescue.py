"""The rescue: jobs whose worker told nothing for too long are done by another worker."""

import structlog
from django.conf import settings
from django.utils import timezone
from procrastinate import App

log = structlog.get_logger()


async def rescue_jobs(worker_app: App) -> int:
    """Let the jobs of dead workers run again; answers how many."""
    stalled = list(await worker_app.job_manager.get_stalled_jobs(seconds_since_heartbeat=settings.STALE_SECONDS))
    for job in stalled:
        log.warning("job rescued", job=job.id, task=job.task_name)
        await worker_app.job_manager.retry_job(job, retry_at=timezone.now())
    return len(stalled)
