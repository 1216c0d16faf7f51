"""The second approver: whether a plan needs one, and approving a draft as it is; written on behalf of lifecycle."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from planbridge.activity.conflict import ChangedMeanwhile, refuse_if_changed
from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.draft import Draft, waiting_draft
from planbridge.plans.draft_review import PlanApproval
from planbridge.plans.drafting import NO_DRAFT
from planbridge.plans.edit_values import EditRefused
from planbridge.plans.locking import lock_plan, set_columns
from planbridge.plans.plan import Plan
from planbridge.security.firm import Firm


def approve_draft(plan: Plan, *, seen: str, actor: str) -> None:
    """Approve the draft as it is: the approval counts for the token `seen` alone.

    Raises EditRefused when no draft waits, and ChangedMeanwhile when it moved.
    """
    with transaction.atomic():
        lock_plan(plan)
        draft = waiting_draft(plan)
        if draft is None:
            raise EditRefused(NO_DRAFT)
        if draft.token != seen:
            raise ChangedMeanwhile
        happening = Happening(
            Verb.DRAFT_APPROVED, actor, plan_id=plan.id, detail={"version": draft.number, "token": seen}
        )
        PlanApproval.objects.update_or_create(
            plan_id=plan.id,
            number=draft.number,
            approved_by=actor,
            defaults={"token": seen, "approved_at": timezone.now()},
        )
        record_activity(happening)


def approvers_of(plan: Plan, draft: Draft) -> list[str]:
    """Who approved the draft as it is, the first of them first."""
    approvals = PlanApproval.objects.filter(plan_id=plan.id, number=draft.number, token=draft.token)
    return list(approvals.order_by("approved_at").values_list("approved_by", flat=True))


def approval_problems(plan: Plan, draft: Draft, *, actor: str, approvers: Sequence[str] | None = None) -> list[Problem]:
    """What keeps `actor` from activating the draft for want of another person's approval; `approvers` if they are read."""
    if not plan.needs_second_approver:
        return []
    found = approvers_of(plan, draft) if approvers is None else approvers
    if any(one != actor for one in found):
        return []
    return [Problem("APPROVER_SAME_PERSON" if found else "APPROVAL_MISSING", field="approval")]


def set_second_approver(plan: Plan, *, is_needed: bool, seen: str, actor: str) -> None:
    """Say whether drafts of a plan need a second approver; `seen` is the token of the setting that was shown.

    Raises ChangedMeanwhile.
    """
    with transaction.atomic():
        lock_plan(plan)
        refuse_if_changed(seen, plan.needs_second_approver)
        if plan.needs_second_approver != is_needed:
            set_columns(plan, needs_second_approver=is_needed)
            detail = {"before": not is_needed, "after": is_needed}
            record_activity(Happening(Verb.SECOND_APPROVER_CHANGED, actor, plan_id=plan.id, detail=detail))


def set_second_approver_default(firm: Firm, *, is_needed: bool, seen: str, actor: str) -> None:
    """Say whether plans added to a firm from now on begin with a second approver. Raises ChangedMeanwhile."""
    with transaction.atomic():
        locked = Firm.objects.select_for_update().get(pk=firm.pk)
        refuse_if_changed(seen, locked.needs_second_approver)
        if locked.needs_second_approver != is_needed:
            Firm.objects.filter(pk=firm.pk).update(needs_second_approver=is_needed)
            detail = {"setting": "needs_second_approver", "before": not is_needed, "after": is_needed}
            record_activity(Happening(Verb.FIRM_CHANGED, actor, firm_id=firm.pk, detail=detail))
    firm.needs_second_approver = is_needed
