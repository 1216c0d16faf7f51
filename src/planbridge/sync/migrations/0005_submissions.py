"""Submissions as they are delivered: the table that waited for them, which nothing wrote, is made anew."""

from django.db import migrations, models

OPEN = ["requested", "sent", "unknown", "accepted"]
KINDS = ["contribution_rate", "allocation", "balance_transfer", "opt_out", "beneficiaries", "name"]
STATES = ["requested", "sent", "accepted", "confirmed", "rejected", "unknown", "superseded"]


class Migration(migrations.Migration):
    """Receipts come from a sequence of their own: each is given once, whatever the plan."""

    dependencies = [("sync", "0004_runs_of_schedules")]
    operations = [
        migrations.DeleteModel("Submission"),
        migrations.CreateModel(
            name="Submission",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "plan_id",
                        "participant_id",
                        "id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("plan_id", models.BigIntegerField()),
                ("participant_id", models.TextField()),
                ("id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("receipt", models.TextField()),
                ("idempotency_key", models.TextField()),
                ("kind", models.TextField(choices=[(kind, kind.replace("_", " ").capitalize()) for kind in KINDS])),
                ("source", models.TextField(blank=True)),
                ("body", models.JSONField()),
                ("from_values", models.JSONField(null=True)),
                ("requested_by", models.TextField()),
                ("requested_at", models.DateTimeField()),
                ("state", models.TextField(choices=[(state, state.capitalize()) for state in STATES])),
                ("fence", models.PositiveIntegerField(default=0)),
                ("is_exposed", models.BooleanField(default=False)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("applied_on", models.DateField(null=True)),
                ("days_to_show", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("external_id", models.TextField(blank=True)),
                ("problem_code", models.TextField(blank=True)),
                ("problem_detail", models.TextField(blank=True)),
                ("superseded_by", models.TextField(blank=True)),
                ("is_overdue_told", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "submission",
                "constraints": (
                    models.UniqueConstraint(fields=["plan_id", "participant_id", "number"], name="submission_in_order"),
                    models.UniqueConstraint(fields=["plan_id", "idempotency_key"], name="submission_key_once"),
                    models.UniqueConstraint(fields=["plan_id", "receipt"], name="submission_receipt_once"),
                    models.UniqueConstraint(
                        fields=["plan_id", "participant_id"],
                        condition=models.Q(state="sent"),
                        name="one_submission_sent",
                    ),
                ),
                "indexes": (
                    models.Index(fields=["receipt"], name="submission_receipt"),
                    models.Index(fields=["plan_id", "-requested_at", "-id"], name="submission_newest"),
                    models.Index(fields=["next_at"], condition=models.Q(state__in=OPEN), name="submission_due"),
                    models.Index(
                        fields=["plan_id", "next_at"],
                        condition=models.Q(state__in=OPEN),
                        name="submission_due_of_plan",
                    ),
                    models.Index(fields=["plan_id"], condition=models.Q(state="accepted"), name="submission_accepted"),
                ),
            },
        ),
        migrations.CreateModel(
            name="SubmissionAttempt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "plan_id",
                        "submission_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("plan_id", models.BigIntegerField()),
                ("submission_id", models.UUIDField()),
                ("number", models.PositiveIntegerField()),
                ("step", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("method", models.TextField(blank=True)),
                ("path", models.TextField(blank=True)),
                ("status", models.TextField(blank=True)),
                ("said", models.TextField(blank=True)),
                ("problem_code", models.TextField(blank=True)),
                ("detail", models.TextField(blank=True)),
            ],
            options={"db_table": "submission_attempt"},
        ),
        migrations.RunSQL("CREATE SEQUENCE submission_number MINVALUE 0 START 0", "DROP SEQUENCE submission_number"),
    ]
