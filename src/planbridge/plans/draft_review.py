"""What people say of a draft while it waits: decisions, comments, approvals, what was seen, and a date to activate it.

Written on behalf of lifecycle. All of it goes with a draft that is taken away; of an activated version it stays.
"""

from django.db import models


class PlanDecision(models.Model):
    """What was decided about an item of a draft's review; `bound_to`: the token of the item as it was then.

    `edits`: of a conflict that was decided, the advisor's edit as it was before, by place, so that it can come back.
    """

    pk = models.CompositePrimaryKey("plan_id", "number", "item")
    plan_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    item = models.CharField(max_length=300)
    decision = models.CharField(max_length=16)
    bound_to = models.CharField(max_length=64)
    decided_by = models.CharField(max_length=254)
    decided_at = models.DateTimeField()
    edits = models.JSONField(default=dict)

    class Meta:
        db_table = "plan_decision"


class PlanComment(models.Model):
    """A remark about a draft, or about one item of its review; `id` is that of its activity entry."""

    pk = models.CompositePrimaryKey("plan_id", "number", "id")
    plan_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    id = models.UUIDField()
    item = models.CharField(max_length=300, blank=True)
    text = models.CharField(max_length=2000)
    commented_by = models.CharField(max_length=254)
    commented_at = models.DateTimeField()

    class Meta:
        db_table = "plan_comment"


class PlanReview(models.Model):
    """A draft's content as somebody saw it: with it can be told what moved since; the latest 20 of a plan are kept."""

    pk = models.CompositePrimaryKey("plan_id", "number", "token")
    plan_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    token = models.CharField(max_length=64)
    content = models.JSONField()
    seen_by = models.CharField(max_length=254)
    seen_at = models.DateTimeField()

    class Meta:
        db_table = "plan_review"


class PlanApproval(models.Model):
    """Somebody's approval of a draft as it was: it counts for that token alone."""

    pk = models.CompositePrimaryKey("plan_id", "number", "approved_by")
    plan_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    approved_by = models.CharField(max_length=254)
    token = models.CharField(max_length=64)
    approved_at = models.DateTimeField()

    class Meta:
        db_table = "plan_approval"


class PlanActivationDate(models.Model):
    """When a draft is to be activated by itself, if it is still the one of the token by then."""

    plan_id = models.BigIntegerField(primary_key=True)
    number = models.PositiveIntegerField()
    token = models.CharField(max_length=64)
    activates_at = models.DateTimeField()
    dated_by = models.CharField(max_length=254)
    dated_at = models.DateTimeField()
    approved_by = models.CharField(max_length=254, blank=True)

    class Meta:
        db_table = "plan_activation_date"
        indexes = (models.Index(fields=["activates_at"], name="plan_activation_due"),)
