"""The recordkeeper's draft of a plan: the lineup that waits for a person; written on behalf of lifecycle alone."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from planbridge.plans.changes import lineup_digest
from planbridge.plans.plan import Plan
from planbridge.plans.terms import Lineup, PlanTerms
from planbridge.plans.version import PlanVersion, VersionDefaultInvestment, VersionFund

RECORDKEEPER = "recordkeeper"  # who made a draft that a Plan Sync opened


@dataclass(frozen=True)
class Placed:
    """The number of the draft that waits after placing a lineup (None: none does), and whether it was touched."""

    draft_version: int | None
    is_changed: bool


def place_lineup(plan: Plan, terms: PlanTerms, *, now: datetime) -> Placed:
    """Put the recordkeeper's lineup into its draft, or take that draft away when it equals the live one.

    A draft that somebody else made is left alone, and so is one that holds the lineup already.
    """
    lineup = terms.lineup
    digest = lineup_digest(lineup)
    live, draft = _version(plan, plan.live_version), _version(plan, plan.draft_version)
    if draft is not None and draft.made_by != RECORDKEEPER:
        return Placed(draft.number, is_changed=False)
    if live is not None and live.content_hash == digest:
        _remove_draft(draft)
        return Placed(None, is_changed=draft is not None)
    if draft is not None and draft.content_hash == digest:
        return Placed(draft.number, is_changed=False)
    number = _next_number(plan) if draft is None else draft.number
    _remove_draft(draft)
    PlanVersion.objects.create(
        plan_id=plan.id,
        number=number,
        base_number=plan.live_version,
        content_hash=digest,
        sources=[one.source for one in terms.sources],
        made_by=RECORDKEEPER,
        made_at=now,
    )
    _write_lineup(plan, number, lineup)
    return Placed(number, is_changed=True)


def _version(plan: Plan, number: int | None) -> PlanVersion | None:
    return None if number is None else PlanVersion.objects.get(plan_id=plan.id, number=number)


def _next_number(plan: Plan) -> int:
    highest: int | None = PlanVersion.objects.filter(plan_id=plan.id).aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def _remove_draft(draft: PlanVersion | None) -> None:
    """Take a waiting draft away; it was never activated, so no participant has seen it."""
    if draft is None:
        return
    for rows in (VersionFund.objects, VersionDefaultInvestment.objects, PlanVersion.objects):
        rows.filter(plan_id=draft.plan_id, number=draft.number).delete()


def _write_lineup(plan: Plan, number: int, lineup: Lineup) -> None:
    VersionFund.objects.bulk_create(
        VersionFund(
            plan_id=plan.id,
            number=number,
            fund=one.fund,
            position=position,
            name=one.name,
            ticker=one.ticker,
            cusip=one.cusip,
            asset_class=one.asset_class,
            expense_percent=one.expense_percent,
            status=one.status,
            mapped_to=one.mapped_to,
        )
        for position, one in enumerate(lineup.funds)
    )
    VersionDefaultInvestment.objects.bulk_create(
        VersionDefaultInvestment(
            plan_id=plan.id,
            number=number,
            position=position,
            fund=one.fund,
            retirement_from=one.retirement_from,
            retirement_to=one.retirement_to,
        )
        for position, one in enumerate(lineup.default_investment)
    )
