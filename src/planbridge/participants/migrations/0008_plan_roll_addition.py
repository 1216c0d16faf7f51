"""Additions to rolls: what a run that changed few people writes instead of a whole roll."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A table beside the rolls, empty at first."""

    dependencies = [("participants", "0007_fund_holders_mark")]
    operations = [
        migrations.CreateModel(
            name="PlanRollAddition",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "plan_id", "number", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("plan_id", models.BigIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
                ("names", models.TextField()),
                ("marks", models.BinaryField()),
                ("sections", models.BinaryField()),
            ],
            options={"db_table": "plan_roll_addition"},
        ),
    ]
