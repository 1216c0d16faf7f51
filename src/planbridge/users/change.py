"""Changes what a user may and sees: each function is one change in one transaction, recorded as activity."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from zoneinfo import available_timezones

from django.db import transaction

from planbridge.activity.conflict import refuse_if_changed, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.access import give_plans
from planbridge.security.user import Role, User
from planbridge.users.invite import UserRefused


@dataclass(frozen=True)
class Rights:
    """A user's role, flags, and whether they may sign in at all."""

    role: Role
    may_view_sensitive_data: bool
    may_activate_plans: bool
    may_approve_held_runs: bool
    is_active: bool = True


def rights_of(user: User) -> Rights:
    """What a user may now."""
    return Rights(
        role=Role(user.role),
        may_view_sensitive_data=user.may_view_sensitive_data,
        may_activate_plans=user.may_activate_plans,
        may_approve_held_runs=user.may_approve_held_runs,
        is_active=user.is_active,
    )


def seen_as(user: User) -> str:
    """The token of what a user may now."""
    return version_of(asdict(rights_of(user)))


def change_rights(user: User, rights: Rights, *, actor: str, seen: str | None = None) -> None:
    """Give a user another role or other flags. Raises UserRefused when the firm would be left without an Admin.

    An Admin who was invited and never came counts for none. With `seen`, the token (seen_as) of what was shown, raises
    ChangedMeanwhile when it was changed since.
    """
    with transaction.atomic():
        # All Admins of the firm are locked, so that two of them cannot take each other's role at once.
        admins = User.objects.select_for_update(of=("self",)).filter(
            firm_id=user.firm_id, role=Role.ADMIN, is_active=True
        )
        others = [one for one in admins if one.pk != user.pk and one.has_joined]
        if not others and not (rights.role is Role.ADMIN and rights.is_active):
            message = f"{user} is the only Admin of {user.firm}; make somebody else an Admin first."
            raise UserRefused(message, "role")
        user.refresh_from_db()
        before = asdict(rights_of(user))
        if seen is not None:
            refuse_if_changed(seen, before)
        changed = {name: value for name, value in asdict(rights).items() if before[name] != value}
        if not changed:
            return
        for name, value in changed.items():
            setattr(user, name, value)
        user.save(update_fields=list(changed))
        old = {name: before[name] for name in changed}
        detail = {"firm_id": user.firm_id, "user": user.email, "before": old, "after": changed}
        record_activity(Happening(Verb.USER_CHANGED, actor, detail=detail))


def change_plans(user: User, plan_ids: Iterable[int], *, actor: str) -> None:
    """Make these plans of the firm the ones that a user sees."""
    wanted = sorted(set(plan_ids))
    with transaction.atomic():
        give_plans(user, wanted)
        detail = {"firm_id": user.firm_id, "user": user.email, "plans": len(wanted)}
        record_activity(Happening(Verb.USER_CHANGED, actor, detail=detail))


def change_profile(user: User, *, field: str, value: str, seen: str, actor: str) -> None:
    """Change a user's `name` or `time_zone` (empty: the firm's).

    `seen` is the token of the value that was shown. Raises UserRefused, and ChangedMeanwhile when it was changed since.
    """
    text = value.strip()
    if field == "name" and not text:
        message = "A name is needed: it stands beside what you do."
        raise UserRefused(message, field)
    if field == "time_zone" and text and text not in available_timezones():
        message = f"There is no time zone {text!r}; an example is America/New_York."
        raise UserRefused(message, field)
    with transaction.atomic():
        user.refresh_from_db(from_queryset=User.objects.select_for_update(of=("self",)))
        refuse_if_changed(seen, getattr(user, field))
        if getattr(user, field) == text:
            return
        setattr(user, field, text)
        user.save(update_fields=[field])
        detail = {"firm_id": user.firm_id, "user": user.email, "field": field}
        record_activity(Happening(Verb.USER_CHANGED, actor, detail=detail))
