"""The index of names serves prefixes in capitals too; people who are not synced have one of their own."""

from django.db import migrations, models
from django.db.models.functions import Collate, Upper


class Migration(migrations.Migration):
    """One index takes the place of another: a first load writes as many as before."""

    dependencies = [("participants", "0003_plan_roll")]
    operations = [
        migrations.RemoveIndex("participant", "participant_name"),
        migrations.AddIndex(
            "participant",
            models.Index(
                "plan_id",
                Collate(Upper("last_name"), "C"),
                Collate(Upper("first_name"), "C"),
                "participant_id",
                name="participant_by_name",
            ),
        ),
        migrations.AddIndex(
            "participant",
            models.Index(
                fields=["plan_id", "sync_status"],
                condition=~models.Q(sync_status="synced"),
                name="participant_not_synced",
            ),
        ),
    ]
