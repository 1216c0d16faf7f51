"""Participant Sync: extract, normalise, validate, guard, diff, apply, reconcile, conclude - many plans at once."""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import cache, partial

import polars as pl
from django.db import transaction

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import Severity
from planbridge.participants.fund_holders import note_moved_people
from planbridge.recordkeepers.connector import DeliveryRefused, PeopleGroup, PlanFeed
from planbridge.recordkeepers.delivered import person_key
from planbridge.sync import outcome
from planbridge.sync.apply import (
    Taken,
    copy_new,
    lock_plans,
    merge_people,
    refresh_fingerprints,
    set_statuses,
    stage,
    stage_touched,
    stored_people,
    unstage_plans,
    write_prices,
)
from planbridge.sync.batch import Batch, feeds_by_plan
from planbridge.sync.completion import completed_group
from planbridge.sync.content_hash import SECTIONS
from planbridge.sync.follow_up import follow_up
from planbridge.sync.frames import PERSON, CanonicalPart
from planbridge.sync.held import keep_held
from planbridge.sync.judgement import Background, Judgement, judge, reworded
from planbridge.sync.known import PlanFacts, contexts, known_plans, plan_facts
from planbridge.sync.movement import Movements, hold_reasons
from planbridge.sync.quarantine import quarantine_rows
from planbridge.sync.roll import (
    add_to_rolls,
    drop_rolls,
    keep_rolls,
    moved_on,
    no_sections,
    read_sections,
    room_for_addition,
)
from planbridge.sync.run import RunKind
from planbridge.sync.run_book import owned_runs
from planbridge.sync.ssn_of_others import Surroundings, with_ssn_conflicts
from planbridge.sync.stages import Timeline
from planbridge.sync.staging import FACTS
from planbridge.sync.submission_confirmation import confirm_submissions
from planbridge.sync.summary import EMPTY_FINDINGS, Findings, Summary, statuses_of, summarise


def sync_participants(batch: Batch, groups: Iterable[PeopleGroup]) -> list[PlanFeed]:
    """Work through the groups of a reading; answers the feeds that were taken in, for the connector to settle."""
    taken = []
    timeline = Timeline(batch.progress.tell)
    for group in groups:
        timeline.mark("extract", len(group.feeds))
        try:
            taken += sync_whole_group(batch, group, timeline)
        except DeliveryRefused as refused:
            if group.when_refused is None:
                raise
            taken += sync_whole_group(batch, group.when_refused(refused.problem), timeline)
        except outcome.DryRunDone as done:
            done.record()
        batch.progress.plans_done += len(group.feeds)
        timeline = Timeline(batch.progress.tell)
    return taken


def sync_whole_group(batch: Batch, group: PeopleGroup, timeline: Timeline) -> list[PlanFeed]:
    """One group and the syncs that follow from it, in one transaction."""
    with transaction.atomic():
        done = sync_group(batch, group, timeline)
        follow_up(batch, RunKind.PARTICIPANTS, done)
        return done


def sync_group(batch: Batch, group: PeopleGroup, timeline: Timeline) -> list[PlanFeed]:
    """One group, in the caller's transaction: all of its plans that can be taken in are, or none of it happened."""
    group = completed_group(group, batch.external)
    facts = plan_facts([feed.wanted.plan_id for feed in group.feeds])
    delivered = feeds_by_plan(group)
    unready = {plan_id: why_unready(batch, feed, facts[plan_id]) for plan_id, feed in delivered.items()}
    ended = [one for one in unready.values() if one]
    outcome.conclude_unready(ended)
    feeds = {plan_id: feed for plan_id, feed in delivered.items() if unready[plan_id] is None}
    locked = lock_plans(list(feeds))
    batch.busy |= feeds.keys() - locked
    feeds = {plan_id: feed for plan_id, feed in feeds.items() if plan_id in locked}
    if not feeds:
        return []
    background, judged_with = background_of(batch, feeds, facts)
    moves = Movements(background.known.newest_prices)
    plans_before = background.stored.select("plan_id").unique()
    is_whole = group.has_one_part  # then nothing needs to be staged before the guard has looked
    judged: list[Judged] = []
    for part in group.parts:
        timeline.mark("extract", part.keyed_people.height)
        judgement = judge(part, background, timeline.mark)
        around = Surroundings.of(group, feeds, background, is_later_part=bool(judged))
        judgement = with_ssn_conflicts(judgement, around)
        same = moves.add(judgement, plans_before)
        if not is_whole:
            stage_judged(batch, judgement)
        judged.append(Judged.of(judgement, quarantine_of(batch, judgement), same if is_whole else None))
    summary = summarise(feeds, background.stored, together(judged))
    unknown = sorted({name for one in judged for name in one.unknown_fields})
    people = People(background, [one.judgement for one in judged if one.judgement])
    read = Read(batch, group, feeds, facts, summary, moves, people)
    return settle_group(read, outcome.Book(batch, feeds, summary, timeline, judged_with, unknown, ended))


