"""How much a feed may change before its run is held: the limits of a plan, and what new plans of a firm begin with."""

from decimal import Decimal

from django.db import transaction

from planbridge.activity.conflict import refuse_if_changed
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.freshness_target import HOURS_MAX, OUT_OF_RANGE, FreshnessTargetInvalid
from planbridge.plans.plan import Plan
from planbridge.security.firm import Firm

LIMITS = ("people_loss_percent_max", "money_move_percent_max")
PERCENT_MAX = Decimal(100)


class GuardLimitInvalid(ValueError):  # noqa: N818 - says what is wrong
    """A limit that is no percentage."""


def guard_defaults(firm: Firm) -> dict[str, Decimal]:
    """The limits, in percent, that a new plan of a firm begins with."""
    return {name: getattr(firm, name) for name in LIMITS}


def set_guard_limit(plan: Plan, name: str, percent: Decimal, *, seen: str, actor: str) -> None:
    """Set one of a plan's LIMITS; `seen` is the token of the value that was shown.

    Raises GuardLimitInvalid, and ChangedMeanwhile when it was changed since.
    """
    check_limit(name, percent)
    with transaction.atomic():
        locked = Plan.objects.select_for_update().only(*LIMITS).get(pk=plan.pk)
        before = getattr(locked, name)
        refuse_if_changed(seen, before)
        if before != percent:
            Plan.objects.filter(pk=plan.pk).update(**{name: percent})
            detail = {"limit": name, "before": str(before), "after": str(percent)}
            record_activity(Happening(Verb.GUARD_LIMIT_CHANGED, actor, plan_id=plan.pk, detail=detail))
    setattr(plan, name, percent)


def set_plan_default(firm: Firm, name: str, value: Decimal | int, *, seen: str, actor: str) -> None:
    """Set what plans of a firm begin with: one of LIMITS, or `freshness_hours`, the target of plans without their own.

    Raises GuardLimitInvalid, FreshnessTargetInvalid, and ChangedMeanwhile when it was changed since `seen`.
    """
    if name == "freshness_hours":
        if not 1 <= value <= HOURS_MAX:
            raise FreshnessTargetInvalid(OUT_OF_RANGE)
    else:
        check_limit(name, Decimal(value))
    with transaction.atomic():
        locked = Firm.objects.select_for_update().get(pk=firm.pk)
        before = getattr(locked, name)
        refuse_if_changed(seen, before)
        if before != value:
            Firm.objects.filter(pk=firm.pk).update(**{name: value})
            detail = {"setting": name, "before": str(before), "after": str(value)}
            record_activity(Happening(Verb.FIRM_CHANGED, actor, firm_id=firm.pk, detail=detail))
    setattr(firm, name, value)


def check_limit(name: str, percent: Decimal) -> None:
    """Raises GuardLimitInvalid for what is none of LIMITS, or no percentage."""
    if name not in LIMITS or not 0 <= percent <= PERCENT_MAX:
        raise GuardLimitInvalid("A limit is 0 to 100 percent.")
