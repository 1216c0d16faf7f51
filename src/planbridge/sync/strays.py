"""Strays: rows whose person has no record in the delivery, and records that are not built as agreed."""

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from planbridge.recordkeepers.delivered import DeliveredPart
from planbridge.sync.frames import PERSON, PROBLEM_SCHEMA, no_problems


@dataclass(frozen=True)
class Strays:
    """Problems of strays, and by (plan_id, participant_id) what was delivered of each."""

    problems: pl.DataFrame
    kept: dict[tuple[int, str], list[Any]]


def find_strays(part: DeliveredPart, plans: pl.DataFrame) -> Strays:
    """The strays of the wanted plans (`plans`: external_plan_id, plan_id)."""
    orphans = placed(part.orphans, plans).with_columns(pl.col("participant_id").fill_null("(no id)"))
    kept: dict[tuple[int, str], list[Any]] = {}
    for plan_id, person, table, row in orphans.select(*PERSON, "table", "row").iter_rows():
        kept.setdefault((plan_id, person), []).append({"table": table, "row": json.loads(row)})
    found = [
        stray_problems(orphans.unique([*PERSON, "table"], maintain_order=True), "RECORD_ORPHANED", pl.col("table"))
    ]
    if part.malformed is not None:
        numbered = part.malformed.with_row_index("place")
        named = pl.col("participant_id").fill_null(pl.format("(malformed record {})", pl.col("place") + 1))
        malformed = placed(numbered, plans).with_columns(named)
        for plan_id, person, text in malformed.select(*PERSON, "text").iter_rows():
            kept.setdefault((plan_id, person), []).append({"malformed": text})
        found.append(stray_problems(malformed, "RECORD_MALFORMED", pl.lit(None, pl.String)))
    return Strays(pl.concat(found), kept)


def placed(rows: pl.DataFrame, plans: pl.DataFrame) -> pl.DataFrame:
    """Rows with our plan_id instead of the external one."""
    renamed = rows.rename({"plan_id": "external_plan_id"})
    return renamed.join(plans, on="external_plan_id", how="inner", maintain_order="left")


def stray_problems(rows: pl.DataFrame, code: str, field: pl.Expr) -> pl.DataFrame:
    """Problems of strays."""
    if rows.is_empty():
        return no_problems()
    return rows.select(*PERSON, code=pl.lit(code), field=field, value=pl.lit(None, pl.String)).cast(PROBLEM_SCHEMA)
