"""Participant Sync: extract, normalise, validate, guard, diff, apply, reconcile, conclude - many plans at once."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import polars as pl
from django.db import transaction

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import Severity
from planbridge.recordkeepers.connector import PeopleGroup, PlanFeed
from planbridge.sync import outcome
from planbridge.sync.apply import (
    Taken,
    lock_plans,
    merge_people,
    prepare_stages,
    set_statuses,
    stage,
    staged_ssn_conflicts,
    stored_people,
    unstage,
    unstage_plans,
    write_prices,
)
from planbridge.sync.batch import Batch, feeds_by_plan
from planbridge.sync.diff import CHANGED, Comparison
from planbridge.sync.frames import PERSON, PROBLEM_SCHEMA
from planbridge.sync.held import keep_held
from planbridge.sync.judgement import Judgement, judge
from planbridge.sync.known import PlanFacts, known_plans, plan_facts
from planbridge.sync.movement import Movements, hold_reasons
from planbridge.sync.quarantine import quarantine_rows
from planbridge.sync.run_book import owned_runs
from planbridge.sync.stages import Timeline
from planbridge.sync.summary import EMPTY_FINDINGS, Findings, Summary, statuses_of, summarise
from planbridge.sync.validate import KnownPlans, rejected_people


def sync_participants(batch: Batch, groups: Iterable[PeopleGroup]) -> list[PlanFeed]:
    """Work through the groups of a reading; answers the feeds that were taken in, for the connector to settle."""
    taken = []
    timeline = Timeline()
    for group in groups:
        timeline.mark("extract", len(group.feeds))
        try:
            with transaction.atomic():
                taken += sync_group(batch, group, timeline)
        except outcome.DryRunDone as done:
            done.record()
        timeline = Timeline()
    return taken


def sync_group(batch: Batch, group: PeopleGroup, timeline: Timeline) -> list[PlanFeed]:
    """One group, in the caller's transaction: all of its plans that can be taken in are, or none of it happened."""
    facts = plan_facts([feed.wanted.plan_id for feed in group.feeds])
    feeds = {plan_id: feed for plan_id, feed in feeds_by_plan(group).items() if is_ready(batch, feed, facts[plan_id])}
    locked = lock_plans(list(feeds))
    batch.busy |= feeds.keys() - locked
    feeds = {plan_id: feed for plan_id, feed in feeds.items() if plan_id in locked}
    if not feeds:
        return []
    prepare_stages()
    stored = stored_people(list(feeds))
    known = known_plans(list(feeds.values()))
    judged: list[Judged] = []
    moves = Movements(known.prices)
    for part in group.parts:
        timeline.mark("extract", part.people.height)
        judgement = judge(part, wanted_plans(batch, feeds), known, stored, timeline.mark)
        moves.add(judgement)
        stage_part(batch, judgement, known)
        judgement = with_ssn_conflicts(judgement, open_plans(feeds, is_later_part=bool(judged)))
        judged.append(Judged.of(judgement, quarantine_of(batch, judgement)))
    summary = summarise(feeds, stored, together(judged))
    unknown = sorted({name for one in judged for name in one.unknown_fields})
    return settle_group(Read(batch, group, feeds, facts, summary, moves), outcome.Book(batch, feeds, summary, timeline, unknown))


def is_ready(batch: Batch, feed: PlanFeed, facts: PlanFacts) -> bool:
    """Whether a feed can be worked on; if not, its run is concluded here, with the reason."""
    ticket = batch.tickets[feed.wanted.plan_id]
    refusals = [problem for problem in feed.problems if problem.severity is Severity.ERROR and not problem.participant_id]
    if refusals:
        outcome.conclude_refused(ticket, feed, refusals)
    elif not feed.has_news:
        outcome.conclude_nothing_new(ticket, feed)
    elif not facts.has_document:
        outcome.conclude_refused(ticket, feed, [Problem("PLAN_NOT_SYNCED", value=facts.external_plan_id)])
    else:
        return True
    return False


def wanted_plans(batch: Batch, feeds: dict[int, PlanFeed]) -> pl.DataFrame:
    """external_plan_id and plan_id of the plans worked on."""
    return batch.external.filter(pl.col("plan_id").is_in(list(feeds)))


def stage_part(batch: Batch, judgement: Judgement, known: KnownPlans) -> None:
    """Stage the part's new and changed people with the sync status that their warnings give them."""
    statuses = statuses_of(judgement.comparison.outcomes, judgement.problems)
    facts = judgement.comparison.outcomes.select("record", *PERSON, "hash_high", "hash_low").join(
        statuses, on=list(PERSON), how="left", maintain_order="left"
    )
    plan_ids = known.as_of["plan_id"].to_list()
    stage(judgement.changed, facts.select("record", "hash_high", "hash_low", "sync_status"), batch.run_ids(plan_ids))


def open_plans(feeds: dict[int, PlanFeed], *, is_later_part: bool) -> list[int]:
    """The plans whose people are not all in the part at hand."""
    return [plan_id for plan_id, feed in feeds.items() if is_later_part or not feed.is_complete]


