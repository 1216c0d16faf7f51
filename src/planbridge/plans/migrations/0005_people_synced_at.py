"""When the people of a plan were last taken in, so that plans are found and sorted by freshness."""

from django.db import migrations, models

FILL = """
UPDATE plan_figures AS f
SET people_synced_at = (
    SELECT r.finished_at
    FROM sync_run AS r
    WHERE r.plan_id = f.plan_id
        AND r.kind = 'participants'
        AND r.status IN ('successful', 'successful_with_warnings', 'partly_successful')
        AND NOT r.is_dry_run
        AND r.participants = '{}'
    ORDER BY r.id DESC
    LIMIT 1
)
"""


class Migration(migrations.Migration):
    """One column without a default, filled from the runs there are."""

    dependencies = [("plans", "0004_plan_access"), ("sync", "0002_portal_indexes")]
    operations = [
        migrations.AddField("planfigures", "people_synced_at", models.DateTimeField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
