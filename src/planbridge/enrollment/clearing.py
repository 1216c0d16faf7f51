"""Clearing away: visits that nobody confirmed and invitations that ended, once their days of keeping are over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.enrollment.invitation import EnrollmentInvitation
from planbridge.enrollment.kept_visit import KeptVisit, VisitState
from planbridge.jobs.queue import enqueue

TASK = "planbridge.enrollment.clear"
ACTOR = "Planbridge"


@dataclass(frozen=True)
class Cleared:
    """How many visits and invitations were deleted."""

    visits: int = 0
    invitations: int = 0


def ask_for_clearing() -> None:
    """Enqueue the job that clears away what is due, when anything is and the job does not wait already."""
    now = timezone.now()
    if due_visits(now).exists() or due_invitations(now).exists():
        enqueue(TASK, lock=TASK, arguments={})


def clear_due(now: datetime, *, actor: str = ACTOR) -> Cleared:
    """Delete what is due, one plan a transaction, with an activity entry a plan that says how many; answers the sum."""
    plan_ids = {*plan_ids_of(due_visits(now)), *plan_ids_of(due_invitations(now))}
    cleared = [clear_plan(plan_id, now, actor=actor) for plan_id in sorted(plan_ids)]
    return Cleared(sum(one.visits for one in cleared), sum(one.invitations for one in cleared))


def clear_plan(plan_id: int, now: datetime, *, actor: str) -> Cleared:
    """Delete what is due of one plan."""
    with transaction.atomic():
        visits, _ = due_visits(now).filter(plan_id=plan_id).delete()
        invitations, _ = due_invitations(now).filter(plan_id=plan_id).delete()
        if visits or invitations:
            detail = {"visits": visits, "invitations": invitations}
            record_activity(Happening(Verb.ENROLLMENT_CLEARED, actor, plan_id=plan_id, detail=detail))
    return Cleared(visits, invitations)


def due_visits(now: datetime) -> QuerySet[KeptVisit]:
    """Visits never confirmed whose last answer is too old. A confirmed one stays: submissions have its receipts."""
    before = last_midnight(now) - timedelta(days=settings.VISIT_DAYS)
    return KeptVisit.objects.filter(state=VisitState.OPEN, updated_at__lt=before)


def due_invitations(now: datetime) -> QuerySet[EnrollmentInvitation]:
    """Invitations used, or expired, too long ago."""
    before = last_midnight(now) - timedelta(days=settings.INVITATION_DAYS)
    return EnrollmentInvitation.objects.alias(ended_at=Coalesce("used_at", "expires_at")).filter(ended_at__lt=before)


def last_midnight(now: datetime) -> datetime:
    """The beginning of the day in UTC: what is due changes once a day, so that there is one entry a day and plan."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def plan_ids_of(rows: QuerySet[KeptVisit] | QuerySet[EnrollmentInvitation]) -> set[int]:
    """The plans of rows."""
    return set(rows.values_list("plan_id", flat=True).distinct())
