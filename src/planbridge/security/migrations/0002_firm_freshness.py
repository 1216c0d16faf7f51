"""A firm's freshness target: within how many hours a plan's people are to be synced."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column with a default."""

    dependencies = [("security", "0001_initial")]
    operations = [
        migrations.AddField("firm", "freshness_hours", models.PositiveSmallIntegerField(default=30)),
    ]
