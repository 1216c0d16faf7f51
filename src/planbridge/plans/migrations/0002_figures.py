"""The figures of plans, and the indexes by which Plan Summary finds and sorts plans."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models.functions import Collate, Upper

import planbridge.plans.exact_number


class Migration(migrations.Migration):
    """Rows are short and written by each run: with half of each page free, no index is touched by that."""

    dependencies = [("plans", "0001_initial"), ("sync", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="PlanFigures",
            fields=[
                (
                    "plan",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="figures",
                        serialize=False,
                        to="plans.plan",
                    ),
                ),
                ("people_count", models.PositiveIntegerField(default=0)),
                ("market_value_usd", planbridge.plans.exact_number.ExactNumber(default=0)),
                ("plan_run_id", models.UUIDField(null=True)),
                ("plan_run_ended_at", models.DateTimeField(null=True)),
                ("participants_run_id", models.UUIDField(null=True)),
                ("participants_run_ended_at", models.DateTimeField(null=True)),
                (
                    "plan_run",
                    models.ForeignObject(
                        "sync.SyncRun",
                        models.DO_NOTHING,
                        from_fields=["plan", "plan_run_id"],
                        to_fields=["plan_id", "id"],
                        null=True,
                        related_name="+",
                    ),
                ),
                (
                    "participants_run",
                    models.ForeignObject(
                        "sync.SyncRun",
                        models.DO_NOTHING,
                        from_fields=["plan", "participants_run_id"],
                        to_fields=["plan_id", "id"],
                        null=True,
                        related_name="+",
                    ),
                ),
            ],
            options={"db_table": "plan_figures"},
        ),
        migrations.RunSQL(
            "ALTER TABLE plan_figures SET (fillfactor = 50)", "ALTER TABLE plan_figures RESET (fillfactor)"
        ),
        migrations.AddIndex("plan", models.Index("firm", Collate(Upper("name"), "C"), "id", name="plan_name_of_firm")),
        migrations.AddIndex(
            "plan", models.Index("firm", Collate(Upper("employer_name"), "C"), name="plan_employer_of_firm")
        ),
        migrations.AddIndex(
            "plan", models.Index("firm", Collate(Upper("external_plan_id"), "C"), name="plan_external_id_of_firm")
        ),
    ]
