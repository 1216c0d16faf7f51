"""A plan: what the recordkeeper says of it, and which version of its terms participants see."""

from django.db import models
from django.db.models.functions import Collate, Upper


class PlanStatus(models.TextChoices):
    """A plan's status: computed from its pointers, never stored."""

    DRAFT = "draft", "Draft"
    ACTIVE = "active", "Active"
    ACTIVE_WITH_DRAFT = "active_with_draft", "Active with draft"
    INACTIVE = "inactive", "Inactive"


class Plan(models.Model):
    """One retirement plan; `live_version` points at what participants see, `draft_version` at what waits."""

    firm = models.ForeignKey("security.Firm", on_delete=models.RESTRICT)
    connection = models.ForeignKey("recordkeepers.Connection", on_delete=models.RESTRICT)
    external_plan_id = models.CharField(max_length=32)
    name = models.CharField(max_length=300, blank=True)
    plan_type = models.CharField(max_length=32, blank=True)
    plan_number = models.CharField(max_length=16, blank=True)
    year_end = models.CharField(max_length=5, blank=True)
    recordkeeper_status = models.CharField(max_length=32, blank=True)
    employer_name = models.CharField(max_length=300, blank=True)
    ein = models.CharField(max_length=16, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    lineup_effective_date = models.DateField(null=True)
    revision = models.CharField(max_length=100, blank=True)
    document = models.JSONField(null=True)
    document_digest = models.CharField(max_length=64, blank=True)
    document_as_of = models.DateTimeField(null=True)
    etag = models.CharField(max_length=200, blank=True)
    live_version = models.PositiveIntegerField(null=True)
    draft_version = models.PositiveIntegerField(null=True)
    deactivated_at = models.DateTimeField(null=True)
    deactivated_reason = models.CharField(max_length=500, blank=True)
    participants_as_of = models.DateTimeField(null=True)
    participants_applied_as_of = models.DateTimeField(null=True)
    judged_with = models.CharField(max_length=64, blank=True)
    people_loss_percent_max = models.DecimalField(max_digits=5, decimal_places=2, default=5)
    money_move_percent_max = models.DecimalField(max_digits=5, decimal_places=2, default=10)
    freshness_hours = models.PositiveSmallIntegerField(null=True)  # null: the firm's
    is_default_path_closed = models.BooleanField(default=False)  # no funds of the default path from the recordkeeper
    needs_second_approver = models.BooleanField(default=False)  # a draft is activated once somebody else approved it
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "plan"
        constraints = (
            models.UniqueConstraint(fields=["connection", "external_plan_id"], name="plan_once_a_connection"),
        )
        indexes = (
            models.Index(fields=["external_plan_id"], name="plan_external_plan_id"),
            # By bytes of the capitals, whatever the database's collation: one index then serves prefixes and order.
            models.Index("firm", Collate(Upper("name"), "C"), "id", name="plan_name_of_firm"),
            models.Index("firm", Collate(Upper("employer_name"), "C"), name="plan_employer_of_firm"),
            models.Index("firm", Collate(Upper("external_plan_id"), "C"), name="plan_external_id_of_firm"),
        )

    def __str__(self) -> str:
        return f"{self.external_plan_id} {self.name}".strip()

    @property
    def status(self) -> PlanStatus:
        """The plan's status word."""
        if self.deactivated_at is not None:
            return PlanStatus.INACTIVE
        if self.live_version is None:
            return PlanStatus.DRAFT
        return PlanStatus.ACTIVE if self.draft_version is None else PlanStatus.ACTIVE_WITH_DRAFT


class PlanContact(models.Model):
    """A person to reach about a plan, by role."""

    pk = models.CompositePrimaryKey("plan_id", "position")
    plan_id = models.BigIntegerField()
    position = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=32)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=40, blank=True)

    class Meta:
        db_table = "plan_contact"


class PlanProvision(models.Model):
    """One group of a plan's rules (eligibility, deferral, match ...) as the recordkeeper gives it."""

    pk = models.CompositePrimaryKey("plan_id", "name")
    plan_id = models.BigIntegerField()
    name = models.CharField(max_length=64)
    value = models.JSONField()

    class Meta:
        db_table = "plan_provision"


class PlanSource(models.Model):
    """A money type of a plan."""

    pk = models.CompositePrimaryKey("plan_id", "source")
    plan_id = models.BigIntegerField()
    source = models.CharField(max_length=16)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=32)
    vesting_group = models.CharField(max_length=64, blank=True)

    class Meta:
        db_table = "plan_source"


class PlanFieldHistory(models.Model):
    """A plan field's old and new value, and what changed it: a run, or somebody's edit (the id of its activity)."""

    pk = models.CompositePrimaryKey("plan_id", "run_id", "field")
    plan_id = models.BigIntegerField()
    run_id = models.UUIDField()
    field = models.CharField(max_length=200)
    old_value = models.JSONField(null=True)
    new_value = models.JSONField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "plan_field_history"
