"""Finds plans by their freshness, by the same rule as judge_freshness, without reading their runs one by one."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, Func, JSONField, OuterRef, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThanOrEqual

from planbridge.plans.freshness_target import target_ends_at
from planbridge.plans.models import Plan
from planbridge.schedules.freshness import STALE_TARGETS, FreshnessState
from planbridge.schedules.schedule import Schedule, SchedulePart, SchedulePlan
from planbridge.sync.run import RunKind, RunStatus, SyncRun


def plans_with_freshness(plans: QuerySet[Plan], states: Collection[FreshnessState], now: datetime) -> QuerySet[Plan]:
    """Those of the plans that are in one of the states at a moment; a deactivated plan is in none."""
    is_in_target = Q(LessThanOrEqual(Value(now), target_ends_at()))
    is_far_beyond = Q(GreaterThan(Value(now), target_ends_at(STALE_TARGETS)))
    is_late = ~is_in_target & ~is_far_beyond & has_next_attempt()
    found = Q(pk=None)
    if FreshnessState.ON_TRACK in states:
        found |= is_in_target
    if FreshnessState.LATE in states:
        found |= is_late
    if FreshnessState.STALE in states:
        found |= ~is_in_target & ~is_late
    return plans.filter(found, deactivated_at=None)


def has_next_attempt() -> Q:
    """Whether a Participant Sync of a plan is to come by a task that is on, is being spread, waits or runs."""
    kind = RunKind.PARTICIPANTS
    to_come = Schedule.objects.filter(is_on=True, task_type=kind, next_run_at__isnull=False)
    of_all = to_come.filter(is_for_all_plans=True, firm_id=OuterRef("firm_id"))
    selected = SchedulePlan.objects.filter(plan_id=OuterRef("pk"), schedule__in=to_come.filter(is_for_all_plans=False))
    plan_id = Func(OuterRef("pk"), function="to_jsonb", output_field=JSONField())
    spread = SchedulePart.objects.filter(schedule__task_type=kind, plan_ids__contains=plan_id)
    underway = SyncRun.objects.filter(
        plan_id=OuterRef("pk"),
        kind=kind,
        status__in=(RunStatus.QUEUED, RunStatus.RUNNING),
        is_dry_run=False,
        participants=[],
    )
    of_connection = of_all.filter(Q(connection=None) | Q(connection_id=OuterRef("connection_id")))
    return Q(Exists(of_connection)) | Q(Exists(selected)) | Q(Exists(spread)) | Q(Exists(underway))
