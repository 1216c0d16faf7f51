"""A submission: a participant's change on its way to the recordkeeper, and each attempt to carry it there."""

from django.db import models

from planbridge.sync.submission_language import ENGLISH
from planbridge.sync.submission_states import OPEN, Standing, State
from planbridge.sync.submission_wish import WishKind


class Submission(models.Model):
    """One change of one participant, with the key that makes it happen at most once at the recordkeeper.

    `number` is its place among the participant's; `fence` rises with each move, and only who knows it may move it on.
    `due_on`: the day from which the recordkeeper's data should show it, once accepted. `body` is what is sent, byte for
    byte the same each time; `from_values` what was held when it was asked for.
    """

    pk = models.CompositePrimaryKey("plan_id", "participant_id", "id")
    plan_id = models.BigIntegerField()
    participant_id = models.TextField()
    id = models.UUIDField()
    number = models.PositiveIntegerField()
    receipt = models.TextField()
    idempotency_key = models.TextField()
    kind = models.TextField(choices=[(kind.value, kind.value.replace("_", " ").capitalize()) for kind in WishKind])
    source = models.TextField(blank=True)
    body = models.JSONField()
    from_values = models.JSONField(null=True)
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    state = models.TextField(choices=[(state.value, state.value.capitalize()) for state in State])
    fence = models.PositiveIntegerField(default=0)
    is_exposed = models.BooleanField(default=False)
    tries = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)  # by the recordkeeper's clock
    applied_on = models.DateField(null=True)  # as the recordkeeper says
    days_to_show = models.PositiveSmallIntegerField()
    due_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    external_id = models.TextField(blank=True)  # what the recordkeeper calls it
    problem_code = models.TextField(blank=True)
    problem_detail = models.TextField(blank=True)
    superseded_by = models.TextField(blank=True)  # the receipt of the newer one
    is_overdue_told = models.BooleanField(default=False)
    language = models.TextField(default=ENGLISH)  # of the page on which it was asked for: its mails are in it

    class Meta:
        db_table = "submission"
        constraints = (
            models.UniqueConstraint(fields=["plan_id", "participant_id", "number"], name="submission_in_order"),
            models.UniqueConstraint(fields=["plan_id", "idempotency_key"], name="submission_key_once"),
            models.UniqueConstraint(fields=["plan_id", "receipt"], name="submission_receipt_once"),
            # Whatever else goes wrong: never two of one participant on their way.
            models.UniqueConstraint(
                fields=["plan_id", "participant_id"], condition=models.Q(state="sent"), name="one_submission_sent"
            ),
        )
        indexes = (
            models.Index(fields=["receipt"], name="submission_receipt"),
            models.Index(fields=["plan_id", "-requested_at", "-id"], name="submission_newest"),
            # The log of many plans, and of it what is in a state: both newest first.
            models.Index(fields=["-requested_at", "-id"], name="submission_newest_of_all"),
            models.Index(fields=["state", "-requested_at", "-id"], name="submission_newest_of_state"),
            models.Index(fields=["participant_id", "-requested_at"], name="submission_of_participant"),
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["requested", "sent", "unknown", "accepted"]),
                name="submission_due",
            ),
            models.Index(
                fields=["plan_id", "next_at"],
                condition=models.Q(state__in=["requested", "sent", "unknown", "accepted"]),
                name="submission_due_of_plan",
            ),
            models.Index(fields=["plan_id"], condition=models.Q(state="accepted"), name="submission_accepted"),
        )

    def standing(self) -> Standing:
        """Where it stands, for submission_states."""
        return Standing(State(self.state), self.number, self.next_at, self.is_exposed, self.tries)

    @property
    def is_open(self) -> bool:
        """Whether it is still pending: neither shown by the recordkeeper's data, nor ended otherwise."""
        return self.state in OPEN


class SubmissionAttempt(models.Model):
    """One attempt to send a submission or to ask about it; `ended_at` null: not answered, or its worker is gone."""

    pk = models.CompositePrimaryKey("plan_id", "submission_id", "number")
    plan_id = models.BigIntegerField()
    submission_id = models.UUIDField()
    number = models.PositiveIntegerField()
    step = models.TextField()  # one of submission_states.Step
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    method = models.TextField(blank=True)
    path = models.TextField(blank=True)  # what looks like an SSN in it masked
    status = models.TextField(blank=True)
    said = models.TextField(blank=True)  # one of submission_carrier.Said, or interrupted
    problem_code = models.TextField(blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        db_table = "submission_attempt"