def background_of(
    batch: Batch, feeds: dict[int, PlanFeed], facts: dict[int, PlanFacts]
) -> tuple[Background, dict[int, str]]:
    """What the plans' people are judged against, and each plan's context as a text."""
    known = known_plans(list(feeds.values()))
    now = contexts(list(feeds))
    held, with_roll = stored_people(list(feeds))
    stored = held.join(batch.external, on="plan_id", how="left", maintain_order="left")
    keyed = stored.with_columns(person_key("external_plan_id", "participant_id")).drop("external_plan_id")
    is_same = {plan_id: facts[plan_id].judged_with == now.get(plan_id) for plan_id in feeds}
    sections = cache(partial(read_sections, list(feeds)))
    return Background(wanted_plans(batch, feeds), known, keyed, is_same, with_roll, sections), now


def why_unready(batch: Batch, feed: PlanFeed, facts: PlanFacts) -> outcome.Unready | None:
    """How the run of a feed ends that cannot be worked on; None for one that can."""
    ticket = batch.tickets[feed.wanted.plan_id]
    refusals = [
        problem for problem in feed.problems if problem.severity is Severity.ERROR and not problem.participant_id
    ]
    if refusals:
        return outcome.refused(ticket, feed, refusals)
    if not feed.has_news:
        return outcome.nothing_new(ticket, feed)
    if not facts.has_document:
        return outcome.refused(ticket, feed, [Problem("PLAN_NOT_SYNCED", value=facts.external_plan_id)])
    return None


def wanted_plans(batch: Batch, feeds: dict[int, PlanFeed]) -> pl.DataFrame:
    """external_plan_id and plan_id of the plans worked on."""
    return batch.external.filter(pl.col("plan_id").is_in(list(feeds)))


def stage_judged(batch: Batch, judgement: Judgement) -> None:
    """Stage a part's new and changed people."""
    run_ids = batch.run_ids(list(batch.tickets))
    stage(judgement.changed, facts_of(judgement), run_ids, touched_items(judgement))
    stage_touched(judgement.changed.people, touched_items(judgement), run_ids)


def apply_judged(
    batch: Batch, judgement: Judgement, same: pl.DataFrame, plans: Collection[int], *, is_first: bool
) -> None:
    """Stage a judgement's new and changed people of some plans, with the history of `same` (as positions.alike).

    `is_first`: nobody is held of any of the plans.
    """
    changed = changed_of(judgement, plans)
    if changed.people.is_empty():
        return
    run_ids = batch.run_ids(list(batch.tickets))
    if is_first:
        copy_new(changed, facts_of(judgement), run_ids)
        return
    told = same.join(changed.people.select(PERSON), on=list(PERSON), how="semi")
    stage(changed, facts_of(judgement), run_ids, touched_items(judgement), alike=told)
    untold = changed.people.join(told, on=list(PERSON), how="anti", maintain_order="left")
    touched = touched_items(judgement)
    stage_touched(untold, {"balances": touched.pop("balances")}, run_ids)
    stage_touched(changed.people, touched, run_ids)


def touched_items(judgement: Judgement) -> dict[str, pl.DataFrame]:
    """By item table, the records of those whose items are not as held."""
    return {section: judgement.touched[section] for section in SECTIONS}


