"""What may have happened is listed in the program alone: a new verb changes no table."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The column stays as it is."""

    dependencies = [("activity", "0002_feed")]
    operations = [migrations.AlterField("activityentry", "verb", models.TextField())]
