"""Room in the pages of plans: every run notes how far its plan is read.

With half of each page free, the new row finds room beside the old one and none of the plan's eight indexes is touched.
"""

from django.db import migrations


class Migration(migrations.Migration):
    """Counts for pages that are written from now on."""

    dependencies = [("plans", "0011_rollback_request")]
    operations = [
        migrations.RunSQL("ALTER TABLE plan SET (fillfactor = 50)", "ALTER TABLE plan RESET (fillfactor)"),
    ]
