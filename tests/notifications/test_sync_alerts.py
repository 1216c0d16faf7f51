"""Alerts of syncs: one when they begin to fail, one when they go through again."""

import shutil
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from planbridge.notifications.event import Event
from planbridge.notifications.event_setting import EventSetting, default_of, set_event
from planbridge.notifications.models import Notification, PlanSyncAlert
from planbridge.notifications.sync_state import EndedSync, change_sync_states
from planbridge.plans.models import Plan
from planbridge.sync.alerts import tell_sync_state
from planbridge.sync.request import SyncOptions
from tests.cast import deliver, everybody, plan_document
from tests.notifications.conftest import switch_on
from tests.syncing import sync_plan, synced_plan

ALERT = EventSetting(is_on=True, to_participant=False, roles=("primary",), addresses=("office@example.test",))


@pytest.fixture
def watched(db: None, inbox: Path) -> Plan:  # noqa: ARG001 - a fixture's name asks for it
    """A synced plan whose recipients are told when syncs fail or recover."""
    plan = synced_plan(inbox, everybody())
    for event in (Event.SYNC_FAILED, Event.SYNC_RECOVERED):
        switch_on(plan, event, ALERT)
    return plan


def sync_of_day(inbox: Path, plan: Plan, day: int, *, is_broken: bool = False) -> str:
    """Deliver a plan document of a day and do a Plan Sync; a broken one is taken back then. Answers how the run ended."""
    document = plan_document() | ({"name": ""} if is_broken else {})
    folder = deliver(inbox, everybody(), plans=[document], day=day)
    status = sync_plan(plan).status
    if is_broken:
        shutil.rmtree(folder)
    return status


def told(plan: Plan) -> list[str]:
    """The events of which a plan's primary contact was told, in order."""
    mails = Notification.objects.filter(plan_id=plan.pk, to_address="ada@example.test").order_by("id")
    return list(mails.values_list("event", flat=True))


def test_one_alert_for_each_change_of_state(watched: Plan, inbox: Path, settings: Settings) -> None:
    """NO-1: three failing runs are one alert, two good ones after them another, and a new failure is told again."""
    settings.PUBLIC_URL = "https://plans.example.test"
    broken = [True, True, True, False, False, True]
    ended = [sync_of_day(inbox, watched, day, is_broken=is_bad) for day, is_bad in enumerate(broken, start=2)]
    assert ended == ["error", "error", "error", "successful", "successful", "error"]
    assert told(watched) == ["sync_failed", "sync_recovered", "sync_failed"]
    first = Notification.objects.filter(plan_id=watched.pk).earliest("id")
    run_id = first.dedup_key.split("/")[1]
    assert first.subject == "Northwind 401(k) Plan: Plan Sync failed"
    assert f"https://plans.example.test/activity/runs/{run_id}/" in first.body
    assert Notification.objects.filter(plan_id=watched.pk, to_address="office@example.test").count() == 3


def test_a_dry_run_tells_nobody(watched: Plan, inbox: Path) -> None:
    """NO-1, PT-8: a dry run that fails is no alert."""
    deliver(inbox, everybody(), plans=[plan_document() | {"name": ""}], day=2)
    assert sync_plan(watched, SyncOptions(is_dry_run=True)).status == "error"
    assert told(watched) == []


def test_nobody_is_told_of_a_plan_without_alerts(db: None, inbox: Path) -> None:  # noqa: ARG001 - as above
    """NO-1: syncs of a plan of which nobody is told leave no state behind, failing or not."""
    plan = synced_plan(inbox, everybody())
    assert sync_of_day(inbox, plan, 2, is_broken=True) == "error"
    assert not PlanSyncAlert.objects.exists()
    assert not Notification.objects.exists()


def test_who_asks_for_recovery_alone_gets_that_alone(db: None, inbox: Path) -> None:  # noqa: ARG001 - as above
    """NO-1: a failure is remembered for the sake of the recovery, and told only where it is on itself."""
    plan = synced_plan(inbox, everybody())
    switch_on(plan, Event.SYNC_RECOVERED, ALERT)
    for day, is_broken in enumerate((True, False), start=2):
        sync_of_day(inbox, plan, day, is_broken=is_broken)
    assert told(plan) == ["sync_recovered"]


def alerts_set(plan: Plan, *, is_on: bool) -> None:
    """Switch both events of a watched plan on or off."""
    for event in (Event.SYNC_FAILED, Event.SYNC_RECOVERED):
        set_event(
            plan.pk, event, replace(ALERT, is_on=is_on), seen=replace(ALERT, is_on=not is_on).version, actor="test"
        )


@pytest.mark.parametrize(
    ("while_off", "afterwards", "expected"),
    [
        ("+", "+-+", ["sync_failed", "sync_failed", "sync_recovered"]),  # no late recovery; the new failure is told
        ("+-", "-+", ["sync_failed", "sync_failed", "sync_recovered"]),  # it began while off, and goes on
        ("+-+", "+", ["sync_failed"]),
        ("-", "-+", ["sync_failed", "sync_recovered"]),  # the failure that was told went on all the time
    ],
)
def test_what_happens_while_alerts_are_off(watched: Plan, while_off: str, afterwards: str, expected: list[str]) -> None:
    """NO-1: a recovery while alerts are off is never told late, and a failure that began or comes after it is told once."""
    for sync in f"-0{while_off}1{afterwards}":
        if sync in "01":
            alerts_set(watched, is_on=sync == "1")
        else:
            tell_sync_state([EndedSync(watched.pk, "plan", uuid4(), is_failing=sync == "-")])
    assert told(watched) == expected


def test_the_kinds_of_sync_are_told_apart(watched: Plan) -> None:
    """NO-1: a Participant Sync that goes through is no recovery of a Plan Sync that fails."""
    tell_sync_state([EndedSync(watched.pk, "plan", uuid4(), is_failing=True)])
    tell_sync_state([EndedSync(watched.pk, "participants", uuid4(), is_failing=False)])
    assert told(watched) == ["sync_failed"]


def test_a_thousand_runs_cost_one_statement(watched: Plan) -> None:
    """NO-1: a batch of syncs of which nobody is told costs one statement."""
    off = default_of(Event.SYNC_FAILED)
    for event in (Event.SYNC_FAILED, Event.SYNC_RECOVERED):
        set_event(watched.pk, event, off, seen=ALERT.version, actor="test")
    ended = [EndedSync(10_000 + number, "plan", uuid4(), is_failing=number % 2 == 0) for number in range(1000)]
    with CaptureQueriesContext(database) as captured:
        tell_sync_state(ended)
    assert len(captured) == 1
    assert change_sync_states([], now=watched.created_at) == []
