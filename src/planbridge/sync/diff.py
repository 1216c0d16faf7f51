"""Diff: who is new, changed, unchanged, back, or gone, by comparing content hashes with the stored ones."""

from dataclasses import dataclass

import polars as pl

from planbridge.sync.frames import PERSON

NEW, CHANGED, UNCHANGED, RETURNED = "new", "changed", "unchanged", "returned"
GONE_STATUS = "not_at_recordkeeper"


@dataclass(frozen=True)
class Comparison:
    """`outcomes`: plan_id, participant_id, record, hash_high, hash_low, stored_status (null for the new), outcome."""

    outcomes: pl.DataFrame

    def people(self, *outcomes: str) -> pl.DataFrame:
        """The people with one of the outcomes."""
        return self.outcomes.filter(pl.col("outcome").is_in(outcomes))


def compare(accepted: pl.DataFrame, stored: pl.DataFrame) -> Comparison:
    """Compare accepted people (plan_id, participant_id, record, hash_high, hash_low) with the stored.

    `stored`: plan_id, participant_id, stored_high, stored_low, stored_status.
    """
    joined = accepted.join(stored, on=list(PERSON), how="left", maintain_order="left")
    is_same = (pl.col("hash_high") == pl.col("stored_high")) & (pl.col("hash_low") == pl.col("stored_low"))
    outcome = (
        pl.when(pl.col("stored_high").is_null())
        .then(pl.lit(NEW))
        .when(~is_same)
        .then(pl.lit(CHANGED))
        .when(pl.col("stored_status") == GONE_STATUS)
        .then(pl.lit(RETURNED))
        .otherwise(pl.lit(UNCHANGED))
    )
    return Comparison(joined.with_columns(outcome=outcome).drop("stored_high", "stored_low"))


def vanished_people(stored: pl.DataFrame, read: pl.DataFrame, complete_plans: pl.DataFrame) -> pl.DataFrame:
    """Stored people (plan_id, participant_id, stored_status) whom a complete feed no longer has, not yet marked so."""
    present = stored.filter(pl.col("stored_status") != GONE_STATUS).join(complete_plans, on="plan_id", how="semi")
    return present.join(read, on=list(PERSON), how="anti").select(*PERSON, "stored_status")
