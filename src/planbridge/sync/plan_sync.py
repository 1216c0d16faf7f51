"""Plan Sync: extract, validate, diff, apply, conclude - many plans at once, those without news in one statement."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import Severity
from planbridge.participants.fund_holders import refresh_waiting_holders
from planbridge.plans.document import content_digest, read_document
from planbridge.plans.document_checks import check_terms
from planbridge.plans.lifecycle import Taken, live_lineup, take_in_document, write_prices
from planbridge.plans.models import Plan
from planbridge.plans.terms import PlanTerms
from planbridge.recordkeepers.connector import PlanAnswer
from planbridge.sync.apply import lock_plans
from planbridge.sync.batch import Batch
from planbridge.sync.follow_up import follow_up
from planbridge.sync.outcome import conclude_plans
from planbridge.sync.plan_marks import money_by_fund, move_plan_marks
from planbridge.sync.reconcile import PeopleCounts
from planbridge.sync.run import RunKind, RunStatus
from planbridge.sync.run_book import WARNINGS, Conclusion, Ticket, owned_runs, status_of
from planbridge.sync.stages import Timeline

PLANS_AT_ONCE = 200


@dataclass(frozen=True)
class PlanOutcome:
    """How one plan's sync went: what was taken in (None: nothing could be), its problems and prices."""

    answer: PlanAnswer
    problems: tuple[Problem, ...] = ()
    taken: Taken | None = None
    terms: PlanTerms | None = None

    @property
    def is_refused(self) -> bool:
        """Whether the document could not be taken in."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def is_changed(self) -> bool:
        """Whether anything but prices changed."""
        return self.taken is not None and bool(self.taken.changed_fields or self.taken.draft_changed)


NOTHING_TAKEN = Taken([], [], draft_changed=False)


@dataclass
class PlanChunk:
    """The answers that are worked on in one transaction."""

    batch: Batch
    timeline: Timeline = field(default_factory=Timeline)
    now: datetime = field(default_factory=timezone.now)


def sync_plans(batch: Batch, answers: Iterable[PlanAnswer]) -> list[PlanAnswer]:
    """Work through the answers; gives back those that were taken in, for the connector to settle."""
    taken: list[PlanAnswer] = []
    waiting = iter(answers)
    while True:
        chunk = PlanChunk(batch, Timeline(batch.progress.tell))
        answered = list(islice(waiting, PLANS_AT_ONCE))
        if not answered:
            return taken
        chunk.timeline.mark("extract", len(answered))
        with transaction.atomic():
            done = sync_chunk(chunk, answered)
            follow_up(batch, RunKind.PLAN, done)
            taken += done


def sync_chunk(chunk: PlanChunk, answers: Sequence[PlanAnswer]) -> list[PlanAnswer]:
    """One chunk, in the caller's transaction."""
    batch = chunk.batch
    locked = lock_plans([answer.wanted.plan_id for answer in answers])
    batch.busy |= {answer.wanted.plan_id for answer in answers} - locked
    tickets = batch.tickets_of(sorted(locked))
    owned = owned_runs(tickets)
    ours = [answer for answer in answers if is_ours(batch, answer, locked) and ticket_of(batch, answer).run_id in owned]
    plans = Plan.objects.defer("document").in_bulk([answer.wanted.plan_id for answer in ours])
    outcomes = []
    for answer in ours:
        plan = plans[answer.wanted.plan_id]
        judged = judge_document(plan, answer)
        outcomes.append(judged if judged.is_refused else take_in(chunk, plan, judged))
    chunk.timeline.mark("apply", sum(outcome.is_changed for outcome in outcomes))
    kept = [outcome for outcome in outcomes if not batch.asked[outcome.answer.wanted.plan_id].is_dry_run]
    write_all_prices(batch, kept)
    move_plan_marks([outcome.answer for outcome in kept if not outcome.is_refused])
    drafted = [one.answer.wanted.plan_id for one in kept if one.taken is not None and one.taken.draft_changed]
    if drafted:
        refresh_waiting_holders(drafted)
    conclude_plans([(concluded(chunk, outcome), outcome.problems) for outcome in outcomes])
    return [outcome.answer for outcome in kept if not outcome.is_refused]


def is_ours(batch: Batch, answer: PlanAnswer, locked: set[int]) -> bool:
    """Whether this batch may work on the plan of an answer."""
    return answer.wanted.plan_id in locked and answer.wanted.plan_id in batch.tickets


def ticket_of(batch: Batch, answer: PlanAnswer) -> Ticket:
    """The run of an answer."""
    return batch.tickets[answer.wanted.plan_id]


