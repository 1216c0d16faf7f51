"""A firm's limits for new plans, and users who see all plans of their firm."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns with constant defaults: no row is written."""

    dependencies = [("security", "0004_activity_viewed")]
    operations = [
        migrations.AddField(
            "firm", "people_loss_percent_max", models.DecimalField(max_digits=5, decimal_places=2, default=5)
        ),
        migrations.AddField(
            "firm", "money_move_percent_max", models.DecimalField(max_digits=5, decimal_places=2, default=10)
        ),
        migrations.AddField("user", "sees_all_plans", models.BooleanField(default=False)),
    ]
