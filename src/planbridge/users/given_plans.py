"""Gives plans to users and takes them away: each function one change, recorded as activity."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.access import add_given, take_given
from planbridge.plans.models import Plan
from planbridge.security.user import User
from planbridge.users.invite import UserRefused


def give_more_plans(user: User, plans: QuerySet[Plan], *, actor: str) -> int:
    """Give a user these plans beside those they have; answers how many were new."""
    with transaction.atomic():
        count = add_given(user, plans)
        record_plans(user, actor, given=count)
    return count


def take_plans(user: User, plans: QuerySet[Plan], *, actor: str) -> int:
    """Take these plans from a user; answers how many they had."""
    with transaction.atomic():
        count = take_given(user, plans)
        record_plans(user, actor, taken=count)
    return count


def set_sees_all_plans(user: User, *, sees_all: bool, actor: str) -> None:
    """Let a user see all plans of the firm, also those added later, or only those given to them."""
    with transaction.atomic():
        if User.objects.filter(pk=user.pk).exclude(sees_all_plans=sees_all).update(sees_all_plans=sees_all):
            record_plans(user, actor, sees_all_plans=sees_all)
    user.sees_all_plans = sees_all


def plans_named(user: User, external_ids: Iterable[str]) -> QuerySet[Plan]:
    """The plans of a user's firm with these ids at the recordkeeper. Raises UserRefused for an id that there is not."""
    wanted = set(external_ids)
    found = Plan.objects.filter(firm_id=user.firm_id, external_plan_id__in=wanted)
    missing = wanted - set(found.values_list("external_plan_id", flat=True))
    if missing:
        raise UserRefused(f"Your firm has no plan {min(missing)!r}.", "plans")
    return found


def record_plans(user: User, actor: str, **what: int | bool) -> None:
    """Write the activity entry of a change, in the caller's transaction; none where nothing changed."""
    if what not in ({"given": 0}, {"taken": 0}):
        detail = {"firm_id": user.firm_id, "user": user.email} | what
        record_activity(Happening(Verb.USER_CHANGED, actor, detail=detail))
