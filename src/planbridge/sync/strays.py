"""Strays: rows whose person has no record in the delivery, records that are not built as agreed or name no plan.

What names no plan is told of one plan of the reading: nobody else would hear of it.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl

from planbridge.recordkeepers.delivered import DeliveredPart
from planbridge.sync.frames import PERSON, PROBLEM_SCHEMA, no_problems
from planbridge.sync.normalise import WHITE_SPACE, short_id
from planbridge.sync.quarantine import whole_records

# What a stray is called that does not say whose it is; normalise and the profiles call such records so too. Nobody's id begins so.
NAMELESS = r"^\((?:no id\)|(?:row|record|id of|malformed record|line|.*, line) [0-9]+)"
# The field of the problems of what names no plan: any plan of the reading may lack it.
PLANLESS = "plan_id"


@dataclass(frozen=True)
class Strays:
    """Problems of strays, and by (plan_id, participant_id) what was delivered of each."""

    problems: pl.DataFrame
    kept: dict[tuple[int, str], list[Any]]


def find_strays(part: DeliveredPart, plans: pl.DataFrame) -> Strays:
    """The strays of the wanted plans (`plans`: external_plan_id, plan_id)."""
    kept: dict[tuple[int, str], list[Any]] = {}
    orphans = placed(part.orphans, plans, pl.lit("(no id)"))
    for plan_id, person, table, row in orphans.select(*PERSON, "table", "row").iter_rows():
        kept.setdefault((plan_id, person), []).append({"table": table, "row": json.loads(row)})
    found = [stray_problems(orphans.unique([*PERSON, "table"], maintain_order=True), "RECORD_ORPHANED", "table")]
    if part.malformed is not None:
        numbered = part.malformed.with_row_index("place")
        malformed = placed(numbered, plans, pl.format("(malformed record {})", pl.col("place") + 1))
        for plan_id, person, text in malformed.select(*PERSON, "text").iter_rows():
            kept.setdefault((plan_id, person), []).append({"malformed": text})
        codes = malformed.partition_by("code") if "code" in malformed.columns else [malformed]
        for rows in codes:
            code = str(rows["code"][0]) if "code" in rows.columns else "RECORD_MALFORMED"
            found.append(stray_problems(rows, code, "field" if "field" in rows.columns else None))
    planless = placed(planless_people(part), plans, pl.format("(record {} without a plan)", pl.col("record") + 1))
    if planless.height:
        named = {
            record: (plan_id, person) for record, plan_id, person in planless.select("record", *PERSON).iter_rows()
        }
        wholes = whole_records(part, planless.select("record"))
        kept |= {named[record]: [{"malformed": whole}] for record, whole in wholes}
        found.append(stray_problems(planless, "RECORD_MALFORMED", None))
    return Strays(pl.concat(found), kept)


def planless_people(part: DeliveredPart) -> pl.DataFrame:
    """record, plan_id, participant_id of the people whose record names no plan."""
    named = part.people["plan_id"].unique()
    blank = named.filter(named.str.strip_chars(WHITE_SPACE).fill_null("") == "")
    people = part.people.select("record", *PERSON)
    return people.filter(pl.col("plan_id").is_in(blank.to_list(), nulls_equal=True)) if len(blank) else people.clear()


def placed(rows: pl.DataFrame, plans: pl.DataFrame, place: pl.Expr) -> pl.DataFrame:
    """Rows of the wanted plans with our plan_id instead of the external one, then `is_planless`.

    What names no plan is given to the first of them. What does not say whose it is, or of which plan, is called `place`.
    """
    first = plans["external_plan_id"].min()
    bare = pl.col("plan_id").str.strip_chars(WHITE_SPACE)
    is_planless = bare.fill_null("") == ""
    is_told = ~is_planless & (pl.col("participant_id") != "")
    told = rows.with_columns(
        external_plan_id=pl.when(is_planless).then(pl.lit(first, pl.String)).otherwise(bare),
        participant_id=pl.when(is_told).then(short_id("participant_id")).otherwise(place),
        is_planless=is_planless,
    )
    return told.drop("plan_id").join(plans, on="external_plan_id", how="inner", maintain_order="left")


def stray_problems(rows: pl.DataFrame, code: str, field: str | None) -> pl.DataFrame:
    """Problems of strays; `field`: the column that names it."""
    if rows.is_empty():
        return no_problems()
    named = pl.lit(None, pl.String) if field is None else pl.col(field)
    shown = pl.when("is_planless").then(pl.lit(PLANLESS)).otherwise(named)
    return rows.select(*PERSON, code=pl.lit(code), field=shown, value=pl.lit(None, pl.String)).cast(PROBLEM_SCHEMA)


def plans_with_nameless(problems: pl.DataFrame, plans: Collection[int]) -> frozenset[int]:
    """Those of a reading's plans that may have somebody among its nameless strays: all, where one names no plan."""
    nameless = problems.filter(pl.col("participant_id").str.contains(NAMELESS))
    is_planless = (nameless["field"] == PLANLESS).any()
    return frozenset(plans if is_planless else nameless["plan_id"].unique().to_list())
