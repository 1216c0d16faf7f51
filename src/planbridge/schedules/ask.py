"""Asks for the jobs that take what is due: what each worker does every few seconds, so that none is a leader."""

from django.utils import timezone

from planbridge.jobs.queue import enqueue
from planbridge.plans.lifecycle import is_any_activation_due
from planbridge.schedules.due import is_anything_due

TASK = "planbridge.schedules.run_due"
ACTIVATIONS = "planbridge.plans.run_due_activations"


def ask_for_due_schedules() -> None:
    """Enqueue the job that takes due turns, when any has come and the job does not wait already."""
    if is_anything_due():
        enqueue(TASK, lock=TASK, arguments={})


def ask_for_due_activations() -> None:
    """Enqueue the job that does dated activations, when the time of any has come and the job does not wait already."""
    if is_any_activation_due(timezone.now()):
        enqueue(ACTIVATIONS, lock=ACTIVATIONS, arguments={})
