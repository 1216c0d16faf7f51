"""The follow-up: the next sync of plans for which a later delivery waits, asked for in the transaction of this one."""

from collections.abc import Sequence

from planbridge.plans.models import Plan
from planbridge.recordkeepers.connector import PlanAnswer, PlanFeed
from planbridge.sync.batch import Batch
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind


def follow_up(batch: Batch, kind: RunKind, taken: Sequence[PlanFeed | PlanAnswer]) -> None:
    """Ask for the next syncs, in the caller's transaction: else a worker killed right after it would forget them."""
    actors: dict[str, list[int]] = {}
    for one in taken:
        if one.has_more:
            plan_id = one.wanted.plan_id
            actors.setdefault(batch.asked[plan_id].requested_by, []).append(plan_id)
    for actor, plan_ids in actors.items():
        request_syncs(list(Plan.objects.select_related("connection").filter(id__in=plan_ids)), kind, actor=actor)