def changed_of(judgement: Judgement, plans: Collection[int]) -> CanonicalPart:
    """The judgement's new and changed people of some plans."""
    changed = judgement.changed
    if changed.people.is_empty():
        return changed
    chosen = changed.people.filter(pl.col("plan_id").is_in(list(plans)))
    return changed if chosen.height == changed.people.height else changed.of(chosen.select(PERSON))


def facts_of(judgement: Judgement) -> pl.DataFrame:
    """Record and staging.FACTS, with the sync status that people's warnings give them."""
    statuses = statuses_of(judgement.comparison.outcomes, judgement.problems)
    return judgement.facts.join(statuses, on=list(PERSON), how="inner", maintain_order="left").select("record", *FACTS)


def quarantine_of(batch: Batch, judgement: Judgement) -> pl.DataFrame:
    """The part's rejected people as quarantine rows."""
    errors = judgement.problems.join(judgement.rejected, on=list(PERSON), how="semi", maintain_order="left")
    run_ids = batch.run_ids(errors["plan_id"].unique().to_list())
    return quarantine_rows(judgement.delivered, judgement.owners, judgement.strays.kept, errors, run_ids)


@dataclass(frozen=True)
class Judged:
    """What is kept of a part: its findings, and (when it is the only one) the judgement with the people."""

    findings: Findings
    unknown_fields: tuple[str, ...]
    judgement: tuple[Judgement, pl.DataFrame] | None

    @staticmethod
    def of(judgement: Judgement, quarantined: pl.DataFrame, same: pl.DataFrame | None) -> "Judged":
        """What is kept of a judgement; `same` (as positions.alike) is given when its people are not staged yet."""
        outcomes = judgement.comparison.outcomes.select(*PERSON, "stored_status", "outcome")
        findings = Findings(
            judgement.recognised.select(PERSON),
            judgement.read,
            judgement.problems,
            outcomes,
            judgement.prices,
            judgement.money,
            judgement.money_rejected,
            quarantined,
            reworded(judgement),
        )
        return Judged(findings, judgement.delivered.unknown_fields, None if same is None else (judgement, same))


def together(judged: list[Judged]) -> Findings:
    """The findings of all parts in one; a price that several parts have is there once."""
    findings = [one.findings for one in judged]
    whole = Findings(
        *(
            pl.concat([getattr(one, field.name) for one in findings]) if findings else EMPTY_FINDINGS[field.name]
            for field in fields(Findings)
        )
    )
    if len(findings) == 1:
        return whole
    return replace(whole, prices=whole.prices.unique(["plan_id", "fund", "price_date"], maintain_order=True))


@dataclass(frozen=True)
class People:
    """What the people were judged against, and the judgement (none, when it came in parts and they are staged).

    With it stand those who hold the same funds as before, as positions.alike gives them.
    """

    background: Background
    judgements: list[tuple[Judgement, pl.DataFrame]]

    def without_roll(self) -> set[int]:
        """The plans whose people were read from their rows."""
        return set(self.background.stored["plan_id"].unique()) - self.background.with_roll.keys()


@dataclass(frozen=True)
class Read:
    """Everything that was read of a group, judged and staged but not yet applied."""

    batch: Batch
    group: PeopleGroup
    feeds: dict[int, PlanFeed]
    facts: dict[int, PlanFacts]
    summary: Summary
    moves: Movements
    people: People


def settle_group(read: Read, book: outcome.Book) -> list[PlanFeed]:
    """Guard, apply, reconcile and conclude what was read; answers the feeds that are done with."""
    batch = read.batch
    held = hold_reasons(read.feeds, read.facts, read.summary, read.moves)
    held = {plan_id: why for plan_id, why in held.items() if not batch.asked[plan_id].guard_waived_by}
    again = {
        plan_id for plan_id in held if is_incremental(read.feeds[plan_id]) and "TOTALS_DIFFER" in codes(held[plan_id])
    }
    batch.to_read_in_full |= again
    book.timeline.mark("guard", len(held))

    owned = owned_runs(batch.tickets_of(list(read.feeds)))
    lost = {plan_id for plan_id in read.feeds if batch.tickets[plan_id].run_id not in owned}
    applied = {plan_id: feed for plan_id, feed in read.feeds.items() if plan_id not in held.keys() | lost}
    kept = {plan_id: why for plan_id, why in held.items() if plan_id not in again | lost}
    unstage_plans(sorted(held.keys() | lost))
    apply_people(read, applied)
    with ThreadPoolExecutor(1) as proving:  # while the server writes
        conclusions = proving.submit(outcome.conclusions_of, book, applied, kept)
        write_prices(of_plans(read.summary.prices, applied), batch.run_ids(list(applied)))
    book.timeline.mark("apply", sum(read.summary.counts[plan_id].applied for plan_id in applied))

    if any(batch.asked[plan_id].is_dry_run for plan_id in read.feeds):
        outcome.conclude_dry_run(book, applied, kept, conclusions.result())
    keep_held(batch, read.group, kept)
    book.timeline.mark("reconcile", len(applied) + len(kept))
    outcome.conclude_group(book, applied, kept, conclusions.result())
    note_moved_people(moved_plans(read.summary, applied))
    confirm_submissions(applied)
    return [feed for plan_id, feed in read.feeds.items() if plan_id in applied or plan_id in kept]


