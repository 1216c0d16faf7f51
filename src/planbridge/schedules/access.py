"""Which tasks a user sees, and which of them they may change: those of the plans given to them."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from planbridge.plans.access import plans_of
from planbridge.schedules.schedule import Schedule, SchedulePlan
from planbridge.security.roles import Right, may
from planbridge.security.user import User


def schedules_of(user: User) -> QuerySet[Schedule]:
    """The tasks of the user's firm that sync a plan they see: those for all plans, and those for one of theirs."""
    own = Schedule.objects.filter(firm_id=user.firm_id)
    if may(user, Right.SCHEDULE_ALL_PLANS):
        return own
    selected = SchedulePlan.objects.filter(schedule_id=OuterRef("pk"), plan_id__in=plans_of(user).values("pk"))
    return own.filter(Q(is_for_all_plans=True) | Exists(selected))


def changeable_schedules(user: User) -> QuerySet[Schedule]:
    """Those of them that the user may change: for all plans only with the right to it, else only with no plan of others."""
    if not may(user, Right.SCHEDULE_TASKS):
        return Schedule.objects.none()
    found = schedules_of(user)
    if may(user, Right.SCHEDULE_ALL_PLANS):
        return found
    selected = SchedulePlan.objects.filter(schedule_id=OuterRef("pk"))
    return found.filter(is_for_all_plans=False).exclude(
        Exists(selected.exclude(plan_id__in=plans_of(user).values("pk")))
    )
