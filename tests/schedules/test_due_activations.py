"""A dated activation is asked for by a worker's look, and done by its job."""

from datetime import timedelta

from django.utils import timezone

from planbridge.jobs.queue import app
from planbridge.plans.draft_review import PlanActivationDate
from planbridge.plans.lifecycle import activate_plan, create_draft, draft_token, schedule_activation
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.schedules.ask import ask_for_due_activations
from planbridge.schedules.jobs import activate_due
from planbridge.security.firm import Firm
from tests.plans.drafts import sync


def test_a_due_activation_is_asked_for_and_done(db: None) -> None:  # noqa: ARG001 - asks for the database
    """PL-6: before its time nobody asks for it; at it one job waits, which activates the draft."""
    firm = Firm.objects.create(name="Example Advisors")
    connection = Connection.objects.create(firm=firm, name="example", kind="rest")
    plan = Plan.objects.create(firm=firm, connection=connection, external_plan_id="900123")
    sync(plan, {"name": "Plan", "lineup": {"funds": [{"fund": "A", "name": "A", "status": "open"}]}})
    activate_plan(plan, actor="ada")
    create_draft(plan, actor="ada")
    schedule_activation(plan, on=timezone.now() + timedelta(hours=1), seen=draft_token(plan), actor="ada")
    ask_for_due_activations()
    task = "planbridge.plans.run_due_activations"
    assert not list(app.job_manager.list_jobs(task=task))
    PlanActivationDate.objects.update(activates_at=timezone.now())
    ask_for_due_activations()
    ask_for_due_activations()
    assert len(list(app.job_manager.list_jobs(task=task))) == 1
    activate_due()
    assert Plan.objects.get(pk=plan.pk).live_version == 2