def moved_plans(summary: Summary, applied: Mapping[int, PlanFeed]) -> list[int]:
    """The applied plans of which any person changed, came, came back or vanished."""
    others = {*summary.statuses["plan_id"].unique(), *summary.vanished["plan_id"].unique()}
    return [plan_id for plan_id in applied if summary.counts[plan_id].applied or plan_id in others]


def apply_people(read: Read, applied: dict[int, PlanFeed]) -> None:
    """Write the people, statuses and fingerprints of the applied plans."""
    run_ids = read.batch.run_ids(list(applied))
    summary = read.summary
    is_first = not summary.people_known
    judgements = read.people.judgements
    for judgement, same in judgements:
        apply_judged(read.batch, judgement, same, applied, is_first=is_first)
    if not (is_first and judgements):
        merge_people()
    refresh_fingerprints(of_plans(summary.findings.reworded, applied))
    taken = Taken(of_plans(summary.statuses, applied), of_plans(summary.vanished, applied))
    set_statuses(taken, run_ids)
    call_rolls(read.people, taken, applied)


def call_rolls(people: People, taken: Taken, applied: dict[int, PlanFeed]) -> None:
    """Write the rolls of the applied plans in which anything of anybody changed, and of those that have none."""
    if not people.judgements:
        drop_rolls(applied)
        return
    facts = pl.concat(
        one.facts.join(one.comparison.outcomes.select(PERSON), on=list(PERSON), how="semi")
        for one, _ in people.judgements
    )
    statuses = taken.all_statuses()
    moved = of_plans(pl.concat([facts.select(PERSON), statuses.select(PERSON)]).unique(), applied)
    changed = applied.keys() & (people.without_roll() | set(moved["plan_id"].unique()))
    if not changed:
        return
    stored, with_roll = people.background.stored, people.background.with_roll
    sections = people.background.stored_sections() if stored.height else no_sections()
    few = room_for_addition(numbers_by_plan(stored), numbers_by_plan(moved), with_roll)
    if few:
        theirs = moved.filter(pl.col("plan_id").is_in(few))
        parts = [rows.join(theirs, on=list(PERSON), how="semi") for rows in (stored, sections, facts, statuses)]
        add_to_rolls(moved_on(*parts), with_roll)
    if anew := changed - few:
        parts = [rows.filter(pl.col("plan_id").is_in(anew)) for rows in (stored, sections, facts, statuses)]
        keep_rolls(moved_on(*parts), anew)


def numbers_by_plan(people: pl.DataFrame) -> dict[int, int]:
    """How many rows each plan has."""
    return dict(people.group_by("plan_id").len().iter_rows())


def of_plans(rows: pl.DataFrame, plans: dict[int, PlanFeed]) -> pl.DataFrame:
    """Rows of some plans."""
    return rows if rows.is_empty() else rows.filter(pl.col("plan_id").is_in(list(plans)))


def codes(problems: list[Problem]) -> set[str]:
    """The codes of some problems."""
    return {problem.code for problem in problems}


def is_incremental(feed: PlanFeed) -> bool:
    """Whether the feed has only what changed since the last reading (and not people picked by hand)."""
    return not feed.is_complete and not feed.wanted.participants and feed.wanted.changed_since is not None
