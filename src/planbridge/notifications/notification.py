"""A notification: one mail to one address, from when it is asked for until it is sent or given up."""

from uuid import UUID

from django.db import models

from planbridge.activity.run_id import new_run_id
from planbridge.notifications.event import Event
from planbridge.security.sealing import unseal


class NotificationStatus(models.TextChoices):
    """How far it has come."""

    QUEUED = "queued", "Queued"  # it waits for its first or next try
    SENT = "sent", "Sent"  # the mail server has taken it
    FAILED = "failed", "Failed"  # it is not tried again unless somebody asks for it


# How the statuses look: those of runs, so that a page has one set of words.
LOOKS = {
    NotificationStatus.QUEUED: "queued",
    NotificationStatus.SENT: "successful",
    NotificationStatus.FAILED: "error",
}
TEST = "test"  # the audience of a test that somebody sent to themselves


class NotificationAttachment(models.Model):
    """A file that goes with one or more notifications of a plan, sealed."""

    pk = models.CompositePrimaryKey("plan_id", "id")
    plan_id = models.BigIntegerField()
    id = models.UUIDField(default=new_run_id)
    file_name = models.TextField()
    media_type = models.TextField()
    content_sealed = models.BinaryField()

    class Meta:
        db_table = "notification_attachment"

    def content(self) -> bytes:
        """The file, opened. Raises SealBroken."""
        return unseal(bytes(self.content_sealed), attachment_place(self.plan_id, self.id))


def attachment_place(plan_id: int, attachment_id: UUID) -> str:
    """The place that an attachment's content is sealed for."""
    return f"notification_attachment.content/{plan_id}/{attachment_id}"


class Notification(models.Model):
    """One mail. `attempts` are those made; `attempts_max` those that may be made before it is given up."""

    pk = models.CompositePrimaryKey("plan_id", "id")
    plan_id = models.BigIntegerField()
    id = models.UUIDField(default=new_run_id)
    event = models.TextField()  # one of Event
    audience = models.TextField()  # one of Audience, or TEST
    participant_id = models.TextField(blank=True)
    to_address = models.TextField()
    subject = models.TextField()
    body = models.TextField()
    attachment_id = models.UUIDField(null=True)
    status = models.TextField(default=NotificationStatus.QUEUED)  # one of NotificationStatus
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_max = models.PositiveSmallIntegerField()
    problem_code = models.TextField(blank=True)  # of the last attempt; empty when it went well
    problem = models.TextField(blank=True)  # the same in words
    next_attempt_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    entry_id = models.UUIDField(null=True)  # the activity entry of how it ended last
    dedup_key = models.TextField()  # what is raised twice under one key is told once

    class Meta:
        db_table = "notification"
        constraints = (models.UniqueConstraint(fields=["plan_id", "dedup_key"], name="notification_told_once"),)

    @property
    def look(self) -> str:
        """Its status among those of runs."""
        return LOOKS[NotificationStatus(self.status)]

    @property
    def event_label(self) -> str:
        """The event in words, and whether it is a test."""
        label = str(Event(self.event).label)
        return f"{label} (test)" if self.audience == TEST else label

    @property
    def shown_address(self) -> str:
        """The address as lists show it."""
        return mask_address(self.to_address)


def mask_address(address: str) -> str:
    """'a***@example.test': enough to know one's own, too little to write to."""
    name, at, domain = address.rpartition("@")
    return f"{name[:1]}***{at}{domain}" if at else "***"
