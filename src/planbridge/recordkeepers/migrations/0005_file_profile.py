"""The firms' own file profiles, version by version."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recordkeepers", "0004_sql_kind"),
        ("security", "0006_second_approver"),
    ]

    operations = [
        migrations.CreateModel(
            name="FileProfile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("version", models.PositiveIntegerField()),
                ("title", models.TextField()),
                ("carries", models.JSONField()),
                ("text", models.TextField(max_length=1048576)),
                ("added_by", models.TextField()),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("firm", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="security.firm")),
            ],
            options={
                "db_table": "file_profile",
                "constraints": [
                    models.UniqueConstraint(fields=("firm", "name", "version"), name="file_profile_version_once")
                ],
            },
        ),
    ]
