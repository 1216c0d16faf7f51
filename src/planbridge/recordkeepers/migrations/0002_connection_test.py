"""The last test of each connection."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("recordkeepers", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="ConnectionTest",
            fields=[
                (
                    "connection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="last_test",
                        serialize=False,
                        to="recordkeepers.connection",
                    ),
                ),
                ("test_id", models.UUIDField()),
                ("asked_by", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("steps", models.JSONField(default=list)),
            ],
            options={"db_table": "connection_test"},
        ),
    ]
