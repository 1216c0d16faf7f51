"""Invitations."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [("security", "0003_user")]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("made_by", models.TextField()),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                ("firm", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="security.firm")),
                (
                    "user",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to="security.user"),
                ),
            ],
            options={"db_table": "invitation"},
        ),
    ]
