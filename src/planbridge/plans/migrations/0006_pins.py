"""Pinned fields, and whether a plan's default path takes funds from the recordkeeper."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A new table, and a column with a constant default."""

    dependencies = [("plans", "0005_people_synced_at")]
    operations = [
        migrations.AddField("plan", "is_default_path_closed", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="PlanPin",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "plan_id", "field", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("plan_id", models.BigIntegerField()),
                ("field", models.CharField(max_length=200)),
                ("value", models.JSONField(null=True)),
                ("pinned_by", models.CharField(max_length=254)),
                ("pinned_at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=500)),
            ],
            options={"db_table": "plan_pin"},
        ),
    ]
