"""Activations at a time to come: dating one, canceling it, and doing those that are due; on behalf of lifecycle."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.activating import ActivationRefused, DraftMoved, activate_plan, activation_problems, refuse_errors
from planbridge.plans.activation_facts import NOTHING_HELD, ActivationFacts
from planbridge.plans.approval import approvers_of
from planbridge.plans.draft import waiting_draft
from planbridge.plans.draft_review import PlanActivationDate
from planbridge.plans.drafting import NO_DRAFT
from planbridge.plans.edit_values import EditRefused
from planbridge.plans.locking import lock_plan
from planbridge.plans.plan import Plan
from planbridge.plans.reviewing import moved_since, review_of_draft

FAILED = "error"  # the word of an activity that failed

FactsOf = Callable[[Plan], ActivationFacts]


class DateRefused(ValueError):  # noqa: N818 - says what happened
    """An activation that cannot be dated so; the message says why."""


def schedule_activation(
    plan: Plan, *, on: datetime, seen: str, actor: str, facts: ActivationFacts = NOTHING_HELD
) -> PlanActivationDate:
    """Let the draft be activated at a time to come; a date that was set before is replaced.

    The draft is checked as if it were activated now, so that a date is not set on what cannot be. Raises DateRefused
    for a time that has passed, EditRefused without a draft, ActivationRefused and DraftMoved.
    """
    if on <= timezone.now():
        raise DateRefused("An activation is dated to a time to come.")
    with transaction.atomic():
        lock_plan(plan)
        draft = waiting_draft(plan)
        if draft is None:
            raise EditRefused(NO_DRAFT)
        if draft.token != seen:
            raise DraftMoved(moved_since(plan, seen, draft))
        review = review_of_draft(plan, draft, facts.holders)
        refuse_errors(activation_problems(plan, draft, review, facts, actor=actor))
        approver = next((one for one in approvers_of(plan, draft) if one != actor), "")
        dated, _ = PlanActivationDate.objects.update_or_create(
            plan_id=plan.id,
            defaults={
                "number": draft.number,
                "token": seen,
                "activates_at": on,
                "dated_by": actor,
                "dated_at": timezone.now(),
                "approved_by": approver,
            },
        )
        detail = {"version": draft.number, "activates_at": on.isoformat(), "token": seen}
        record_activity(Happening(Verb.ACTIVATION_DATED, actor, plan_id=plan.id, detail=detail))
    return dated


def activation_date(plan: Plan) -> PlanActivationDate | None:
    """When the plan's draft is to be activated by itself; None when nobody dated it."""
    return PlanActivationDate.objects.filter(plan_id=plan.id).first()


def cancel_activation_date(plan: Plan, *, actor: str) -> None:
    """Take the date away; the draft waits on. Without a date nothing happens."""
    with transaction.atomic():
        lock_plan(plan)
        dated = activation_date(plan)
        if dated is None:
            return
        dated.delete()
        detail = {"version": dated.number, "activates_at": dated.activates_at.isoformat()}
        record_activity(Happening(Verb.ACTIVATION_DATE_CANCELED, actor, plan_id=plan.id, detail=detail))


def is_any_activation_due(now: datetime) -> bool:
    """Whether the time of an activation has come."""
    return PlanActivationDate.objects.filter(activates_at__lte=now).exists()


def run_due_activations(now: datetime, facts_of_plan: FactsOf) -> int:
    """Do every activation whose time has come, each in a transaction of its own; answers how many were taken.

    Any number of workers may do so at once: each date is taken by one of them. A draft that moved, or that does not pass
    its checks, is not activated: a failed activation is recorded, and its date is gone.
    """
    taken = 0
    while _take_one(now, facts_of_plan):
        taken += 1
    return taken


def _take_one(now: datetime, facts_of_plan: FactsOf) -> bool:
    with transaction.atomic():
        # The plan's row is locked first, as everywhere; one that somebody is changing is left to the next look.
        due = PlanActivationDate.objects.filter(activates_at__lte=now)
        free = Plan.objects.select_for_update(skip_locked=True).filter(pk__in=due.values("plan_id"))
        plan = free.order_by("pk").first()
        if plan is None:
            return False
        dated = due.filter(plan_id=plan.pk).first()
        if dated is None:  # taken between the look and the lock
            return True
        problems: tuple[Problem, ...] = ()
        try:
            with transaction.atomic():
                activate_plan(plan, actor=dated.dated_by, facts=facts_of_plan(plan), seen=dated.token)
        except ActivationRefused as refused:
            problems = refused.problems
        except DraftMoved as moved:
            problems = (moved.problem,)
        if problems:
            PlanActivationDate.objects.filter(plan_id=dated.plan_id).delete()
            _record_failure(dated, problems)
    return True


def _record_failure(dated: PlanActivationDate, problems: tuple[Problem, ...]) -> None:
    detail = {
        "version": dated.number,
        "activates_at": dated.activates_at.isoformat(),
        "reason": " ".join(one.message for one in problems),
        "codes": list(dict.fromkeys(one.code for one in problems)),
        "is_dated": True,
    }
    record_activity(Happening(Verb.PLAN_ACTIVATED, dated.dated_by, plan_id=dated.plan_id, detail=detail, status=FAILED))
