"""The jobs of the schedules package: taking the turns that have come, the activations that are due, and placements."""

from django.utils import timezone

from planbridge.jobs.queue import app
from planbridge.participants.fund_holders import activation_facts
from planbridge.plans.lifecycle import run_due_activations
from planbridge.plans.models import Plan
from planbridge.schedules.ask import ACTIVATIONS, TASK
from planbridge.schedules.due import run_due_schedules
from planbridge.schedules.placement import TASK as PLACEMENT
from planbridge.schedules.placement import place_new_entrants


@app.task(name=TASK)
def run_due() -> None:
    """Take every turn that has come; one that fails is left due, and asked for again by the next look."""
    run_due_schedules()


@app.task(name=ACTIVATIONS)
def activate_due() -> None:
    """Do every activation whose time has come."""
    run_due_activations(timezone.now(), activation_facts)


@app.task(name=PLACEMENT)
def place(plan: int, actor: str) -> None:
    """Find a plan's new entrants, and place them where its setting says so."""
    found = Plan.objects.filter(pk=plan).first()
    if found is not None:
        place_new_entrants(found, actor=actor)
