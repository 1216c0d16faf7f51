"""Who holds each fund of a plan."""

from django.db import migrations, models

import planbridge.plans.exact_number


class Migration(migrations.Migration):
    """New tables."""

    dependencies = [("participants", "0005_names_without_accents")]
    operations = [
        migrations.CreateModel(
            name="FundHoldersRow",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "plan_id", "fund", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("plan_id", models.BigIntegerField()),
                ("fund", models.TextField()),
                ("people_count", models.PositiveIntegerField()),
                ("units", planbridge.plans.exact_number.ExactNumber()),
            ],
            options={"db_table": "fund_holders"},
        ),
        migrations.CreateModel(
            name="FundHoldersMark",
            fields=[
                ("plan_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("run_id", models.UUIDField(null=True)),
                ("counted_at", models.DateTimeField()),
            ],
            options={"db_table": "fund_holders_mark"},
        ),
    ]
