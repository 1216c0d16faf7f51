"""What a scheduled task does: one of the syncs, or something else that is due now and then."""

from django.db import models

from planbridge.sync.run import RunKind


class OtherTask(models.TextChoices):
    """A task that is no sync."""

    PLACEMENT = "placement", "Managed account placement"  # finds people who are new and have chosen nothing


TaskType = RunKind | OtherTask
CHOICES = [*RunKind.choices, *OtherTask.choices]
VALUES = frozenset(value for value, _ in CHOICES)


def task_type_of(value: str) -> TaskType:
    """The type of this value. Raises ValueError for no type's value."""
    return OtherTask(value) if value in set(OtherTask) else RunKind(value)
