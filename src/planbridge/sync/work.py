"""The work of a batch: claim its runs, read the recordkeeper, sync, conclude - whatever happens on the way."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import polars as pl
import structlog
from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone

from planbridge.activity.problem import Problem
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import Connector, ConnectorError, PeopleGroup, PlanAnswer, PlanFeed, WantedPlan
from planbridge.recordkeepers.quiet_hours import quiet_seconds
from planbridge.recordkeepers.registry import connector_for
from planbridge.sync.batch import Asked, Batch
from planbridge.sync.held import kept_group
from planbridge.sync.outcome import conclude_failed
from planbridge.sync.participant_sync import sync_participants
from planbridge.sync.plan_sync import sync_plans
from planbridge.sync.replay import replayed_group
from planbridge.sync.request import SyncOptions, enqueue_batch, request_syncs, waiting_runs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.run_book import Ticket, claim_runs

log = structlog.get_logger()
BUSY_SECONDS = 2


def work_batch(batch_id: UUID, job_id: int) -> None:
    """Do a batch's runs; those whose plan is busy elsewhere are left waiting and get another job.

    Raises only when the database is gone: then the job is tried again, and its runs with it.
    """
    waiting = waiting_runs(batch_id)
    if waiting and (seconds := quiet_seconds(Connection.objects.get(pk=waiting[0].connection_id), timezone.now())):
        enqueue_batch(batch_id, waiting[0].kind, delay_seconds=seconds)
        return
    with transaction.atomic():
        tickets = claim_runs(batch_id, job_id)
    if tickets:
        runs = {run.id: run for run in SyncRun.objects.filter(id__in=[ticket.run_id for ticket in tickets])}
        work_runs(tickets, [runs[ticket.run_id] for ticket in tickets])
    left = waiting_runs(batch_id)
    if left:
        enqueue_batch(batch_id, left[0].kind, delay_seconds=BUSY_SECONDS)


def work_runs(tickets: Sequence[Ticket], runs: Sequence[SyncRun]) -> None:
    """Do claimed runs of one connection and kind; every run is concluded here, one way or another."""
    try:
        if runs[0].kind == RunKind.PLAN:
            do_plans(tickets, runs)
        else:
            do_participants(tickets, runs)
    except ConnectorError as error:
        conclude_failed(tickets, error.problem)
    except (DatabaseError, InterfaceError):
        raise  # no outcome can be written: the job is tried again, or taken over
    except Exception:  # the last line of defence: a fault of ours must not leave a run Running
        log.exception("sync failed", runs=[str(ticket.run_id) for ticket in tickets])
        conclude_failed(tickets, Problem("RUN_FAILED"))


def do_plans(tickets: Sequence[Ticket], runs: Sequence[SyncRun]) -> None:
    """Plan Sync of the runs' plans."""
    connection = Connection.objects.get(pk=runs[0].connection_id)
    connector = connector_for(connection)
    batch = batch_of(tickets, runs)
    wanted = wanted_plans(runs)
    read: list[PlanAnswer] = sync_plans(batch, connector.read_plans(wanted))
    connector.settle(RunKind.PLAN, read)
    follow_up([answer.wanted.plan_id for answer in read if answer.has_more], runs)


def do_participants(tickets: Sequence[Ticket], runs: Sequence[SyncRun]) -> None:
    """Participant Sync of the runs' plans; a plan whose changes do not lead to the control totals is read in full."""
    connection = Connection.objects.get(pk=runs[0].connection_id)
    connector = connector_for(connection)
    batch = batch_of(tickets, runs)
    wanted = {one.plan_id: one for one in wanted_plans(runs)}
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
    follow_up([feed.wanted.plan_id for feed in read if feed.has_more], runs)
    if batch.busy:
        release_busy(batch, runs)


def read_and_sync(batch: Batch, connector: Connector, wanted: Sequence[WantedPlan]) -> list[PlanFeed]:
    """Read plans' people and sync them."""
    return sync_participants(batch, connector.read_people(wanted)) if wanted else []


def group_of(run: SyncRun, wanted: WantedPlan, connection: Connection) -> PeopleGroup | None:
    """What a run reads that does not ask the recordkeeper: a held feed, or rejected records of a drop folder."""
    if run.guard_waived_by:
        return kept_group(wanted, run.id)
    return replayed_group(run, wanted, connection)


def batch_of(tickets: Sequence[Ticket], runs: Sequence[SyncRun]) -> Batch:
    """The batch of claimed runs."""
    plans = Plan.objects.filter(id__in=[run.plan_id for run in runs]).values_list("external_plan_id", "id")
    external = pl.DataFrame(list(plans), schema={"external_plan_id": pl.String, "plan_id": pl.Int64}, orient="row")
    asked = {run.plan_id: Asked(run.is_dry_run, run.guard_waived_by) for run in runs}
    return Batch({ticket.plan_id: ticket for ticket in tickets}, asked, external)


def wanted_plans(runs: Sequence[SyncRun]) -> list[WantedPlan]:
    """What the runs want of the recordkeeper, given how far their plans were read before."""
    plans = Plan.objects.in_bulk([run.plan_id for run in runs])
    return [wanted_plan(plans[run.plan_id], run) for run in runs]


def wanted_plan(plan: Plan, run: SyncRun) -> WantedPlan:
    """What one run wants."""
    if run.kind == RunKind.PLAN:
        return WantedPlan(plan.id, plan.external_plan_id, plan.document_as_of, etag=plan.etag)
    since: datetime | None = None if run.is_full or run.participants else plan.participants_applied_as_of
    return WantedPlan(
        plan.id,
        plan.external_plan_id,
        plan.participants_as_of,
        changed_since=since,
        participants=tuple(run.participants),
    )


def as_full(wanted: WantedPlan) -> WantedPlan:
    """The same plan, everybody of it."""
    return WantedPlan(wanted.plan_id, wanted.external_plan_id, wanted.read_as_of)


def follow_up(plan_ids: Sequence[int], runs: Sequence[SyncRun]) -> None:
    """Ask for the next sync of plans for which another delivery waits."""
    if plan_ids and not runs[0].is_dry_run:
        plans = list(Plan.objects.select_related("connection").filter(id__in=plan_ids))
        request_syncs(plans, RunKind(runs[0].kind), actor=runs[0].requested_by, options=SyncOptions())


def release_busy(batch: Batch, runs: Sequence[SyncRun]) -> None:
    """Let runs wait again whose plan is being worked on elsewhere."""
    SyncRun.objects.filter(id__in=[batch.tickets[plan_id].run_id for plan_id in batch.busy], status="running").update(
        status="queued", job_id=None
    )


