"""The submission book: the only writer of submissions, their attempts and what the Activity Monitor says of them."""

import json
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection as database
from django.db import transaction

from planbridge.activity.entry import Verb
from planbridge.activity.masking import mask_text
from planbridge.activity.record import Happening, record_activities
from planbridge.plans.models import Plan
from planbridge.recordkeepers.submission_carrier import CarrierAnswer, Said
from planbridge.sync.run import RunStatus
from planbridge.sync.statements import statement
from planbridge.sync.submission import Submission
from planbridge.sync.submission_events import raise_rejected
from planbridge.sync.submission_states import UNDELIVERED, Event, State, Step, is_overdue
from planbridge.sync.submission_wish import NEXT_PAYROLL

ACTOR = "delivery"
SYNC_ACTOR = "sync"
# How long after its day a recordkeeper may take until its data show a change.
GRACE_DAYS = 3
UNCONFIRMED, UNDELIVERED_CODE = "SUBMISSION_UNCONFIRMED", "SUBMISSION_UNDELIVERED"
# The columns that a move may change, as sql/move_submissions.sql has them.
MOVED = [
    "state",
    "is_exposed",
    "tries",
    "attempts",
    "next_at",
    "sent_at",
    "accepted_at",
    "received_at",
    "applied_on",
    "due_on",
    "ended_at",
    "external_id",
    "problem_code",
    "problem_detail",
    "superseded_by",
    "is_overdue_told",
]


@dataclass(frozen=True)
class Attempt:
    """One attempt of a submission, begun or ended."""

    plan_id: int
    submission_id: str
    number: int
    step: str
    started_at: str
    ended_at: str | None = None
    method: str = ""
    path: str = ""
    status: str = ""
    said: str = ""
    problem_code: str = ""
    detail: str = ""


def moved(one: Submission, event: Event, now: datetime, *, answer: CarrierAnswer | None = None) -> Submission:
    """The submission after an event, not yet written. Raises IllegalTransition."""
    standing = one.standing().after(event, now, wait_seconds=answer.wait_seconds if answer else 0.0)
    after = copy(one)
    after.state, after.is_exposed = standing.state, standing.is_exposed
    after.tries, after.next_at = standing.tries, standing.next_at
    if event is Event.SEND_BEGUN:
        after.sent_at = after.sent_at or now
    if answer is not None:
        note_answer(after, answer, now)
    if event is Event.MISSED:
        after.problem_code, after.problem_detail = UNCONFIRMED, f"Due to show on {after.due_on}."
    if event in {Event.SHOWN, Event.OVERTAKEN}:
        after.problem_code = after.problem_detail = ""
    if after.state == State.ACCEPTED and one.state != State.ACCEPTED:
        after.accepted_at = now
        after.due_on = due_on(after, now)
    if not after.is_open:
        after.ended_at = now
    return after


def note_answer(after: Submission, answer: CarrierAnswer, now: datetime) -> None:
    """Keep what an answer says beside what it means."""
    after.external_id = answer.external_id or after.external_id
    after.received_at = answer.received_at or after.received_at
    if after.problem_code != UNCONFIRMED or answer.said is Said.REFUSED:
        after.problem_code, after.problem_detail = answer.code, answer.reason
    if answer.said is Said.APPLIED and after.applied_on is None:
        after.applied_on = answer.effective_on or now.date()
        after.due_on = after.applied_on + timedelta(days=GRACE_DAYS)


def due_on(accepted: Submission, now: datetime) -> date:
    """The day after which data that do not show an accepted change are at fault."""
    if accepted.due_on is not None:
        return accepted.due_on
    effective = accepted.body["effective"]
    begins = (accepted.received_at or now).date()
    day = begins + timedelta(days=accepted.days_to_show) if effective == NEXT_PAYROLL else date.fromisoformat(effective)
    return max(day, begins) + timedelta(days=GRACE_DAYS)


def write_moves(moves: Sequence[Submission]) -> set[UUID]:
    """Write moved submissions in the caller's transaction; answers those that nobody else had moved meanwhile."""
    if not moves:
        return set()
    records = [
        {"plan_id": one.plan_id, "participant_id": one.participant_id, "id": one.id, "fence": one.fence}
        | {column: getattr(one, column) for column in MOVED}
        for one in moves
    ]
    with database.cursor() as cursor:
        cursor.execute(statement("move_submissions"), {"moves": json.dumps(records, default=str)})
        written = {row[0] for row in cursor.fetchall()}
    for one in moves:
        if one.id in written:
            one.fence += 1
    return written


def write_attempts(attempts: Iterable[Attempt]) -> None:
    """Write attempts, begun or ended, in the caller's transaction."""
    rows = [asdict(one) for one in attempts]
    if rows:
        with database.cursor() as cursor:
            cursor.execute(statement("write_submission_attempts"), {"attempts": json.dumps(rows)})


