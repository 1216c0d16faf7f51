"""The plans given to users."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("plans", "0003_plan_freshness"), ("security", "0003_user")]

    operations = [
        migrations.CreateModel(
            name="PlanAccess",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("plan", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="plans.plan")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="security.user")),
            ],
            options={
                "db_table": "plan_access",
                "constraints": [models.UniqueConstraint(fields=("user", "plan"), name="plan_given_once")],
            },
        ),
    ]
