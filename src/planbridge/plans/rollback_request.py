"""Asking for a rollback, where a plan needs a second person for it: who asked, for what, and as the plan was then."""

from collections.abc import Mapping

from django.db import models, transaction

from planbridge.activity.conflict import version_of
from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.locking import lock_plan
from planbridge.plans.plan import Plan


class PlanRollbackRequest(models.Model):
    """What somebody asked for; it counts as the approval of exactly that, while the plan is as the `token` says."""

    plan_id = models.BigIntegerField(primary_key=True)
    number = models.PositiveIntegerField()
    mappings = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    token = models.CharField(max_length=64)
    asked_by = models.CharField(max_length=254)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "plan_rollback_request"


def rollback_token(plan: Plan) -> str:
    """The token of what a rollback starts from, which it must bring as `seen`."""
    return version_of(plan.live_version, plan.draft_version)


def rollback_request(plan: Plan) -> PlanRollbackRequest | None:
    """The rollback that was asked for and can still be done so; None where no second person is needed."""
    if not plan.needs_second_approver:
        return None
    return PlanRollbackRequest.objects.filter(plan_id=plan.id, token=rollback_token(plan)).first()


def rollback_problems(plan: Plan, number: int, mappings: Mapping[str, str], *, actor: str) -> list[Problem]:
    """What keeps `actor` from rolling back so for want of another person who asked for the same."""
    asked = rollback_request(plan)
    is_same = asked is not None and (asked.number, asked.mappings) == (number, dict(mappings))
    if not plan.needs_second_approver or (asked is not None and is_same and asked.asked_by != actor):
        return []
    return [Problem("ROLLBACK_APPROVAL_MISSING", field="approval")]


def withdraw_rollback(plan: Plan, *, actor: str) -> bool:
    """Take the request away: whoever asked changed their mind, or the second person declines. False: there was none."""
    with transaction.atomic():
        lock_plan(plan)
        asked = PlanRollbackRequest.objects.filter(plan_id=plan.id).first()
        if asked is None:
            return False
        asked.delete()
        detail = {"rolled_back_to": asked.number, "asked_by": asked.asked_by}
        record_activity(Happening(Verb.ROLLBACK_WITHDRAWN, actor, plan_id=plan.id, detail=detail))
    return True
