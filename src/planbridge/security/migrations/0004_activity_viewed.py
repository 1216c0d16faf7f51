"""When a user last looked at the Activity Monitor: what its badge counts from."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("security", "0003_user")]

    operations = [migrations.AddField("user", "activity_viewed_at", models.DateTimeField(null=True))]
