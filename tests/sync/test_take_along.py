"""A job that begins takes the other waiting runs of its connection along; each of them ends as it would alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection as database
from django.db import transaction

from planbridge.jobs.worker import run_worker
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.sync.decide import cancel_run
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.run_book import Ticket, claim_runs
from planbridge.sync.take_along import take_along_runs
from planbridge.sync.work import work_batch, work_runs
from tests.cast import changed, crowd, deliver, plan_document
from tests.syncing import added_plan, codes, connected, counts, done, run_of, statuses, work

NAMES = ("900100", "900200", "900300")
DRY = SyncOptions(is_dry_run=True)


def three_plans(inbox: Path, count: int = 3) -> list[Plan]:
    """Three plans of one drop folder, three people each (or so many), whose documents are taken in."""
    connection = connected(inbox)
    deliver_people(inbox, count)
    plans = [added_plan(connection, name) for name in NAMES]
    assert {run.status for run in done(plans, RunKind.PLAN)} == {"successful"}
    return plans


def deliver_people(inbox: Path, count: int, *, day: int = 1) -> None:
    """Deliver so many people of each plan."""
    people = [changed(one, plan_id=name) for name in NAMES for one in crowd(count)]
    deliver(inbox, people, plans=[plan_document(plan_id=name) for name in NAMES], day=day)


def ask_one_by_one(plans: Sequence[Plan], options: SyncOptions | None = None) -> list[SyncRun]:
    """Ask for a Participant Sync of each plan by itself."""
    fresh = Plan.objects.select_related("connection").in_bulk([plan.pk for plan in plans])
    asked = [request_syncs([fresh[plan.pk]], RunKind.PARTICIPANTS, actor="test", options=options) for plan in plans]
    return [run_of(runs[0][1]) for runs in asked]


def fates(runs: Sequence[SyncRun]) -> list[tuple[str, int]]:
    """Status and attempt of each run as it stands."""
    return [(run_of(run.id).status, run_of(run.id).attempt) for run in runs]


def jobs_waiting() -> int:
    """How many sync jobs wait."""
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return int(cursor.fetchone()[0])


def claimed(run: SyncRun, job_id: int) -> list[Ticket]:
    """Claim a run's batch and what it takes along."""
    with transaction.atomic():
        own = claim_runs(run.batch_id, job_id)
        return own + take_along_runs(run, job_id, "files", already=len(own))


@pytest.mark.django_db
def test_the_first_job_does_all_that_wait(inbox: Path) -> None:
    """PT-9: runs asked for one by one are done by the first job, each once and complete; their own jobs are gone."""
    plans = three_plans(inbox)
    runs = ask_one_by_one(plans)
    work(runs[0].batch_id)
    assert fates(runs) == [("successful", 1)] * 3
    assert [counts(run_of(run.id)) for run in runs] == [(3, 3, 0, 0, 0)] * 3
    assert [len(statuses(plan)) for plan in plans] == [3, 3, 3]
    assert jobs_waiting() == 0


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_of_one_worker(inbox: Path) -> None:
    """PT-9: with two jobs at a time in a worker every run is done exactly once, whoever takes it along."""
    plans = three_plans(inbox, 31)
    done(plans, RunKind.PARTICIPANTS)
    for day in range(2, 5):
        deliver_people(inbox, 30 + day, day=day)
        runs = ask_one_by_one(plans)
        run_worker(concurrency=2, wait=False)
        assert fates(runs) == [("successful", 1)] * 3
        assert [len(statuses(plan)) for plan in plans] == [30 + day] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("options", [DRY, SyncOptions(participants=("P-0100",))])
def test_special_runs_stay_by_themselves(inbox: Path, options: SyncOptions) -> None:
    """PT-8, PT-9: a dry run or one of chosen people neither takes others along nor is taken along."""
    plans = three_plans(inbox)
    special, other = ask_one_by_one(plans[:1], options)[0], ask_one_by_one(plans[1:2])[0]
    work(special.batch_id)
    assert run_of(special.id).status == "successful"
    assert fates([other]) == [("queued", 0)]
    special = ask_one_by_one(plans[2:], options)[0]
    work(other.batch_id)
    assert fates([other, special]) == [("successful", 1), ("queued", 0)]
    assert len(statuses(plans[2])) == 0


@pytest.mark.django_db
def test_a_real_run_among_dry_ones_is_real(inbox: Path) -> None:
    """PT-8: a run that was asked for dry and then in earnest applies, though the others of its batch are dry."""
    plans = three_plans(inbox)
    fresh = list(Plan.objects.select_related("connection").order_by("pk"))
    runs = [run_of(run) for _, run in request_syncs(fresh, RunKind.PARTICIPANTS, actor="test", options=DRY)]
    assert ask_one_by_one(plans[1:2])[0].id == runs[1].id
    work(runs[0].batch_id)
    assert fates(runs) == [("successful", 1)] * 3
    assert [len(statuses(plan)) for plan in plans] == [0, 3, 0]


