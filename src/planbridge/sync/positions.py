"""Positions before and after: what changed people hold now against what they held, and the history of it."""

import polars as pl

from planbridge.sync.frames import NUMBER, PERSON
from planbridge.sync.staging import in_order, plain

SEPARATOR = "\x1f"
ARRAYS = ("sources", "funds", "units")
# One row a person, the arrays as texts: a third of the cost of a row a position.
POSITIONS_SCHEMA = pl.Schema(
    {"plan_id": pl.Int64(), "participant_id": pl.String()} | dict.fromkeys(ARRAYS, pl.String())
)


def position_texts(balances: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Delivered positions (record, source, fund, units) by POSITIONS_SCHEMA; `people`: record and person."""
    texts = {"sources": pl.col("source"), "funds": pl.col("fund"), "units": plain("units", balances.schema["units"])}
    joined = (
        in_order(balances, "source", "fund")
        .lazy()
        .select("record", **texts)
        .group_by("record", maintain_order=True)
        .agg(ARRAYS)
        .with_columns(pl.col(ARRAYS).list.join(SEPARATOR))
        .collect()
    )
    named = people.select("record", *PERSON).join(joined, on="record", how="inner", maintain_order="left")
    return named.select(list(POSITIONS_SCHEMA))


def by_position(positions: pl.DataFrame) -> pl.DataFrame:
    """One row a position: plan_id, participant_id, source, fund, units (exact)."""
    split = positions.select(*PERSON, pl.col(ARRAYS).str.split(SEPARATOR))
    rows = split.explode(ARRAYS, empty_as_null=False).with_columns(pl.col("units").cast(NUMBER))
    return rows.rename({"sources": "source", "funds": "fund"})


def alike(held: pl.DataFrame, delivered: pl.DataFrame) -> pl.DataFrame:
    """People who hold the same funds in the same sources as before, both states of their units: `units`, `units_now`."""
    both = held.join(delivered, on=list(PERSON), how="inner", suffix="_now", maintain_order="left")
    is_same = (pl.col("sources") == pl.col("sources_now")) & (pl.col("funds") == pl.col("funds_now"))
    return both.filter(is_same).select(*PERSON, "funds", "units", "units_now")


NOBODY_ALIKE = alike(pl.DataFrame(schema=POSITIONS_SCHEMA), pl.DataFrame(schema=POSITIONS_SCHEMA))


def unit_changes(people: pl.DataFrame) -> pl.DataFrame:
    """plan_id, fund and change of units of each position that moved of people as `alike` gives them."""
    texts = ["funds", "units", "units_now"]
    rows = people.select("plan_id", pl.col(texts).str.split(SEPARATOR)).explode(texts, empty_as_null=False)
    change = pl.col("units_now").cast(NUMBER) - pl.col("units").cast(NUMBER)
    return rows.select("plan_id", fund="funds", units=change).filter(pl.col("units") != 0)


def unit_history(people: pl.DataFrame) -> pl.DataFrame:
    """plan_id, participant_id and the history's JSON of people as `alike` gives them."""
    old, new = (pl.col(name).str.replace_all(SEPARATOR, ",", literal=True) for name in ("units", "units_now"))
    parts = (pl.lit('{"balances.units":[['), old, pl.lit("],["), new, pl.lit("]]}"))
    return people.select(*PERSON, changes=pl.concat_str(parts))
