"""The statuses of runs, each from a real run, and what the tables forbid."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.utils import timezone

from planbridge.activity.models import ActivityEntry
from planbridge.plans.models import Plan
from planbridge.sync.decide import DecisionRefused, cancel_run
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind, RunProblem, RunStatus, SyncRun
from planbridge.sync.run_book import claim_runs
from planbridge.sync.sweep import end_abandoned_runs
from tests.cast import change_manifest, changed, crowd, deliver
from tests.syncing import codes, run_of, statuses, sync_people, synced_plan, work


def ask(plan: Plan, options: SyncOptions | None = None) -> SyncRun:
    """Ask for a Participant Sync and leave it waiting."""
    fresh = Plan.objects.select_related("connection").get(pk=plan.pk)
    return run_of(request_syncs([fresh], RunKind.PARTICIPANTS, actor="test", options=options)[0][1])


@pytest.mark.django_db
def test_every_status_comes_of_a_real_run(inbox: Path) -> None:
    """AM-4: Queued, Running, Successful, with warnings, Partly successful, Held, Error and Canceled are all reached."""
    plan = synced_plan(inbox, crowd(20))
    waiting = ask(plan)
    seen = [waiting.status]
    with transaction.atomic():
        claim_runs(waiting.batch_id, 77)
        seen.append(run_of(waiting.id).status)
        transaction.set_rollback(True)
    work(waiting.batch_id)
    seen.append(run_of(waiting.id).status)
    days = [
        [changed(crowd(1)[0], email="pat"), *crowd(20)[1:]],
        [changed(crowd(1)[0], ssn=None), *crowd(20)[1:]],
        crowd(5),
    ]
    for day, people in enumerate(days, start=2):
        deliver(inbox, people, day=day)
        seen.append(sync_people(plan).status)
    change_manifest(deliver(inbox, crowd(20), day=5), complete=False)
    seen.append(sync_people(plan).status)
    canceled = ask(plan)
    cancel_run(canceled.id, actor="ada")
    seen.append(run_of(canceled.id).status)
    assert seen == list(RunStatus)


@pytest.mark.django_db
def test_a_waiting_run_is_canceled_at_once(inbox: Path) -> None:
    """AM-6: Canceled says by whom, nothing is applied, its job does nothing, and another sync can be asked for."""
    plan = synced_plan(inbox, crowd(2))
    run = ask(plan)
    cancel_run(run.id, actor="ada")
    work(run.batch_id)
    ended = run_of(run.id)
    assert (ended.status, codes(ended)) == ("canceled", ["RUN_CANCELED"])
    assert "ada" in RunProblem.objects.get(run_id=run.id).message
    assert statuses(plan) == {}
    assert ActivityEntry.objects.filter(verb="run_canceled", actor="ada").count() == 1
    with pytest.raises(DecisionRefused, match="it is canceled"):
        cancel_run(run.id, actor="ada")
    assert sync_people(plan).status == "successful"


@pytest.mark.django_db
def test_a_run_that_nothing_works_on_is_ended(inbox: Path) -> None:
    """AM-4: a run left Running whose job is gone ends Error with RUN_INTERRUPTED; nothing of it was applied."""
    plan = synced_plan(inbox, crowd(2))
    run = ask(plan)
    with transaction.atomic():
        claim_runs(run.batch_id, 0)
    SyncRun.objects.filter(plan_id=plan.pk, id=run.id).update(started_at=timezone.now() - timedelta(hours=1))
    assert end_abandoned_runs() == 1
    assert (run_of(run.id).status, codes(run_of(run.id)), statuses(plan)) == ("error", ["RUN_INTERRUPTED"], {})
    assert sync_people(plan).status == "successful"


@pytest.mark.django_db
def test_a_fault_of_our_own_ends_the_run_and_applies_nothing(inbox: Path) -> None:
    """AM-4: whatever goes wrong on the way, the run ends Error with RUN_FAILED, and nothing of it is applied."""
    plan = synced_plan(inbox, crowd(2))
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE holding ADD CONSTRAINT no_units CHECK (units IS NULL)")
    run = sync_people(plan)
    assert (run.status, codes(run), statuses(plan)) == ("error", ["RUN_FAILED"], {})
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE holding DROP CONSTRAINT no_units")
    assert sync_people(plan).status == "successful"


@pytest.mark.django_db
def test_another_sync_can_be_asked_for_right_after_a_cancel(inbox: Path) -> None:
    """AM-6: while the canceled run's job still waits in the queue, a new sync is taken and done."""
    plan = synced_plan(inbox, crowd(2))
    cancel_run(ask(plan).id, actor="ada")
    assert sync_people(plan).status == "successful"


@pytest.mark.django_db
def test_a_request_while_one_waits_is_the_same_run(inbox: Path) -> None:
    """AM-4: asked twice, one run waits; both get it."""
    plan = synced_plan(inbox, crowd(2))
    assert ask(plan).id == ask(plan).id
    assert SyncRun.objects.filter(kind="participants").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["queued", "running"])
def test_never_two_of_one_kind_and_plan(inbox: Path, status: str) -> None:
    """AM-4: the table itself refuses a second waiting, and a second running run of one kind and plan."""
    plan = synced_plan(inbox, crowd(2))
    run = ask(plan)
    SyncRun.objects.filter(plan_id=plan.pk, id=run.id).update(status=status)
    first_sync = SyncRun.objects.filter(plan_id=plan.pk, kind="plan")
    first_sync.update(status=status)
    with pytest.raises(IntegrityError), transaction.atomic():
        first_sync.update(kind="participants")


@pytest.mark.django_db
def test_a_plan_that_is_being_synced_makes_the_next_run_wait(inbox: Path) -> None:
    """AM-4: a run whose plan has one running is not claimed; it waits and gets another job."""
    plan = synced_plan(inbox, crowd(2))
    running = ask(plan)
    with transaction.atomic():
        assert len(claim_runs(running.batch_id, 77)) == 1
    waiting = ask(plan)
    assert waiting.id != running.id
    work(waiting.batch_id)
    assert (run_of(running.id).status, run_of(waiting.id).status) == ("running", "queued")
    SyncRun.objects.filter(plan_id=plan.pk, id=running.id).update(status="error")
    work(waiting.batch_id)
    assert run_of(waiting.id).status == "successful"


@pytest.mark.django_db(transaction=True)
def test_a_run_says_who_asked_and_how_it_went(inbox: Path) -> None:
    """AM-3: requested by, requested, started and finished at, stages in their order, the delivery and its as_of."""
    plan = synced_plan(inbox, crowd(2))
    run = sync_people(plan)
    assert run.requested_by == "test"
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.requested_at <= run.started_at <= run.finished_at
    assert [stage["stage"] for stage in run.stages][:1] == ["extract"]
    assert {"normalise", "validate", "diff", "guard", "apply", "reconcile"} <= {stage["stage"] for stage in run.stages}
    assert (run.delivered_as, run.as_of.isoformat()) == ("day1", "2026-11-16T22:00:00+00:00")
    assert run.seconds() >= 0
