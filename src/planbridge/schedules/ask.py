"""Asks for the job that takes due turns: what each worker does every few seconds, so that none is a leader."""

from planbridge.jobs.queue import enqueue
from planbridge.schedules.due import is_anything_due

TASK = "planbridge.schedules.run_due"


def ask_for_due_schedules() -> None:
    """Enqueue the job that takes due turns, when any has come and the job does not wait already."""
    if is_anything_due():
        enqueue(TASK, lock=TASK, arguments={})
