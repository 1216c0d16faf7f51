"""Submissions: a participant's wishes are written for good, then carried to the recordkeeper by a job."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection as database
from django.db import transaction
from django.utils import translation

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activities
from planbridge.activity.run_id import new_run_id
from planbridge.jobs.queue import enqueue
from planbridge.participants.held import ITEMS
from planbridge.participants.lookup import lines, states_of
from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.sync.run import iso
from planbridge.sync.statements import statement
from planbridge.sync.submission import Submission, SubmissionAttempt
from planbridge.sync.submission_book import moved, record_happenings, settle_moves
from planbridge.sync.submission_events import is_saving, raise_confirmed
from planbridge.sync.submission_language import language_from
from planbridge.sync.submission_receipt import read_receipt, receipt_of
from planbridge.sync.submission_states import OPEN, Event, State, is_replaceable
from planbridge.sync.submission_wish import Wish, WishKind, WishRefused

TASK = "planbridge.sync.deliver_submissions"
# How long the longest pay period of each frequency is: by then a change "with the next payroll" is applied.
DAYS_TO_SHOW = {
    "weekly": 7,
    "biweekly": 14,
    "semimonthly": 16,
    "monthly": 31,
    "quarterly": 92,
    "annual": 366,
}
DAYS_TO_SHOW_UNKNOWN = 31


def submit_wishes(
    plan: Plan, participant_id: str, wishes: Sequence[Wish], *, actor: str, now: datetime
) -> list[Submission]:
    """Write a submission for each wish, for good, and have them delivered in this order. One transaction.

    A newer wish takes the place of an older one of the same kind and source that has not left this machine. Raises
    WishRefused when the plan has nobody of this id.
    """
    with transaction.atomic():
        lock_participant(plan.pk, participant_id)
        person = Participant.objects.filter(plan_id=plan.pk, participant_id=participant_id).first()
        if person is None:
            raise WishRefused("PARTICIPANT_NOT_FOUND", "The plan has no such participant; sync the participants first.")
        last = Submission.objects.filter(plan_id=plan.pk, participant_id=participant_id).order_by("-number").first()
        state = states_of([person])[participant_id]
        receipts = next_receipts(len(wishes))
        made = [
            Submission(
                plan_id=plan.pk,
                participant_id=participant_id,
                id=new_run_id(),
                number=number,
                receipt=receipt,
                idempotency_key=f"pb-{uuid4()}",
                kind=str(wish.kind),
                source=wish.source,
                body=wish.body(receipt, now),
                from_values=held_before(wish.kind, wish.source, state),
                requested_by=actor,
                requested_at=now,
                state=str(State.REQUESTED),
                next_at=now,
                language=language_from(translation.get_language()),
                days_to_show=DAYS_TO_SHOW.get(person.pay_frequency or "", DAYS_TO_SHOW_UNKNOWN),
            )
            for number, (wish, receipt) in enumerate(
                zip(wishes, receipts, strict=True), start=last.number + 1 if last else 1
            )
        ]
        was_saving = is_saving(plan.pk, participant_id, lines(state["contribution_rates"], ITEMS["contribution_rates"]))
        replace_older(made, now, actor=actor)
        Submission.objects.bulk_create(made)
        record_activities(requested(one, plan) for one in made)
        raise_confirmed(plan, person, made, was_saving=was_saving, now=now)
        enqueue_delivery(plan.pk)
    return made


def lock_participant(plan_id: int, participant_id: str) -> None:
    """Let nobody else submit for this participant until the transaction ends: the numbers have no gap and no double."""
    with database.cursor() as cursor:
        cursor.execute(statement("lock_submissions"), {"plan_id": plan_id, "participant_id": participant_id})


def next_receipts(count: int) -> list[str]:
    """So many receipts that nobody else has or will have."""
    with database.cursor() as cursor:
        cursor.execute(statement("next_submission_numbers"), {"count": count})
        return [receipt_of(row[0]) for row in cursor.fetchall()]


def replace_older(made: Sequence[Submission], now: datetime, *, actor: str) -> None:
    """End the undelivered ones whose kind and source a new one has; where wishes of one call do, the last one counts."""
    newest = {(one.kind, one.source): one for one in made}
    waiting = (
        Submission.objects.filter(plan_id=made[0].plan_id, participant_id=made[0].participant_id, state=State.REQUESTED)
        if made
        else []
    )
    moves = []
    for old in waiting:
        new = newest.get((old.kind, old.source))
        if new is not None and is_replaceable(old.standing()):
            after = moved(old, Event.REPLACED, now)
            after.superseded_by = new.receipt
            moves.append(after)
    settle_moves(moves, now, actor=actor)


def held_before(kind: WishKind, source: str, state: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is held of a person (a State of participants.lookup) of what a wish changes; None where nothing is known."""

    def items(field: str) -> list[dict[str, Any]]:
        return lines(state[field], ITEMS[field])

    def of_source(field: str) -> list[dict[str, Any]]:
        return [{k: v for k, v in one.items() if k != "source"} for one in items(field) if one["source"] == source]

    match kind:
        case WishKind.CONTRIBUTION_RATE:
            rates = of_source("contribution_rates")
            return rates[0] if rates else None
        case WishKind.ALLOCATION:
            return {"allocations": of_source("allocations")} if of_source("allocations") else None
        case WishKind.BALANCE_TRANSFER:
            return {"balances": of_source("balances")} if of_source("balances") else None
        case WishKind.OPT_OUT:
            rates = items("contribution_rates")
            return {"contribution_rates": rates} if rates else None
        case WishKind.BENEFICIARIES:
            return {"beneficiaries": items("beneficiaries")} if items("beneficiaries") else None
        case WishKind.NAME:
            return {"first_name": state["first_name"], "last_name": state["last_name"]}


