"""An index by which what a task's last run asked for is counted."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """By who asked and when."""

    dependencies = [("sync", "0003_run_progress")]
    operations = [
        migrations.AddIndex(
            model_name="syncrun",
            index=models.Index(fields=["requested_by", "requested_at"], name="sync_run_requested_by"),
        )
    ]
