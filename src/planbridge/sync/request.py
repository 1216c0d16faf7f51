"""Requests for syncs: one transaction writes the waiting runs, their activity entries and the job."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activities
from planbridge.activity.run_id import new_run_id
from planbridge.jobs.queue import enqueue
from planbridge.plans.models import Plan
from planbridge.sync.run import RunKind, RunStatus, SyncRun
from planbridge.sync.run_book import take_turns
from planbridge.sync.statements import statement

TASK = "planbridge.sync.run_batch"
VERBS = {RunKind.PLAN: Verb.PLAN_SYNC, RunKind.PARTICIPANTS: Verb.PARTICIPANT_SYNC}
RUNS_A_STATEMENT = 2000
# A drop folder is read by one job, so that a delivery is parsed once; other recordkeepers by jobs of this many plans.
PLANS_A_JOB = {"files": 100_000, "rest": 500}


def plans_a_job(connection_kind: str) -> int:
    """How many plans of a connection of this kind one job works on at most."""
    return PLANS_A_JOB.get(connection_kind, PLANS_A_JOB["rest"])


@dataclass(frozen=True)
class SyncOptions:
    """What is asked of the syncs: everybody anew, a dry run, or only some participants."""

    is_full: bool = False
    is_dry_run: bool = False
    participants: tuple[str, ...] = ()


def request_syncs(
    plans: Sequence[Plan], kind: RunKind, *, actor: str, options: SyncOptions | None = None
) -> list[tuple[int, UUID]]:
    """Ask for a sync of each plan: (plan id, run id) in the plans' order.

    A plan that has a run of the kind waiting already gets that run; it is widened where more is asked for now. A run
    that waits to apply what was held reads nothing new: the plan gets another one, to be done after it.
    """
    asked = options or SyncOptions()
    found: dict[int, UUID] = {}
    with transaction.atomic():
        for connection_id, kind_name in {(plan.connection_id, plan.connection.kind) for plan in plans}:
            own = [plan for plan in plans if plan.connection_id == connection_id]
            size = plans_a_job(kind_name)
            for start in range(0, len(own), size):
                found |= request_batch(own[start : start + size], kind, actor, asked)
    return [(plan.id, found[plan.id]) for plan in plans]


def request_batch(plans: Sequence[Plan], kind: RunKind, actor: str, asked: SyncOptions) -> dict[int, UUID]:
    """Write the waiting runs of one batch and its job, in the caller's transaction."""
    take_turns()
    batch_id = new_run_id()
    runs = {plan.id: new_run_id() for plan in plans}
    with database.cursor() as cursor:
        cursor.execute(statement("let_held_go_first"), {"plan_ids": list(runs), "kind": kind})
        cursor.execute(
            statement("request_runs"),
            {
                "plan_ids": list(runs),
                "run_ids": list(runs.values()),
                "connection_ids": [plan.connection_id for plan in plans],
                "kind": kind,
                "batch_id": batch_id,
                "is_full": asked.is_full,
                "is_dry_run": asked.is_dry_run,
                "participants": list(asked.participants),
                "requested_by": actor,
                "requested_at": timezone.now(),
            },
        )
        rows = cursor.fetchall()
    found: dict[int, UUID] = {plan_id: run_id for plan_id, run_id, _ in rows}
    fresh = [(plan_id, run_id) for plan_id, run_id, is_new in rows if is_new]
    if fresh:
        enqueue_batch(batch_id, kind, fresh[0][0] if len(fresh) == 1 else None)
        record_activities(
            Happening(VERBS[kind], actor, plan_id=plan_id, id=run_id, connection_id=plans[0].connection_id)
            for plan_id, run_id in fresh
        )
    return found


def enqueue_batch(batch_id: UUID, kind: str, plan_id: int | None = None, *, delay_seconds: float = 0) -> int:
    """Enqueue the job of a batch; a single plan's job takes turns with the plan's other jobs of the kind."""
    lock = f"{kind}:{plan_id}" if plan_id is not None else f"{kind}:batch:{batch_id}"
    return enqueue(
        TASK,
        lock=lock,
        # By batch: which run of a plan waits is for sync_run to say, and a job taken back from a dead worker waits too.
        unique=f"{lock}:{batch_id}",
        arguments={"batch": str(batch_id)},
        delay_seconds=delay_seconds,
    )


def waiting_runs(batch_id: UUID) -> list[SyncRun]:
    """The runs of a batch that still wait."""
    return list(SyncRun.objects.filter(batch_id=batch_id, status=RunStatus.QUEUED))
