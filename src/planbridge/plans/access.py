"""Which plans a user sees: those of the firm for an Admin and who was given all, those given to them for everybody else."""

from collections.abc import Iterable

from django.db import models
from django.db.models import Exists, OuterRef, QuerySet

from planbridge.plans.plan import Plan
from planbridge.security.user import Role, User


class PlanAccess(models.Model):
    """A plan given to a user."""

    user = models.ForeignKey("security.User", on_delete=models.CASCADE)
    plan = models.ForeignKey(Plan, on_delete=models.CASCADE)

    class Meta:
        db_table = "plan_access"
        constraints = (models.UniqueConstraint(fields=["user", "plan"], name="plan_given_once"),)


def plans_of(user: User) -> QuerySet[Plan]:
    """The plans that a user sees: every page and every search begins with these, so that firms stay apart."""
    plans = Plan.objects.filter(firm_id=user.firm_id)
    if user.role == Role.ADMIN or user.sees_all_plans:
        return plans
    return plans.filter(Exists(PlanAccess.objects.filter(user_id=user.pk, plan_id=OuterRef("pk"))))


def add_given(user: User, plans: QuerySet[Plan]) -> int:
    """Give a user these plans of the firm beside those they have, in the caller's transaction; answers how many were new.

    Called by users/given_plans.py alone, which records it.
    """
    held = PlanAccess.objects.filter(user=user).values("plan_id")
    new = list(plans.filter(firm_id=user.firm_id).exclude(pk__in=held).values_list("pk", flat=True))
    PlanAccess.objects.bulk_create([PlanAccess(user=user, plan_id=one) for one in new], ignore_conflicts=True)
    return len(new)


def take_given(user: User, plans: QuerySet[Plan]) -> int:
    """Take these plans from a user, in the caller's transaction; answers how many they had."""
    return PlanAccess.objects.filter(user=user, plan_id__in=plans.values("pk")).delete()[0]


def give_plans(user: User, plan_ids: Iterable[int]) -> None:
    """Make these the plans given to a user, in the caller's transaction; ids of another firm's plans are left out.

    Called by users/change.py alone, which records it.
    """
    wanted = set(Plan.objects.filter(firm_id=user.firm_id, pk__in=list(plan_ids)).values_list("pk", flat=True))
    PlanAccess.objects.filter(user=user).exclude(plan_id__in=wanted).delete()
    PlanAccess.objects.bulk_create([PlanAccess(user=user, plan_id=one) for one in wanted], ignore_conflicts=True)
