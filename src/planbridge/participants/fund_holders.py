"""Who holds each fund of a plan, counted once for every reading that moved people: the only writer of fund_holders.

Counting goes through everybody's holdings, so workers do it: when a draft comes to wait, and when people come in while
one does. A page counts only where no worker has done so yet. Of a plan that was never active nobody is touched, and
nobody is counted.
"""

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection as database
from django.db import models, transaction
from django.utils import timezone

from planbridge.jobs.queue import enqueue
from planbridge.notifications.event_setting import plan_has_notifications
from planbridge.participants.statements import statement
from planbridge.plans.activation_facts import ActivationFacts
from planbridge.plans.exact_number import ExactNumber
from planbridge.plans.holders import FundHolders
from planbridge.plans.plan import Plan

COUNTING = "planbridge.participants.count_fund_holders"


class FundHoldersRow(models.Model):
    """The people at the recordkeeper who hold units of a fund or direct new money into it, and their units."""

    pk = models.CompositePrimaryKey("plan_id", "fund")
    plan_id = models.BigIntegerField()
    fund = models.TextField()
    people_count = models.PositiveIntegerField()
    units = ExactNumber()

    class Meta:
        db_table = "fund_holders"


class FundHoldersMark(models.Model):
    """Since when the holders of a plan's funds are counted; `counted_at` null: people moved since."""

    plan_id = models.BigIntegerField(primary_key=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "fund_holders_mark"


def refresh_fund_holders(plan_ids: Sequence[int]) -> None:
    """Count the holders of plans' funds anew, in the caller's transaction."""
    if not plan_ids:
        return
    wanted = sorted(set(plan_ids))
    with transaction.atomic(), database.cursor() as cursor:
        # A sync that is moving people of these plans writes their marks too: this waits until it is done, or it waits.
        cursor.execute(statement("mark_fund_holders"), {"plan_ids": wanted, "counted_at": timezone.now()})
        cursor.execute(statement("drop_fund_holders"), {"plan_ids": wanted})
        cursor.execute(statement("count_fund_holders"), {"plan_ids": wanted})


def refresh_waiting_holders(plan_ids: Sequence[int]) -> None:
    """The same of those plans that are active and have a draft, where the count no longer holds; one question when none."""
    counted = FundHoldersMark.objects.filter(counted_at__isnull=False).values("plan_id")
    wanted = _waiting(plan_ids).exclude(pk__in=counted)
    refresh_fund_holders(list(wanted.values_list("pk", flat=True)))


def ask_to_count_holders(plan: Plan) -> None:
    """Have a worker count the holders of a plan's funds, if that is needed, before its review is looked at."""
    if _is_stale(plan.pk):
        enqueue(COUNTING, lock=f"{COUNTING}:{plan.pk}", arguments={"plan": plan.pk})


def note_moved_people(plan_ids: Sequence[int]) -> None:
    """After people of plans moved, in the transaction that moved them: count anew where a draft waits, else later."""
    if not plan_ids:
        return
    waiting = list(_waiting(plan_ids).values_list("pk", flat=True))
    refresh_fund_holders(waiting)
    others = sorted(set(plan_ids) - set(waiting))
    with database.cursor() as cursor:
        cursor.execute(statement("mark_fund_holders"), {"plan_ids": others, "counted_at": None})


def holders_of(plan_id: int) -> dict[str, FundHolders]:
    """Holders by fund at the newest prices (dollars, rounded to cents); counted first if people moved since."""
    if _is_stale(plan_id):
        refresh_fund_holders([plan_id])
    with database.cursor() as cursor:
        cursor.execute(statement("fund_holders"), {"plan_id": plan_id})
        rows: list[tuple[str, int, Decimal, Decimal | None]] = cursor.fetchall()
    return {fund: FundHolders(people, units, dollars) for fund, people, units, dollars in rows}


def activation_facts(plan: Plan) -> ActivationFacts:
    """What activating a plan asks of its people and of its notifications."""
    held = {} if plan.live_version is None else holders_of(plan.pk)
    return ActivationFacts(held, plan_has_notifications(plan.pk))


def _waiting(plan_ids: Sequence[int]) -> models.QuerySet[Plan]:
    """Those plans that are active and have a draft."""
    plans = Plan.objects.filter(pk__in=list(plan_ids), draft_version__isnull=False, live_version__isnull=False)
    return plans.order_by("pk")


def _is_stale(plan_id: int) -> bool:
    return not FundHoldersMark.objects.filter(plan_id=plan_id, counted_at__isnull=False).exists()
