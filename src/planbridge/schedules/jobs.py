"""The job of the schedules package: taking the turns that have come."""

from planbridge.jobs.queue import app
from planbridge.schedules.ask import TASK
from planbridge.schedules.due import run_due_schedules


@app.task(name=TASK)
def run_due() -> None:
    """Take every turn that has come; one that fails is left due, and asked for again by the next look."""
    run_due_schedules()
