"""Puts people together from the records of a file: one census row a person, items by table."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from planbridge.recordkeepers.delivered import (
    ITEM_COLUMNS,
    PEOPLE_COLUMNS,
    RECORD,
    DeliveredPart,
    no_orphans,
)
from planbridge.recordkeepers.formats.canonical_csv import CENSUS_FILE_COLUMNS, spells
from planbridge.recordkeepers.profile import CONTRIBUTION_COLUMNS, Item, Profile, Record
from planbridge.recordkeepers.profile_fields import matches

COLUMNS = ITEM_COLUMNS | {"contributions": CONTRIBUTION_COLUMNS}
# An item that says nothing but what it is of is none.
SAYS = {
    "contribution_rates": ("percent", "amount"),
    "allocations": ("percent",),
    "balances": ("units", "market_value"),
    "vesting": ("percent",),
    "loans": ("loan_id",),
    "beneficiaries": ("name", "percent"),
    "ytd": ("amount",),
    "contributions": ("amount",),
}
FALSE = pl.lit(False)  # noqa: FBT003 - the frame's value


@dataclass(frozen=True)
class People:
    """People as a delivery has them, and the money of one payday (record, source, amount), which no delivery has."""

    part: DeliveredPart
    contributions: pl.DataFrame


def people_of_records(profile: Profile, read: Sequence[tuple[Record, pl.DataFrame]], said: dict[str, str]) -> People:
    """The people of sound rows by kind of record (each with `line`); `said`: what a header says of all of them.

    A person of several rows becomes one, whose census is that of the first of them.
    """
    census = pl.concat([census_of(record, rows, said) for record, rows in read]) if read else no_census()
    census = census.sort("line") if len(read) > 1 else census
    key = ["plan_id", profile.key]
    people = census.unique(key, keep="first", maintain_order=True) if profile.rows_per_person == "several" else census
    people = people.with_row_index("record").with_columns(pl.col("record").cast(RECORD))
    if people.height == census.height:
        owners = people.select("line", "record")
    else:
        roster = people.select("record", *key)
        owners = census.select("line", *key).join(roster, on=key, how="left", nulls_equal=True).select("line", "record")
    found: dict[str, list[pl.DataFrame]] = {table: [] for table in profile.carries if table in COLUMNS}
    for record, rows in read:
        for item in record.items:
            found[item.table].append(items_of(profile, item, rows))
    items = {table: put_together(table, frames, owners) for table, frames in found.items()}
    contributions = items.pop("contributions", None)
    if "employment" in profile.carries:
        items["employment"] = spells(people)
    part = DeliveredPart(people.select("record", *PEOPLE_COLUMNS), items, no_orphans())
    return People(part, no_contributions() if contributions is None else contributions)


def no_census() -> pl.DataFrame:
    """Nobody."""
    return pl.DataFrame(schema={"line": pl.UInt64} | dict.fromkeys(CENSUS_FILE_COLUMNS, pl.String))


def no_contributions() -> pl.DataFrame:
    """No money of a payday."""
    return pl.DataFrame(schema={"record": RECORD} | dict.fromkeys(CONTRIBUTION_COLUMNS, pl.String))


def census_of(record: Record, rows: pl.DataFrame, said: dict[str, str]) -> pl.DataFrame:
    """One census row a record, with `line`; what the record does not have is null."""
    into = {one.into: one.name for one in record.fields if one.into and one.name in rows.columns}
    given = {
        column: pl.col(into[column]) if column in into else pl.lit(said.get(column), pl.String)
        for column in CENSUS_FILE_COLUMNS
    }
    return rows.select("line", **given)


def items_of(profile: Profile, item: Item, rows: pl.DataFrame) -> pl.DataFrame:
    """The items of one kind that rows give, with `line`."""
    given = {column: pl.col(name) for column, name in item.columns.items() if name in rows.columns}
    constant = {
        column: pl.lit(profile.source_of(text) if column == "source" else text, pl.String)
        for column, text in item.constants.items()
    }
    nothing = {
        column: pl.lit(None, pl.String)
        for column in COLUMNS[item.table]
        if column not in given and column not in constant
    }
    wanted = rows.filter(matches(item.when)) if item.when else rows
    items = wanted.select("line", **nothing, **constant, **given).select("line", *COLUMNS[item.table])
    says = pl.any_horizontal([pl.col(name).is_not_null() for name in SAYS[item.table]] or [FALSE])
    items = items.filter(says)
    return as_one_rate(items) if item.table == "contribution_rates" else items


def as_one_rate(rates: pl.DataFrame) -> pl.DataFrame:
    """Rates with exactly one of percent and amount: the zero of the unused one goes, and nothing at all is a stop."""
    percent, amount = pl.col("percent"), pl.col("amount")
    pays, shares = amount.str.contains("[1-9]"), percent.str.contains("[1-9]")
    stops = ~pays.fill_null(value=False) & ~shares.fill_null(value=False)
    return rates.with_columns(
        percent=pl.when(stops).then(pl.lit("0")).when(pays.fill_null(value=False)).then(None).otherwise(percent),
        amount=pl.when(pays).then(amount),
    )


def put_together(table: str, frames: Sequence[pl.DataFrame], owners: pl.DataFrame) -> pl.DataFrame:
    """The items of a table, by the record of their person and in the order of the file."""
    empty = pl.DataFrame(schema={"record": RECORD} | dict.fromkeys(COLUMNS[table], pl.String))
    rows = pl.concat(frames) if frames else None
    if rows is None or rows.is_empty():
        return empty
    numbered = rows.join(owners, on="line", how="left", maintain_order="left")
    return numbered.sort("record", "line", maintain_order=True).select("record", *COLUMNS[table])
