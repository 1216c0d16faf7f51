"""Outcomes: how each run of a group ends, written set-based with its problems, quarantine, proof and marks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl
from django.db import connection, transaction

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import PlanFeed
from planbridge.sync.apply import copy_out
from planbridge.sync.batch import Batch
from planbridge.sync.frames import PERSON
from planbridge.sync.quarantine import COLUMNS as QUARANTINE_COLUMNS
from planbridge.sync.reconcile import NOTHING_READ, PeopleCounts, differences, proof_of
from planbridge.sync.run import RunStatus
from planbridge.sync.run_book import (
    FULL_PROBLEM_SCHEMA,
    WARNINGS,
    Conclusion,
    Ticket,
    conclude_runs,
    copy_problems,
    copy_rows,
    run_problems,
    status_of,
)
from planbridge.sync.stages import Timeline
from planbridge.sync.statements import array_of, statement
from planbridge.sync.summary import Summary

VANISHED_SHOWN = 100  # of the people whom a held run would mark as not at the recordkeeper
CHANGES = {"plan_id": pl.Int64, "participant_id": pl.String, "changes": pl.String}


@dataclass(frozen=True)
class Unready:
    """How a run ends whose feed is not worked on, and why."""

    conclusion: Conclusion
    problems: Sequence[Problem] = ()


@dataclass(frozen=True)
class Book:
    """What is needed to conclude a group's runs. `unready`: those of the group that nothing is read for."""

    batch: Batch
    feeds: Mapping[int, PlanFeed]
    summary: Summary
    timeline: Timeline
    judged_with: Mapping[int, str]
    unknown_fields: Sequence[str] = ()
    unready: Sequence[Unready] = ()


def refused(ticket: Ticket, feed: PlanFeed, problems: Sequence[Problem]) -> Unready:
    """A feed that cannot be taken at all: Error, and nothing changed."""
    conclusion = Conclusion(
        ticket, RunStatus.ERROR, delivered_as=feed.delivered_as, as_of=feed.as_of, requests=feed.requests
    )
    return Unready(conclusion, problems)


def nothing_new(ticket: Ticket, feed: PlanFeed) -> Unready:
    """Nothing was delivered since the last reading: Successful with 0 read."""
    return Unready(Conclusion(ticket, RunStatus.SUCCESSFUL, requests=feed.requests))


def conclude_unready(ended: Sequence[Unready]) -> None:
    """Conclude runs that nothing is read for, in the caller's transaction."""
    ours = conclude_runs([one.conclusion for one in ended])
    for one in ended:
        ticket = one.conclusion.ticket
        if one.problems and ticket.run_id in ours:
            copy_problems(run_problems(ticket.plan_id, one.problems), [ticket])


def conclusions_of(
    book: Book, applied: Mapping[int, PlanFeed], held: Mapping[int, Sequence[Problem]]
) -> list[Conclusion]:
    """How the applied and the held runs end, but for their stages. Asks the database nothing."""
    return [concluded(book, plan_id) for plan_id in applied] + [
        concluded(book, plan_id, is_held=True) for plan_id in held
    ]


def with_stages(book: Book, conclusions: Sequence[Conclusion]) -> list[Conclusion]:
    """Conclusions with the stages done so far."""
    stages = book.timeline.as_list()
    return [replace(one, stages=stages) for one in conclusions]


def conclude_group(
    book: Book,
    applied: Mapping[int, PlanFeed],
    held: Mapping[int, Sequence[Problem]],
    conclusions: Sequence[Conclusion],
) -> None:
    """Conclude the applied and the held runs as conclusions_of has it, in the caller's transaction."""
    conclude_runs(with_stages(book, conclusions))
    forget_findings(book, [plan_id for plan_id in applied if book.batch.asked[plan_id].guard_waived_by])
    write_problems(book, applied, held)
    # A reading of parts of people takes nothing back that was rejected of them before: it may be another part.
    plan_ids = [plan_id for plan_id, feed in applied.items() if not feed.is_partial]
    run_ids = list(book.batch.run_ids(plan_ids).values())
    findings = book.summary.findings
    quarantined = findings.quarantined.filter(pl.col("plan_id").is_in([*applied, *held]))
    copy_rows("quarantine", QUARANTINE_COLUMNS, quarantined)
    partial = [plan_id for plan_id, feed in applied.items() if not feed.is_complete]
    taken = findings.outcomes.filter(pl.col("plan_id").is_in(partial))
    with connection.cursor() as cursor:
        cursor.execute(
            statement("resolve_quarantine"),
            {
                "plan_ids": array_of(plan_ids),
                "run_ids": array_of(run_ids),
                "is_complete": array_of(applied[plan_id].is_complete for plan_id in plan_ids),
                "taken_plans": taken["plan_id"].to_list(),
                "taken_people": taken["participant_id"].to_list(),
            },
        )
        supersede_held(book, applied, held)
        move_marks(book, applied, held)


