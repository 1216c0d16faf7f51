"""Invitations to enroll: a one-time link that lets one participant of one plan in, for two weeks."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activities
from planbridge.activity.run_id import new_run_id
from planbridge.participants.models import Participant
from planbridge.participants.participant import SyncStatus
from planbridge.plans.plan import Plan

VALID_FOR = timedelta(days=14)
TOKEN_BYTES = 32


class EnrollmentInvitation(models.Model):
    """One link; of its token only the digest is kept."""

    pk = models.CompositePrimaryKey("plan_id", "participant_id", "id")
    plan_id = models.BigIntegerField()
    participant_id = models.TextField()
    id = models.UUIDField()
    token_digest = models.TextField()
    made_by = models.TextField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "enrollment_invitation"
        constraints = (models.UniqueConstraint(fields=["plan_id", "token_digest"], name="enrollment_token_once"),)
        indexes = (
            models.Index(fields=["token_digest"], name="enrollment_token"),
            models.Index(Coalesce("used_at", "expires_at"), name="enrollment_invitation_ended"),
        )


@dataclass(frozen=True)
class Invited:
    """A participant and the token of their link, which is nowhere kept: mail it or show it now."""

    person: Participant
    token: str


def digest_of(token: str) -> str:
    """What is kept of a token; it has 256 random bits, so a plain digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_path(token: str) -> str:
    """The path of an invitation's page (the route `enrollment:invitation`)."""
    return f"/enroll/invitation/{token}/"


def invite_to_enroll(plan: Plan, participant_ids: Sequence[str], *, actor: str) -> list[Invited]:
    """A new link for each of these people of the plan; their earlier unused ones stop working. One transaction.

    Who is not in the plan, or no longer at the recordkeeper, gets none.
    """
    now = timezone.now()
    with transaction.atomic():
        found = Participant.objects.filter(plan_id=plan.pk, participant_id__in=participant_ids)
        people = list(found.exclude(sync_status=SyncStatus.NOT_AT_RECORDKEEPER).order_by("participant_id"))
        invited = [Invited(one, secrets.token_urlsafe(TOKEN_BYTES)) for one in people]
        EnrollmentInvitation.objects.filter(
            plan_id=plan.pk, participant_id__in=[one.participant_id for one in people], used_at=None
        ).delete()
        EnrollmentInvitation.objects.bulk_create(
            EnrollmentInvitation(
                plan_id=plan.pk,
                participant_id=one.person.participant_id,
                id=new_run_id(),
                token_digest=digest_of(one.token),
                made_by=actor,
                made_at=now,
                expires_at=now + VALID_FOR,
            )
            for one in invited
        )
        record_activities(
            Happening(Verb.PARTICIPANT_INVITED, actor, plan_id=plan.pk, participant_id=one.person.participant_id)
            for one in invited
        )
    return invited


def find_invitation(token: str) -> EnrollmentInvitation | None:
    """The invitation of a token, while it can be used."""
    found = EnrollmentInvitation.objects.filter(token_digest=digest_of(token), used_at=None)
    return found.filter(expires_at__gt=timezone.now()).first()


def use_invitation(token: str) -> EnrollmentInvitation | None:
    """Use a link up; None when it was used before, has expired, or never was. Of two at once one wins."""
    found = find_invitation(token)
    if found is None:
        return None
    same = EnrollmentInvitation.objects.filter(
        plan_id=found.plan_id, participant_id=found.participant_id, id=found.id, used_at=None
    )
    return found if same.update(used_at=timezone.now()) else None
