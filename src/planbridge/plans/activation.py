"""Whether a lineup may become what participants see."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from planbridge.activity.problem import Problem
from planbridge.plans import lineup_checks
from planbridge.plans.lineup_checks import Finding
from planbridge.plans.terms import Lineup

RULES: tuple[tuple[str, Callable[[Lineup], Iterator[Finding]]], ...] = (
    ("FUND_NONE", lineup_checks.no_open_fund),
    ("MAPPING_UNKNOWN_FUND", lineup_checks.unknown_successors),
    ("DEFAULT_FUND_NOT_IN_LINEUP", lineup_checks.unknown_default_funds),
    ("DEFAULT_FUND_NOT_IN_LINEUP", lineup_checks.closed_default_funds),
    ("TARGET_DATE_GAP", lineup_checks.target_date_gaps),
    ("TARGET_DATE_OVERLAP", lineup_checks.target_date_overlaps),
)


def check_activation(live: Lineup | None, draft: Lineup, *, money_by_fund: Mapping[str, Decimal]) -> list[Problem]:
    """Every problem of making a draft's lineup the live one; `money_by_fund` is what people hold, by fund."""
    live_funds = live.current_funds if live else frozenset()
    left = lineup_checks.funds_left_with_money(draft, live_funds=live_funds, money_by_fund=money_by_fund)
    found = [(code, finding) for code, find in RULES for finding in find(draft)]
    found += [("FUND_REMOVED_WITH_MONEY", finding) for finding in left]
    return [Problem(code, value=one.value, field=one.field, detail=one.detail) for code, one in found]
