"""Whether the recordkeeper's data may populate a plan's default path: a setting that syncs of paths will ask."""

from django.db import transaction

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.plan import Plan


def set_default_path_closed(plan: Plan, *, is_closed: bool, actor: str) -> None:
    """Close a plan's default path to the recordkeeper's funds, or open it again."""
    with transaction.atomic():
        locked = Plan.objects.select_for_update().only("is_default_path_closed").get(pk=plan.pk)
        if locked.is_default_path_closed != is_closed:
            Plan.objects.filter(pk=plan.pk).update(is_default_path_closed=is_closed)
            record_activity(
                Happening(Verb.DEFAULT_PATH_CHANGED, actor, plan_id=plan.pk, detail={"is_closed": is_closed})
            )
    plan.is_default_path_closed = is_closed
