"""An activity entry: one row of the Activity Monitor. A sync's entry has its run's id; the run has its status."""

from django.db import models


class Verb(models.TextChoices):
    """What happened."""

    PLAN_ADDED = "plan_added", "Plan added"
    PLAN_SYNC = "plan_sync", "Plan Sync"
    PARTICIPANT_SYNC = "participant_sync", "Participant Sync"
    PLAN_ACTIVATED = "plan_activated", "Activation"
    PLAN_DEACTIVATED = "plan_deactivated", "Deactivation"
    DRAFT_CREATED = "draft_created", "Draft created"
    DRAFT_EDITED = "draft_edited", "Draft edited"
    DRAFT_DISCARDED = "draft_discarded", "Draft discarded"
    DRAFT_COMMENTED = "draft_commented", "Comment on a draft"
    DRAFT_APPROVED = "draft_approved", "Draft approved"
    CHANGE_DECIDED = "change_decided", "Change of a draft decided"
    ACTIVATION_DATED = "activation_dated", "Activation dated"
    ACTIVATION_DATE_CANCELED = "activation_date_canceled", "Activation date canceled"
    ROLLED_BACK = "rolled_back", "Rollback"
    ROLLBACK_ASKED = "rollback_asked", "Rollback asked for"
    ROLLBACK_WITHDRAWN = "rollback_withdrawn", "Rollback not wanted any more"
    SECOND_APPROVER_CHANGED = "second_approver_changed", "Second approver changed"
    FIELD_PINNED = "field_pinned", "Plan field edited"
    FIELD_UNPINNED = "field_unpinned", "Plan field unpinned"
    DEFAULT_PATH_CHANGED = "default_path_changed", "Default path changed"
    RUN_APPLIED = "run_applied", "Held run applied"
    RUN_DISCARDED = "run_discarded", "Held run discarded"
    RUN_CANCELED = "run_canceled", "Run canceled"
    CONNECTION_ADDED = "connection_added", "Connection added"
    CONNECTION_CHANGED = "connection_changed", "Connection changed"
    CONNECTION_TESTED = "connection_tested", "Connection tested"
    CONNECTION_REMOVED = "connection_removed", "Connection removed"
    USER_INVITED = "user_invited", "User invited"
    USER_JOINED = "user_joined", "User joined"
    USER_CHANGED = "user_changed", "User changed"
    SCHEDULE_ADDED = "schedule_added", "Task scheduled"
    SCHEDULE_CHANGED = "schedule_changed", "Scheduled task changed"
    SCHEDULE_SWITCHED_ON = "schedule_switched_on", "Scheduled task switched on"
    SCHEDULE_SWITCHED_OFF = "schedule_switched_off", "Scheduled task switched off"
    SCHEDULE_REMOVED = "schedule_removed", "Scheduled task removed"
    SCHEDULE_RUN = "schedule_run", "Schedule run"
    SCHEDULE_NOT_RUN = "schedule_not_run", "Schedule did not run"
    FRESHNESS_TARGET_CHANGED = "freshness_target_changed", "Freshness target changed"
    SSN_REVEALED = "ssn_revealed", "SSN revealed"
    GUARD_LIMIT_CHANGED = "guard_limit_changed", "Mass-change limit changed"
    FIRM_CHANGED = "firm_changed", "Firm settings changed"
    SUBMISSION_REQUESTED = "submission_requested", "Submission"
    SUBMISSION_CONFIRMED = "submission_confirmed", "Submission confirmed"
    SUBMISSION_REJECTED = "submission_rejected", "Submission rejected"
    SUBMISSION_UNCONFIRMED = "submission_unconfirmed", "Submission not confirmed"
    SUBMISSION_UNDELIVERED = "submission_undelivered", "Submission not delivered"
    SUBMISSION_RETRIED = "submission_retried", "Submission sent again"
    PARTICIPANT_INVITED = "participant_invited", "Invitation to enroll"
    ENROLLMENT_CLEARED = "enrollment_cleared", "Old visits cleared"
    PREVIEW_LAUNCHED = "preview_launched", "Preview as participant"
    NOTIFICATION_SETTINGS_CHANGED = "notification_settings_changed", "Notification settings changed"
    NOTIFICATION_SENT = "notification_sent", "Notification sent"
    NOTIFICATION_FAILED = "notification_failed", "Notification failed"
    NOTIFICATION_REPROCESSED = "notification_reprocessed", "Notification reprocessed"
    QUESTIONNAIRE_CLONED = "questionnaire_cloned", "Risk questionnaire cloned"
    QUESTIONNAIRE_CHANGED = "questionnaire_changed", "Risk questionnaire changed"
    QUESTIONNAIRE_FINALIZED = "questionnaire_finalized", "Risk questionnaire finalized"
    QUESTIONNAIRE_REMOVED = "questionnaire_removed", "Risk questionnaire removed"
    PROVIDER_ADDED = "provider_added", "Managed-account provider added"
    PROVIDER_CHANGED = "provider_changed", "Managed-account provider changed"
    PLACEMENT = "placement", "Managed account placement"
    PLACEMENT_SETTING_CHANGED = "placement_setting_changed", "Managed account placement setting changed"


# Their entries have the id of a run; of which kind.
SYNCS = {Verb.PLAN_SYNC: "plan", Verb.PARTICIPANT_SYNC: "participants"}


class ActivityEntry(models.Model):
    """What happened, to what, by whom, when; plan 0 means the whole firm.

    `status` is how it ended, in the words of a run's status, and null for a sync: that one's status stands in its run.
    `run`, `plan` and `connection` are no columns but ways to rows of other tables with the same ids, where there are any.
    """

    pk = models.CompositePrimaryKey("plan_id", "id")
    firm_id = models.BigIntegerField(null=True)
    plan_id = models.BigIntegerField()
    id = models.UUIDField()
    verb = models.TextField()  # one of Verb; its list is not part of the table, which is the same with each new one
    participant_id = models.TextField(blank=True)
    connection_id = models.BigIntegerField(null=True)
    actor = models.TextField()
    happened_at = models.DateTimeField()
    status = models.TextField(null=True)
    detail = models.JSONField(default=dict)
    run = models.ForeignObject(
        "sync.SyncRun",
        models.DO_NOTHING,
        from_fields=["plan_id", "id"],
        to_fields=["plan_id", "id"],
        null=True,
        related_name="+",
    )
    plan = models.ForeignObject(
        "plans.Plan", models.DO_NOTHING, from_fields=["plan_id"], to_fields=["id"], null=True, related_name="+"
    )
    connection = models.ForeignObject(
        "recordkeepers.Connection",
        models.DO_NOTHING,
        from_fields=["connection_id"],
        to_fields=["id"],
        null=True,
        related_name="+",
    )

    class Meta:
        db_table = "activity"
        indexes = (
            models.Index(fields=["firm_id", "-happened_at", "-id"], name="activity_of_firm"),
            models.Index(fields=["firm_id", "verb", "-happened_at", "-id"], name="activity_of_verb"),
            models.Index(fields=["plan_id", "-happened_at", "-id"], name="activity_of_plan"),
            models.Index(
                fields=["firm_id", "participant_id", "-happened_at"],
                condition=~models.Q(participant_id=""),
                name="activity_of_participant",
            ),
            models.Index(
                fields=["firm_id", "status", "-happened_at", "-id"],
                condition=models.Q(status__isnull=False),
                name="activity_of_status",
            ),
        )
