"""Risk questionnaires, of which a final one never changes again, and managed-account providers."""

import django.db.models.deletion
from django.db import migrations, models

import planbridge.plans.exact_number

GUARD = """
CREATE FUNCTION refuse_change_of_final_questionnaire() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'questionnaire % is final and never changes', old.id USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER questionnaire_final_stays BEFORE UPDATE OR DELETE ON questionnaire
FOR EACH ROW WHEN (old.status = 'final') EXECUTE FUNCTION refuse_change_of_final_questionnaire()
"""
NO_GUARD = """
DROP TRIGGER questionnaire_final_stays ON questionnaire;
DROP FUNCTION refuse_change_of_final_questionnaire()
"""


class Migration(migrations.Migration):
    """Two new tables; the trigger holds for whoever writes, also by SQL."""

    dependencies = [("plans", "0007_drafts"), ("security", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="ManagedAccountProvider",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("firm", models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, to="security.firm")),
                ("name", models.CharField(max_length=100)),
                ("methodology", models.TextField(blank=True)),
                ("fee_percent", planbridge.plans.exact_number.ExactNumber(null=True)),
                ("fee_note", models.CharField(blank=True, max_length=500)),
                ("disclosure", models.TextField(blank=True)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "db_table": "managed_account_provider",
                "constraints": [models.UniqueConstraint(fields=("firm", "name"), name="provider_named_once")],
            },
        ),
        migrations.CreateModel(
            name="Questionnaire",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("firm", models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, to="security.firm")),
                ("name", models.CharField(max_length=100)),
                (
                    "status",
                    models.CharField(choices=[("draft", "Draft"), ("final", "Final")], default="draft", max_length=8),
                ),
                (
                    "based_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="clones",
                        to="plans.questionnaire",
                    ),
                ),
                ("based_on_name", models.CharField(max_length=100)),
                ("content", models.JSONField()),
                ("score_min", models.PositiveIntegerField()),
                ("score_max", models.PositiveIntegerField()),
                ("made_by", models.CharField(max_length=254)),
                ("made_at", models.DateTimeField()),
                ("finalized_by", models.CharField(blank=True, max_length=254)),
                ("finalized_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "questionnaire",
                "constraints": [
                    models.UniqueConstraint(fields=("firm", "name"), name="questionnaire_named_once"),
                    models.CheckConstraint(
                        condition=models.Q(("finalized_at__isnull", False), ("status", "final"))
                        | models.Q(("finalized_at__isnull", True), ("status", "draft")),
                        name="questionnaire_final_when_finalized",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
