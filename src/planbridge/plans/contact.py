"""Contacts of plans, as mails need them: addresses by role."""

from collections.abc import Iterable

from planbridge.plans.plan import PlanContact

Contacts = dict[str, list[str]]  # role: e-mail addresses


def contacts_of(plan_ids: Iterable[int]) -> dict[int, Contacts]:
    """The addresses of each plan's contacts by role; who has none is left out. One statement."""
    found: dict[int, Contacts] = {plan_id: {} for plan_id in plan_ids}
    rows = PlanContact.objects.filter(plan_id__in=list(found)).exclude(email="").order_by("plan_id", "position")
    for plan_id, role, email in rows.values_list("plan_id", "role", "email"):
        found[plan_id].setdefault(role, []).append(email)
    return found
