"""A plan's contacts, sources, provisions and known funds; written on behalf of lifecycle and pinning."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from planbridge.plans.changes import FieldChange
from planbridge.plans.fund import PlanFund
from planbridge.plans.plan import Plan, PlanContact, PlanFieldHistory, PlanProvision, PlanSource
from planbridge.plans.terms import Lineup, PlanTerms

PROVISIONS = "provisions."


def apply_fields(plan: Plan, terms: PlanTerms, changes: Sequence[FieldChange]) -> None:
    """Replace the rows of the fields that changed, and the known funds that differ; not the plan's own row."""
    changed = {change.field for change in changes}
    if "contacts" in changed:
        _replace_contacts(plan, terms)
    if "sources" in changed:
        _replace_sources(plan, terms)
    _replace_provisions(plan, terms, [name.removeprefix(PROVISIONS) for name in changed if name.startswith(PROVISIONS)])
    _replace_funds(plan, terms.lineup)


def plan_columns(terms: PlanTerms) -> dict[str, str]:
    """The fields that stand in the plan's own row, by its columns."""
    return {
        "name": terms.name,
        "plan_type": terms.plan_type,
        "plan_number": terms.plan_number,
        "year_end": terms.year_end,
        "recordkeeper_status": terms.recordkeeper_status,
        "employer_name": terms.employer_name,
        "ein": terms.ein,
        "phone": terms.phone,
    }


def record_history(plan: Plan, changes: Sequence[FieldChange], *, run_id: UUID, now: datetime) -> None:
    """Write one row a changed field: its old and new value, and the run (or the edit) that changed it."""
    PlanFieldHistory.objects.bulk_create(
        PlanFieldHistory(
            plan_id=plan.id,
            run_id=run_id,
            field=change.field,
            old_value=change.old,
            new_value=change.new,
            changed_at=now,
        )
        for change in changes
    )


def _replace_contacts(plan: Plan, terms: PlanTerms) -> None:
    PlanContact.objects.filter(plan_id=plan.id).delete()
    PlanContact.objects.bulk_create(
        PlanContact(plan_id=plan.id, position=position, role=one.role, name=one.name, email=one.email, phone=one.phone)
        for position, one in enumerate(terms.contacts)
    )


def _replace_sources(plan: Plan, terms: PlanTerms) -> None:
    PlanSource.objects.filter(plan_id=plan.id).delete()
    PlanSource.objects.bulk_create(
        PlanSource(
            plan_id=plan.id,
            source=one.source,
            position=position,
            name=one.name,
            kind=one.kind,
            vesting_group=one.vesting_group,
        )
        for position, one in enumerate(terms.sources)
    )


def _replace_provisions(plan: Plan, terms: PlanTerms, groups: Sequence[str]) -> None:
    """Replace some groups of provisions."""
    if not groups:
        return
    provisions = terms.provisions or {}
    PlanProvision.objects.filter(plan_id=plan.id, name__in=groups).delete()
    PlanProvision.objects.bulk_create(
        PlanProvision(plan_id=plan.id, name=group, value=provisions[group]) for group in groups if group in provisions
    )


def _replace_funds(plan: Plan, lineup: Lineup) -> None:
    """Replace the funds by which people's holdings are known, where code or name differs."""
    held = dict(PlanFund.objects.filter(plan_id=plan.id).values_list("fund", "name"))
    wanted = {one.fund: one.name for one in lineup.funds}
    stale = [fund for fund, name in held.items() if wanted.get(fund) != name]
    if stale:
        PlanFund.objects.filter(plan_id=plan.id, fund__in=stale).delete()
    PlanFund.objects.bulk_create(
        PlanFund(plan_id=plan.id, fund=fund, name=name) for fund, name in wanted.items() if held.get(fund) != name
    )
