"""The freshness of many plans, from their runs and tasks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from planbridge.activity.entry import ActivityEntry
from planbridge.activity.run_id import new_run_id
from planbridge.plans.freshness_target import FreshnessTargetInvalid, set_freshness_target
from planbridge.plans.models import Plan
from planbridge.schedules.plan_freshness import freshness_of_plans
from planbridge.schedules.schedules import switch_schedule_off
from planbridge.sync.run import RunProblem, RunStatus, SyncRun
from tests.schedules.tasks import plans_of_firm, task

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ran(plan: Plan, hours_ago: float, status: RunStatus, *, code: str = "", is_dry_run: bool = False) -> None:
    """A Participant Sync of a plan that ended so many hours ago."""
    ended = NOW - timedelta(hours=hours_ago)
    run = SyncRun.objects.create(
        plan_id=plan.pk, id=new_run_id(), connection_id=plan.connection_id, kind="participants", status=status,
        batch_id=new_run_id(), requested_by="test", requested_at=ended, finished_at=ended, is_dry_run=is_dry_run,
    )  # fmt: skip
    if code:
        RunProblem.objects.create(
            plan_id=plan.pk, run_id=run.id, number=1, code=code, severity="error", message="It failed."
        )


def test_each_plan_is_judged_by_its_own_runs_and_tasks() -> None:
    """TS-5: One statement tells of many plans which are On track, Late or Stale, with reason and next attempt."""
    fresh, failing, own_target, forgotten = plans_of_firm(4)
    Plan.objects.update(created_at=NOW - timedelta(days=30))
    schedule = task(plans=[fresh, failing, own_target])
    for plan in (fresh, own_target):
        ran(plan, 12, RunStatus.SUCCESSFUL)
    ran(failing, 40, RunStatus.PARTLY_SUCCESSFUL)
    ran(failing, 16, RunStatus.ERROR, code="RK_AUTH_FAILED")
    ran(forgotten, 1, RunStatus.SUCCESSFUL, is_dry_run=True)
    set_freshness_target(own_target, 6, actor="test")
    plan_ids = [plan.pk for plan in (fresh, failing, own_target, forgotten)]
    found = freshness_of_plans(plan_ids, NOW)
    assert [found[plan_id].state.label for plan_id in plan_ids] == ["On track", "Late", "Late", "Stale"]
    assert "The last Participant Sync ended Error: RK_AUTH_FAILED." in found[failing.pk].reason
    assert found[forgotten.pk].reason.startswith("Never synced; added 30 days ago")
    assert [found[plan_id].next_attempt_at for plan_id in plan_ids] == [*[schedule.next_run_at] * 3, None]
    switch_schedule_off(schedule.pk, actor="test")
    assert freshness_of_plans(plan_ids, NOW)[failing.pk].state.label == "Stale"


def test_all_plans_task_covers_its_connection_only() -> None:
    """TS-5: A task for all plans is every plan's next attempt; a waiting sync comes before it."""
    here, there = plans_of_firm(1)[0], plans_of_firm(1, name="other")[0]
    schedule = task()
    assert {one.next_attempt_at for one in freshness_of_plans([here.pk, there.pk], NOW).values()} == {
        schedule.next_run_at
    }
    type(schedule).objects.update(connection=here.connection)
    found = freshness_of_plans([here.pk, there.pk], NOW)
    assert [found[here.pk].next_attempt_at, found[there.pk].next_attempt_at] == [schedule.next_run_at, None]
    ran(there, 0, RunStatus.QUEUED)
    SyncRun.objects.update(finished_at=None)
    assert freshness_of_plans([there.pk], NOW)[there.pk].next_attempt_at == NOW


def test_target_is_a_change_like_any_other() -> None:
    """TS-5: A plan's target is recorded when it changes, and one that cannot be kept is refused."""
    (plan,) = plans_of_firm(1)
    set_freshness_target(plan, 48, actor="test")
    set_freshness_target(plan, 48, actor="test")
    assert ActivityEntry.objects.get().detail == {"before": None, "after": 48}
    with pytest.raises(FreshnessTargetInvalid):
        set_freshness_target(plan, 0, actor="test")
