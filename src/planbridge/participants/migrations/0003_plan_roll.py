"""The rolls of plans: compact copies of the marks by which people are known again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One row a plan, kept as it is: hashes do not compress."""

    dependencies = [("participants", "0002_position_view")]
    operations = [
        migrations.CreateModel(
            name="PlanRoll",
            fields=[
                ("plan_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("names", models.TextField()),
                ("marks", models.BinaryField()),
                ("sections", models.BinaryField()),
            ],
            options={"db_table": "plan_roll"},
        ),
        migrations.RunSQL(
            """ALTER TABLE plan_roll
            ALTER names SET STORAGE EXTERNAL, ALTER marks SET STORAGE EXTERNAL, ALTER sections SET STORAGE EXTERNAL""",
            migrations.RunSQL.noop,
        ),
    ]