def judge_document(plan: Plan, answer: PlanAnswer) -> PlanOutcome:
    """Validate a document: all of its problems at once."""
    if answer.document is None:
        return PlanOutcome(answer, answer.problems)
    terms, problems = read_document(answer.document)
    if terms is None:
        return PlanOutcome(answer, (*answer.problems, *problems))
    live = live_lineup(plan)
    is_moved = live is not None and live.current_funds != terms.lineup.current_funds
    found = check_terms(
        terms,
        delivered_as_of=answer.as_of,
        money_by_fund=money_by_fund(plan.id) if is_moved else {},
        live_funds=live.current_funds if live is not None else (),
    )
    return PlanOutcome(answer, (*answer.problems, *problems, *found), terms=terms)


def take_in(chunk: PlanChunk, plan: Plan, judged: PlanOutcome) -> PlanOutcome:
    """Apply a document that is well; nothing is written when its content is what is held already."""
    document, terms = judged.answer.document, judged.terms
    if document is None or terms is None:
        return judged
    if plan.document_digest == content_digest(document):
        return PlanOutcome(judged.answer, judged.problems, NOTHING_TAKEN, terms)
    is_dry_run = chunk.batch.asked[plan.id].is_dry_run
    with transaction.atomic():
        run_id = chunk.batch.tickets[plan.id].run_id
        taken = take_in_document(plan, document, terms, run_id=run_id, now=chunk.now)
        if is_dry_run:
            transaction.set_rollback(True)
    changed = lineup_problems(taken) if taken.draft_changed else ()
    return PlanOutcome(judged.answer, (*judged.problems, *changed), taken, terms)


def lineup_problems(taken: Taken) -> tuple[Problem, ...]:
    """LINEUP_CHANGED for each change against the live version."""
    return tuple(
        Problem(
            "LINEUP_CHANGED",
            field=f"lineup.funds.{one.fund}" if one.fund else "lineup",
            detail=f"{one.kind.value.replace('_', ' ').capitalize()}: {one.before or 'nothing'} → {one.after or 'nothing'}.",
        )
        for one in taken.lineup_changes
    )


def write_all_prices(batch: Batch, outcomes: Sequence[PlanOutcome]) -> None:
    """Write the prices of all documents taken in, in one statement."""
    rows = list(price_rows(outcomes))
    write_prices(rows, run_ids=batch.run_ids(sorted({row[0] for row in rows})))


def price_rows(outcomes: Sequence[PlanOutcome]) -> Iterator[tuple[int, str, date, Decimal]]:
    """Plan id, fund, day and price of the documents taken in."""
    for outcome in outcomes:
        if outcome.terms is not None and not outcome.is_refused:
            plan_id = outcome.answer.wanted.plan_id
            yield from ((plan_id, one.fund, one.price_date, one.price) for one in outcome.terms.prices)


def concluded(chunk: PlanChunk, outcome: PlanOutcome) -> Conclusion:
    """How a plan's run ends."""
    warnings = sum(problem.code in WARNINGS for problem in outcome.problems)
    is_read = outcome.answer.document is not None
    return Conclusion(
        ticket_of(chunk.batch, outcome.answer),
        RunStatus.ERROR if outcome.is_refused else status_of(rejected=0, warnings=warnings),
        counts=counted(outcome) if is_read else PeopleCounts(),
        stages=chunk.timeline.as_list(),
        prices=len(outcome.terms.prices) if outcome.terms and not outcome.is_refused else 0,
        draft=outcome.taken.draft_changed if outcome.taken else False,
        warnings=warnings,
        delivered_as=outcome.answer.delivered_as,
        as_of=outcome.answer.as_of,
        proof=changes_of(outcome) if is_read else None,
        requests=outcome.answer.requests,
    )


def counted(outcome: PlanOutcome) -> PeopleCounts:
    """One document: applied, unchanged or rejected."""
    if outcome.is_refused:
        return PeopleCounts(rejected=1)
    return PeopleCounts(applied=1) if outcome.is_changed else PeopleCounts(unchanged=1)


def changes_of(outcome: PlanOutcome) -> dict[str, Any]:
    """What changed, field by field and fund by fund, as JSON."""
    taken = outcome.taken or NOTHING_TAKEN
    return {
        "fields": [{"field": one.field, "old": one.old, "new": one.new} for one in taken.changed_fields],
        "lineup": [
            {"change": one.kind.value, "fund": one.fund, "before": one.before, "after": one.after}
            for one in taken.lineup_changes
        ],
    }
