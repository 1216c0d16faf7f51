"""The work of a batch: claim its runs, read the recordkeeper, sync, conclude - whatever happens on the way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import polars as pl
import psycopg
import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from planbridge.activity.problem import Problem
from planbridge.jobs.stopping import HandedBack
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import Connector, ConnectorError, PeopleGroup, PlanAnswer, PlanFeed, WantedPlan
from planbridge.recordkeepers.quiet_hours import quiet_seconds
from planbridge.recordkeepers.registry import connector_for
from planbridge.sync.batch import Asked, Batch, ClaimedRun
from planbridge.sync.cancel_between_parts import cancelable
from planbridge.sync.held import kept_group
from planbridge.sync.outcome import conclude_failed
from planbridge.sync.participant_sync import sync_participants
from planbridge.sync.plan_sync import sync_plans
from planbridge.sync.progress import Progress, progress_of
from planbridge.sync.replay import replayed_group
from planbridge.sync.request import enqueue_batch, waiting_runs
from planbridge.sync.run import RunKind, RunStatus, SyncRun
from planbridge.sync.run_book import Ticket, claim_runs, hand_back_runs
from planbridge.sync.sweep import end_canceled_runs
from planbridge.sync.take_along import take_along_runs

log = structlog.get_logger()
BUSY_SECONDS = 2
LIMIT_EXCEEDED = "54"  # the class of SQLSTATE; psycopg counts it to the operational errors
# psycopg's own come from COPY, and from the limits of a connection.
DATABASE_GONE = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


def work_batch(batch_id: UUID, job_id: int) -> None:
    """Do a batch's runs, and with them what else waits for the same reading.

    Those whose plan is busy elsewhere, or that came in quiet hours, are left to a later job. Raises when the database
    is gone, or the worker was asked to stop: then the job is tried again, and its runs with it.
    """
    first = SyncRun.objects.filter(batch_id=batch_id, status__in=[RunStatus.QUEUED, RunStatus.RUNNING]).first()
    if first is None:
        return
    connection = Connection.objects.get(pk=first.connection_id)
    quiet = quiet_seconds(connection, timezone.now())
    with transaction.atomic():
        tickets = claim_runs(batch_id, job_id)
        if tickets and not quiet:
            tickets += take_along_runs(first, job_id, connection.kind, already=len(tickets))
    left = tickets if quiet else work_runs(tickets, job_id)
    if left or waiting_runs(batch_id):
        with transaction.atomic():
            hand_back_runs(left, enqueue_batch(batch_id, first.kind, delay_seconds=quiet or BUSY_SECONDS))


def work_runs(tickets: Sequence[Ticket], job_id: int) -> list[Ticket]:
    """Do claimed runs of one connection and kind; answers those whose plan is busy, every other one is concluded here."""
    found = SyncRun.objects.filter(id__in=[ticket.run_id for ticket in tickets]).values_list(*ClaimedRun._fields)
    runs = {run.id: run for run in map(ClaimedRun._make, found)}
    left: list[Ticket] = []
    try:
        # Apart, because a dry run undoes what its transaction wrote: it must not undo it for others.
        for is_dry_run in (False, True):
            alike = [ticket for ticket in tickets if runs[ticket.run_id].is_dry_run is is_dry_run]
            left += work_alike(alike, [runs[ticket.run_id] for ticket in alike])
    except HandedBack:
        hand_back_runs(tickets, job_id)
        raise
    return left


def work_alike(tickets: Sequence[Ticket], runs: Sequence[ClaimedRun]) -> list[Ticket]:
    """Do claimed runs that are all dry runs, or none of them; answers those whose plan is busy."""
    if not runs:
        return []
    with progress_of(runs[0].batch_id, len(runs)) as progress:
        plans = read_so_far(runs)
        batch = batch_of(tickets, runs, plans, progress)
        wanted = [wanted_plan(plans[run.plan_id], run) for run in runs]
        try:
            if runs[0].kind == RunKind.PLAN:
                do_plans(batch, runs, wanted)
            else:
                do_participants(batch, runs, wanted)
        except ConnectorError as error:
            conclude_failed(tickets, error.problem)
        except HandedBack:
            raise
        except Exception as error:  # the last line of defence: a fault of ours must not leave a run Running
            if is_database_gone(error):
                raise  # no outcome can be written: the job is tried again, or taken over
            log.exception("sync failed", batch=str(runs[0].batch_id), runs=len(runs))
            conclude_failed(tickets, Problem("RUN_FAILED"))
    end_canceled_runs([ticket.run_id for ticket in tickets])
    return batch.tickets_of(sorted(batch.busy))


def is_database_gone(error: Exception) -> bool:
    """Whether an error says that the database cannot be spoken to; a value that is too much for it would be so again."""
    said = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    is_too_much = isinstance(said, psycopg.Error) and (said.sqlstate or "").startswith(LIMIT_EXCEEDED)
    return isinstance(error, DATABASE_GONE) and not is_too_much


def do_plans(batch: Batch, runs: Sequence[ClaimedRun], plans: Sequence[WantedPlan]) -> None:
    """Plan Sync of the runs' plans."""
    connector = connector_for(Connection.objects.get(pk=runs[0].connection_id))
    read: list[PlanAnswer] = sync_plans(batch, connector.read_plans(plans))
    connector.settle(RunKind.PLAN, read)


