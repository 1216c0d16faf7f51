"""The access log of SSNs shown in full."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("security", "0004_settings")]

    operations = [
        migrations.CreateModel(
            name="SsnReveal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "plan_id", "id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("plan_id", models.BigIntegerField()),
                ("id", models.UUIDField()),
                ("firm_id", models.BigIntegerField()),
                ("participant_id", models.TextField()),
                ("user_id", models.BigIntegerField()),
                ("user_email", models.TextField()),
                ("reason", models.TextField()),
                ("revealed_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "ssn_reveal",
                "indexes": [models.Index(fields=["firm_id", "-revealed_at", "-id"], name="ssn_reveal_of_firm")],
            },
        ),
    ]