def with_ssn_conflicts(judgement: Judgement, open_plan_ids: list[int]) -> Judgement:
    """The judgement with SSN_CHANGED of staged people, and SSN_DUPLICATE against people who are not in the part."""
    outcomes = judgement.comparison.outcomes
    if not open_plan_ids and outcomes.filter(pl.col("outcome") == CHANGED).is_empty():
        return judgement
    conflicts = staged_ssn_conflicts(open_plan_ids)
    if conflicts.is_empty():
        return judgement
    problems = conflicts.with_columns(field=pl.lit("ssn"), value=pl.lit(None, pl.String)).select(list(PROBLEM_SCHEMA))
    refused = rejected_people(problems)
    unstage(refused)
    left = outcomes.join(refused, on=list(PERSON), how="anti", maintain_order="left")
    return replace(
        judgement,
        problems=pl.concat([judgement.problems, problems]),
        rejected=pl.concat([judgement.rejected, refused]),
        comparison=Comparison(left),
    )


def quarantine_of(batch: Batch, judgement: Judgement) -> pl.DataFrame:
    """The part's rejected people as quarantine rows."""
    errors = judgement.problems.join(judgement.rejected, on=list(PERSON), how="semi", maintain_order="left")
    run_ids = batch.run_ids(errors["plan_id"].unique().to_list())
    return quarantine_rows(judgement.delivered, judgement.owners, judgement.strays.kept, errors, run_ids)


@dataclass(frozen=True)
class Judged:
    """What is kept of a part when its people's data are let go."""

    findings: Findings
    unknown_fields: tuple[str, ...]

    @staticmethod
    def of(judgement: Judgement, quarantined: pl.DataFrame) -> "Judged":
        """What is kept of a judgement."""
        outcomes = judgement.comparison.outcomes.select(*PERSON, "stored_status", "outcome")
        return Judged(
            Findings(
                judgement.read,
                judgement.problems,
                outcomes,
                judgement.prices,
                judgement.money,
                judgement.money_rejected,
                quarantined,
            ),
            judgement.delivered.unknown_fields,
        )


def together(judged: list[Judged]) -> Findings:
    """The findings of all parts in one; a price that several parts have is there once."""
    findings = [one.findings for one in judged]
    return Findings(
        *(
            pl.concat([getattr(one, field.name) for one in findings])
            if findings
            else EMPTY_FINDINGS[field.name]
            for field in fields(Findings)
        )
    )


@dataclass(frozen=True)
class Read:
    """Everything that was read of a group, judged and staged but not yet applied."""

    batch: Batch
    group: PeopleGroup
    feeds: dict[int, PlanFeed]
    facts: dict[int, PlanFacts]
    summary: Summary
    moves: Movements


def settle_group(read: Read, book: outcome.Book) -> list[PlanFeed]:
    """Guard, apply, reconcile and conclude what was read; answers the feeds that are done with."""
    batch = read.batch
    held = hold_reasons(read.feeds, read.facts, read.summary, read.moves)
    held = {plan_id: why for plan_id, why in held.items() if not batch.asked[plan_id].guard_waived_by}
    again = {plan_id for plan_id in held if is_incremental(read.feeds[plan_id]) and "TOTALS_DIFFER" in codes(held[plan_id])}
    batch.to_read_in_full |= again
    book.timeline.mark("guard", len(held))

    owned = owned_runs(batch.tickets_of(list(read.feeds)))
    lost = {plan_id for plan_id in read.feeds if batch.tickets[plan_id].run_id not in owned}
    applied = {plan_id: feed for plan_id, feed in read.feeds.items() if plan_id not in held.keys() | lost}
    unstage_plans(sorted(held.keys() | lost))
    apply_plans(read, applied)
    book.timeline.mark("apply", sum(read.summary.counts[plan_id].applied for plan_id in applied))

    kept = {plan_id: why for plan_id, why in held.items() if plan_id not in again | lost}
    if any(batch.asked[plan_id].is_dry_run for plan_id in read.feeds):
        outcome.conclude_dry_run(book, applied, kept)
    keep_held(batch, read.group, kept)
    book.timeline.mark("reconcile", len(applied) + len(kept))
    outcome.conclude_group(book, applied, kept)
    return [feed for plan_id, feed in read.feeds.items() if plan_id in applied or plan_id in kept]


def apply_plans(read: Read, applied: dict[int, PlanFeed]) -> None:
    """Write what is staged, the statuses and the prices of the applied plans."""
    run_ids = read.batch.run_ids(list(applied))
    summary = read.summary
    merge_people(is_first=not summary.people_before)
    set_statuses(Taken(of_plans(summary.statuses, applied), of_plans(summary.vanished, applied)), run_ids)
    write_prices(of_plans(summary.prices, applied), run_ids)


def of_plans(rows: pl.DataFrame, plans: dict[int, PlanFeed]) -> pl.DataFrame:
    """Rows of some plans."""
    return rows if rows.is_empty() else rows.filter(pl.col("plan_id").is_in(list(plans)))


def codes(problems: list[Problem]) -> set[str]:
    """The codes of some problems."""
    return {problem.code for problem in problems}


def is_incremental(feed: PlanFeed) -> bool:
    """Whether the feed has only what changed since the last reading (and not people picked by hand)."""
    return not feed.is_complete and not feed.wanted.participants and feed.wanted.changed_since is not None
