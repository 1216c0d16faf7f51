"""A plan's freshness target: within how many hours its people are to be synced."""

from datetime import timedelta

from django.db import transaction
from django.db.models import DateTimeField, DurationField, Expression, ExpressionWrapper, Value
from django.db.models.functions import Coalesce

from planbridge.activity.conflict import refuse_if_changed
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.plan import Plan

HOURS_MAX = 24 * 366
OUT_OF_RANGE = f"A freshness target is 1 to {HOURS_MAX:,} hours."


class FreshnessTargetInvalid(ValueError):  # noqa: N818 - says what is wrong
    """A target that is no number of hours that can be kept."""


def set_freshness_target(plan: Plan, hours: int | None, *, actor: str, seen: str | None = None) -> None:
    """Give a plan its own target in hours, or the firm's again (None); raises FreshnessTargetInvalid.

    With `seen`, the token of the value that was shown, raises ChangedMeanwhile when it was changed since.
    """
    if hours is not None and not 1 <= hours <= HOURS_MAX:
        raise FreshnessTargetInvalid(OUT_OF_RANGE)
    with transaction.atomic():
        locked = Plan.objects.select_for_update().only("freshness_hours").get(pk=plan.pk)
        if seen is not None:
            refuse_if_changed(seen, locked.freshness_hours)
        detail = {"before": locked.freshness_hours, "after": hours}
        if locked.freshness_hours != hours:
            Plan.objects.filter(pk=plan.pk).update(freshness_hours=hours)
            record_activity(Happening(Verb.FRESHNESS_TARGET_CHANGED, actor, plan_id=plan.pk, detail=detail))
    plan.freshness_hours = hours


def target_ends_at(targets: int = 1) -> Expression:
    """An expression over plans: when their people are so many times the target old. One never synced counts from its adding."""
    hours = Coalesce("freshness_hours", "firm__freshness_hours")
    length = ExpressionWrapper(hours * Value(timedelta(hours=targets)), output_field=DurationField())
    begun = Coalesce("figures__people_synced_at", "created_at")
    return ExpressionWrapper(begun + length, output_field=DateTimeField())
