"""A draft of the large plan to be reviewed: sixty funds, a third of them removed, a third renamed, a third added."""

from copy import deepcopy
from typing import Any

from django.db import transaction
from django.utils import timezone

from planbridge.activity.run_id import new_run_id
from planbridge.plans.document import read_document
from planbridge.plans.lifecycle import activate_plan, take_in_document
from planbridge.plans.models import Plan

THIRD = 20  # as many funds as the people of the large plan hold


def draft_to_review(plan: Plan) -> None:
    """Leave such a draft waiting; a plan that has it is left as it is."""
    if plan.live_version is not None and plan.draft_version is not None and plan.document is not None:
        found = plan.document.get("lineup", {}).get("funds", [])
        if len(found) == 2 * THIRD:
            return
    document: dict[str, Any] = deepcopy(plan.document or {})  # a JSON value
    document |= {"plan_id": plan.external_plan_id, "as_of": timezone.now().isoformat()}
    take_in(plan, document, [fund(number) for number in range(1, 2 * THIRD + 1)])
    activate_plan(plan, actor="benchmark", accepts_rest=True)
    renamed = [fund(number, name=f"Renamed Fund {number}") for number in range(THIRD + 1, 2 * THIRD + 1)]
    take_in(plan, document, [*renamed, *(fund(number) for number in range(2 * THIRD + 1, 3 * THIRD + 1))])


def fund(number: int, **changes: str) -> dict[str, Any]:
    """A fund of the document; `changes` are of its values."""
    own = {
        "fund": f"F{number}",
        "name": f"Example Fund {number} Class R6",
        "status": "open",
        "asset_class": "us_equity",
    }
    return own | {"expense_percent": "0.12", "mapped_to": None} | changes


def take_in(plan: Plan, document: dict[str, Any], funds: list[dict[str, Any]]) -> None:
    """Bring the document in with these funds, as a Plan Sync does."""
    last = funds[-1]["fund"]
    default = [{"fund": last, "retirement_from": None, "retirement_to": None}]
    whole = document | {"lineup": {"effective_date": "2026-11-20", "funds": funds, "default_investment": default}}
    terms, problems = read_document(whole)
    if terms is None:
        message = f"the document cannot be read: {problems}"
        raise ValueError(message)
    with transaction.atomic():
        take_in_document(plan, whole, terms, run_id=new_run_id(), now=timezone.now())
