"""A participant: one person in a plan, as the recordkeeper last knew them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from planbridge.participants.name_key import FIRST_NAME, LAST_NAME
from planbridge.plans.exact_number import ExactNumber


class SyncStatus(models.TextChoices):
    """How a person stands after the syncs so far."""

    SYNCED = "synced", "Synced"
    SYNCED_WITH_WARNINGS = "synced_with_warnings", "Synced with warnings"
    ERROR = "error", "Error"
    NOT_AT_RECORDKEEPER = "not_at_recordkeeper", "Not at recordkeeper"
    NEVER_SYNCED = "never_synced", "Never synced"


class EmploymentStatus(models.TextChoices):
    """How a person stands with the employer; sync/rules.py refuses any other word."""

    ACTIVE = "active", "Active"
    LEAVE = "leave", "On leave"
    TERMINATED = "terminated", "Terminated"
    DECEASED = "deceased", "Deceased"
    RETIRED = "retired", "Retired"
    INELIGIBLE = "ineligible", "Ineligible"


class Participant(models.Model):
    """Personal, employment and pay data of one person in a plan; spells are parallel arrays of dates."""

    pk = models.CompositePrimaryKey("plan_id", "participant_id")
    plan_id = models.BigIntegerField()
    participant_id = models.TextField()
    first_name = models.TextField(null=True)
    middle_name = models.TextField(null=True)
    last_name = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    gender = models.TextField(null=True)
    marital_status = models.TextField(null=True)
    email = models.TextField(null=True)
    phone = models.TextField(null=True)
    address_line1 = models.TextField(null=True)
    address_line2 = models.TextField(null=True)
    city = models.TextField(null=True)
    state = models.TextField(null=True)
    zip = models.TextField(null=True)
    country = models.TextField(null=True)
    hire_dates = ArrayField(models.DateField(null=True), default=list)
    termination_dates = ArrayField(models.DateField(null=True), default=list)
    status = models.TextField(null=True)
    pay_frequency = models.TextField(null=True)
    annual_compensation = ExactNumber(null=True)
    hours_ytd = ExactNumber(null=True)
    eligibility_date = models.DateField(null=True)
    entry_date = models.DateField(null=True)
    prior_year_fica_wages = ExactNumber(null=True)
    ssn_sealed = models.BinaryField()
    ssn_index = models.BinaryField()
    content_hash_high = models.BigIntegerField()
    content_hash_low = models.BigIntegerField()
    fingerprint_high = models.BigIntegerField(null=True)
    fingerprint_low = models.BigIntegerField(null=True)
    judge_again_on = models.DateField(null=True)
    sync_status = models.TextField(choices=SyncStatus.choices)
    changed_by_run = models.UUIDField()
    first_synced_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "participant"
        indexes = (
            models.Index(fields=["ssn_index", "plan_id"], name="participant_ssn_index"),
            # By bytes of the key: one index serves the order of a plan's list and the search for prefixes of names.
            models.Index("plan_id", LAST_NAME, FIRST_NAME, "participant_id", name="participant_by_plain_name"),
            # Nobody of a healthy plan stands in it, so that a first load writes nothing to it.
            models.Index(
                fields=["plan_id", "sync_status"],
                condition=~models.Q(sync_status="synced"),
                name="participant_not_synced",
            ),
        )
