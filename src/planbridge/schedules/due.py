"""Runs what is due: claims a schedule, sets its next time and asks for its syncs, all in one transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.schedules.placement import request_placements
from planbridge.schedules.rule import in_words
from planbridge.schedules.schedule import Outcome, Schedule, SchedulePart, SchedulePlan
from planbridge.schedules.schedules import locked_schedule, set_next
from planbridge.schedules.spread import SpreadPlan, spread
from planbridge.schedules.task_type import OtherTask
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, RunStatus, SyncRun

# A turn that is taken later than this was missed: no worker lived when it came.
LATE = timedelta(minutes=5)


@dataclass(frozen=True)
class Ran:
    """What came of a turn: plans meant, how many of them waited for a sync already, and the runs requested at once."""

    outcome: Outcome
    plans: int = 0
    already_waiting: int = 0
    requested_later: int = 0
    runs: tuple[UUID, ...] = ()


def is_anything_due() -> bool:
    """Whether a schedule's turn, or a part of a run that is being spread, has come."""
    now = timezone.now()
    return Schedule.objects.filter(due_at__lte=now).exists() or SchedulePart.objects.filter(starts_at__lte=now).exists()


def run_due_schedules() -> int:
    """Take every turn and every part that has come, each in a transaction of its own; answers how many.

    Any number of workers may do so at once: each turn is taken by one of them. A task whose times were missed runs once.
    """
    taken = 0
    while take_turn():
        taken += 1
    while take_part():
        taken += 1
    return taken


def take_turn() -> bool:
    """Take the longest due turn that nobody else is taking; answers whether there was one."""
    now = timezone.now()
    with transaction.atomic():
        free = Schedule.objects.select_for_update(skip_locked=True, of=("self",))
        schedule = free.filter(due_at__lte=now).order_by("due_at", "pk").first()
        if schedule is None:
            return False
        due_at = schedule.due_at
        ran = turn_of(schedule, now)
        set_next(schedule, now)
        conclude(schedule, ran, now, due_at, actor=schedule.actor)
    return True


def turn_of(schedule: Schedule, now: datetime) -> Ran:
    """Do what a claimed schedule's turn asks for."""
    if not schedule.is_on:
        return Ran(Outcome.SWITCHED_OFF)
    if schedule.next_run_at is None or schedule.next_run_at > now:
        return Ran(Outcome.MARKET_CLOSED)
    return start_run(schedule, now, window_minutes=schedule.window_minutes)


def run_schedule_now(schedule_id: int, *, actor: str) -> Ran:
    """Run a task at once and whole, on or off, on whatever day; its next time stays. Raises ScheduleConflict."""
    now = timezone.now()
    with transaction.atomic():
        schedule = locked_schedule(schedule_id)
        ran = start_run(schedule, now, window_minutes=0)
        conclude(schedule, ran, now, None, actor=actor)
    return ran


def start_run(schedule: Schedule, now: datetime, *, window_minutes: int) -> Ran:
    """Ask for the syncs of a locked schedule's plans, as they are now: at once, or over a window of minutes."""
    if window_minutes and SchedulePart.objects.filter(schedule=schedule).exists():
        return Ran(Outcome.STILL_SPREAD)
    plans = plans_of(schedule)
    if not plans:
        return Ran(Outcome.NO_PLANS)
    waiting = waiting_plans(schedule, plans)
    if len(waiting) == len(plans):
        return Ran(Outcome.ALL_WAITING, len(plans), len(waiting), runs=tuple(waiting.values()))
    if window_minutes == 0:
        return Ran(Outcome.REQUESTED, len(plans), len(waiting), runs=ask_for(schedule, plans))
    files = ConnectionKind.FILES
    minutes = spread(
        [SpreadPlan(plan.pk, plan.connection_id, plan.connection.kind == files) for plan in plans], window_minutes
    )
    at_once = set(minutes.pop(0))
    runs = ask_for(schedule, [plan for plan in plans if plan.pk in at_once])
    SchedulePart.objects.bulk_create(
        SchedulePart(schedule=schedule, starts_at=now + timedelta(minutes=minute), plan_ids=plan_ids)
        for minute, plan_ids in minutes.items()
    )
    later = len(plans) - len(at_once)
    return Ran(Outcome.REQUESTED, len(plans), len(waiting), later, runs)


