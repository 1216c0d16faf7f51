"""Decisions of people about runs: apply or discard what is held, cancel, retry what was rejected."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.record import Happening, record_activity
from planbridge.activity.run_id import new_run_id
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.sync.replay import newest_rejected
from planbridge.sync.request import SyncOptions, enqueue_batch, request_syncs
from planbridge.sync.run import HeldFeed, RunKind, RunStatus, SyncRun
from planbridge.sync.run_book import copy_problems, run_problems, ticket_of_run


class DecisionRefused(Exception):  # noqa: N818 - says what happened
    """The run is not in a state in which this can be done; the message says in which it is."""


def find_run(run_id: UUID) -> SyncRun | None:
    """A run by its id."""
    return SyncRun.objects.filter(id=run_id).first()


def locked_run(run_id: UUID) -> SyncRun:
    """A run, locked until the transaction ends."""
    return SyncRun.objects.select_for_update().get(id=run_id)


def refuse_unless(run: SyncRun, *statuses: RunStatus, what: str) -> None:
    """Raises DecisionRefused unless the run has one of the statuses."""
    if run.status not in statuses:
        message = f"Run {run.id} cannot be {what}: it is {RunStatus(run.status).label.lower()}."
        raise DecisionRefused(message)


def apply_held_run(run_id: UUID, *, actor: str) -> SyncRun:
    """Apply what a held run showed, whatever its guard said; the run itself goes on."""
    try:
        with transaction.atomic():
            run = locked_run(run_id)
            refuse_unless(run, RunStatus.HELD, what="applied")
            refuse_unkept(run)
            refuse_older(run)
            run.status, run.guard_waived_by, run.batch_id = RunStatus.QUEUED, actor, new_run_id()
            run.finished_at = None
            run.job_id = enqueue_batch(run.batch_id, run.kind, run.plan_id)
            run.save(update_fields=["status", "guard_waived_by", "batch_id", "finished_at", "job_id"])
            record_activity(Happening(Verb.RUN_APPLIED, actor, plan_id=run.plan_id, detail={"run": str(run.id)}))
    except IntegrityError as error:  # one run of a kind waits a plan: the table itself says so
        message = f"Run {run_id} cannot be applied now: another sync of the plan waits; let it end, or cancel it."
        raise DecisionRefused(message) from error
    return run


def refuse_unkept(run: SyncRun) -> None:
    """Raises DecisionRefused for a held run of which nothing was kept: a dry run shows, and applies nothing."""
    if not HeldFeed.objects.filter(plan_id=run.plan_id, run_id=run.id).exists():
        message = f"Run {run.id} cannot be applied: it was a dry run, or what it read is gone; sync again."
        raise DecisionRefused(message)


def refuse_older(run: SyncRun) -> None:
    """Raises DecisionRefused where people picked by hand have newer data than what is held: it would undo them.

    A newer reading of the whole plan has canceled the held run; parts of people are completed as they are applied.
    """
    picked = SyncRun.objects.filter(plan_id=run.plan_id, kind=run.kind, is_dry_run=False, applied__gt=0)
    newer = picked.filter(as_of__gt=run.as_of).exclude(participants=[]) if run.as_of else picked.none()
    if run.participants:  # what is held is of these only
        newer = newer.filter(participants__overlap=run.participants)
    if newer.exclude(id=run.id).exists():
        message = (
            f"Run {run.id} cannot be applied: people of the plan were synced by hand from newer data since, which it"
            " would undo. Sync the plan anew, and decide on what that shows."
        )
        raise DecisionRefused(message)


def discard_held_run(run_id: UUID, *, actor: str) -> SyncRun:
    """Drop what a held run showed: nothing of it is applied."""
    with transaction.atomic():
        run = locked_run(run_id)
        refuse_unless(run, RunStatus.HELD, what="discarded")
        end_as_canceled(run, actor, Verb.RUN_DISCARDED)
    return run


def cancel_run(run_id: UUID, *, actor: str) -> SyncRun:
    """Cancel a waiting run at once; a running one stops at its next stage and applies nothing."""
    with transaction.atomic():
        run = locked_run(run_id)
        refuse_unless(run, RunStatus.QUEUED, RunStatus.RUNNING, what="canceled")
        run.cancel_requested_by = actor
        run.save(update_fields=["cancel_requested_by"])
        if run.status == RunStatus.QUEUED:
            end_as_canceled(run, actor, Verb.RUN_CANCELED)
    return run


def end_as_canceled(run: SyncRun, actor: str, verb: Verb) -> None:
    """Write a run's end as Canceled, and let go of what was held of it: nobody can apply it any more."""
    HeldFeed.objects.filter(plan_id=run.plan_id, run_id=run.id).delete()
    run.status, run.finished_at = RunStatus.CANCELED, timezone.now()
    run.save(update_fields=["status", "finished_at"])
    copy_problems(run_problems(run.plan_id, [Problem("RUN_CANCELED", detail=f"By {actor}.")]), [ticket_of_run(run)])
    record_activity(Happening(verb, actor, plan_id=run.plan_id, detail={"run": str(run.id)}))


def retry_rejected(run_id: UUID, *, actor: str) -> tuple[int, UUID]:
    """Ask for a sync of the people whom a run rejected and no later run has taken in, or rejected again.

    Answers (plan id, run id). Raises DecisionRefused.
    """
    with transaction.atomic():
        run = locked_run(run_id)
        people = tuple(
            newest_rejected(run.plan_id, run.id).order_by("participant_id").values_list("participant_id", flat=True)
        )
        if not people:
            message = (
                f"Run {run.id} has nobody left to retry: it rejected nobody, or later runs took them all in,"
                " or rejected newer records of them; retry those."
            )
            raise DecisionRefused(message)
        plan = Plan.objects.select_related("connection").get(id=run.plan_id)
        waiting = waiting_of_drop_folder(plan)
        if waiting is not None and waiting.retries_run_id == run.id:
            return plan.id, waiting.id
        if waiting is not None:
            message = f"Run {waiting.id} of this plan waits already; retry the rejected people when it has ended."
            raise DecisionRefused(message)
        asked = SyncOptions(participants=people)
        found = request_syncs([plan], RunKind.PARTICIPANTS, actor=actor, options=asked)[0]
        SyncRun.objects.filter(plan_id=plan.id, id=found[1]).update(retries_run_id=run.id)
    return found


def waiting_of_drop_folder(plan: Plan) -> SyncRun | None:
    """The waiting Participant Sync of a plan, where a retry would be lost in it.

    A drop folder's records are replayed from quarantine, which a run that reads the whole plan, or retries another run,
    does not do; a Recordkeeper API is asked for the people anew, and then one run does for both.
    """
    if plan.connection.kind != ConnectionKind.FILES:
        return None
    return SyncRun.objects.filter(plan_id=plan.pk, kind=RunKind.PARTICIPANTS, status=RunStatus.QUEUED).first()
