"""The verbs of pinned fields."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("activity", "0004_settings_verbs"),
    ]

    operations = [
        migrations.AlterField(
            model_name="activityentry",
            name="verb",
            field=models.TextField(
                choices=[
                    ("plan_added", "Plan added"),
                    ("plan_sync", "Plan Sync"),
                    ("participant_sync", "Participant Sync"),
                    ("plan_activated", "Activation"),
                    ("plan_deactivated", "Deactivation"),
                    ("field_pinned", "Plan field edited"),
                    ("field_unpinned", "Plan field unpinned"),
                    ("default_path_changed", "Default path changed"),
                    ("run_applied", "Held run applied"),
                    ("run_discarded", "Held run discarded"),
                    ("run_canceled", "Run canceled"),
                    ("connection_added", "Connection added"),
                    ("connection_changed", "Connection changed"),
                    ("connection_tested", "Connection tested"),
                    ("connection_removed", "Connection removed"),
                    ("user_invited", "User invited"),
                    ("user_joined", "User joined"),
                    ("user_changed", "User changed"),
                    ("schedule_added", "Task scheduled"),
                    ("schedule_changed", "Scheduled task changed"),
                    ("schedule_switched_on", "Scheduled task switched on"),
                    ("schedule_switched_off", "Scheduled task switched off"),
                    ("schedule_removed", "Scheduled task removed"),
                    ("schedule_run", "Schedule run"),
                    ("schedule_not_run", "Schedule did not run"),
                    ("freshness_target_changed", "Freshness target changed"),
                    ("ssn_revealed", "SSN revealed"),
                    ("guard_limit_changed", "Mass-change limit changed"),
                    ("firm_changed", "Firm settings changed"),
                ]
            ),
        ),
    ]