def forget_findings(book: Book, plan_ids: Sequence[int]) -> None:
    """Forget what held runs found of people: as they are applied they find it again, and it is to stand there once."""
    if not plan_ids:
        return
    run_ids = list(book.batch.run_ids(plan_ids).values())
    with connection.cursor() as cursor:
        cursor.execute(statement("forget_findings"), {"plan_ids": list(plan_ids), "run_ids": run_ids})


def supersede_held(book: Book, applied: Mapping[int, PlanFeed], held: Mapping[int, Sequence[Problem]]) -> None:
    """Cancel the held runs that these replace, and let go of what they and the applied kept.

    A run of people picked by hand, or of parts of people, replaces nothing: what waits of the others would be lost with
    it.
    """
    plan_ids = [plan_id for plan_id in (*applied, *held) if not is_of_some(book.feeds[plan_id])]
    run_ids = [book.batch.tickets[plan_id].run_id for plan_id in plan_ids]
    applied_run_ids = [book.batch.tickets[plan_id].run_id for plan_id in applied]
    with connection.cursor() as cursor:
        cursor.execute(
            statement("supersede_held"),
            {
                "plan_ids": array_of(plan_ids),
                "run_ids": array_of(run_ids),
                "applied_run_ids": array_of(applied_run_ids),
            },
        )


def move_marks(book: Book, applied: Mapping[int, PlanFeed], held: Mapping[int, Sequence[Problem]]) -> None:
    """Remember how far plans are read, and what their people were judged with.

    People picked by hand, and parts of people, do not count as a reading of the plan.
    """
    feeds = {plan_id: feed for plan_id, feed in book.feeds.items() if plan_id in applied or plan_id in held}
    with connection.cursor() as cursor:
        cursor.execute(
            statement("move_read_marks"),
            {
                "plan_ids": array_of(feeds),
                "as_ofs": array_of(None if is_of_some(feed) else feed.as_of for feed in feeds.values()),
                "is_applied": array_of(plan_id in applied for plan_id in feeds),
                "is_complete": array_of(feed.is_complete and not is_of_some(feed) for feed in feeds.values()),
                "judged_with": [book.judged_with.get(plan_id, "") for plan_id in feeds],
            },
        )


def is_of_some(feed: PlanFeed) -> bool:
    """Whether a feed is of people picked by hand, or of parts of people: no reading of the plan."""
    return bool(feed.wanted.participants) or feed.is_partial


def concluded(book: Book, plan_id: int, *, is_held: bool = False) -> Conclusion:
    """One plan's conclusion."""
    summary, feed = book.summary, book.feeds[plan_id]
    counts = summary.counts[plan_id]
    if is_held:
        counts = PeopleCounts(rejected=counts.rejected, held=counts.applied + counts.unchanged)
    run_warnings = [one for one in feed.problems if one.code in WARNINGS] + ([None] if book.unknown_fields else [])
    warnings = summary.warnings.get(plan_id, 0) + len(run_warnings)
    refused = counts.rejected + sum(1 for one in feed.problems if one.code not in WARNINGS)
    rejected = replace(summary.totals_rejected.get(plan_id, NOTHING_READ), participants=counts.rejected)
    proof = proof_of(feed.totals, summary.read_totals(plan_id), rejected, counts, is_complete=feed.is_complete)
    if is_held:
        missing = summary.vanished.filter(pl.col("plan_id") == plan_id)["participant_id"].sort()
        proof["would_vanish"] = missing.head(VANISHED_SHOWN).to_list()
    return Conclusion(
        book.batch.tickets[plan_id],
        RunStatus.HELD if is_held else status_of(rejected=refused, warnings=warnings),
        counts=counts,
        vanished=summary.people_lost.get(plan_id, 0),
        prices=summary.prices_of(plan_id),
        warnings=warnings,
        delivered_as=feed.delivered_as,
        as_of=feed.as_of,
        proof=proof,
        requests=feed.requests,
    )


