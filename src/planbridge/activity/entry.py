"""An activity entry: one row of the Activity Monitor. A sync's entry has its run's id; the run has its status."""

from django.db import models


class Verb(models.TextChoices):
    """What happened."""

    PLAN_ADDED = "plan_added", "Plan added"
    PLAN_SYNC = "plan_sync", "Plan Sync"
    PARTICIPANT_SYNC = "participant_sync", "Participant Sync"
    PLAN_ACTIVATED = "plan_activated", "Activation"
    PLAN_DEACTIVATED = "plan_deactivated", "Deactivation"
    RUN_APPLIED = "run_applied", "Held run applied"
    RUN_DISCARDED = "run_discarded", "Held run discarded"
    RUN_CANCELED = "run_canceled", "Run canceled"
    CONNECTION_ADDED = "connection_added", "Connection added"
    CONNECTION_REMOVED = "connection_removed", "Connection removed"


class ActivityEntry(models.Model):
    """What happened, to what, by whom, when; plan 0 means the whole installation."""

    pk = models.CompositePrimaryKey("plan_id", "id")
    plan_id = models.BigIntegerField()
    id = models.UUIDField()
    verb = models.TextField(choices=Verb.choices)
    participant_id = models.TextField(blank=True)
    connection_id = models.BigIntegerField(null=True)
    actor = models.TextField()
    happened_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "activity"
        indexes = (models.Index(fields=["-happened_at"], name="activity_newest_first"),)
