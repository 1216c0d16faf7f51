"""Finding plans by freshness: the same answer as judging them one by one."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from planbridge.activity.run_id import new_run_id
from planbridge.plans.freshness_target import set_freshness_target
from planbridge.plans.models import Plan, PlanFigures
from planbridge.schedules.freshness import FreshnessState
from planbridge.schedules.freshness_filter import plans_with_freshness
from planbridge.schedules.plan_freshness import freshness_of_plans
from planbridge.schedules.schedule import Schedule, SchedulePart
from planbridge.sync.plan_figures import EndedRun, note_ended_runs
from planbridge.sync.run import RunStatus, SyncRun
from tests.schedules.tasks import moment, plans_of_firm, task

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ran(plan: Plan, hours_ago: float, status: RunStatus, **values: object) -> None:
    """A Participant Sync of a plan that ended so many hours ago, noted as the end of a run is."""
    ended: datetime | None = NOW - timedelta(hours=hours_ago) if status in TAKEN_IN | {RunStatus.ERROR} else None
    run = SyncRun.objects.create(
        plan_id=plan.pk, id=new_run_id(), connection_id=plan.connection_id, kind="participants", status=status,
        batch_id=new_run_id(), requested_by="test", requested_at=NOW, finished_at=ended, **values,
    )  # fmt: skip
    note_ended_runs([EndedRun(plan.pk, run.id)])


TAKEN_IN = {RunStatus.SUCCESSFUL, RunStatus.PARTLY_SUCCESSFUL}


@pytest.fixture
def plans() -> list[Plan]:
    """Plans that are fresh, old, failing, never synced, with tasks, with syncs under way, and deactivated."""
    made = plans_of_firm(11)
    Plan.objects.update(created_at=NOW - timedelta(hours=40))
    ages = (1, 29, 31, 59, 61, 200)
    for plan, hours in zip(made, ages, strict=False):
        ran(plan, hours, RunStatus.SUCCESSFUL)
    ran(made[2], 2, RunStatus.ERROR)
    ran(made[3], 3, RunStatus.SUCCESSFUL, is_dry_run=True)
    ran(made[4], 4, RunStatus.SUCCESSFUL, participants=["900-1"])
    ran(made[6], 35, RunStatus.PARTLY_SUCCESSFUL)
    ran(made[6], 0, RunStatus.QUEUED)
    set_freshness_target(made[1], 20, actor="test")
    Plan.objects.filter(pk=made[8].pk).update(created_at=NOW - timedelta(hours=2))
    Plan.objects.filter(pk=made[9].pk).update(deactivated_at=NOW)
    return made


def states_found(plans: list[Plan]) -> dict[int, FreshnessState]:
    """The state under which the filter finds each plan; a plan is found under one at most."""
    found: dict[int, FreshnessState] = {}
    for state in FreshnessState:
        for plan in plans_with_freshness(Plan.objects.filter(pk__in=[one.pk for one in plans]), [state], NOW):
            assert plan.pk not in found
            found[plan.pk] = state
    return found


@pytest.mark.parametrize("scene", ["nothing", "all", "selected", "other recordkeeper", "spread", "off"])
def test_filter_and_judgement_agree(plans: list[Plan], scene: str) -> None:
    """TS-5, PL-1: the filter finds each plan under the state that the page shows for it, whatever tasks there are."""
    if scene != "nothing":
        schedule = task(plans=plans[:7] if scene == "selected" else None)
        if scene == "other recordkeeper":
            elsewhere = plans_of_firm(1, name="other")[0].connection
            Schedule.objects.update(connection=elsewhere)
        if scene in {"spread", "off"}:
            Schedule.objects.update(is_on=False, next_run_at=None)
        if scene == "spread":
            SchedulePart.objects.create(schedule=schedule, starts_at=NOW, plan_ids=[plans[2].pk, plans[3].pk])
    judged = freshness_of_plans([plan.pk for plan in plans], NOW)
    assert states_found(plans) == {plan_id: one.state for plan_id, one in judged.items()}
    assert len(judged) == 10


def test_a_sync_of_everybody_that_took_people_in_makes_fresh(plans: list[Plan]) -> None:
    """TS-5: failed runs, dry runs and syncs of picked people do not move the moment from which freshness counts."""
    moments = dict(PlanFigures.objects.values_list("plan_id", "people_synced_at"))
    hours = [round((NOW - moment(moments[plan.pk])).total_seconds() / 3600) for plan in plans[:5]]
    assert hours == [1, 29, 31, 59, 61]
