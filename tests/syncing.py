"""Syncs of the cast, done in the test's own process as a worker would do them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection as database
from polars.testing import assert_frame_equal

from planbridge.participants.models import Participant
from planbridge.plans.lifecycle import activate_plan, add_plans
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.recordkeepers.connector import ListedPlan
from planbridge.security.firm import only_firm
from planbridge.sync.apply import people_by_rows
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.roll import read_rolls
from planbridge.sync.run import Quarantine, RunKind, RunProblem, SyncRun
from planbridge.sync.work import work_batch
from tests.cast import PLAN_ID, Document, Person, deliver, plan_document

STAGES = "participant contribution_rate allocation holding vesting loan beneficiary year_to_date person price touched".split()
EVERYBODY = SyncOptions()


def connected(inbox: Path, name: str = "example") -> Connection:
    """A connection to a drop folder."""
    new = NewConnection(name, ConnectionKind.FILES, {"path": str(inbox), "profile": "canonical"})
    return add_connection(only_firm(), new, actor="test")


def added_plan(connection: Connection, external_plan_id: str = PLAN_ID) -> Plan:
    """A plan of a connection, never synced."""
    return add_plans(connection, [ListedPlan(external_plan_id, "", None)], actor="test")[0]


def synced_plan(
    inbox: Path, people: Sequence[Person], *, plan: Document | None = None, form: str = "csv", name: str = "example"
) -> Plan:
    """A plan whose first delivery lies in the drop folder and whose first Plan Sync went well; nobody synced yet."""
    document = plan or plan_document()
    deliver(inbox, people, plans=[document], form=form)
    added = added_plan(connected(inbox, name), document["plan_id"])
    run = sync_plan(added)
    assert run.status == "successful", problems(run)
    return added


def active_plan(inbox: Path, people: Sequence[Person]) -> Plan:
    """As synced_plan, then activated, and its people synced."""
    plan = synced_plan(inbox, people)
    assert activate_plan(Plan.objects.get(pk=plan.pk), actor="test").warnings == []
    run = sync_people(plan)
    assert run.status == "successful", problems(run)
    return plan


def sync_plan(plan: Plan, options: SyncOptions = EVERYBODY) -> SyncRun:
    """Ask for a Plan Sync and do its job."""
    return done([plan], RunKind.PLAN, options)[0]


def sync_people(plan: Plan, options: SyncOptions = EVERYBODY) -> SyncRun:
    """Ask for a Participant Sync and do its job."""
    return done([plan], RunKind.PARTICIPANTS, options)[0]


def done(plans: Sequence[Plan], kind: RunKind, options: SyncOptions = EVERYBODY) -> list[SyncRun]:
    """Ask for syncs and do their jobs; the runs in the plans' order."""
    fresh = list(Plan.objects.select_related("connection").filter(pk__in=[plan.pk for plan in plans]))
    asked = dict(request_syncs(fresh, kind, actor="test", options=options))
    for batch_id in set(SyncRun.objects.filter(id__in=asked.values()).values_list("batch_id", flat=True)):
        work(batch_id)
    assert_rolls_are_as_held([plan.pk for plan in plans])
    return [run_of(asked[plan.pk]) for plan in plans]


def assert_rolls_are_as_held(plan_ids: Sequence[int]) -> None:
    """Whatever a run wrote, a plan's roll says the same as the rows of its people."""
    enrolled, with_roll = read_rolls(plan_ids)
    assert_frame_equal(enrolled, people_by_rows(list(with_roll)), check_row_order=False)


def work(batch_id: UUID) -> None:
    """Take a batch's job out of the queue and do it, as a worker would.

    Stages are emptied by commits; a test that runs inside one transaction has none between its syncs.
    """
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'batch' = %s RETURNING id", [str(batch_id)])
        (job_id,) = cursor.fetchone()
    work_batch(batch_id, job_id)
    with database.cursor() as cursor:
        for name in STAGES:
            cursor.execute("SELECT to_regclass(%s)", [f"pg_temp.stage_{name}"])
            if cursor.fetchone() != (None,):
                cursor.execute(f"TRUNCATE pg_temp.stage_{name}")


def worked(run: SyncRun) -> SyncRun:
    """Do the job that a run waits for, and give the run as it stands then."""
    work(run.batch_id)
    return run_of(run.id)


def run_of(run_id: UUID) -> SyncRun:
    """A run as it stands."""
    return SyncRun.objects.get(id=run_id)


def problems(run: SyncRun) -> list[tuple[str, str | None]]:
    """(code, participant id) of a run's problems, in order of code and id."""
    rows = RunProblem.objects.filter(plan_id=run.plan_id, run_id=run.id)
    return sorted(rows.values_list("code", "participant_id"), key=lambda row: (row[0], row[1] or ""))


def codes(run: SyncRun) -> list[str]:
    """The distinct codes of a run's problems, in order."""
    return sorted({code for code, _ in problems(run)})


def counts(run: SyncRun) -> tuple[int, int, int, int, int]:
    """read, applied, unchanged, rejected, held."""
    return run.read, run.applied, run.unchanged, run.rejected, run.held


def statuses(plan: Plan) -> dict[str, str]:
    """The sync status of everybody held of a plan."""
    return dict(Participant.objects.filter(plan_id=plan.pk).values_list("participant_id", "sync_status"))


def open_quarantine(plan: Plan) -> list[tuple[str, list[str]]]:
    """(participant id, codes) of the rejected records that no later run took."""
    rows = Quarantine.objects.filter(plan_id=plan.pk, resolved_by_run=None).order_by("participant_id")
    return list(rows.values_list("participant_id", "codes"))


def table_rows(table: str, plan: Plan) -> list[Any]:
    """Every row of a plan in a table as text, with the place it is stored at: a row written again shows."""
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT ctid::text, xmin::text, t::text FROM {table} AS t WHERE plan_id = %s ORDER BY 3", [plan.pk]
        )
        return list(cursor.fetchall())
