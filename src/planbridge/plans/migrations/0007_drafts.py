"""Contents of versions beyond the lineup, and what people say of a draft."""

from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from planbridge.plans.content import Content, content_hash, lineup_as_json
from planbridge.plans.investment_paths import first_paths, paths_as_json
from planbridge.plans.terms import DefaultFund, Fund, Lineup

VERSIONS_AT_ONCE = 500
FUND_FIELDS = ("fund", "name", "ticker", "cusip", "asset_class", "expense_percent", "status", "mapped_to")


def key(*columns: str) -> models.CompositePrimaryKey:
    """A composite key as migrations write it."""
    return models.CompositePrimaryKey(*columns, blank=True, editable=False, primary_key=True, serialize=False)


def fill_contents(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001 - Django's signature
    """Versions made so far: their own lineup is the recordkeeper's, and the paths are those that a plan starts with."""
    versions = apps.get_model("plans", "PlanVersion")
    for version in versions.objects.order_by("plan_id", "number").iterator(chunk_size=VERSIONS_AT_ONCE):
        lineup = lineup_of(apps, version)
        content = Content(lineup, first_paths(has_default_investment=bool(lineup.default_investment)))
        versions.objects.filter(plan_id=version.plan_id, number=version.number).update(
            recordkeeper_lineup=lineup_as_json(lineup),
            paths=paths_as_json(content.paths),
            content_hash=content_hash(content),
        )


def lineup_of(apps: Apps, version: Any) -> Lineup:  # noqa: ANN401 - a row of a historical model
    """The lineup of a version."""
    of_version = {"plan_id": version.plan_id, "number": version.number}

    def rows(name: str, *fields: str) -> Iterator[dict[str, Any]]:
        return iter(apps.get_model("plans", name).objects.filter(**of_version).order_by("position").values(*fields))

    funds = tuple(Fund(**row) for row in rows("VersionFund", *FUND_FIELDS))
    default = rows("VersionDefaultInvestment", "fund", "retirement_from", "retirement_to")
    return Lineup(funds, tuple(DefaultFund(**row) for row in default))


class Migration(migrations.Migration):
    """Columns with constant defaults, then the values of the versions that are there; new tables."""

    dependencies = [("plans", "0006_pins")]
    operations = [
        migrations.AddField("plan", "needs_second_approver", models.BooleanField(default=False)),
        migrations.AddField("planversion", "paths", models.JSONField(default=dict)),
        migrations.AddField("planversion", "mappings", models.JSONField(default=dict)),
        migrations.AddField("planversion", "recordkeeper_lineup", models.JSONField(default=dict)),
        migrations.AddField("planversion", "edits", models.JSONField(default=dict)),
        migrations.AddField("planversion", "rolled_back_to", models.PositiveIntegerField(null=True)),
        migrations.RunPython(fill_contents, migrations.RunPython.noop),
        migrations.CreateModel(
            name="PlanDecision",
            fields=[
                ("pk", key("plan_id", "number", "item")),
                ("plan_id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("item", models.CharField(max_length=300)),
                ("decision", models.CharField(max_length=16)),
                ("bound_to", models.CharField(max_length=64)),
                ("decided_by", models.CharField(max_length=254)),
                ("decided_at", models.DateTimeField()),
            ],
            options={"db_table": "plan_decision"},
        ),
        migrations.CreateModel(
            name="PlanComment",
            fields=[
                ("pk", key("plan_id", "number", "id")),
                ("plan_id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("id", models.UUIDField()),
                ("item", models.CharField(max_length=300, blank=True)),
                ("text", models.CharField(max_length=2000)),
                ("commented_by", models.CharField(max_length=254)),
                ("commented_at", models.DateTimeField()),
            ],
            options={"db_table": "plan_comment"},
        ),
        migrations.CreateModel(
            name="PlanReview",
            fields=[
                ("pk", key("plan_id", "number", "token")),
                ("plan_id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("token", models.CharField(max_length=64)),
                ("content", models.JSONField()),
                ("seen_by", models.CharField(max_length=254)),
                ("seen_at", models.DateTimeField()),
            ],
            options={"db_table": "plan_review"},
        ),
        migrations.CreateModel(
            name="PlanApproval",
            fields=[
                ("pk", key("plan_id", "number", "approved_by")),
                ("plan_id", models.BigIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("approved_by", models.CharField(max_length=254)),
                ("token", models.CharField(max_length=64)),
                ("approved_at", models.DateTimeField()),
            ],
            options={"db_table": "plan_approval"},
        ),
        migrations.CreateModel(
            name="PlanActivationDate",
            fields=[
                ("plan_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("token", models.CharField(max_length=64)),
                ("activates_at", models.DateTimeField()),
                ("dated_by", models.CharField(max_length=254)),
                ("dated_at", models.DateTimeField()),
                ("approved_by", models.CharField(max_length=254, blank=True)),
            ],
            options={
                "db_table": "plan_activation_date",
                "indexes": [models.Index(fields=["activates_at"], name="plan_activation_due")],
            },
        ),
    ]
