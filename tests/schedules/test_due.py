"""Tasks whose time has come: what they ask for, what is recorded, what is not run and why."""

from datetime import timedelta

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.models import Plan
from planbridge.schedules.ask import TASK, ask_for_due_schedules
from planbridge.schedules.due import is_anything_due, run_due_schedules, run_schedule_now
from planbridge.schedules.schedule import Schedule, SchedulePart
from planbridge.schedules.schedules import switch_schedule_off
from planbridge.security.firm import Firm
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, SyncRun
from tests.schedules.tasks import MARKET_DAYS, come_due, moment, plans_asked, plans_of_firm, task, turns_recorded

pytestmark = pytest.mark.django_db
RAN = ("schedule_run", "requested")


def test_nothing_happens_before_its_time() -> None:
    """TS-1: A task that is not due asks for nothing."""
    plans_of_firm(2)
    task()
    assert not is_anything_due()
    assert (run_due_schedules(), plans_asked(), turns_recorded()) == (0, [], [])


def test_due_task_asks_for_all_plans_there_are_then() -> None:
    """TS-2: "All plans" are those that there are when the task runs, of its firm, without deactivated ones."""
    schedule = task()
    plans = plans_of_firm(3)
    plans_of_firm(1, name="other", firm=Firm.objects.create(name="Another firm"))
    Plan.objects.filter(pk=plans[0].pk).update(deactivated_at=timezone.now())
    come_due(schedule)
    assert run_due_schedules() == 1
    assert plans_asked() == [plan.pk for plan in plans[1:]]
    assert set(SyncRun.objects.values_list("kind", "requested_by")) == {("participants", f"schedule {schedule.pk}")}
    schedule.refresh_from_db()
    assert moment(schedule.next_run_at) > timezone.now()
    assert (schedule.last_outcome, turns_recorded()) == ("requested", [RAN])


def test_selected_plans_and_one_kind() -> None:
    """TS-1: A task for selected plans asks for its kind of sync of just those."""
    plans = plans_of_firm(3)
    come_due(task(kind=RunKind.PLAN, plans=plans[:2]))
    run_due_schedules()
    assert list(SyncRun.objects.order_by("plan_id").values_list("plan_id", "kind")) == [
        (plans[0].pk, "plan"), (plans[1].pk, "plan"),
    ]  # fmt: skip


def test_missed_runs_are_caught_up_once() -> None:
    """TS-3: Runs missed while no worker lived, however many, are caught up by one."""
    plans_of_firm(1)
    schedule = task()
    come_due(schedule, minutes_ago=5 * 24 * 60)
    assert run_due_schedules() == 1
    assert run_due_schedules() == 0
    entry = ActivityEntry.objects.get(verb=Verb.SCHEDULE_RUN)
    assert (entry.detail["is_caught_up"], entry.detail["plans"], entry.status) == (True, 1, "successful")


@pytest.mark.parametrize("why", ["switched_off", "market_closed", "no_plans", "all_waiting"])
def test_what_does_not_run_is_recorded_with_the_reason(why: str) -> None:
    """AM-7, TS-3: A turn at which nothing runs is an activity entry that says why, and it asks for nothing."""
    schedule = task(MARKET_DAYS)
    plans = [] if why == "no_plans" else plans_of_firm(2)
    if why == "switched_off":
        schedule = switch_schedule_off(schedule.pk, actor="test")
    if why == "all_waiting":
        request_syncs(plans, RunKind.PARTICIPANTS, actor="test")
    come_due(schedule)
    if why == "market_closed":
        Schedule.objects.filter(pk=schedule.pk).update(next_run_at=timezone.now() + timedelta(days=2))
    before = plans_asked()
    run_due_schedules()
    assert turns_recorded() == [("schedule_not_run", why)]
    assert plans_asked() == before
    entry = ActivityEntry.objects.get(verb=Verb.SCHEDULE_NOT_RUN)
    assert (entry.firm_id, entry.status) == (schedule.firm_id, "canceled")
    schedule.refresh_from_db()
    assert moment(schedule.due_at) > timezone.now()


def test_window_spreads_the_requests() -> None:
    """TS-4: A run over many plans asks for the first part at once and for the others in their minutes of the window."""
    plans = plans_of_firm(120)
    schedule = task(window=60)
    come_due(schedule)
    run_due_schedules()
    assert len(plans_asked()) == 40
    began = moment(Schedule.objects.get().last_run_at)
    parts = SchedulePart.objects.order_by("starts_at")
    assert [(part.starts_at - began, len(part.plan_ids)) for part in parts] == [
        (timedelta(minutes=20), 40), (timedelta(minutes=40), 40),
    ]  # fmt: skip
    assert not is_anything_due()
    SchedulePart.objects.update(starts_at=timezone.now())
    assert is_anything_due()
    assert run_due_schedules() == 2
    assert plans_asked() == [plan.pk for plan in plans]
    assert not SchedulePart.objects.exists()


def test_run_still_being_spread_is_not_doubled() -> None:
    """TS-4: A task whose last run is still being spread does not begin another, and says so."""
    plans_of_firm(120)
    schedule = task(window=60)
    for _ in range(2):
        come_due(schedule)
        run_due_schedules()
    assert turns_recorded() == [RAN, ("schedule_not_run", "still_spread")]


def test_run_now() -> None:
    """TS-3: "Run now" runs a task at once and whole, even one that is off, and its next time stays."""
    plans = plans_of_firm(120)
    schedule = switch_schedule_off(task(window=60).pk, actor="test")
    ran = run_schedule_now(schedule.pk, actor="ada@example.test")
    assert (len(ran.runs), plans_asked()) == (120, [plan.pk for plan in plans])
    assert ActivityEntry.objects.get(verb=Verb.SCHEDULE_RUN).actor == "ada@example.test"
    assert Schedule.objects.get().due_at == schedule.due_at


def test_workers_ask_for_the_job_once() -> None:
    """TS-1: Workers that see something due enqueue one job for it, and none when nothing is due."""
    plans_of_firm(1)
    schedule = task()
    ask_for_due_schedules()
    assert not ProcrastinateJob.objects.filter(task_name=TASK).exists()
    come_due(schedule)
    ask_for_due_schedules()
    ask_for_due_schedules()
    assert ProcrastinateJob.objects.filter(task_name=TASK).count() == 1
