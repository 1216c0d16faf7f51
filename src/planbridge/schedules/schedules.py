"""Adds, edits, switches and removes schedules: with due.py the only writer of their tables."""

from collections.abc import Callable
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.models import Plan
from planbridge.schedules.next_run import next_run, next_turn
from planbridge.schedules.rule import Frequency, Rule, RuleInvalid, check_rule, in_words
from planbridge.schedules.schedule import Schedule, SchedulePart, SchedulePlan
from planbridge.schedules.terms import WINDOW_MINUTES_MAX, ScheduleTerms, put_terms, terms_of
from planbridge.security.firm import Firm
from planbridge.sync.run import RunKind

RECOMMENDED_HOURS = {RunKind.PLAN: 2, RunKind.PARTICIPANTS: 3}
RECOMMENDED_WINDOW_MINUTES = 120


class ScheduleRefused(ValueError):  # noqa: N818 - says what happened
    """A schedule that cannot be added or changed; the message says why and what to do."""


class ScheduleConflict(ScheduleRefused):
    """Somebody else changed or removed the schedule since it was read."""


def add_schedule(firm: Firm, terms: ScheduleTerms, *, actor: str, is_on: bool = True) -> Schedule:
    """Add a task to a firm; raises ScheduleRefused."""
    now = timezone.now()
    check_terms(firm, terms, now)
    with transaction.atomic():
        schedule = Schedule(firm=firm, is_on=is_on)
        put_terms(schedule, terms)
        set_next(schedule, now)
        schedule.save()
        put_plans(schedule, terms)
        record_change(Verb.SCHEDULE_ADDED, schedule, actor)
    return schedule


def create_recommended(firm: Firm, *, actor: str) -> list[Schedule]:
    """Add what is recommended: Plan Sync and Participant Sync, daily, for all plans; a kind that is there already is left."""
    with transaction.atomic():
        Firm.objects.select_for_update().get(pk=firm.pk)
        return [
            add_schedule(firm, recommended_terms(firm, kind), actor=actor)
            for kind in RECOMMENDED_HOURS
            if not is_scheduled_daily(firm, kind)
        ]


def recommended_terms(firm: Firm, kind: RunKind) -> ScheduleTerms:
    """The recommended task of a kind: at night in the firm's time zone, plans before people, spread over two hours."""
    rule = Rule(Frequency.DAILY, firm.time_zone, at=time(RECOMMENDED_HOURS[kind]))
    return ScheduleTerms(kind, rule, window_minutes=RECOMMENDED_WINDOW_MINUTES)


def is_scheduled_daily(firm: Firm, kind: RunKind) -> bool:
    """Whether a task of the kind is on that runs daily for all plans."""
    daily = Schedule.objects.filter(firm=firm, task_type=kind, is_on=True, frequency=Frequency.DAILY.value)
    return daily.filter(is_for_all_plans=True, connection=None).exists()


def edit_schedule(
    schedule_id: int, terms: ScheduleTerms, *, version: int, actor: str, is_on: bool | None = None
) -> Schedule:
    """Give a task other terms, if it is still as read (`version`); raises ScheduleRefused, ScheduleConflict.

    With another rule its next run is computed anew from now; what is still being spread goes on. `is_on` switches it
    too; None leaves it as it is.
    """

    def edit(schedule: Schedule, now: datetime) -> None:
        if schedule.version != version:
            raise ScheduleConflict(
                f"Task {schedule_id} was changed meanwhile; look at it as it is now, then edit again."
            )
        check_terms(schedule.firm, terms, now)
        before = schedule.rule()
        put_terms(schedule, terms)
        put_plans(schedule, terms)
        was_on, schedule.is_on = schedule.is_on, schedule.is_on if is_on is None else is_on
        # A run that is due this moment stays due when only its plans or its window change.
        if terms.rule != before or schedule.is_on != was_on:
            set_next(schedule, now)
        record_change(Verb.SCHEDULE_CHANGED, schedule, actor, before=in_words(before))
        if was_on and not schedule.is_on:
            record_change(Verb.SCHEDULE_SWITCHED_OFF, schedule, actor, plans_dropped=drop_parts(schedule))
        elif schedule.is_on and not was_on:
            record_change(Verb.SCHEDULE_SWITCHED_ON, schedule, actor)

    return change(schedule_id, edit)


def switch_schedule_on(schedule_id: int, *, actor: str) -> Schedule:
    """Let a task run again from its next time on: nothing is caught up. Raises ScheduleRefused when it has none."""

    def switch(schedule: Schedule, now: datetime) -> None:
        if not schedule.is_on:
            check_terms(schedule.firm, terms_of(schedule), now)
            schedule.is_on = True
            set_next(schedule, now)
            record_change(Verb.SCHEDULE_SWITCHED_ON, schedule, actor)

    return change(schedule_id, switch)


