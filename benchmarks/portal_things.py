"""One of each thing that has a page of its own beside the long lists: an event, words, a mail, a questionnaire, a provider, a submission."""

from typing import Any

from django.utils import timezone

from planbridge.activity.run_id import new_run_id
from planbridge.notifications.event import Audience, Event
from planbridge.notifications.models import Notification
from planbridge.notifications.raising import send_test
from planbridge.notifications.template import TemplatePlace
from planbridge.plans.models import Plan
from planbridge.plans.provider import ManagedAccountProvider
from planbridge.plans.providers import add_provider
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.questionnaires import clone_questionnaire
from planbridge.sync.submission import Submission
from planbridge.sync.submissions import next_receipts

EVENT, AUDIENCE = Event.RATE_CHANGED, Audience.PARTICIPANT


def things_to_ask(plan: Plan, participant_id: str) -> dict[str, Any]:
    """What stands in the addresses of their pages; made where they are not there yet."""
    provider = ManagedAccountProvider.objects.filter(firm=plan.firm).first()
    questionnaire = Questionnaire.objects.filter(firm=plan.firm).first()
    submission = Submission.objects.filter(plan_id=plan.pk).first()
    return {
        "event": EVENT.value,
        "choice": "ascensus-360",
        "audience": AUDIENCE.value,
        "fund": "F1",
        "notification_id": notification_of(plan),
        "provider_id": (provider or add_provider(plan.firm, "Steady Hand", actor="benchmark")).pk,
        "questionnaire_id": (questionnaire or clone_questionnaire(plan.firm, None, actor="benchmark")).pk,
        "receipt": (submission or submitted(plan, participant_id)).receipt,
    }


def notification_of(plan: Plan) -> object:
    """A mail of the plan: a test that waits."""
    found = Notification.objects.filter(plan_id=plan.pk).first()
    if found is not None:
        return found.id
    return send_test(TemplatePlace(plan.pk, EVENT, AUDIENCE), "ada@example.test", now=timezone.now())


def submitted(plan: Plan, participant_id: str) -> Submission:
    """Somebody's wish for another rate, that waits."""
    now = timezone.now()
    (receipt,) = next_receipts(1)
    return Submission.objects.create(
        plan_id=plan.pk,
        participant_id=participant_id,
        id=new_run_id(),
        number=1,
        receipt=receipt,
        idempotency_key=f"pb-{receipt}",
        kind="contribution_rate",
        source="PRE",
        body={"type": "contribution_rate", "source": "PRE", "percent": "7", "effective": "next_payroll"},
        requested_by="participant",
        requested_at=now,
        state="requested",
        next_at=now,
        days_to_show=14,
    )
