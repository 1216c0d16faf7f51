"""A plan's figures: what lists show of it at once - people, assets, last syncs - so that no view adds them up."""

from django.db import models

from planbridge.plans.exact_number import ExactNumber
from planbridge.plans.plan import Plan


class PlanFigures(models.Model):
    """One plan's figures as of its last ended syncs; written by sync/plan_figures alone.

    A table of its own and not columns of `plan`: a row of 100 bytes is written by each run, where the plan's own row
    with its document's text would be copied. The status of a last run stands in the run.
    """

    plan = models.OneToOneField(Plan, on_delete=models.CASCADE, primary_key=True, related_name="figures")
    people_count = models.PositiveIntegerField(default=0)  # those at the recordkeeper
    market_value_usd = ExactNumber(default=0)
    plan_run_id = models.UUIDField(null=True)
    plan_run_ended_at = models.DateTimeField(null=True)
    participants_run_id = models.UUIDField(null=True)
    participants_run_ended_at = models.DateTimeField(null=True)
    people_synced_at = models.DateTimeField(null=True)  # the last Participant Sync of everybody that took people in
    # Ways to the runs, and no columns.
    plan_run = models.ForeignObject(
        "sync.SyncRun",
        models.DO_NOTHING,
        from_fields=["plan", "plan_run_id"],
        to_fields=["plan_id", "id"],
        null=True,
        related_name="+",
    )
    participants_run = models.ForeignObject(
        "sync.SyncRun",
        models.DO_NOTHING,
        from_fields=["plan", "participants_run_id"],
        to_fields=["plan_id", "id"],
        null=True,
        related_name="+",
    )

    class Meta:
        db_table = "plan_figures"
