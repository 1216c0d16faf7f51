"""Indexes of runs for the Activity Monitor: the rare statuses, errors by their end, runs of picked people."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    """The new ones are partial: a run that is successful for a whole plan leaves nothing in them.

    The two relations are no columns; they only name tables of packages below.
    """

    dependencies = [("sync", "0001_initial"), ("plans", "0001_initial"), ("recordkeepers", "0001_initial")]
    operations = [
        migrations.AddField(
            "syncrun",
            "plan",
            models.ForeignObject(
                "plans.Plan", models.DO_NOTHING, from_fields=["plan_id"], to_fields=["id"], related_name="+"
            ),
        ),
        migrations.AddField(
            "syncrun",
            "connection",
            models.ForeignObject(
                "recordkeepers.Connection",
                models.DO_NOTHING,
                from_fields=["connection_id"],
                to_fields=["id"],
                related_name="+",
            ),
        ),
        migrations.RemoveIndex("syncrun", "sync_run_newest_first"),
        migrations.AddIndex("syncrun", models.Index(fields=["-requested_at", "-id"], name="sync_run_newest")),
        migrations.AddIndex(
            "syncrun",
            models.Index(
                fields=["status", "-requested_at", "-id"],
                condition=~models.Q(status="successful"),
                name="sync_run_not_successful",
            ),
        ),
        migrations.AddIndex(
            "syncrun",
            models.Index(fields=["-finished_at"], condition=models.Q(status="error"), name="sync_run_errors"),
        ),
        migrations.AddIndex(
            "syncrun",
            GinIndex(fields=["participants"], condition=~models.Q(participants=[]), name="sync_run_of_participants"),
        ),
    ]
