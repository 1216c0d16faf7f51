"""The content hash: 128 bits over everything known of a person but prices and market values.

Order of items does not count (their hashes are summed), so shuffled rows are the same content. The sum is keyed
before it is stored: an unkeyed hash would let one who has it try out every SSN.
"""

import numpy as np
import polars as pl
import polars_hash

from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS
from planbridge.security.content_key import key_hashes
from planbridge.sync.frames import PERSON, CanonicalPart

NOT_CONTENT = {"price", "market_value", "price_date"}
CENSUS = tuple(name for name in PEOPLE_COLUMNS if name not in PERSON)
HALF = pl.lit(1 << 64, pl.UInt128)


def hashed_columns(table: str) -> tuple[str, ...]:
    """The columns of an item table that are content."""
    return tuple(name for name in ITEM_COLUMNS[table] if name not in NOT_CONTENT)


def row_hash(table: str, columns: tuple[str, ...], schema: pl.Schema) -> pl.Expr:
    """A stable 128-bit hash of one row of a table; the table's name is part of it."""
    parts = [pl.col(name).to_physical() if schema[name].is_decimal() else pl.col(name) for name in columns]
    return polars_hash.hash_rows(pl.lit(table), *parts).nchash.xxh3_128().alias("hash")


# The item tables whose mark is kept beside the content hash, so that a changed person's other tables are left alone.
SECTIONS = tuple(table for table in ITEM_COLUMNS if table != "employment")
MARKED = (*SECTIONS, "ssn")


def mark_of(table: str) -> str:
    """The column that has a table's mark."""
    return f"{table}_mark"


def content_hashes(part: CanonicalPart) -> pl.DataFrame:
    """For each record: record, census_hash, hash (both UInt128, unkeyed), a keyed mark of each section (0: no items) and of the SSN."""
    census = part.people.select("record", row_hash("people", CENSUS, part.people.schema))
    sums = {table: section_hashes(table, rows) for table, rows in part.items.items() if rows.height}
    whole = pl.concat([census, *sums.values()]).group_by("record").agg(pl.col("hash").sum())
    hashes = census.rename({"hash": "census_hash"}).join(whole, on="record", how="left", maintain_order="left")
    for table in SECTIONS:
        if table in sums:
            marks = sums[table].select("record", keyed(sums[table]["hash"])["hash_low"].alias(mark_of(table)))
            hashes = hashes.join(marks, on="record", how="left", maintain_order="left")
        else:
            hashes = hashes.with_columns(pl.lit(0, pl.Int64).alias(mark_of(table)))
    ssns = part.people.select(hash=row_hash("ssn", ("ssn",), part.people.schema))["hash"]
    hashes = hashes.with_columns(keyed(ssns)["hash_low"].alias(mark_of("ssn")))
    return hashes.with_columns(pl.col([mark_of(table) for table in SECTIONS]).fill_null(0))


def section_hashes(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Record and hash (UInt128) of all its rows in a table."""
    columns = hashed_columns(table)
    if table == "employment":  # spells are in order, items are not
        rows = rows.with_columns(place=pl.int_range(pl.len()).over("record"))
        columns = (*columns, "place")
    hashed = rows.select("record", row_hash(table, columns, rows.schema))
    return hashed.group_by("record").agg(pl.col("hash").sum())


def keyed(hashes: pl.Series) -> pl.DataFrame:
    """UInt128 hashes as two keyed 64-bit halves: hash_high, hash_low (Int64)."""
    whole = pl.DataFrame({"hash": hashes})
    halves = whole.select(low=pl.col("hash") % HALF, high=pl.col("hash") // HALF).cast(pl.UInt64).to_numpy(order="c")
    encrypted = np.frombuffer(key_hashes(halves.tobytes()), dtype=np.int64).reshape(-1, 2)
    high, low = (np.ascontiguousarray(encrypted[:, half]) for half in (0, 1))  # strided arrays are copied item by item
    return pl.DataFrame({"hash_high": high, "hash_low": low})
