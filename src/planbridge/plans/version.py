"""Plan versions: numbered, immutable sets of terms; the lineup and default investment of each."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from planbridge.plans.exact_number import ExactNumber


class PlanVersion(models.Model):
    """One version of a plan's terms; a draft until it is activated, and never changed afterwards.

    `paths` and `mappings` are the rest of its content beside the lineup's rows; `recordkeeper_lineup` is what the
    recordkeeper said when it was made, and `edits` what the advisor laid over it, by place. `content_hash` is over
    lineup, paths and mappings.
    """

    pk = models.CompositePrimaryKey("plan_id", "number")
    plan_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    base_number = models.PositiveIntegerField(null=True)
    content_hash = models.CharField(max_length=64)
    sources = ArrayField(models.CharField(max_length=16), default=list)
    paths = models.JSONField(default=dict)
    mappings = models.JSONField(default=dict)
    recordkeeper_lineup = models.JSONField(default=dict)
    edits = models.JSONField(default=dict)
    rolled_back_to = models.PositiveIntegerField(null=True)  # the earlier version whose content it took over
    made_by = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True)
    activated_by = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "plan_version"


class VersionFund(models.Model):
    """A fund in a version's lineup."""

    pk = models.CompositePrimaryKey("plan_id", "number", "fund")
    plan_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    fund = models.CharField(max_length=32)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=300, blank=True)
    ticker = models.CharField(max_length=16, blank=True)
    cusip = models.CharField(max_length=16, blank=True)
    asset_class = models.CharField(max_length=64, blank=True)
    expense_percent = ExactNumber(null=True)
    status = models.CharField(max_length=16)
    mapped_to = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "version_fund"


class VersionDefaultInvestment(models.Model):
    """One fund of a version's default investment, with the retirement years it serves."""

    pk = models.CompositePrimaryKey("plan_id", "number", "position")
    plan_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField()
    fund = models.CharField(max_length=32)
    retirement_from = models.PositiveSmallIntegerField(null=True)
    retirement_to = models.PositiveSmallIntegerField(null=True)

    class Meta:
        db_table = "version_default_investment"
