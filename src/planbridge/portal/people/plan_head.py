"""What stands around the pages of a plan's people: the frame of Plan Details, who is rejected, and what runs now."""

from typing import Any

from planbridge.activity.feed import OPEN
from planbridge.plans.plan import Plan
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.request import PortalRequest
from planbridge.sync.rejected import count_rejected
from planbridge.sync.run import RunKind, SyncRun


def plan_head(request: PortalRequest, plan: Plan) -> dict[str, Any]:
    """The values of the template plans/plan.html with those that the templates of people add."""
    return plan_frame(request, plan, "participants") | {
        "rejected_count": count_rejected(plan.pk),
        "run": open_run(plan),
    }


def open_run(plan: Plan) -> SyncRun | None:
    """The Participant Sync of a plan that runs or waits now."""
    runs = SyncRun.objects.filter(plan_id=plan.pk, kind=RunKind.PARTICIPANTS, status__in=OPEN)
    return runs.order_by("-id").first()
