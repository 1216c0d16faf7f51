"""A plan's freshness target: within how many hours its people are to be synced."""

from django.db import transaction

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.plan import Plan

HOURS_MAX = 24 * 366


class FreshnessTargetInvalid(ValueError):  # noqa: N818 - says what is wrong
    """A target that is no number of hours that can be kept."""


def set_freshness_target(plan: Plan, hours: int | None, *, actor: str) -> None:
    """Give a plan its own target in hours, or the firm's again (None); raises FreshnessTargetInvalid."""
    if hours is not None and not 1 <= hours <= HOURS_MAX:
        raise FreshnessTargetInvalid(f"A freshness target is 1 to {HOURS_MAX:,} hours.")
    with transaction.atomic():
        locked = Plan.objects.select_for_update().only("freshness_hours").get(pk=plan.pk)
        detail = {"before": locked.freshness_hours, "after": hours}
        if locked.freshness_hours != hours:
            Plan.objects.filter(pk=plan.pk).update(freshness_hours=hours)
            record_activity(Happening(Verb.FRESHNESS_TARGET_CHANGED, actor, plan_id=plan.pk, detail=detail))
    plan.freshness_hours = hours
