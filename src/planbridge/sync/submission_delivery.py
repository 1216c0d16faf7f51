"""The delivery of a plan's submissions: the only code that sends anything to a recordkeeper."""

from collections.abc import Collection, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from planbridge.jobs.stopping import STOP_ASKED
from planbridge.participants.models import Participant
from planbridge.plans.models import Plan, PlanSource
from planbridge.recordkeepers.connector import ConnectorError, RequestLine
from planbridge.recordkeepers.quiet_hours import quiet_seconds
from planbridge.recordkeepers.registry import carrier_for
from planbridge.recordkeepers.submission_carrier import (
    CarrierAnswer,
    OutgoingChange,
    Said,
    SealedSsn,
    SubmissionCarrier,
)
from planbridge.sync.statements import statement
from planbridge.sync.submission import Submission
from planbridge.sync.submission_book import ACTOR, begin_steps, end_interrupted, end_step, moved, settle_moves
from planbridge.sync.submission_states import Event, State, Step, due_steps
from planbridge.sync.validate import ELECTIVE_KINDS

# So many are on their way at once; each one's answer is recorded as it comes.
PEOPLE_A_ROUND = 50

Todo = list[tuple[Submission, Step]]


def deliver_submissions(plan_id: int) -> None:
    """Send and ask about everything of a plan that is due. One job a plan does so at a time.

    What a worker now gone was sending is asked about first. In quiet hours everything waits for their end.
    """
    plan = Plan.objects.select_related("connection__firm").get(pk=plan_id)
    end_interrupted(list(Submission.objects.filter(plan_id=plan_id, state=State.SENT)), timezone.now())
    quiet = quiet_seconds(plan.connection, timezone.now())
    if quiet:
        put_off(todo_of(plan_id, timezone.now()), timezone.now() + timedelta(seconds=quiet))
        return
    try:
        carrier = carrier_for(plan.connection)
    except ConnectorError as error:
        note_unreachable(plan_id, error)
        return
    with closing(carrier):
        while not STOP_ASKED.is_set():
            todo = todo_of(plan_id, timezone.now())
            if not todo:
                break
            do_round(plan, carrier, todo)


def todo_of(plan_id: int, now: datetime) -> Todo:
    """The next steps that are due, at most one delivery a participant."""
    with database.cursor() as cursor:
        cursor.execute(statement("submissions_to_do"), {"plan_id": plan_id, "now": now, "people_max": PEOPLE_A_ROUND})
        ids: list[UUID] = [row[0] for row in cursor.fetchall()]
    rows = Submission.objects.filter(plan_id=plan_id, id__in=ids).order_by("participant_id", "number")
    todo: Todo = []
    for _, group in groupby(rows, key=lambda one: one.participant_id):
        own = {one.number: one for one in group}
        steps = due_steps([one.standing() for one in own.values()], now)
        todo += [(own[standing.number], step) for standing, step in steps]
    return todo


def do_round(plan: Plan, carrier: SubmissionCarrier, todo: Todo) -> None:
    """Do the steps: claimed and committed first, then carried, each answer recorded as it comes."""
    started_at = timezone.now()
    wanted = {one.id: step for one, step in todo}
    begun = begin_steps(todo, started_at)
    ssns = sealed_ssns(plan.pk, {one.participant_id for one in begun if wanted[one.id] is Step.SEND})
    elective = elective_sources(plan.pk)
    for step, carry in ((Step.SEND, carrier.send), (Step.ASK, carrier.ask)):
        own = {one.idempotency_key: one for one in begun if wanted[one.id] is step}
        for change, answer in carry([outgoing(plan, one, ssns, elective) for one in own.values()]) if own else ():
            end_step(own[change.idempotency_key], step, answer, started_at=started_at, now=timezone.now())


def outgoing(plan: Plan, one: Submission, ssns: Mapping[str, SealedSsn], elective: tuple[str, ...]) -> OutgoingChange:
    """A submission as carriers take it."""
    return OutgoingChange(
        plan.external_plan_id,
        one.participant_id,
        one.idempotency_key,
        one.body,
        one.external_id,
        ssn=ssns.get(one.participant_id),
        elective_sources=elective,
    )


def elective_sources(plan_id: int) -> tuple[str, ...]:
    """The plan's sources that people pay into from their pay, in the plan's order."""
    rows = PlanSource.objects.filter(plan_id=plan_id, kind__in=ELECTIVE_KINDS).order_by("position")
    return tuple(rows.values_list("source", flat=True))


def sealed_ssns(plan_id: int, participant_ids: Collection[str]) -> dict[str, SealedSsn]:
    """The SSNs of people by participant id, as they are held: sealed. A carrier opens what its recordkeeper needs."""
    people = Participant.objects.filter(plan_id=plan_id, participant_id__in=participant_ids)
    rows = people.values_list("participant_id", "ssn_sealed")
    return {person: SealedSsn(bytes(sealed), plan_id, person) for person, sealed in rows}


def note_unreachable(plan_id: int, error: ConnectorError) -> None:
    """Note that nothing can be sent as the connection's settings are; it is tried again later."""
    now = timezone.now()
    line = RequestLine("", "", error.problem.code, 0)
    answer = CarrierAnswer(Said.NOT_REACHED, line, code=error.problem.code, reason=error.problem.message)
    while todo := todo_of(plan_id, now):
        with transaction.atomic():
            settle_moves([moved(one, Event.NOT_REACHED, now, answer=answer) for one, _ in todo], now, actor=ACTOR)


def put_off(todo: Todo, until: datetime) -> None:
    """Let steps wait."""
    for one, _ in todo:
        one.next_at = until
    with transaction.atomic():
        settle_moves([one for one, _ in todo], timezone.now(), actor=ACTOR)
