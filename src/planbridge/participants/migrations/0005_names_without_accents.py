"""The index of names leaves accents aside: one index takes the place of another, and a first load writes as many."""

from django.db import migrations, models

from planbridge.participants.name_key import FIRST_NAME, LAST_NAME


class Migration(migrations.Migration):
    """By name: last, first, in capitals and without accents."""

    dependencies = [("participants", "0004_names")]
    operations = [
        migrations.RemoveIndex("participant", "participant_by_name"),
        migrations.AddIndex(
            "participant",
            models.Index("plan_id", LAST_NAME, FIRST_NAME, "participant_id", name="participant_by_plain_name"),
        ),
    ]
