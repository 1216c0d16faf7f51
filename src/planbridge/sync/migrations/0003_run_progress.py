"""How far the job of a batch has come, while its transaction is still open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Unlogged: what is told is of no use after a crash."""

    dependencies = [("sync", "0002_portal_indexes")]
    operations = [
        migrations.CreateModel(
            name="RunProgress",
            fields=[
                ("batch_id", models.UUIDField(primary_key=True, serialize=False)),
                ("stages", models.JSONField()),
                ("people_read", models.IntegerField()),
                ("plans_done", models.IntegerField()),
                ("plans_in_all", models.IntegerField()),
                ("told_at", models.DateTimeField()),
            ],
            options={"db_table": "run_progress"},
        ),
        migrations.RunSQL("ALTER TABLE run_progress SET UNLOGGED", "ALTER TABLE run_progress SET LOGGED"),
    ]
