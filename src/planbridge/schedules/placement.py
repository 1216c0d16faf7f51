"""Managed account placement: finds a plan's new entrants, and places them only where the plan's setting says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.jobs.queue import enqueue
from planbridge.plans.investment_paths import PathKind
from planbridge.plans.models import Plan, PlanSource, PlanVersion
from planbridge.plans.path_checks import lacks_of_provider
from planbridge.plans.placement_setting import PlacementSetting, placement_setting
from planbridge.plans.stored_version import StoredVersion, live_version
from planbridge.plans.terms import FundStatus
from planbridge.schedules.statements import statement
from planbridge.sync.submission_wish import Wish, allocation_wish
from planbridge.sync.submissions import submit_wishes

TASK = "planbridge.schedules.place_new_entrants"
PEOPLE_A_TRANSACTION = 200
ROLLED_OVER = frozenset({"rollover", "roth_rollover"})  # nothing of pay goes into them
SWITCHED_OFF = (
    'Nothing was sent: "Place new entrants into the managed account" is off, and they have not chosen it themselves'
)
NO_FUND = "Nothing was sent: the fund that the recordkeeper knows the managed account as is not open any more"


@dataclass(frozen=True)
class Placement:
    """What a look at a plan came to: the new entrants, and how many of them a submission was written for."""

    people: tuple[str, ...] = ()
    placed: int = 0
    reason: str = ""


def request_placements(plan_ids: Sequence[int], *, actor: str) -> int:
    """Enqueue a look at each plan whose live version has Manage It For Me on; answers how many. In the caller's transaction."""
    live = PlanVersion.objects.filter(
        plan_id=OuterRef("pk"),
        number=OuterRef("live_version"),
        paths__enabled__contains=[PathKind.MANAGE_IT_FOR_ME.value],
    )
    found = Plan.objects.filter(Exists(live), pk__in=list(plan_ids), deactivated_at=None).order_by("pk")
    wanted = list(found.values_list("pk", flat=True))
    for plan_id in wanted:
        enqueue(TASK, lock=f"placement:{plan_id}", arguments={"plan": plan_id, "actor": actor})
    return len(wanted)


def place_new_entrants(plan: Plan, *, actor: str, now: datetime | None = None) -> Placement:
    """Find the new entrants of a plan, place them where the setting is on, and record either with the people.

    Who was placed, or ever asked for an allocation, is not found again: doing it twice places nobody twice.
    """
    live = live_version(plan)
    if live is None or plan.deactivated_at is not None or not _is_ready(live):
        return Placement()
    moment = now or timezone.now()
    people = _new_entrants(plan, moment)
    if not people:
        return Placement()
    setting = placement_setting(plan)
    reason = _why_not(setting, live)
    if reason:
        found = Placement(people, 0, reason)
        with transaction.atomic():
            _record(plan, found, actor=actor)
        return found
    sources = list(PlanSource.objects.filter(plan_id=plan.pk).exclude(kind__in=ROLLED_OVER).order_by("position"))
    wishes = [allocation_wish(one.source, {setting.fund: Decimal(100)}) for one in sources]
    for start in range(0, len(people), PEOPLE_A_TRANSACTION):
        _place(plan, people[start : start + PEOPLE_A_TRANSACTION], wishes, actor=actor, now=moment)
    return Placement(people, len(people))


def _is_ready(live: StoredVersion) -> bool:
    """Whether participants are offered a managed account of a provider that is described in full."""
    paths = live.content.paths
    is_offered = PathKind.MANAGE_IT_FOR_ME in paths.offered
    return is_offered and paths.provider is not None and not lacks_of_provider(paths.provider)


def _new_entrants(plan: Plan, now: datetime) -> tuple[str, ...]:
    with database.cursor() as cursor:
        cursor.execute(statement("new_entrants"), {"plan_id": plan.pk, "today": timezone.localdate(now)})
        return tuple(row[0] for row in cursor.fetchall())


def _why_not(setting: PlacementSetting, live: StoredVersion) -> str:
    """Why nothing is sent; empty when it may be."""
    if not setting.is_on:
        return SWITCHED_OFF
    funds = {one.fund for one in live.content.lineup.funds if one.status == FundStatus.OPEN}
    return "" if setting.fund in funds else NO_FUND


def _place(plan: Plan, people: Sequence[str], wishes: Sequence[Wish], *, actor: str, now: datetime) -> None:
    """Write the submissions of some people, and the entry that names them, in one transaction."""
    with transaction.atomic():
        for participant_id in people:
            submit_wishes(plan, participant_id, wishes, actor=actor, now=now)
        _record(plan, Placement(tuple(people), len(people)), actor=actor)


def _record(plan: Plan, found: Placement, *, actor: str) -> None:
    detail = {
        "found": len(found.people),
        "placed": found.placed,
        "people": list(found.people[:PEOPLE_A_TRANSACTION]),
        "reason": found.reason,
    }
    happening = Happening(Verb.PLACEMENT, actor, plan_id=plan.pk, connection_id=plan.connection_id, detail=detail)
    record_activity(happening)
