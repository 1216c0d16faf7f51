"""Totals of what was read: units and dollars by plan, source and fund, and the prices of the day."""

from collections.abc import Callable

import polars as pl

from planbridge.sync.frames import NUMBER, CanonicalPart

MARKET_VALUE = pl.coalesce("market_value", (pl.col("units") * pl.col("price")).round(2).cast(NUMBER))


def with_plan(part: CanonicalPart, rows: pl.DataFrame) -> pl.DataFrame:
    """Item rows with their person's plan_id."""
    people = part.people
    if people.height and people["record"][-1] == people.height - 1 and people["record"].is_sorted():
        return rows.with_columns(plan_id=people["plan_id"].gather(rows["record"]))  # record = place: no join needed
    return rows.join(people.select("record", "plan_id"), on="record", how="inner", maintain_order="left")


def money_by_price(
    part: CanonicalPart, balances: pl.DataFrame, newest_prices: Callable[[], pl.DataFrame]
) -> pl.DataFrame:
    """Positions summed: plan_id, source, fund, price, price_date, units, market_value, positions.

    `newest_prices` is asked only for positions that came with neither price nor value.
    """
    rows = valued(with_plan(part, balances), newest_prices)
    return rows.group_by("plan_id", "source", "fund", "price", "price_date").agg(
        units=pl.col("units").sum(), market_value=MARKET_VALUE.sum(), positions=pl.len()
    )


def valued(rows: pl.DataFrame, newest_prices: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """Rows in which a position without price and value has the value of its fund's newest known price."""
    is_bare = pl.col("price").is_null() & pl.col("market_value").is_null()
    if rows.filter(is_bare).is_empty():
        return rows
    known = newest_prices().select("plan_id", "fund", known="price")
    placed = rows.join(known, on=["plan_id", "fund"], how="left", maintain_order="left")
    value = (pl.col("units") * pl.col("known")).round(2).cast(NUMBER)
    return placed.with_columns(market_value=pl.coalesce("market_value", pl.when(is_bare).then(value))).drop("known")


def by_source(money: pl.DataFrame) -> pl.DataFrame:
    """plan_id, source, market_value."""
    return money.group_by("plan_id", "source").agg(pl.col("market_value").sum())


def by_fund(money: pl.DataFrame) -> pl.DataFrame:
    """plan_id, fund, units, market_value."""
    return money.group_by("plan_id", "fund").agg(pl.col("units").sum(), pl.col("market_value").sum())


def fund_prices(money: pl.DataFrame, as_of: pl.DataFrame) -> pl.DataFrame:
    """The price of each fund and day: plan_id, fund, price_date, price; where people differ, the one most have.

    `as_of`: plan_id, as_of (Date), the day of a price that came without one.
    """
    priced = money.filter(pl.col("price").is_not_null() & pl.col("fund").is_not_null())
    dated = priced.join(as_of, on="plan_id", how="left").with_columns(price_date=pl.coalesce("price_date", "as_of"))
    counted = dated.group_by("plan_id", "fund", "price_date", "price").agg(pl.col("positions").sum())
    return (
        counted.sort("positions", "price", descending=True)
        .unique(["plan_id", "fund", "price_date"], keep="first")
        .select("plan_id", "fund", "price_date", "price")
    )


def money_less(money: pl.DataFrame, lost: pl.DataFrame) -> pl.DataFrame:
    """Summed positions without some of them (both as money_by_price gives them, or both before codes are read)."""
    keys = [name for name in money.columns if name not in SUMS]
    taken_away = lost.with_columns(-pl.col("units", "market_value"), -pl.col("positions").cast(pl.Int64))
    both = pl.concat([money.with_columns(pl.col("positions").cast(pl.Int64)), taken_away.select(money.columns)])
    return (
        both.group_by(keys)
        .agg(pl.col(SUMS).sum())
        .filter(pl.col("positions") > 0)
        .select(money.columns)
        .with_columns(pl.col("positions").cast(pl.UInt32))
    )


SUMS = ("units", "market_value", "positions")


def price_conflicts(part: CanonicalPart, money: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Balances of the part (record, value) whose price is not the fund's of that day; empty on most days."""
    days = money.filter(pl.col("price").is_not_null()).select("plan_id", "fund", "price_date").unique()
    offered = money.filter(pl.col("price").is_not_null()).select("plan_id", "fund", "price_date", "price").unique()
    if days.height == offered.height:
        return pl.DataFrame(schema={"record": pl.UInt32, "value": pl.String})
    taken = prices.rename({"price": "taken"})
    rows = with_plan(part, part.items["balances"]).join(taken, on=["plan_id", "fund", "price_date"], how="inner")
    differing = rows.filter(pl.col("price") != pl.col("taken"))
    return differing.select("record", value=pl.format("{}: {}, taken {}", "fund", "price", "taken"))
