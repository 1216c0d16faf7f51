"""Whether new entrants of a plan are placed into its managed account without having chosen it: off unless somebody says so."""

from django.db import models, transaction
from django.utils import timezone

from planbridge.activity.conflict import refuse_if_changed, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.locking import lock_plan
from planbridge.plans.plan import Plan
from planbridge.plans.stored_version import live_version
from planbridge.plans.terms import FundStatus


class PlacementSetting(models.Model):
    """A plan's setting; `fund` is what the recordkeeper knows the managed account as. No row: off."""

    plan_id = models.BigIntegerField(primary_key=True)
    is_on = models.BooleanField(default=False)
    fund = models.TextField(blank=True)
    changed_by = models.TextField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "placement_setting"

    @property
    def version(self) -> str:
        """The token of the setting as it stands."""
        return version_of(self.is_on, self.fund)


class PlacementRefused(ValueError):  # noqa: N818 - says what happened
    """The setting was not changed; the message says why and what to do."""


def placement_setting(plan: Plan) -> PlacementSetting:
    """A plan's setting as it stands."""
    found = PlacementSetting.objects.filter(plan_id=plan.pk).first()
    return found or PlacementSetting(plan_id=plan.pk, changed_by="", changed_at=plan.created_at)


def set_placement(plan: Plan, *, is_on: bool, fund: str, seen: str, actor: str) -> PlacementSetting:
    """Let new entrants be placed into the managed account, or not; `fund` must be an open fund that participants see.

    `seen` is the version of the setting that was shown. Raises PlacementRefused, and ChangedMeanwhile.
    """
    with transaction.atomic():
        lock_plan(plan)
        before = placement_setting(plan)
        refuse_if_changed(seen, before.is_on, before.fund)
        live = live_version(plan)
        funds = {one.fund for one in live.content.lineup.funds if one.status == FundStatus.OPEN} if live else set()
        if fund and fund not in funds:
            raise PlacementRefused("Choose an open fund of what participants see: the recordkeeper takes no other.")
        if is_on and not fund:
            raise PlacementRefused(
                "Choose the fund that the recordkeeper knows the managed account as, then switch it on."
            )
        if (before.is_on, before.fund) == (is_on, fund):
            return before
        values = {"is_on": is_on, "fund": fund, "changed_by": actor, "changed_at": timezone.now()}
        after, _ = PlacementSetting.objects.update_or_create(plan_id=plan.pk, defaults=values)
        detail = {
            "before": {"is_on": before.is_on, "fund": before.fund},
            "after": {"is_on": is_on, "fund": fund},
        }
        record_activity(Happening(Verb.PLACEMENT_SETTING_CHANGED, actor, plan_id=plan.pk, detail=detail))
    return after
