"""The job of the notifications package: one try to send one mail."""

from uuid import UUID

from procrastinate import RetryStrategy

from planbridge.jobs.queue import app
from planbridge.notifications.deliver import deliver
from planbridge.notifications.raising import TASK

ATTEMPTS_MAX = 10  # of the job, where the database was gone; those of the mail are counted in its row


@app.task(name=TASK, retry=RetryStrategy(max_attempts=ATTEMPTS_MAX, wait=2))
def send_notification(*, plan_id: int, notification: str) -> None:
    """Send a notification, or let it wait for its next try."""
    deliver(plan_id, UUID(notification))
