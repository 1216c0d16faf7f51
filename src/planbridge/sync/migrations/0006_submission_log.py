"""Indexes for the log of submissions over many plans."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sync", "0005_submissions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["-requested_at", "-id"], name="submission_newest_of_all"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["state", "-requested_at", "-id"], name="submission_newest_of_state"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["participant_id", "-requested_at"], name="submission_of_participant"),
        ),
    ]
