"""Gives plans to users and takes them away: each function one change, recorded as activity."""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import QuerySet

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.access import add_given, take_given
from planbridge.plans.models import Plan
from planbridge.security.user import User
from planbridge.users.invite import UserRefused

QUALIFIED_CHARACTERS_MAX = 200  # a recordkeeper's name, a plan id, and blanks


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


def plans_named(user: User, names: Iterable[str]) -> QuerySet[Plan]:
    """The plans of a user's firm with these names: ids at the recordkeeper, or `Recordkeeper name:plan id`.

    Raises UserRefused for a plan that there is not, and for an id alone that more than one recordkeeper has.
    """
    wanted = set(names)
    ids = wanted | {external for name in wanted for _, external in qualified(name)}
    storable = [external for external in ids if "\x00" not in external]
    found = Plan.objects.filter(firm_id=user.firm_id, external_plan_id__in=storable)
    held: dict[str, dict[str, int]] = {}
    for pk, recordkeeper, external in found.values_list("pk", "connection__name", "external_plan_id"):
        held.setdefault(external, {})[recordkeeper] = pk
    return Plan.objects.filter(pk__in=[plan_named(name, held) for name in sorted(wanted)])


def plan_named(name: str, held: Mapping[str, Mapping[str, int]]) -> int:
    """The plan of a name, of those held by id and recordkeeper. Raises UserRefused."""
    alone = held.get(name, {})
    if len(alone) > 1:
        keepers = sorted(alone)
        message = f"Plan {name!r} is at {' and at '.join(keepers)}; write which one, such as {keepers[0]}:{name}."
        raise UserRefused(message, "plans")
    if alone:
        return next(iter(alone.values()))
    for recordkeeper, external in qualified(name):
        if recordkeeper in held.get(external, {}):
            return held[external][recordkeeper]
    message = f"Your firm has no plan {name!r}."
    raise UserRefused(message, "plans")


def qualified(name: str) -> list[tuple[str, str]]:
    """What a name may say, as recordkeeper and plan id: either may have colons of its own."""
    parts = name.split(":") if len(name) <= QUALIFIED_CHARACTERS_MAX else ()
    cuts = range(1, len(parts))
    return [(":".join(parts[:cut]).strip(), ":".join(parts[cut:]).strip()) for cut in cuts]


def record_plans(user: User, actor: str, **what: int | bool) -> None:
    """Write the activity entry of a change, in the caller's transaction; none where nothing changed."""
    if what not in ({"given": 0}, {"taken": 0}):
        detail = {"firm_id": user.firm_id, "user": user.email} | what
        record_activity(Happening(Verb.USER_CHANGED, actor, detail=detail))
