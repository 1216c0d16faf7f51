"""Tasks are added, edited, switched and removed by one function each, recorded, and refused where they cannot be kept."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from planbridge.activity.entry import ActivityEntry
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connections import ConnectionRefused, remove_connection
from planbridge.schedules.rule import Frequency, Rule
from planbridge.schedules.schedule import Schedule, SchedulePart, SchedulePlan
from planbridge.schedules.schedules import (
    ScheduleConflict,
    ScheduleRefused,
    add_schedule,
    create_recommended,
    edit_schedule,
    remove_schedule,
    switch_schedule_off,
    switch_schedule_on,
)
from planbridge.schedules.terms import ScheduleTerms, terms_of
from planbridge.security.firm import Firm, only_firm
from planbridge.sync.run import RunKind
from tests.schedules.tasks import DAILY, come_due, moment, plans_of_firm, task

pytestmark = pytest.mark.django_db


def verbs() -> list[str]:
    """What was recorded, oldest first."""
    return list(ActivityEntry.objects.order_by("happened_at", "id").values_list("verb", flat=True))


def test_added_task_knows_its_next_run() -> None:
    """TS-1: A task that is added has its terms, its next run, and an activity entry."""
    plans = plans_of_firm(2)
    terms = ScheduleTerms(RunKind.PLAN, replace(DAILY, at=time(4, 30)), frozenset([plans[0].pk]), window_minutes=30)
    schedule = add_schedule(only_firm(), terms, actor="ada@example.test")
    assert terms_of(Schedule.objects.get()) == terms
    assert timezone.now() < moment(schedule.next_run_at) < timezone.now() + timedelta(hours=25)
    assert schedule.due_at == schedule.next_run_at
    assert verbs() == ["schedule_added"]


def test_recommended_tasks_are_added_once() -> None:
    """TS-6: One click adds Plan Sync and Participant Sync, daily, for all plans; a second one adds nothing."""
    firm = only_firm()
    added = create_recommended(firm, actor="test")
    assert [(one.task_type, one.frequency, one.is_for_all_plans, one.is_on) for one in added] == [
        ("plan", "daily", True, True), ("participants", "daily", True, True),
    ]  # fmt: skip
    assert create_recommended(firm, actor="test") == []


def test_two_editors_get_a_conflict() -> None:
    """TS-3: Who edits a task as it was before somebody else's edit is refused, and the first edit stays."""
    schedule = task()
    terms = terms_of(schedule)
    edit_schedule(schedule.pk, replace(terms, window_minutes=10), version=schedule.version, actor="ada")
    with pytest.raises(ScheduleConflict):
        edit_schedule(schedule.pk, replace(terms, window_minutes=20), version=schedule.version, actor="ben")
    assert Schedule.objects.get().window_minutes == 10


def test_edit_moves_the_next_run() -> None:
    """TS-3: Another rule gives another next run; other plans alone leave a run due that is due."""
    plans = plans_of_firm(2)
    schedule = task()
    weekly = Rule(Frequency.WEEKLY, "UTC", at=time(5), weekday=2)
    edited = edit_schedule(schedule.pk, replace(terms_of(schedule), rule=weekly), version=1, actor="test")
    assert (moment(edited.next_run_at).weekday(), moment(edited.next_run_at).hour) == (2, 5)
    come_due(edited)
    edited.refresh_from_db()
    chosen = replace(terms_of(edited), plan_ids=frozenset([plans[1].pk]))
    assert edit_schedule(schedule.pk, chosen, version=2, actor="test").due_at == moment(edited.due_at) < timezone.now()
    assert list(SchedulePlan.objects.values_list("plan_id", flat=True)) == [plans[1].pk]


def test_off_and_on() -> None:
    """TS-3: A task that is off has no next run and drops what waits in its window; on again it catches nothing up."""
    schedule = task()
    SchedulePart.objects.create(schedule=schedule, starts_at=timezone.now(), plan_ids=[1, 2])
    off = switch_schedule_off(schedule.pk, actor="test")
    assert (off.is_on, off.next_run_at, SchedulePart.objects.count()) == (False, None, 0)
    come_due(off, minutes_ago=60)
    on = switch_schedule_on(schedule.pk, actor="test")
    assert on.is_on
    assert on.due_at == moment(on.next_run_at) > timezone.now()
    assert verbs() == ["schedule_added", "schedule_switched_off", "schedule_switched_on"]
    assert ActivityEntry.objects.get(verb="schedule_switched_off").detail["plans_dropped"] == 2


def test_removed_task_is_gone() -> None:
    """TS-3: A removed task is gone with its plans, and a second removal is refused."""
    schedule = task(plans=plans_of_firm(2))
    remove_schedule(schedule.pk, actor="test")
    assert not Schedule.objects.exists()
    assert not SchedulePlan.objects.exists()
    with pytest.raises(ScheduleConflict):
        remove_schedule(schedule.pk, actor="test")


def test_terms_that_cannot_be_kept() -> None:
    """TS-1: A task that would never run, has no plans, or names another firm's plans is refused."""
    own = only_firm()
    past = Rule(Frequency.SPECIFIC_DATE, "UTC", at=time(2), on_date=date(2020, 1, 2))
    foreign = plans_of_firm(1, name="other", firm=Firm.objects.create(name="Another firm"))
    for terms in (
        ScheduleTerms(RunKind.PLAN, past),
        ScheduleTerms(RunKind.PLAN, DAILY, frozenset()),
        ScheduleTerms(RunKind.PLAN, DAILY, frozenset([foreign[0].pk])),
        ScheduleTerms(RunKind.PLAN, DAILY, connection=foreign[0].connection),
        ScheduleTerms(RunKind.PLAN, DAILY, window_minutes=1441),
    ):
        with pytest.raises(ScheduleRefused):
            add_schedule(own, terms, actor="test")
    assert verbs() == []


def test_connection_with_a_task_stays() -> None:
    """RK-1: A connection that a task names is not removed, for the task would silently mean other plans."""
    connection = Connection.objects.create(firm=only_firm(), name="example", kind="rest")
    add_schedule(only_firm(), ScheduleTerms(RunKind.PLAN, DAILY, connection=connection), actor="test")
    with pytest.raises(ConnectionRefused, match="scheduled tasks"):
        remove_connection(connection, actor="test")