def do_participants(batch: Batch, runs: Sequence[ClaimedRun], plans: Sequence[WantedPlan]) -> None:
    """Participant Sync of the runs' plans; a plan whose changes do not lead to the control totals is read in full."""
    connection = Connection.objects.get(pk=runs[0].connection_id)
    connector = connector_for(connection)
    wanted = {one.plan_id: one for one in plans}
    read: list[PlanFeed] = []
    kept = [run for run in runs if run.guard_waived_by or run.retries_run_id]
    for run in kept:
        group = group_of(run, wanted[run.plan_id], connection)
        if group is not None:
            read += sync_participants(batch, [group])
            del wanted[run.plan_id]
    read += read_and_sync(batch, connector, list(wanted.values()))
    if batch.to_read_in_full:
        anew = [as_full(wanted[plan_id]) for plan_id in sorted(batch.to_read_in_full)]
        read += read_and_sync(batch, connector, anew)
    connector.settle(RunKind.PARTICIPANTS, read)


def read_and_sync(batch: Batch, connector: Connector, wanted: Sequence[WantedPlan]) -> list[PlanFeed]:
    """Read plans' people and sync them."""
    return sync_participants(batch, cancelable(batch, connector.read_people(wanted))) if wanted else []


def group_of(run: ClaimedRun, wanted: WantedPlan, connection: Connection) -> PeopleGroup | None:
    """What a run reads that does not ask the recordkeeper: a held feed, or rejected records of a drop folder."""
    if run.guard_waived_by:
        return kept_group(wanted, run.id)
    return replayed_group(run, wanted, connection)


def batch_of(
    tickets: Sequence[Ticket], runs: Sequence[ClaimedRun], plans: Mapping[int, "ReadSoFar"], progress: Progress
) -> Batch:
    """The batch of claimed runs."""
    external = pl.DataFrame(
        [(plan.external_plan_id, plan_id) for plan_id, plan in plans.items()],
        schema={"external_plan_id": pl.String, "plan_id": pl.Int64},
        orient="row",
    )
    asked = {run.plan_id: Asked(run.is_dry_run, run.guard_waived_by, run.requested_by) for run in runs}
    return Batch({ticket.plan_id: ticket for ticket in tickets}, asked, external, progress)


def read_so_far(runs: Sequence[ClaimedRun]) -> dict[int, "ReadSoFar"]:
    """How far the runs' plans were read before, by plan id."""
    plans = Plan.objects.filter(id__in=[run.plan_id for run in runs]).values_list("id", *ReadSoFar._fields)
    return {plan_id: ReadSoFar(*row) for plan_id, *row in plans}


class ReadSoFar(NamedTuple):
    """How far a plan was read, by the columns of the same names."""

    external_plan_id: str
    document_as_of: datetime | None
    etag: str
    participants_as_of: datetime | None
    participants_applied_as_of: datetime | None


def wanted_plan(plan: ReadSoFar, run: ClaimedRun) -> WantedPlan:
    """What one run wants."""
    if run.kind == RunKind.PLAN:
        return WantedPlan(run.plan_id, plan.external_plan_id, plan.document_as_of, etag=plan.etag)
    since: datetime | None = None if run.is_full or run.participants else plan.participants_applied_as_of
    return WantedPlan(
        run.plan_id,
        plan.external_plan_id,
        plan.participants_as_of,
        changed_since=since,
        participants=tuple(run.participants),
    )


def as_full(wanted: WantedPlan) -> WantedPlan:
    """The same plan, everybody of it."""
    return WantedPlan(wanted.plan_id, wanted.external_plan_id, wanted.read_as_of)
