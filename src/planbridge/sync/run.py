"""A run: one sync of one plan, with its stages, counts, proof and outcome."""

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from planbridge.sync.proof_field import ProofField


class RunKind(models.TextChoices):
    """What a run brings in."""

    PLAN = "plan", "Plan Sync"
    PARTICIPANTS = "participants", "Participant Sync"


class RunStatus(models.TextChoices):
    """How a run stands; the words of the Activity Monitor."""

    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    SUCCESSFUL = "successful", "Successful"
    SUCCESSFUL_WITH_WARNINGS = "successful_with_warnings", "Successful with warnings"
    PARTLY_SUCCESSFUL = "partly_successful", "Partly successful"
    HELD = "held", "Held for review"
    ERROR = "error", "Error"
    CANCELED = "canceled", "Canceled"


FINISHED = (
    RunStatus.SUCCESSFUL,
    RunStatus.SUCCESSFUL_WITH_WARNINGS,
    RunStatus.PARTLY_SUCCESSFUL,
    RunStatus.HELD,
    RunStatus.ERROR,
    RunStatus.CANCELED,
)
FAILING = (RunStatus.ERROR, RunStatus.PARTLY_SUCCESSFUL, RunStatus.HELD)


class SyncRun(models.Model):
    """One sync of one plan. `attempt` is the fencing token: only the worker that holds the newest may commit."""

    pk = models.CompositePrimaryKey("plan_id", "id")
    plan_id = models.BigIntegerField()
    id = models.UUIDField()
    connection_id = models.BigIntegerField()
    kind = models.TextField(choices=RunKind.choices)
    status = models.TextField(choices=RunStatus.choices, default=RunStatus.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    batch_id = models.UUIDField()
    job_id = models.BigIntegerField(null=True)
    is_full = models.BooleanField(default=False)
    is_dry_run = models.BooleanField(default=False)
    participants = ArrayField(models.TextField(), default=list)
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stages = models.JSONField(default=list)
    read = models.PositiveIntegerField(default=0)
    applied = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    vanished = models.PositiveIntegerField(default=0)
    prices = models.PositiveIntegerField(default=0)
    draft = models.BooleanField(default=False)
    warnings = models.PositiveIntegerField(default=0)
    delivered_as = models.TextField(blank=True)
    as_of = models.DateTimeField(null=True)
    proof = ProofField(null=True)
    requests = models.JSONField(default=list)
    cancel_requested_by = models.TextField(blank=True)
    guard_waived_by = models.TextField(blank=True)
    retries_run_id = models.UUIDField(null=True)
    # Ways to other rows, and no columns.
    plan = models.ForeignObject(
        "plans.Plan", models.DO_NOTHING, from_fields=["plan_id"], to_fields=["id"], related_name="+"
    )
    connection = models.ForeignObject(
        "recordkeepers.Connection",
        models.DO_NOTHING,
        from_fields=["connection_id"],
        to_fields=["id"],
        related_name="+",
    )

    class Meta:
        db_table = "sync_run"
        constraints = (
            models.UniqueConstraint(
                fields=["plan_id", "kind"], condition=models.Q(status="queued"), name="one_run_waiting_a_kind"
            ),
            models.UniqueConstraint(
                fields=["plan_id", "kind"], condition=models.Q(status="running"), name="one_run_running_a_kind"
            ),
        )
        indexes = (
            models.Index(fields=["id"], name="sync_run_id"),
            models.Index(fields=["batch_id"], name="sync_run_batch"),
            models.Index(fields=["-requested_at", "-id"], name="sync_run_newest"),
            # What a task's last run asked for, to be counted.
            models.Index(fields=["requested_by", "requested_at"], name="sync_run_requested_by"),
            models.Index(
                fields=["status"],
                condition=models.Q(status__in=["queued", "running", "held"]),
                name="sync_run_open",
            ),
            # What the Activity Monitor looks for among many successful ones, and what its badge counts.
            models.Index(
                fields=["status", "-requested_at", "-id"],
                condition=~models.Q(status="successful"),
                name="sync_run_not_successful",
            ),
            models.Index(fields=["-finished_at"], condition=models.Q(status="error"), name="sync_run_errors"),
            GinIndex(fields=["participants"], condition=~models.Q(participants=[]), name="sync_run_of_participants"),
        )

    def seconds(self) -> float:
        """How long it ran, in seconds; 0 before it started."""
        if self.started_at is None or self.finished_at is None:
            return 0.0
        return round((self.finished_at - self.started_at).total_seconds(), 3)


class RunProblem(models.Model):
    """What is wrong with one record of a run (or with the run), as data; values at fault stand masked."""

    pk = models.CompositePrimaryKey("plan_id", "run_id", "number")
    plan_id = models.BigIntegerField()
    run_id = models.UUIDField()
    number = models.PositiveIntegerField()
    code = models.TextField()
    severity = models.TextField()
    participant_id = models.TextField(null=True)
    field = models.TextField(null=True)
    value = models.TextField(null=True)
    message = models.TextField()

    class Meta:
        db_table = "run_problem"


class Quarantine(models.Model):
    """A rejected record kept whole: sealed for replay, masked for display; open until a later run takes the person."""

    pk = models.CompositePrimaryKey("plan_id", "run_id", "participant_id")
    plan_id = models.BigIntegerField()
    run_id = models.UUIDField()
    participant_id = models.TextField()
    codes = ArrayField(models.TextField())
    record_sealed = models.BinaryField()
    record_masked = models.JSONField()
    quarantined_at = models.DateTimeField()
    resolved_by_run = models.UUIDField(null=True)

    class Meta:
        db_table = "quarantine"
        indexes = (
            models.Index(
                fields=["plan_id", "participant_id"],
                condition=models.Q(resolved_by_run__isnull=True),
                name="quarantine_open",
            ),
        )


class HeldFeed(models.Model):
    """What a held run read, sealed, so that 'Apply anyway' applies what was shown and nothing newer."""

    pk = models.CompositePrimaryKey("plan_id", "run_id", "part")
    plan_id = models.BigIntegerField()
    run_id = models.UUIDField()
    part = models.PositiveIntegerField()
    frames_sealed = models.BinaryField()

    class Meta:
        db_table = "held_feed"


def iso(moment: datetime | None) -> str | None:
    """A time as RFC 3339 text."""
    return None if moment is None else moment.isoformat()


def run_as_json(run: SyncRun, external_plan_id: str, problems: list[dict[str, Any]]) -> dict[str, Any]:
    """A run as the command line and the API give it (docs/command-line.md)."""
    answer: dict[str, Any] = {
        "run": str(run.id),
        "kind": run.kind,
        "plan": external_plan_id,
        "status": run.status,
        "requested_by": run.requested_by,
        "requested_at": iso(run.requested_at),
        "started_at": iso(run.started_at),
        "seconds": run.seconds(),
        "read": run.read,
        "applied": run.applied,
        "unchanged": run.unchanged,
        "rejected": run.rejected,
        "held": run.held,
        "vanished": run.vanished,
        "prices": run.prices,
        "draft": run.draft,
        "problems": problems,
    }
    return answer | ({"dry_run": True} if run.is_dry_run else {})
