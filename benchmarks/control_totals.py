"""Control totals of a generated delivery, exact: integers are added up, and only their text has a point."""

from typing import TypeAlias

import polars as pl

Json: TypeAlias = dict[str, object]


def _text(amount: int, scale: int) -> str:
    return f"{amount // 10**scale}.{amount % 10**scale:0{scale}d}"


def plan_totals(frames: dict[str, pl.DataFrame]) -> list[Json]:
    """Return each plan's exact control totals, in the order of the plans; the frames hold cents and millionths."""
    balances, value, units = frames["balances"], pl.sum("market_value"), pl.sum("units")
    count = frames["participants"].group_by("plan_id", maintain_order=True).len("participants")
    plans = count.join(balances.group_by("plan_id").agg(value), on="plan_id", maintain_order="left")
    by_source: dict[str, list[Json]] = {}
    for plan, source, cents in balances.group_by("plan_id", "source").agg(value).sort("source").iter_rows():
        by_source.setdefault(plan, []).append({"source": source, "market_value": _text(cents, 2)})
    by_fund: dict[str, list[Json]] = {}
    for plan, fund, millionths, cents in (
        balances.group_by("plan_id", "fund").agg(units, value).sort("fund").iter_rows()
    ):
        by_fund.setdefault(plan, []).append(
            {"fund": fund, "units": _text(millionths, 6), "market_value": _text(cents, 2)}
        )
    return [
        {
            "plan_id": plan,
            "participants": people,
            "market_value": _text(cents, 2),
            "by_source": by_source[plan],
            "by_fund": by_fund[plan],
        }
        for plan, people, cents in plans.iter_rows()
    ]