def requested(one: Submission, plan: Plan) -> Happening:
    """The activity entry of a new submission; names of people stay out of it."""
    detail: dict[str, Any] = {"receipt": one.receipt, "kind": one.kind, "source": one.source}
    if one.kind == WishKind.CONTRIBUTION_RATE:
        detail |= {"before": one.from_values or {}, "after": to_values(one)}
    return Happening(
        Verb.SUBMISSION_REQUESTED,
        one.requested_by,
        plan_id=one.plan_id,
        participant_id=one.participant_id,
        connection_id=plan.connection_id,
        detail=detail,
        happened_at=one.requested_at,
    )


def to_values(one: Submission) -> dict[str, Any]:
    """What a submission asks for, without what only the recordkeeper needs."""
    return {
        name: value for name, value in one.body.items() if name not in {"type", "source", "receipt", "requested_at"}
    }


def enqueue_delivery(plan_id: int) -> int:
    """Enqueue the delivery of a plan's submissions in the caller's transaction: one at a time a plan."""
    lock = f"submissions:{plan_id}"
    return enqueue(TASK, lock=lock, arguments={"plan": plan_id})


def request_due_deliveries(now: datetime) -> int:
    """Enqueue the delivery of each plan that has something due; answers how many. Every worker looks now and then."""
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(statement("plans_with_due_submissions"), {"now": now})
        plan_ids = [row[0] for row in cursor.fetchall()]
        for plan_id in plan_ids:
            enqueue_delivery(plan_id)
    return len(plan_ids)


def retry_submission(receipt: str, *, actor: str, now: datetime) -> Submission:
    """Do an open submission's next step at once: send it, or ask where it may have arrived already.

    Raises WishRefused when there is none of this receipt, or it has ended.
    """
    found = find_submission(receipt)
    if found is None:
        raise WishRefused("SUBMISSION_NOT_FOUND", f"There is no submission with receipt {receipt}.")
    with transaction.atomic():
        one = Submission.objects.select_for_update().get(plan_id=found.plan_id, id=found.id)
        if not one.is_open:
            raise WishRefused("SUBMISSION_ENDED", f"Submission {one.receipt} is {one.state}: a new wish is needed.")
        one.next_at = now
        settle_moves([one], now, actor=actor)
        record_happenings([(one, Verb.SUBMISSION_RETRIED)], actor)
        enqueue_delivery(one.plan_id)
    return one


def find_submission(receipt: str) -> Submission | None:
    """The submission of a receipt as somebody wrote or spoke it; None when there is none."""
    usual = read_receipt(receipt)
    return Submission.objects.filter(receipt=usual).first() if usual else None


def pending_of(plan_id: int, participant_id: str) -> list[dict[str, Any]]:
    """What a participant asked for and the recordkeeper's data do not show yet, oldest first, as the command line gives it.

    What is held stays what the recordkeeper says; both are shown until they agree.
    """
    rows = Submission.objects.filter(plan_id=plan_id, participant_id=participant_id, state__in=OPEN).order_by("number")
    return [as_json(one) for one in rows]


def as_json(one: Submission) -> dict[str, Any]:
    """A submission as the command line gives it (docs/command-line.md)."""
    return {
        "receipt": one.receipt,
        "kind": one.kind,
        "source": one.source or None,
        "state": str(one.state),
        "from": one.from_values,
        "to": to_values(one),
        "requested_at": iso(one.requested_at),
        "requested_by": one.requested_by,
        "ended_at": iso(one.ended_at),
        "problem": {"code": one.problem_code, "detail": one.problem_detail} if one.problem_code else None,
        "superseded_by": one.superseded_by or None,
    }


def attempts_of(one: Submission) -> list[dict[str, Any]]:
    """The attempts to carry a submission, oldest first."""
    rows = SubmissionAttempt.objects.filter(plan_id=one.plan_id, submission_id=one.id).order_by("number")
    return [
        {
            "number": row.number,
            "step": row.step,
            "started_at": iso(row.started_at),
            "ended_at": iso(row.ended_at),
            "method": row.method,
            "path": row.path,
            "status": row.status,
            "said": row.said,
            "problem": row.problem_code or None,
            "detail": row.detail,
        }
        for row in rows
    ]
