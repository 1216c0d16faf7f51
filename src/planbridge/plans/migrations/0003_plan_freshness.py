"""A plan's own freshness target; null is the firm's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column without a default: no row is written."""

    dependencies = [("plans", "0002_figures")]
    operations = [
        migrations.AddField("plan", "freshness_hours", models.PositiveSmallIntegerField(null=True)),
    ]
