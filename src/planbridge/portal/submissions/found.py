"""Finds the submission of an address among those of the plans that a user sees."""

from django.http import Http404

from planbridge.plans.plan import Plan
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan
from planbridge.sync.submission import Submission
from planbridge.sync.submissions import find_submission


def find_own(request: PortalRequest, plan_id: int, receipt: str) -> tuple[Plan, Submission]:
    """A plan that the user sees and its submission of this receipt; 404 for any other."""
    plan = find_plan(request, plan_id)
    found = find_submission(receipt)
    if found is None or found.plan_id != plan.pk:
        message = "There is no submission with this receipt in this plan."
        raise Http404(message)
    return plan, found
