"""What each role may do: the one table of rights, and the one question asked of it."""

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser

from planbridge.security.user import Role, User


class Right(StrEnum):
    """Something that not everybody may do."""

    SEE_PLANS = "see_plans"  # plans given, their people and their activity; SSNs masked
    ADD_PLANS = "add_plans"
    SYNC_PLANS = "sync_plans"  # ask for syncs, cancel, run again, retry rejected
    INVITE_PARTICIPANTS = "invite_participants"  # links with which participants get into the Enrollment site
    EDIT_PLANS = "edit_plans"  # change, pin, limits of the guard
    ACTIVATE_PLANS = "activate_plans"  # activate and deactivate
    DECIDE_HELD_RUNS = "decide_held_runs"  # apply anyway, discard
    REVEAL_SENSITIVE_DATA = "reveal_sensitive_data"  # an SSN in full, with a reason, logged
    SCHEDULE_TASKS = "schedule_tasks"  # of plans given
    SCHEDULE_ALL_PLANS = "schedule_all_plans"  # tasks of all plans of the firm
    SEE_RECORDKEEPERS = "see_recordkeepers"
    CHANGE_RECORDKEEPERS = "change_recordkeepers"
    CHANGE_USERS = "change_users"
    SEE_FIRM = "see_firm"  # the firm's risk questionnaires and managed-account providers
    CHANGE_FIRM = "change_firm"  # the firm's settings, plan defaults, questionnaires and providers
    CHANGE_OWN_PROFILE = "change_own_profile"


@dataclass(frozen=True)
class Needed:
    """Who has a right: users of these roles, and of them those with the flag (a field of User) where one is named.

    Roles in `without_flag` have it in any case.
    """

    roles: frozenset[Role]
    flag: str | None = None
    without_flag: frozenset[Role] = frozenset()


EVERYBODY = frozenset(Role)
WHO_WORKS = frozenset({Role.ADMIN, Role.ADVISOR})
ADMINS = frozenset({Role.ADMIN})

RIGHTS = {
    Right.SEE_PLANS: Needed(EVERYBODY),
    Right.ADD_PLANS: Needed(ADMINS),  # who could add any plan by its id could read any plan
    Right.SYNC_PLANS: Needed(WHO_WORKS),
    Right.INVITE_PARTICIPANTS: Needed(WHO_WORKS),
    Right.EDIT_PLANS: Needed(WHO_WORKS),
    Right.ACTIVATE_PLANS: Needed(WHO_WORKS, "may_activate_plans"),
    Right.DECIDE_HELD_RUNS: Needed(WHO_WORKS, "may_approve_held_runs"),
    Right.REVEAL_SENSITIVE_DATA: Needed(EVERYBODY, "may_view_sensitive_data"),
    Right.SCHEDULE_TASKS: Needed(WHO_WORKS),
    # Who sees all plans, also those added later, syncs nothing with such a task that is not theirs to sync.
    Right.SCHEDULE_ALL_PLANS: Needed(WHO_WORKS, "sees_all_plans", without_flag=ADMINS),
    Right.SEE_RECORDKEEPERS: Needed(WHO_WORKS),
    Right.CHANGE_RECORDKEEPERS: Needed(ADMINS),
    Right.CHANGE_USERS: Needed(ADMINS),
    Right.SEE_FIRM: Needed(WHO_WORKS),
    Right.CHANGE_FIRM: Needed(ADMINS),
    Right.CHANGE_OWN_PROFILE: Needed(EVERYBODY),
}


def may(user: User | AnonymousUser, right: Right) -> bool:
    """Whether a user has a right; nobody has one who is not signed in or was switched off."""
    if not isinstance(user, User) or not user.is_active:
        return False
    needed = RIGHTS[right]
    has_flag = needed.flag is None or user.role in needed.without_flag or bool(getattr(user, needed.flag))
    return user.role in needed.roles and has_flag
