"""The rescue: jobs whose worker told nothing for too long are done by another worker."""

import structlog
from django.conf import settings
from procrastinate.connector import BaseConnector

from planbridge.jobs.session import SESSION_NAME
from planbridge.jobs.statements import statement

log = structlog.get_logger()
# A job that takes its worker down every time must not take all of them down for ever.
ATTEMPTS_MAX = 10


async def rescue_jobs(connector: BaseConnector) -> int:
    """Let the jobs of dead workers run again; answers how many there were."""
    rescued = await connector.execute_query_all_async(
        statement("rescue_jobs"),
        stale_seconds=settings.STALE_SECONDS,
        attempts_max=ATTEMPTS_MAX,
        session_name=SESSION_NAME,
    )
    for job in rescued:
        log.warning("job given up" if job["is_given_up"] else "job rescued", job=job["id"], task=job["task_name"])
    return len(rescued)
