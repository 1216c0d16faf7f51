"""What is stored of plans, read back as values."""

from collections.abc import Sequence

from django.db import connection as database

from planbridge.plans.plan import Plan, PlanContact, PlanProvision, PlanSource
from planbridge.plans.statements import statement
from planbridge.plans.terms import Contact, DefaultFund, Fund, Lineup, PlanTerms, Source
from planbridge.plans.version import VersionDefaultInvestment, VersionFund


def current_terms(plan: Plan) -> PlanTerms | None:
    """A plan's terms as they stand, without lineup and prices; None before the first Plan Sync."""
    if plan.document is None:
        return None
    contacts = PlanContact.objects.filter(plan_id=plan.id).order_by("position")
    sources = PlanSource.objects.filter(plan_id=plan.id).order_by("position")
    provisions = PlanProvision.objects.filter(plan_id=plan.id)
    return PlanTerms(
        name=plan.name,
        plan_type=plan.plan_type,
        plan_number=plan.plan_number,
        year_end=plan.year_end,
        recordkeeper_status=plan.recordkeeper_status,
        employer_name=plan.employer_name,
        ein=plan.ein,
        phone=plan.phone,
        revision=plan.revision,
        as_of=plan.document_as_of,
        contacts=tuple(Contact(one.role, one.name, one.email, one.phone) for one in contacts),
        provisions={one.name: one.value for one in provisions},
        sources=tuple(Source(one.source, one.name, one.kind, one.vesting_group) for one in sources),
        lineup=Lineup(effective_date=plan.lineup_effective_date),
    )


def live_lineup(plan: Plan) -> Lineup | None:
    """The lineup that participants see; None when the plan was never activated."""
    return None if plan.live_version is None else version_lineup(plan, plan.live_version)


def draft_lineup(plan: Plan) -> Lineup | None:
    """The lineup that waits for activation; None when none does."""
    return None if plan.draft_version is None else version_lineup(plan, plan.draft_version)


def version_lineup(plan: Plan, number: int) -> Lineup:
    """The lineup of one of a plan's versions."""
    return version_lineups(plan, [number])[number]


def version_lineups(plan: Plan, numbers: Sequence[int]) -> dict[int, Lineup]:
    """The lineups of several of a plan's versions by number, in two statements however many."""
    funds: dict[int, list[Fund]] = {number: [] for number in numbers}
    default: dict[int, list[DefaultFund]] = {number: [] for number in numbers}
    for one in VersionFund.objects.filter(plan_id=plan.id, number__in=numbers).order_by("number", "position"):
        funds[one.number].append(_fund(one))
    rows = VersionDefaultInvestment.objects.filter(plan_id=plan.id, number__in=numbers)
    for each in rows.order_by("number", "position"):
        default[each.number].append(DefaultFund(each.fund, each.retirement_from, each.retirement_to))
    return {number: Lineup(tuple(funds[number]), tuple(default[number])) for number in numbers}


def _fund(one: VersionFund) -> Fund:
    return Fund(
        fund=one.fund,
        name=one.name,
        ticker=one.ticker,
        cusip=one.cusip,
        asset_class=one.asset_class,
        expense_percent=one.expense_percent,
        status=one.status,
        mapped_to=one.mapped_to,
    )


def known_codes(plan_ids: Sequence[int]) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """(plan id, source) and (plan id, fund) of what people may hold: the latest document's or the live version's."""
    with database.cursor() as cursor:
        cursor.execute(statement("known_sources"), {"plan_ids": list(plan_ids)})
        sources: list[tuple[int, str]] = cursor.fetchall()
        cursor.execute(statement("known_funds"), {"plan_ids": list(plan_ids)})
        funds: list[tuple[int, str]] = cursor.fetchall()
    return sources, funds
