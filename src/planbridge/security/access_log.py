"""The access log: who was shown an SSN in full, whose, why and when; rows are added and never changed."""

from uuid import UUID

from django.db import models

from planbridge.security.user import User


class SsnReveal(models.Model):
    """One SSN shown in full to one user. The e-mail stands beside the user's number, as it was then."""

    pk = models.CompositePrimaryKey("plan_id", "id")
    plan_id = models.BigIntegerField()
    id = models.UUIDField()
    firm_id = models.BigIntegerField()
    participant_id = models.TextField()
    user_id = models.BigIntegerField()
    user_email = models.TextField()
    reason = models.TextField()
    revealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "ssn_reveal"
        indexes = (models.Index(fields=["firm_id", "-revealed_at", "-id"], name="ssn_reveal_of_firm"),)


def log_reveal(plan_id: int, participant_id: str, *, id: UUID, reason: str, user: User) -> None:  # noqa: A002 - the column's name
    """Write that a user is shown a participant's SSN, in the caller's transaction; `id` is that of the activity entry."""
    SsnReveal.objects.create(
        plan_id=plan_id,
        id=id,
        firm_id=user.firm_id,
        participant_id=participant_id,
        user_id=user.pk,
        user_email=user.email,
        reason=reason,
    )