def begin_steps(steps: Sequence[tuple[Submission, Step]], now: datetime) -> list[Submission]:
    """Claim submissions for their next steps, for good before anything leaves this machine; answers those that are ours."""
    begun: list[Submission] = []
    for one, step in steps:
        after = moved(one, Event.SEND_BEGUN, now) if step is Step.SEND else copy(one)
        after.attempts += 1
        begun.append(after)
    with transaction.atomic():
        ours = write_moves(begun)
        write_attempts(
            Attempt(after.plan_id, str(after.id), after.attempts, str(step), now.isoformat())
            for after, (_, step) in zip(begun, steps, strict=True)
            if after.id in ours
        )
    return [one for one in begun if one.id in ours]


def end_step(one: Submission, step: Step, answer: CarrierAnswer, *, started_at: datetime, now: datetime) -> bool:
    """Record the answer to a step, with its attempt and activity; False when the submission is no longer ours to move."""
    after = moved(one, Event(str(answer.said)), now, answer=answer)
    attempt = Attempt(
        one.plan_id,
        str(one.id),
        one.attempts,
        str(step),
        started_at.isoformat(),
        now.isoformat(),
        method=answer.line.method,
        path=mask_text(answer.line.path),
        status=answer.line.status,
        said=str(answer.said),
        problem_code=answer.code,
        detail=answer.reason,
    )
    with transaction.atomic():
        is_ours = bool(settle_moves([after], now, actor=ACTOR))
        if is_ours:
            write_attempts([attempt])
    return is_ours


def end_interrupted(interrupted: Sequence[Submission], now: datetime) -> None:
    """Submissions that a worker now gone was sending: nobody knows whether they arrived."""
    with transaction.atomic():
        after = [moved(one, Event.INTERRUPTED, now) for one in interrupted]
        ours = settle_moves(after, now, actor=ACTOR)
        write_attempts(
            Attempt(
                one.plan_id, str(one.id), one.attempts, str(Step.SEND), (one.sent_at or now).isoformat(),
                now.isoformat(), said=str(Event.INTERRUPTED), detail="The worker that sent it is gone.",
            )
            for one in after
            if one.id in ours
        )  # fmt: skip


def settle_moves(moves: Sequence[Submission], now: datetime, *, actor: str) -> set[UUID]:
    """Write moves with what the Activity Monitor and mails say of them, in the caller's transaction; answers ours."""
    told: list[tuple[Submission, Verb]] = []
    for one in moves:
        verb = verb_of(one, now)
        if verb is not None:
            told.append((one, verb))
        one.is_overdue_told = one.is_overdue_told or verb is Verb.SUBMISSION_UNDELIVERED
    ours = write_moves(moves)
    record_happenings([(one, verb) for one, verb in told if one.id in ours], actor)
    rejected = [one for one, verb in told if verb is Verb.SUBMISSION_REJECTED and one.id in ours]
    if rejected:
        raise_rejected(rejected, now)
    return ours


def record_happenings(told: Sequence[tuple[Submission, Verb]], actor: str) -> None:
    """Write the activity entries of submissions, in the caller's transaction; names of people stay out of them."""
    if told:
        plan_ids = {one.plan_id for one, _ in told}
        connections = dict(Plan.objects.filter(id__in=plan_ids).values_list("id", "connection_id"))
        record_activities(happening(one, verb, actor, connections[one.plan_id]) for one, verb in told)


def verb_of(after: Submission, now: datetime) -> Verb | None:
    """What is to be told of a submission that has just moved."""
    if after.state == State.CONFIRMED:
        return Verb.SUBMISSION_CONFIRMED
    if after.state == State.REJECTED:
        return Verb.SUBMISSION_REJECTED
    if (
        after.state in UNDELIVERED
        and not after.is_overdue_told
        and is_overdue(after.standing(), after.requested_at, now)
    ):
        return Verb.SUBMISSION_UNDELIVERED
    return None


FAILINGS = {Verb.SUBMISSION_REJECTED, Verb.SUBMISSION_UNCONFIRMED, Verb.SUBMISSION_UNDELIVERED}


def happening(one: Submission, verb: Verb, actor: str, connection_id: int) -> Happening:
    """An activity entry of a submission."""
    detail = {"receipt": one.receipt, "kind": one.kind, "source": one.source}
    if verb in FAILINGS:
        code = UNDELIVERED_CODE if verb is Verb.SUBMISSION_UNDELIVERED else one.problem_code
        detail |= {"problem": code, "reason": one.problem_detail}
    return Happening(
        verb,
        actor,
        plan_id=one.plan_id,
        participant_id=one.participant_id,
        connection_id=connection_id,
        detail=detail,
        status=str(RunStatus.ERROR if verb in FAILINGS else RunStatus.SUCCESSFUL),
    )