@pytest.mark.django_db
def test_other_kinds_other_connections_and_busy_plans_stay(inbox: Path, tmp_path: Path) -> None:
    """AM-4: only waiting runs of the same connection and kind are taken along, and none of a plan that runs already."""
    plans = three_plans(inbox)
    running = ask_one_by_one(plans[:1])[0]
    with transaction.atomic():
        assert claim_runs(running.batch_id, 77)
    behind, first = ask_one_by_one(plans[:2])
    of_another_kind = run_of(request_syncs(fresh_plans(plans[2:]), RunKind.PLAN, actor="test")[0][1])
    (tmp_path / "elsewhere").mkdir()
    stranger = added_plan(connected(tmp_path / "elsewhere", "elsewhere"), "900400")
    elsewhere = ask_one_by_one([stranger])[0]
    work(first.batch_id)
    assert fates([running, behind, first]) == [("running", 1), ("queued", 0), ("successful", 1)]
    assert fates([of_another_kind, elsewhere]) == [("queued", 0), ("queued", 0)]


def fresh_plans(plans: Sequence[Plan]) -> list[Plan]:
    """The plans with their connections."""
    return list(Plan.objects.select_related("connection").filter(pk__in=[plan.pk for plan in plans]))


@pytest.mark.django_db
def test_quiet_hours_take_nobody_along(inbox: Path) -> None:
    """RK-1: in quiet hours a job leaves other runs as they are; all wait."""
    plans = three_plans(inbox)
    now = datetime.now(UTC)
    quiet = {"quiet_from": (now - timedelta(hours=2)).time(), "quiet_until": (now + timedelta(hours=2)).time()}
    connection = Connection.objects.select_related("firm").get()
    type(connection.firm).objects.update(time_zone="UTC")
    Connection.objects.update(**quiet)
    runs = ask_one_by_one(plans)
    batches = [run.batch_id for run in runs]
    work(runs[0].batch_id)
    assert [status for status, _ in fates(runs)] == ["queued"] * 3
    assert [run_of(run.id).batch_id for run in runs] == batches


@pytest.mark.django_db
def test_a_job_begun_before_takes_nobody_along(inbox: Path) -> None:
    """AM-4: a job taken over from a dead worker does its own runs only, so that what killed it cannot spread."""
    plans = three_plans(inbox)
    first = ask_one_by_one(plans[:1])[0]
    with transaction.atomic():
        claim_runs(first.batch_id, 77)
    other = ask_one_by_one(plans[1:2])[0]
    work_batch(first.batch_id, 77)
    assert fates([first, other]) == [("successful", 2), ("queued", 0)]


@pytest.mark.django_db
def test_taken_along_runs_are_taken_over_with_the_job(inbox: Path) -> None:
    """PT-7: what an interrupted job had taken along is done when that job is done again, once, by the newest attempt."""
    plans = three_plans(inbox)
    runs = ask_one_by_one(plans)
    old = claimed(runs[0], 77)
    assert len(old) == 3
    work_batch(runs[0].batch_id, 77)
    assert fates(runs) == [("successful", 2)] * 3
    assert work_runs(old, 77) == []
    assert fates(runs) == [("successful", 2)] * 3
    assert [counts(run_of(run.id)) for run in runs] == [(3, 3, 0, 0, 0)] * 3


@pytest.mark.django_db
def test_one_of_those_taken_along_is_canceled(inbox: Path) -> None:
    """AM-6: canceling a run that was taken along cancels it and none of the others."""
    plans = three_plans(inbox)
    runs = ask_one_by_one(plans)
    tickets = claimed(runs[0], 77)
    cancel_run(runs[1].id, actor="ada")
    assert work_runs(tickets, 77) == []
    assert [status for status, _ in fates(runs)] == ["successful", "canceled", "successful"]
    assert codes(run_of(runs[1].id)) == ["RUN_CANCELED"]
    assert [len(statuses(plan)) for plan in plans] == [3, 0, 3]


@pytest.mark.django_db(transaction=True)
def test_a_run_in_somebody_elses_hands_is_not_waited_for(inbox: Path) -> None:
    """AM-4: a waiting run that another transaction is just changing stays where it is; the job does not wait for it."""
    plans = three_plans(inbox)
    runs = ask_one_by_one(plans)
    name = settings.DATABASES["default"]
    with psycopg.connect(database_address(name)) as other:
        other.execute("SELECT FROM sync_run WHERE id = %s FOR UPDATE", [runs[1].id])
        work(runs[0].batch_id)
        assert [status for status, _ in fates(runs)] == ["successful", "queued", "successful"]
    work(runs[1].batch_id)
    assert fates(runs) == [("successful", 1)] * 3


def database_address(given: dict[str, object]) -> str:
    """The test database's address for a session of its own."""
    parts = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "password": given["PASSWORD"]}
    named = {**parts, "dbname": database.settings_dict["NAME"]}
    return psycopg.conninfo.make_conninfo("", **{key: str(value) for key, value in named.items() if value})
