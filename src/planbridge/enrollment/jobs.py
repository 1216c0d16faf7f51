"""The job of the enrollment package: clearing away what is kept no longer."""

from django.utils import timezone

from planbridge.enrollment.clearing import TASK, clear_due
from planbridge.jobs.queue import app


@app.task(name=TASK)
def clear() -> None:
    """Clear away what is due; what is left by a failure is asked for again by the next look."""
    clear_due(timezone.now())