def write_problems(book: Book, applied: Mapping[int, PlanFeed], held: Mapping[int, Sequence[Problem]]) -> None:
    """The problems of people, feeds and guards of the concluded runs."""
    concluded_plans = [*applied, *held]
    unknown = Problem("FIELD_UNKNOWN", value=", ".join(book.unknown_fields)) if book.unknown_fields else None
    frames = [
        run_problems(plan_id, problems)
        for plan_id in concluded_plans
        if (problems := [*own_problems(book, plan_id, held.get(plan_id, ())), *([unknown] if unknown else [])])
    ]
    people = book.summary.findings.problems.filter(pl.col("plan_id").is_in(concluded_plans))
    everything = pl.concat(
        [
            *frames,
            people.with_columns(detail=pl.lit(None, pl.String))
            .select(list(FULL_PROBLEM_SCHEMA))
            .unique([*PERSON, "code", "field"], keep="first", maintain_order=True),
        ]
    )
    copy_problems(everything, book.batch.tickets_of(concluded_plans))


def own_problems(book: Book, plan_id: int, why_held: Sequence[Problem]) -> list[Problem]:
    """The problems of one run itself: of its feed, what holds it, and totals that an unreadable record sets apart."""
    feed, summary = book.feeds[plan_id], book.summary
    is_apart = plan_id in summary.unreadable and feed.is_complete and feed.totals is not None
    apart = differences(feed.totals, summary.read_totals(plan_id)) if is_apart and feed.totals else []
    return [*feed.problems, *why_held, *apart]


def conclude_dry_run(
    book: Book,
    applied: Mapping[int, PlanFeed],
    held: Mapping[int, Sequence[Problem]],
    conclusions: Sequence[Conclusion],
) -> None:
    """Undo everything that was written, then conclude with what it would have changed."""
    run_ids = book.batch.run_ids(list(applied))
    parameters = {"plan_ids": list(run_ids), "run_ids": list(run_ids.values())}
    changes: dict[int, list[dict[str, Any]]] = {}
    for plan_id, person, fields in copy_out(statement("changes_of_run"), parameters, CHANGES).iter_rows():
        by_field = json.loads(fields, parse_float=str, parse_int=str)  # exact decimals, not floats
        changes.setdefault(plan_id, []).append({"participant_id": person, "changes": by_field})
    with_changes = [
        replace(one, proof={**(one.proof or {}), "would_change": changes.get(one.ticket.plan_id, [])})
        for one in with_stages(book, conclusions)
    ]
    raise DryRunDone(book, with_changes, dict(applied), dict(held))


class DryRunDone(Exception):  # noqa: N818 - no error: it undoes the transaction of a dry run
    """Leaves the transaction so that it is rolled back; carries what is to be recorded of the dry run."""

    def __init__(
        self,
        book: Book,
        conclusions: list[Conclusion],
        applied: dict[int, PlanFeed],
        held: dict[int, Sequence[Problem]],
    ) -> None:
        super().__init__("dry run")
        self.book = book
        self.conclusions = conclusions
        self.applied = applied
        self.held = held

    def record(self) -> None:
        """Write the outcome of the dry run: runs and problems, nothing else."""
        with transaction.atomic():
            conclude_unready(self.book.unready)  # what was written of them was undone with the rest
            conclude_runs(self.conclusions)
            write_problems(self.book, self.applied, self.held)


def conclude_failed(tickets: Sequence[Ticket], problem: Problem) -> None:
    """End runs with Error that were not concluded yet."""
    with transaction.atomic():
        ended = conclude_runs([Conclusion(ticket, RunStatus.ERROR) for ticket in tickets])
        for ticket in tickets:
            if ticket.run_id in ended:
                copy_problems(run_problems(ticket.plan_id, [problem]), [ticket])


def conclude_plans(ended: Sequence[tuple[Conclusion, Sequence[Problem]]]) -> None:
    """Conclude Plan Syncs with their problems, in the caller's transaction."""
    conclude_runs([conclusion for conclusion, _ in ended])
    frames = [run_problems(conclusion.ticket.plan_id, problems) for conclusion, problems in ended if problems]
    if frames:
        copy_problems(pl.concat(frames), [conclusion.ticket for conclusion, _ in ended])