def ask_for(schedule: Schedule, plans: list[Plan]) -> tuple[UUID, ...]:
    """Ask for what a task does, of some plans, in the caller's transaction; answers the runs where it is a sync."""
    if schedule.task_type == OtherTask.PLACEMENT:
        request_placements([plan.pk for plan in plans], actor=schedule.actor)
        return ()
    return tuple(run for _, run in request_syncs(plans, RunKind(schedule.task_type), actor=schedule.actor))


def take_part() -> bool:
    """Ask for the syncs of the longest due part that nobody else is taking; answers whether there was one."""
    with transaction.atomic():
        free = SchedulePart.objects.select_for_update(skip_locked=True, of=("self",)).select_related("schedule")
        part = free.filter(starts_at__lte=timezone.now()).order_by("starts_at", "pk").first()
        if part is None:
            return False
        plans = active_plans(part.schedule.firm_id, part.plan_ids)
        ask_for(part.schedule, plans)
        part.delete()
    return True


def plans_of(schedule: Schedule) -> list[Plan]:
    """The plans that a task means now; one that was deactivated is left out."""
    if schedule.is_for_all_plans:
        plans = active_plans(schedule.firm_id)
    else:
        selected = SchedulePlan.objects.filter(schedule=schedule).values_list("plan_id", flat=True)
        plans = active_plans(schedule.firm_id, list(selected))
    return [plan for plan in plans if schedule.connection_id in (None, plan.connection_id)]


def active_plans(firm_id: int, plan_ids: list[int] | None = None) -> list[Plan]:
    """A firm's plans that are not deactivated, all or of these ids, with what a request for syncs needs of them."""
    plans = Plan.objects.filter(firm_id=firm_id, deactivated_at=None).select_related("connection")
    chosen = plans if plan_ids is None else plans.filter(id__in=plan_ids)
    return list(chosen.only("id", "connection__kind").order_by("id"))


def waiting_plans(schedule: Schedule, plans: list[Plan]) -> dict[int, UUID]:
    """Plans that have a sync of the task's type waiting, whole and not a dry run: plan id to run id."""
    runs = SyncRun.objects.filter(kind=schedule.task_type, status=RunStatus.QUEUED, is_dry_run=False, participants=[])
    return dict(runs.filter(plan_id__in=[plan.pk for plan in plans]).values_list("plan_id", "id"))


def conclude(schedule: Schedule, ran: Ran, now: datetime, due_at: datetime | None, *, actor: str) -> None:
    """Write what came of a turn, and its activity entry, in the caller's transaction; `due_at` is None for "run now"."""
    has_run = ran.outcome == Outcome.REQUESTED
    schedule.last_turn_at, schedule.last_outcome = now, ran.outcome
    schedule.last_run_at = now if has_run else schedule.last_run_at
    schedule.save(update_fields=["due_at", "next_run_at", "last_turn_at", "last_outcome", "last_run_at"])
    detail = {
        "schedule": schedule.pk,
        "task_type": schedule.task_type,
        "rule": in_words(schedule.rule()),
        "outcome": ran.outcome,
        "reason": ran.outcome.label,
        "due_at": None if due_at is None else due_at.isoformat(),
        "is_caught_up": due_at is not None and now - due_at > LATE,
        "plans": ran.plans,
        "already_waiting": ran.already_waiting,
        "requested_later": ran.requested_later,
    }
    record_activity(
        Happening(
            Verb.SCHEDULE_RUN if has_run else Verb.SCHEDULE_NOT_RUN,
            actor,
            connection_id=schedule.connection_id,
            firm_id=schedule.firm_id,
            detail=detail,
            happened_at=now,
            status=RunStatus.SUCCESSFUL if has_run else RunStatus.CANCELED,
        )
    )