def switch_schedule_off(schedule_id: int, *, actor: str) -> Schedule:
    """Let a task rest; what its last run has not requested yet is dropped."""

    def switch(schedule: Schedule, _: datetime) -> None:
        if schedule.is_on:
            schedule.is_on, schedule.next_run_at = False, None
            record_change(Verb.SCHEDULE_SWITCHED_OFF, schedule, actor, plans_dropped=drop_parts(schedule))

    return change(schedule_id, switch)


def remove_schedule(schedule_id: int, *, actor: str) -> None:
    """Remove a task, and what its last run has not requested yet."""
    with transaction.atomic():
        schedule = locked_schedule(schedule_id)
        record_change(Verb.SCHEDULE_REMOVED, schedule, actor, plans_dropped=drop_parts(schedule))
        schedule.delete()


def change(schedule_id: int, alter: Callable[[Schedule, datetime], None]) -> Schedule:
    """Alter a task in one transaction: locked, with a new version."""
    now = timezone.now()
    with transaction.atomic():
        schedule = locked_schedule(schedule_id)
        alter(schedule, now)
        schedule.version += 1
        schedule.save()
    return schedule


def locked_schedule(schedule_id: int) -> Schedule:
    """A task, locked until the transaction ends; raises ScheduleConflict when it is not there any more."""
    found = Schedule.objects.select_for_update(of=("self",)).select_related("firm").filter(pk=schedule_id).first()
    if found is None:
        raise ScheduleConflict(f"Task {schedule_id} is not there any more.")
    return found


def set_next(schedule: Schedule, after: datetime) -> None:
    """Set a task's next turn and next run after a moment; nothing is written."""
    rule = schedule.rule()
    turn = next_turn(after, rule)
    schedule.due_at = None if turn is None else turn.at
    schedule.next_run_at = next_run(after, rule) if schedule.is_on else None


def check_terms(firm: Firm, terms: ScheduleTerms, now: datetime) -> None:
    """Raises ScheduleRefused for terms that cannot be kept."""
    try:
        check_rule(terms.rule)
    except RuleInvalid as invalid:
        raise ScheduleRefused(str(invalid)) from invalid
    if not 0 <= terms.window_minutes <= WINDOW_MINUTES_MAX:
        raise ScheduleRefused(f"A window is 0 to {WINDOW_MINUTES_MAX:,} minutes.")
    if next_run(now, terms.rule) is None:
        raise ScheduleRefused(f"{in_words(terms.rule)}: this never runs any more; choose a day that is still to come.")
    if terms.connection is not None and terms.connection.firm_id != firm.pk:
        raise ScheduleRefused("The connection is not one of the firm.")
    if terms.plan_ids is not None:
        check_plans(firm, terms, terms.plan_ids)


def check_plans(firm: Firm, terms: ScheduleTerms, plan_ids: frozenset[int]) -> None:
    """Raises ScheduleRefused for no plan, or for plans of another firm or connection."""
    if not plan_ids:
        raise ScheduleRefused("No plan is selected; select some, or take all plans.")
    own = Plan.objects.filter(firm=firm, id__in=plan_ids)
    if terms.connection is not None:
        own = own.filter(connection=terms.connection)
    if own.count() != len(plan_ids):
        raise ScheduleRefused("Some of the plans are not of the firm and connection; select others.")


def put_plans(schedule: Schedule, terms: ScheduleTerms) -> None:
    """Write which plans are selected, in the caller's transaction."""
    SchedulePlan.objects.filter(schedule=schedule).delete()
    selected = [SchedulePlan(plan_id=plan_id, schedule=schedule) for plan_id in sorted(terms.plan_ids or ())]
    SchedulePlan.objects.bulk_create(selected)


def drop_parts(schedule: Schedule) -> int:
    """Drop what a task's last run has not requested yet; answers how many plans that were."""
    parts = SchedulePart.objects.filter(schedule=schedule)
    dropped = sum(len(plan_ids) for plan_ids in parts.values_list("plan_ids", flat=True))
    parts.delete()
    return dropped


def record_change(verb: Verb, schedule: Schedule, actor: str, **more: str | int) -> None:
    """Write the activity entry of a change to a task, in the caller's transaction."""
    detail = {"schedule": schedule.pk, "task_type": schedule.task_type, "rule": in_words(schedule.rule())} | more
    record_activity(
        Happening(verb, actor, connection_id=schedule.connection_id, firm_id=schedule.firm_id, detail=detail)
    )
