"""A kept visit: what a participant has answered so far, sealed, so that a phone that dies loses nothing."""

import json
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection as database
from django.db import models, transaction
from django.utils import timezone

from planbridge.activity.run_id import new_run_id
from planbridge.enrollment.statements import statement
from planbridge.security.sealing import seal, unseal

Answer = dict[str, Any]  # Any: JSON values
Answers = dict[str, Answer]  # by the slug of the step


class VisitState(models.TextChoices):
    """How far a visit has come."""

    OPEN = "open", "Open"  # answers may change
    CONFIRMED = "confirmed", "Confirmed"  # its submissions are written; it never changes again


class KeptVisit(models.Model):
    """One walk of a participant through the Enrollment site; one open visit a person at most.

    `id` stands in the form of the confirmation and makes it happen once. `receipts` are those of its submissions.
    """

    pk = models.CompositePrimaryKey("plan_id", "participant_id", "id")
    plan_id = models.BigIntegerField()
    participant_id = models.TextField()
    id = models.UUIDField()
    state = models.TextField(choices=VisitState.choices, default=VisitState.OPEN)
    answers_sealed = models.BinaryField(null=True)
    begun_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    receipts = ArrayField(models.TextField(), default=list)

    class Meta:
        db_table = "enrollment_visit"
        constraints = (
            models.UniqueConstraint(
                fields=["plan_id", "participant_id"], condition=models.Q(state="open"), name="one_open_visit"
            ),
        )
        # Each worker asks every few seconds whether one is to be cleared away.
        indexes = (models.Index(fields=["updated_at"], condition=models.Q(state="open"), name="open_visit_touched"),)

    @property
    def answers(self) -> Answers:
        """The answers so far; empty when there are none."""
        if self.answers_sealed is None:
            return {}
        found: Answers = json.loads(unseal(bytes(self.answers_sealed), self.place))
        return found

    @property
    def place(self) -> str:
        """Where its answers are sealed to."""
        return f"enrollment_visit.answers/{self.plan_id}/{self.participant_id}/{self.id}"


def open_visit(plan_id: int, participant_id: str) -> KeptVisit:
    """The open visit of a person, begun when there is none."""
    found = KeptVisit.objects.filter(plan_id=plan_id, participant_id=participant_id, state=VisitState.OPEN).first()
    return found or begin_visit(plan_id, participant_id)


def begin_visit(plan_id: int, participant_id: str) -> KeptVisit:
    """The open visit of a person who had none a moment ago."""
    now = timezone.now()
    begun = KeptVisit(plan_id=plan_id, participant_id=participant_id, id=new_run_id(), begun_at=now, updated_at=now)
    with database.cursor() as cursor:
        cursor.execute(
            statement("begin_visit"),
            {"plan_id": plan_id, "participant_id": participant_id, "id": begun.id, "now": now},
        )
        if cursor.fetchone() is not None:
            return begun
    # Two tabs began at once: the database kept the other one's.
    return KeptVisit.objects.get(plan_id=plan_id, participant_id=participant_id, state=VisitState.OPEN)


def last_confirmed(plan_id: int, participant_id: str) -> KeptVisit | None:
    """The visit that a person confirmed last."""
    found = KeptVisit.objects.filter(plan_id=plan_id, participant_id=participant_id, state=VisitState.CONFIRMED)
    return found.order_by("-confirmed_at").first()


def locked_visit(plan_id: int, participant_id: str, visit_id: UUID) -> KeptVisit | None:
    """A person's visit of this id, locked until the transaction ends; None for another person's id."""
    found = KeptVisit.objects.select_for_update().filter(plan_id=plan_id, participant_id=participant_id, id=visit_id)
    return found.first()


def keep_answer(kept: KeptVisit, slug: str, answer: Answer) -> bool:
    """Keep the answer of one step beside the others; answers False when the visit was confirmed meanwhile."""
    if _wrote(kept, slug, answer):
        return True
    # Another tab answered since it was read, or confirmed: what that one wrote stays.
    with transaction.atomic():
        locked = locked_visit(kept.plan_id, kept.participant_id, kept.id)
        return locked is not None and _wrote(locked, slug, answer)


def _wrote(seen: KeptVisit, slug: str, answer: Answer) -> bool:
    """Write an answer beside those seen, if the visit is open and as it was seen still; one statement."""
    same = KeptVisit.objects.filter(
        plan_id=seen.plan_id,
        participant_id=seen.participant_id,
        id=seen.id,
        state=VisitState.OPEN,
        updated_at=seen.updated_at,
    )
    sealed = seal(json.dumps(seen.answers | {slug: answer}).encode(), seen.place)
    return bool(same.update(answers_sealed=sealed, updated_at=timezone.now()))
