"""What the Activity Monitor asks for: the firm and the own status of each entry, and its indexes."""

from django.db import migrations, models

# Entries from before have the firm of their plan or connection; plans are not deleted, a removed connection may be.
FILL = """
UPDATE activity AS a
SET
    firm_id = coalesce(
        (SELECT p.firm_id FROM plan AS p WHERE p.id = a.plan_id),
        (SELECT c.firm_id FROM connection AS c WHERE c.id = a.connection_id),
        (SELECT min(f.id) FROM firm AS f)
    ),
    status = CASE WHEN a.verb NOT IN ('plan_sync', 'participant_sync') THEN 'successful' END
"""


class Migration(migrations.Migration):
    """The three relations are no columns; they only name tables of packages above."""

    dependencies = [
        ("activity", "0001_initial"),
        ("recordkeepers", "0001_initial"),
        ("plans", "0001_initial"),
        ("sync", "0001_initial"),
    ]
    operations = [
        migrations.AddField("activityentry", "firm_id", models.BigIntegerField(null=True)),
        migrations.AddField("activityentry", "status", models.TextField(null=True)),
        migrations.AddField(
            "activityentry",
            "run",
            models.ForeignObject(
                "sync.SyncRun",
                models.DO_NOTHING,
                from_fields=["plan_id", "id"],
                to_fields=["plan_id", "id"],
                null=True,
                related_name="+",
            ),
        ),
        migrations.AddField(
            "activityentry",
            "plan",
            models.ForeignObject(
                "plans.Plan", models.DO_NOTHING, from_fields=["plan_id"], to_fields=["id"], null=True, related_name="+"
            ),
        ),
        migrations.AddField(
            "activityentry",
            "connection",
            models.ForeignObject(
                "recordkeepers.Connection",
                models.DO_NOTHING,
                from_fields=["connection_id"],
                to_fields=["id"],
                null=True,
                related_name="+",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RemoveIndex("activityentry", "activity_newest_first"),
        migrations.AddIndex(
            "activityentry", models.Index(fields=["firm_id", "-happened_at", "-id"], name="activity_of_firm")
        ),
        migrations.AddIndex(
            "activityentry", models.Index(fields=["firm_id", "verb", "-happened_at", "-id"], name="activity_of_verb")
        ),
        migrations.AddIndex(
            "activityentry", models.Index(fields=["plan_id", "-happened_at", "-id"], name="activity_of_plan")
        ),
        migrations.AddIndex(
            "activityentry",
            models.Index(
                fields=["firm_id", "participant_id", "-happened_at"],
                condition=~models.Q(participant_id=""),
                name="activity_of_participant",
            ),
        ),
        migrations.AddIndex(
            "activityentry",
            models.Index(
                fields=["firm_id", "status", "-happened_at", "-id"],
                condition=models.Q(status__isnull=False),
                name="activity_of_status",
            ),
        ),
    ]
