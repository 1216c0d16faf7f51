"""Plan Details > Specifications: the plan's fields, sources and lineup in words, and its last Plan Sync."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.plans.field_state import standing_of
from planbridge.plans.fund import FundPrice
from planbridge.plans.lineup_checks import years_text
from planbridge.plans.plan import Plan
from planbridge.plans.stored_terms import version_lineup
from planbridge.plans.terms import Fund, Lineup, Source
from planbridge.portal.page import render_page
from planbridge.portal.plans.field_rows import section_rows
from planbridge.portal.plans.field_words import code_text
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.plans.last_sync import last_run_of
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right

PAGE, PART = "portal/plans/specifications.html", "portal/plans/specifications_part.html"


@dataclass(frozen=True)
class FundRow:
    """A fund of the lineup with its newest price, if it has any."""

    fund: Fund
    price: FundPrice | None

    @property
    def asset_class(self) -> str:
        """'US equity' of "us_equity"."""
        return code_text(self.fund.asset_class)


@dataclass(frozen=True)
class SourceRow:
    """A source and its kind in words."""

    source: Source

    @property
    def kind(self) -> str:
        """'Safe harbor match' of "safe_harbor_match"."""
        return code_text(self.source.kind)

    @property
    def vesting_group(self) -> str:
        """The group of its vesting schedule."""
        return code_text(self.source.vesting_group)


@needs(Right.SEE_PLANS)
@require_safe
def details(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The page; its fields alone for HTMX, once a sync has ended."""
    plan = find_plan(request, plan_id)
    context = plan_frame(request, plan, "specifications") | specifications_of(plan)
    last = context["facts"].plan_sync
    context |= last_run_of(plan, last.id if last else None)
    return render_page(request, PAGE, context, part=PART)


def specifications_of(plan: Plan) -> dict[str, Any]:
    """What the tab shows below the last sync; nothing before the first Plan Sync."""
    standing = standing_of(plan)
    if standing is None:
        return {"sections": []}
    number = plan.live_version or plan.draft_version
    lineup = version_lineup(plan, number) if number is not None else Lineup()
    prices = newest_prices(plan)
    names = {one.fund: one.name or one.fund for one in lineup.funds}
    return {
        "sections": section_rows(standing),
        "pin_count": len(standing.pins),
        "drift_count": sum(standing.field(field).has_drift for field in standing.pins),
        "sources": [SourceRow(one) for one in standing.ours.sources],
        "funds": [FundRow(one, prices.get(one.fund)) for one in lineup.funds],
        "default_investment": [
            (names.get(one.fund, one.fund), one.fund, years_text(one)) for one in lineup.default_investment
        ],
        "has_target_dates": any(one.retirement_from or one.retirement_to for one in lineup.default_investment),
        "lineup_version": number,
    }


def newest_prices(plan: Plan) -> Mapping[str, FundPrice]:
    """The newest price of each fund, by fund code."""
    rows = FundPrice.objects.filter(plan_id=plan.pk).order_by("fund", "-price_date").distinct("fund")
    return {one.fund: one for one in rows}
