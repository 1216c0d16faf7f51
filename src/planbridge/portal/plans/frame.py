"""What stands around every tab of Plan Details: status, facts, tabs, and what the user may do."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from planbridge.plans.figures import PlanFigures
from planbridge.plans.plan import Plan, PlanStatus
from planbridge.plans.plan_list import LastRun, last_run
from planbridge.portal.request import PortalRequest
from planbridge.schedules.plan_freshness import freshness_of_plans
from planbridge.security.roles import Right, may

RUN_COLUMNS = ("_id", "__status", "_ended_at")


@dataclass(frozen=True)
class PlanFacts:
    """The facts of a plan; a last sync is None before the first one ended."""

    people_count: int = 0
    market_value_usd: Decimal = Decimal(0)
    plan_sync: LastRun | None = None
    participant_sync: LastRun | None = None


def facts_of(plan: Plan) -> PlanFacts:
    """People, assets and last syncs of a plan, in one statement."""
    columns = [f"{kind}{column}" for kind in ("plan_run", "participants_run") for column in RUN_COLUMNS]
    row = PlanFigures.objects.filter(plan=plan).values_list("people_count", "market_value_usd", *columns).first()
    if row is None:
        return PlanFacts()
    return PlanFacts(row[0], row[1] or Decimal(0), last_run(*row[2:5]), last_run(*row[5:8]))


def plan_frame(request: PortalRequest, plan: Plan, tab: str) -> dict[str, Any]:
    """The values of the template plans/plan.html for a plan that the user sees; `tab` is the one that is open."""
    return plan_rights(request, plan, tab) | {
        "facts": facts_of(plan),
        "fresh": freshness_of_plans([plan.pk], timezone.now()).get(plan.pk),
    }


def plan_rights(request: PortalRequest, plan: Plan, tab: str) -> dict[str, Any]:
    """The same without the facts, for a tab that has its own."""
    may_activate = may(request.user, Right.ACTIVATE_PLANS)
    return {
        "plan": plan,
        "tab": tab,
        "may_sync": may(request.user, Right.SYNC_PLANS),
        "may_edit": may(request.user, Right.EDIT_PLANS),
        "may_activate": may_activate,
        "may_deactivate": may_activate and plan.status is not PlanStatus.INACTIVE,
        "has_draft": plan.draft_version is not None,
    }
