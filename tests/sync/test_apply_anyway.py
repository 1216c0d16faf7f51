"""Apply anyway, where something happened between the held run and the decision."""

import json
from pathlib import Path

import pytest

from planbridge.activity.problem import Problem
from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connector import PlanFeed, WantedPlan
from planbridge.sync.decide import DecisionRefused, apply_held_run, cancel_run
from planbridge.sync.held import feed_as_bytes, feed_from_bytes
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import HeldFeed, RunKind, SyncRun
from planbridge.sync.sweep import end_abandoned_runs
from tests.cast import as_of, changed, crowd, deliver, position
from tests.syncing import counts, problems, run_of, statuses, sync_people, synced_plan, worked

MANY = crowd(30)


@pytest.mark.django_db
def test_what_is_held_does_not_undo_newer_data_of_people_picked_since(inbox: Path) -> None:
    """PT-6: Apply anyway is refused in words when people were synced by hand from a newer delivery since."""
    plan = synced_plan(inbox, MANY)
    sync_people(plan)
    deliver(inbox, MANY[:20], day=2)
    held = sync_people(plan)
    assert held.status == "held"
    newer = [changed(MANY[0], first_name="Newer"), *MANY[1:], *crowd(1, first=700)]
    deliver(inbox, newer, day=3)
    assert sync_people(plan, SyncOptions(participants=("P-0100", "P-0700"))).applied == 2
    with pytest.raises(DecisionRefused, match="Sync the plan anew"):
        apply_held_run(held.id, actor="ada")
    assert run_of(held.id).status == "held"
    assert Participant.objects.get(plan_id=plan.pk, participant_id="P-0100").first_name == "Newer"
    assert statuses(plan)["P-0700"] == "synced"
    assert (sync_people(plan).status, run_of(held.id).status) == ("successful", "canceled")


@pytest.mark.django_db
def test_a_held_pick_does_not_undo_another_ones_newer_data(inbox: Path) -> None:
    """PT-6: what is held of a person picked by hand is applied though another one was synced from newer data since."""
    plan, held = held_pick(inbox)
    other = sync_people(plan, SyncOptions(participants=("P-0104",)))
    assert other.applied == 1
    SyncRun.objects.filter(id=other.id).update(as_of=as_of(3))  # a Recordkeeper API reads each person as of now
    assert counts(worked(apply_held_run(held.id, actor="ada"))) == (1, 1, 0, 0, 0)


@pytest.mark.django_db
def test_who_was_not_found_stays_told_after_apply_anyway(inbox: Path) -> None:
    """PT-9: a chosen person whom the delivery lacks is named when the run is held, and when it is applied."""
    _, held = held_pick(inbox)
    absent = ("PARTICIPANT_NOT_FOUND", "P-nope")
    assert (held.status, absent in problems(held)) == ("held", True)
    applied = worked(apply_held_run(held.id, actor="ada"))
    assert (applied.status, counts(applied)) == ("partly_successful", (1, 1, 0, 0, 0))
    assert problems(applied).count(absent) == 1


@pytest.mark.django_db
def test_a_sync_asked_for_after_apply_anyway_is_done_after_it(inbox: Path) -> None:
    """PT-6: Sync now while a run waits to apply what was held is a run of its own: first the held, then what is newer."""
    plan = synced_plan(inbox, MANY)
    sync_people(plan)
    deliver(inbox, MANY[:20], day=2)
    held = apply_held_run(sync_people(plan).id, actor="ada")
    deliver(inbox, MANY, day=3)
    fresh = Plan.objects.select_related("connection").get(pk=plan.pk)
    ((_, asked),) = request_syncs([fresh], RunKind.PARTICIPANTS, actor="test")
    assert asked != held.id
    assert request_syncs([fresh], RunKind.PARTICIPANTS, actor="test") == [(plan.pk, asked)]
    assert worked(run_of(asked)).status == "queued"  # its job came first, and waits for the other
    assert end_abandoned_runs() == 0
    applied = worked(run_of(held.id))
    assert (applied.status, applied.vanished, applied.delivered_as) == ("successful", 10, "day2")
    newer = worked(run_of(asked))
    assert (newer.delivered_as, counts(newer)[0]) == ("day3", 30)


@pytest.mark.django_db
def test_apply_anyway_is_canceled_though_another_run_waits_behind_it(inbox: Path) -> None:
    """PT-6: Apply anyway that another sync waits for can be canceled: it applies nothing, and the other one is done."""
    plan = synced_plan(inbox, MANY)
    sync_people(plan)
    deliver(inbox, MANY[:20], day=2)
    held = apply_held_run(sync_people(plan).id, actor="ada")
    deliver(inbox, MANY, day=3)
    fresh = Plan.objects.select_related("connection").get(pk=plan.pk)
    ((_, asked),) = request_syncs([fresh], RunKind.PARTICIPANTS, actor="test")
    cancel_run(held.id, actor="ada")
    assert worked(run_of(held.id)).status == "canceled"
    assert not HeldFeed.objects.exists()  # what nobody can apply any more is not kept
    assert counts(worked(run_of(asked))) == (30, 0, 30, 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["waiting", "failed"])
def test_what_was_held_goes_with_the_run_that_was_to_apply_it(inbox: Path, how: str) -> None:
    """PT-6: People kept for Apply anyway are let go when that is canceled, and by the plan's next sync when it failed."""
    plan = synced_plan(inbox, MANY)
    sync_people(plan)
    deliver(inbox, MANY[:20], day=2)
    held = apply_held_run(sync_people(plan).id, actor="ada")
    assert HeldFeed.objects.filter(run_id=held.id).exists()
    if how == "waiting":
        cancel_run(held.id, actor="ada")
    else:
        SyncRun.objects.filter(id=held.id).update(status="error")
        deliver(inbox, MANY, day=3)
        assert sync_people(plan).status == "successful"
    assert not HeldFeed.objects.exists()


def held_pick(inbox: Path) -> tuple[Plan, SyncRun]:
    """A plan of five, and the held run of one of them whose money moved and of one who is not in the delivery."""
    plan = synced_plan(inbox, crowd(5))
    sync_people(plan)
    renamed = changed(crowd(5)[4], first_name="Newer")
    deliver(inbox, [changed(crowd(1)[0], balances=[position("PRE", "TD45", "5000")]), *crowd(4)[1:], renamed], day=2)
    return plan, sync_people(plan, SyncOptions(participants=("P-0100", "P-nope")))


def test_a_feed_kept_before_problems_were_kept_opens() -> None:
    """PT-6: what an older release kept of a held feed, without its problems, can still be applied."""
    wanted = WantedPlan(1, "900100", None)
    feed = PlanFeed(wanted, is_complete=True, problems=(Problem("PARTICIPANT_NOT_FOUND", participant_id="P-nope"),))
    kept = json.loads(feed_as_bytes(feed))
    assert feed_from_bytes(json.dumps(kept).encode(), wanted).problems == feed.problems
    del kept["problems"]
    assert feed_from_bytes(json.dumps(kept).encode(), wanted).problems == ()
