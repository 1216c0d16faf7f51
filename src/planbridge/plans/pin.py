"""Pins: fields of a plan that keep our value, whatever the recordkeeper says."""

from django.db import models


class PlanPin(models.Model):
    """A field that syncs leave alone, with our value; the recordkeeper's own stands in the plan's document.

    `field` is a name of plans/pinned_terms.py; `value` its JSON value, null for "there is none". Written by
    plans/pinning alone.
    """

    pk = models.CompositePrimaryKey("plan_id", "field")
    plan_id = models.BigIntegerField()
    field = models.CharField(max_length=200)
    value = models.JSONField(null=True)
    pinned_by = models.CharField(max_length=254)
    pinned_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "plan_pin"
