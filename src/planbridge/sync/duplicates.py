"""Duplicates: the same person delivered twice counts once; with other content both records are rejected."""

import polars as pl

from planbridge.sync.frames import PERSON, PROBLEM_SCHEMA, CanonicalPart, no_problems


def settle_duplicates(part: CanonicalPart, hashes: pl.DataFrame) -> tuple[CanonicalPart, pl.DataFrame, pl.DataFrame]:
    """The part and hashes with one record a person, and PARTICIPANT_DUPLICATE problems of those that differ.

    `hashes`: record, census_hash, hash. In CSV all items hang on the first record, so that a repeated census row has
    no items of its own: it is the same person when its census is.
    """
    people = part.people
    if people.select(PERSON).n_unique() == people.height:
        return part, hashes, no_problems()
    several = people.select("record", *PERSON).join(hashes, on="record", how="left", maintain_order="left")
    bare = pl.col("census_hash") == pl.col("hash")
    first_census, first_hash = pl.col("census_hash").first().over(PERSON), pl.col("hash").first().over(PERSON)
    is_same = (pl.col("hash") == first_hash) | ((pl.col("census_hash") == first_census) & bare)
    is_first = pl.int_range(pl.len()).over(PERSON) == 0
    judged = several.with_columns(is_same=is_same, is_first=is_first)
    differing = judged.filter(~pl.col("is_same")).select(PERSON).unique(maintain_order=True)
    kept = judged.filter(pl.col("is_first")).select("record")
    one_each = CanonicalPart(
        people.join(kept, on="record", how="semi", maintain_order="left"),
        {table: rows.join(kept, on="record", how="semi", maintain_order="left") for table, rows in part.items.items()},
        part.problems,
    )
    problems = differing.with_columns(
        code=pl.lit("PARTICIPANT_DUPLICATE"), field=pl.lit(None, pl.String), value=pl.lit(None, pl.String)
    ).cast(PROBLEM_SCHEMA)
    return one_each, hashes.join(kept, on="record", how="semi", maintain_order="left"), problems
