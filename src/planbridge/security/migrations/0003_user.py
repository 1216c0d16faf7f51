"""Users, and the cache in which attempts to sign in are counted over all web processes."""

import django.db.models.deletion
from django.db import migrations, models

CACHE_TABLE = """
CREATE UNLOGGED TABLE web_cache (
    cache_key varchar(255) PRIMARY KEY,
    value text NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX web_cache_expires ON web_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("security", "0002_firm_freshness")]
    # Their tables refer to users.
    run_before = [
        ("account", "0001_initial"),
        ("mfa", "0001_initial"),
        ("socialaccount", "0001_initial"),
        ("usersessions", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("name", models.CharField(max_length=200)),
                (
                    "role",
                    models.CharField(
                        choices=[("admin", "Admin"), ("advisor", "Advisor"), ("viewer", "Viewer")],
                        default="viewer",
                        max_length=16,
                    ),
                ),
                ("may_view_sensitive_data", models.BooleanField(default=False)),
                ("may_activate_plans", models.BooleanField(default=False)),
                ("may_approve_held_runs", models.BooleanField(default=False)),
                ("time_zone", models.CharField(blank=True, max_length=64)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("firm", models.ForeignKey(on_delete=django.db.models.deletion.RESTRICT, to="security.firm")),
            ],
            options={"db_table": "portal_user"},
        ),
        migrations.RunSQL(CACHE_TABLE, "DROP TABLE web_cache"),
    ]
