"""SSNs of others: a part's people against what is held, also of people who are not in the part at hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import polars as pl

from planbridge.recordkeepers.connector import PeopleGroup, PlanFeed
from planbridge.recordkeepers.delivered import Delivered
from planbridge.security.ssn import index_ssns
from planbridge.sync.apply import copy_out, ssn_conflicts
from planbridge.sync.diff import CHANGED, NEW, Comparison
from planbridge.sync.frames import PERSON, PROBLEM_SCHEMA
from planbridge.sync.judgement import Background, Judgement
from planbridge.sync.normalise import WHITE_SPACE
from planbridge.sync.statements import statement
from planbridge.sync.validate import rejected_people

HELD_BY = {"plan_id": pl.Int64(), "participant_id": pl.String(), "holder": pl.String(), "ssn_index": pl.String()}
HOLDER = ("plan_id", "holder", "ssn_index")


@dataclass(frozen=True)
class Surroundings:
    """What a part stands in: `parts` are all of the reading; `plans` as Background has them.

    `open_plans`: those whose people are not all in the part; `complete`: those of them that are read as a whole.
    """

    parts: Iterable[Delivered]
    plans: pl.DataFrame
    open_plans: list[int]
    complete: list[int]

    @staticmethod
    def of(
        group: PeopleGroup, feeds: Mapping[int, PlanFeed], background: Background, *, is_later_part: bool
    ) -> "Surroundings":
        """What a part of a group stands in. Only a plan by itself has several parts."""
        has_others = not group.has_one_part and len(group.feeds) == 1 and not background.stored.is_empty()
        is_open = is_later_part or has_others
        open_plans = [plan_id for plan_id, feed in feeds.items() if is_open or not feed.is_complete]
        complete = [plan_id for plan_id in open_plans if feeds[plan_id].is_complete]
        return Surroundings(group.parts, background.plans, open_plans, complete)


def with_ssn_conflicts(judgement: Judgement, around: Surroundings) -> Judgement:
    """The judgement with SSN_CHANGED of changed people, and SSN_DUPLICATE against people who are not in the part."""
    outcomes = judgement.comparison.outcomes
    looked_at = outcomes.filter(
        (pl.col("outcome") == CHANGED) | ((pl.col("outcome") == NEW) & pl.col("plan_id").is_in(around.open_plans))
    )
    if looked_at.is_empty():
        return judgement
    people = judgement.changed.people.join(looked_at.select("record"), on="record", how="semi")
    people = people.join(judgement.touched["ssn"], on="record", how="semi")  # the SSN of all others is as held
    if people.is_empty():
        return judgement
    conflicts = ssn_conflicts(people.select(*PERSON, "ssn"), around.open_plans)
    conflicts = without_taken_over(conflicts, around)
    if conflicts.is_empty():
        return judgement
    problems = conflicts.with_columns(field=pl.lit("ssn"), value=pl.lit(None, pl.String)).select(list(PROBLEM_SCHEMA))
    refused = rejected_people(problems)
    left = outcomes.join(refused, on=list(PERSON), how="anti", maintain_order="left")
    return replace(
        judgement,
        problems=pl.concat([judgement.problems, problems]),
        rejected=pl.concat([judgement.rejected, refused]),
        comparison=Comparison(left),
        changed=judgement.changed.without(refused),
    )


def without_taken_over(conflicts: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """The conflicts but those with people whom the reading lacks, or of whom it has another SSN: theirs is free."""
    is_twin = (pl.col("code") == "SSN_DUPLICATE") & pl.col("plan_id").is_in(around.complete)
    if conflicts.filter(is_twin).is_empty():
        return conflicts
    held_by = copy_out(statement("ssn_holders"), {"plan_ids": around.complete}, HELD_BY)
    theirs = held_by.join(still_held(held_by, around), on=list(HOLDER), how="semi")
    free = held_by.join(theirs, on=list(PERSON), how="anti").select(*PERSON, code=pl.lit("SSN_DUPLICATE")).unique()
    return conflicts.join(free, on=[*PERSON, "code"], how="anti", maintain_order="left")


def still_held(held_by: pl.DataFrame, around: Surroundings) -> pl.DataFrame:
    """HOLDER as the reading has it, of the people named in `held_by`. Goes through all parts, which is seldom needed."""
    holders = held_by.select("plan_id", "holder").unique()
    plans = around.plans.rename({"plan_id": "our_plan_id", "external_plan_id": "plan_id"})
    found = [holders.with_columns(ssn=pl.lit("")).clear()]
    for part in around.parts:
        people = part.keyed_people.select(pl.col(*PERSON, "ssn").str.strip_chars(WHITE_SPACE)).join(plans, on="plan_id")
        named = people.select(plan_id="our_plan_id", holder="participant_id", ssn="ssn")
        found.append(named.join(holders, on=["plan_id", "holder"], how="semi"))
    delivered = pl.concat(found)
    digits = delivered["ssn"].fill_null("").str.replace_all(r"[- ]", "").to_list()
    return delivered.select("plan_id", "holder").with_columns(pl.Series("ssn_index", index_ssns(digits), pl.String))
