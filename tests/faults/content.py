"""What is held of a plan, in a form in which two plans that went through the same can be compared."""

from collections.abc import Callable, Sequence
from typing import Any

# Names and times of runs, what is sealed anew each time, and what has the plan's id in it differ between two that did the same.
INCOMPARABLE = (
    "plan_id ssn_sealed record_sealed changed_by_run run_id resolved_by_run first_synced_at changed_at quarantined_at "
    "id version_id base_id made_at record_masked fingerprint_high fingerprint_low"
).split()
PEOPLE_TABLES = (
    "participant contribution_rate allocation holding vesting loan beneficiary year_to_date participant_change "
    "quarantine run_problem fund_price"
).split()
PLAN_TABLES = (
    "plan_fund plan_source plan_contact plan_provision plan_field_history plan_version version_fund "
    "version_default_investment"
).split()
COUNTS = "kind, status, read, applied, unchanged, rejected, held, vanished, prices, draft, warnings, as_of"

Fetch = Callable[[str, Sequence[object]], list[Any]]


def content(fetch: Fetch, plan_id: int, tables: Sequence[str]) -> dict[str, list[str]]:
    """Everything that is held of a plan, table by table, but for what names or dates a run; and its runs' counts."""
    found = {table: rows_of(fetch, plan_id, table) for table in tables}
    runs = fetch(f"SELECT {COUNTS} FROM sync_run WHERE plan_id = %s ORDER BY requested_at", [plan_id])
    return found | {"sync_run": sorted(map(str, runs))}


def differences(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> list[str]:
    """Where two contents differ: table and row, those of the first after a minus sign."""
    lines = []
    for table in one.keys() | other.keys():
        lines += [f"- {table} {row}" for row in one[table] if row not in other[table]]
        lines += [f"+ {table} {row}" for row in other[table] if row not in one[table]]
        if sorted(map(str, one[table])) != sorted(map(str, other[table])) and not lines:
            lines.append(f"? {table}: {len(one[table])} rows, not {len(other[table])}")
    return lines


def newest_prices(fetch: Fetch, plan_id: int) -> list[Any]:
    """The newest price of each fund: a plan that is known for longer has older ones too."""
    query = """SELECT DISTINCT ON (fund) fund, price_date, trim_scale(price) FROM fund_price
        WHERE plan_id = %s ORDER BY fund, price_date DESC"""
    return fetch(query, [plan_id])


def rows_of(fetch: Fetch, plan_id: int, table: str) -> list[str]:
    """A table's rows of a plan as JSON text, without what cannot be compared."""
    query = f"SELECT (to_jsonb(t) - %s::text[])::text FROM {table} AS t WHERE plan_id = %s ORDER BY 1"
    return [row[0] for row in fetch(query, [INCOMPARABLE, plan_id])]
