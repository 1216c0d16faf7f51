"""Which right somebody lacks, in words: another role is needed, or a flag, and who can give it."""

from django.contrib.auth.models import AnonymousUser

from planbridge.security.roles import RIGHTS, Right
from planbridge.security.user import Role, User

DOINGS = {
    Right.SEE_PLANS: "see plans",
    Right.ADD_PLANS: "add plans",
    Right.SYNC_PLANS: "start or cancel syncs",
    Right.INVITE_PARTICIPANTS: "invite participants to enroll",
    Right.EDIT_PLANS: "change plans",
    Right.ACTIVATE_PLANS: "activate or deactivate plans",
    Right.DECIDE_HELD_RUNS: "apply or discard held runs",
    Right.REVEAL_SENSITIVE_DATA: "see an SSN in full",
    Right.SCHEDULE_TASKS: "schedule tasks",
    Right.SCHEDULE_ALL_PLANS: "schedule tasks for all plans",
    Right.SEE_RECORDKEEPERS: "see recordkeepers",
    Right.CHANGE_RECORDKEEPERS: "change recordkeepers",
    Right.CHANGE_USERS: "change users",
    Right.SEE_FIRM: "see the firm's questionnaires and providers",
    Right.CHANGE_FIRM: "change the firm's settings",
    Right.CHANGE_OWN_PROFILE: "change your profile",
}
# As the page of a user calls them.
FLAG_WORDS = {
    "may_view_sensitive_data": "View sensitive data",
    "may_activate_plans": "Activate plans",
    "may_approve_held_runs": "Approve held runs",
    "sees_all_plans": "All plans of the firm",
}
ASK = "an Admin of your firm can give it to you in Settings > Users."


def what_is_missing(user: User | AnonymousUser, right: Right) -> str:
    """Why a user may not do what a right is for, and who can change that."""
    needed, doing = RIGHTS[right], DOINGS[right]
    flag = f"the flag {FLAG_WORDS[needed.flag]}" if needed.flag else ""
    if flag and isinstance(user, User) and user.role in needed.roles:
        return f"To {doing} you need {flag}; {ASK}"
    roles = " or ".join(role.label for role in Role if role in needed.roles)
    own = f"Your role, {Role(user.role).label}," if isinstance(user, User) else "Your sign-in"
    return f"{own} does not let you {doing}: that takes the role {roles}{f' and {flag}' if flag else ''}; {ASK}"
