"""Whether plans of a firm begin with a second approver."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A column with a constant default: no row is written."""

    dependencies = [("security", "0005_ssn_reveal")]
    operations = [migrations.AddField("firm", "needs_second_approver", models.BooleanField(default=False))]
