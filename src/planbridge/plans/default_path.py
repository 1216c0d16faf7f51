"""Whether the recordkeeper's data may populate a plan's default path."""

from django.db import transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.draft import latest_lineup, place_lineup
from planbridge.plans.locking import lock_plan, set_columns
from planbridge.plans.plan import Plan, PlanSource


def set_default_path_closed(plan: Plan, *, is_closed: bool, actor: str) -> None:
    """Close a plan's default path to the recordkeeper's funds, or open it again; the draft follows at once."""
    with transaction.atomic():
        lock_plan(plan)
        if plan.is_default_path_closed == is_closed:
            return
        set_columns(plan, is_default_path_closed=is_closed)
        if plan.document is not None:
            sources = PlanSource.objects.filter(plan_id=plan.id).order_by("position")
            codes = list(sources.values_list("source", flat=True))
            placed = place_lineup(plan, latest_lineup(plan), sources=codes, now=timezone.now())
            set_columns(plan, draft_version=placed.draft_version)
        record_activity(Happening(Verb.DEFAULT_PATH_CHANGED, actor, plan_id=plan.pk, detail={"is_closed": is_closed}))
