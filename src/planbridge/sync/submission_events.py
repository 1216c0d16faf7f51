"""Events of submissions: tells a plan's recipients and the participant what was asked for, and what was rejected."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from planbridge.notifications.event import Event
from planbridge.notifications.raising import Attachment, Raised, raise_events, settings_on, tell_participant
from planbridge.participants.models import Participant
from planbridge.plans.contact import contacts_of
from planbridge.plans.models import Plan
from planbridge.sync.submission import Submission
from planbridge.sync.submission_language import ENGLISH, moment_words
from planbridge.sync.submission_report import Confirmation, confirmation_report, file_name_of
from planbridge.sync.submission_states import OPEN
from planbridge.sync.submission_wish import WishKind
from planbridge.sync.submission_words import CodeNames, code_names_of, words_of_change

CONFIRMATION, ASKED_FOR = "confirmation", "asked"  # the mail by itself, and the one that somebody asks for
# In the order in which they are told where a confirmation is about several: each address gets one mail.
EVENTS = {
    WishKind.OPT_OUT: Event.OPTED_OUT,
    WishKind.CONTRIBUTION_RATE: Event.RATE_CHANGED,
    WishKind.ALLOCATION: Event.ALLOCATION_CHANGED,
    WishKind.BALANCE_TRANSFER: Event.TRANSFER_REQUESTED,
    WishKind.BENEFICIARIES: Event.BENEFICIARY_CHANGED,
}


def is_saving(plan_id: int, participant_id: str, rates: Iterable[dict[str, Any]]) -> bool:
    """Whether somebody saves already, by the rates held or by what they asked for before; one statement at most."""
    if any(is_above_zero(one) for one in rates):
        return True
    asked = Submission.objects.filter(
        plan_id=plan_id, participant_id=participant_id, state__in=OPEN, kind=WishKind.CONTRIBUTION_RATE
    )
    return any(is_above_zero(body) for body in asked.values_list("body", flat=True))


def is_above_zero(rate: dict[str, Any]) -> bool:
    """Whether a rate saves anything."""
    return any(Decimal(str(rate[name])) > 0 for name in ("percent", "amount") if rate.get(name) is not None)


def raise_confirmed(
    plan: Plan, person: Participant, made: Sequence[Submission], *, was_saving: bool, now: datetime
) -> None:
    """Tell who is to be told what a participant has just confirmed, in the caller's transaction.

    One mail an address, with the confirmation report in the participant's language: that of the page on which they
    confirmed. One statement where nobody is to be told.
    """
    events = events_of(made, was_saving=was_saving)
    if events and settings_on([Raised(plan.pk, event, "", {}) for event in events]):
        raise_events(as_raised(plan, person, made, events, told_as=CONFIRMATION), now=now)


def mail_confirmation(plan: Plan, person: Participant, made: Sequence[Submission], *, now: datetime) -> None:
    """Mail a confirmation with its report to the participant, who asks for it, in the caller's transaction; once.

    Nothing is sent to somebody without an address, nor of another name alone.
    """
    for one in as_raised(plan, person, made, events_of(made, was_saving=True)[:1], told_as=ASKED_FOR):
        tell_participant(one, now=now)


def as_raised(
    plan: Plan, person: Participant, made: Sequence[Submission], events: Sequence[Event], *, told_as: str
) -> list[Raised]:
    """The events of a confirmation with all that is told of it, its report among it."""
    names = code_names_of(plan.pk)
    language = made[0].language
    asked = confirmation_of(plan, person, made, names=names, language=language)
    values, told = (values_of(plan, person, made, names, language=one) for one in (ENGLISH, language))
    attachment = Attachment(file_name_of(asked), confirmation_report(asked))
    contacts = contacts_of([plan.pk])[plan.pk]
    return [
        Raised(
            plan.pk,
            event,
            made[0].receipt,
            values,
            participant_id=person.participant_id,
            participant_email=person.email or "",
            contacts=contacts,
            attachment=attachment,
            told_as=told_as,
            language=language,
            values_told=told,
        )
        for event in events
    ]


def events_of(made: Sequence[Submission], *, was_saving: bool) -> list[Event]:
    """What a confirmation is about, the weightiest first; another name alone is no event."""
    kinds = {WishKind(one.kind) for one in made}
    rates = [one.body for one in made if one.kind == WishKind.CONTRIBUTION_RATE]
    begins = not was_saving and any(map(is_above_zero, rates))
    found = [event for kind, event in EVENTS.items() if kind in kinds]
    return [Event.ENROLLMENT if begins and event is Event.RATE_CHANGED else event for event in found]


def raise_rejected(rejected: Sequence[Submission], now: datetime) -> None:
    """Tell whose changes the recordkeeper rejected, and why, in the caller's transaction."""
    plan_ids = {one.plan_id for one in rejected}
    if not settings_on([Raised(plan_id, Event.SUBMISSION_REJECTED, "", {}) for plan_id in plan_ids]):
        return
    plans = Plan.objects.select_related("firm").only("name", "external_plan_id", "firm").in_bulk(plan_ids)
    names = {plan_id: code_names_of(plan_id) for plan_id in plan_ids}
    contacts = contacts_of(plan_ids)
    people = people_of(rejected)
    raise_events(
        [
            Raised(
                one.plan_id,
                Event.SUBMISSION_REJECTED,
                one.receipt,
                values_of(plans[one.plan_id], person, [one], names[one.plan_id], language=ENGLISH)
                | {"reason": one.problem_detail},
                participant_id=one.participant_id,
                participant_email=person.email or "",
                contacts=contacts[one.plan_id],
                language=one.language,
                values_told=values_of(plans[one.plan_id], person, [one], names[one.plan_id], language=one.language),
            )
            for one in rejected
            if (person := people.get((one.plan_id, one.participant_id))) is not None
        ],
        now=now,
    )


def people_of(submissions: Sequence[Submission]) -> dict[tuple[int, str], Participant]:
    """Whose submissions they are, by plan and participant id; one statement."""
    rows = Participant.objects.filter(
        plan_id__in={one.plan_id for one in submissions},
        participant_id__in={one.participant_id for one in submissions},
    )
    return {(one.plan_id, one.participant_id): one for one in rows}


def confirmation_of(
    plan: Plan, person: Participant | None, made: Sequence[Submission], *, names: CodeNames, language: str
) -> Confirmation:
    """Submissions that were made together, as the report takes them."""
    return Confirmation(
        plan_name=plan.name or plan.external_plan_id,
        participant_id=made[0].participant_id,
        name=name_of(person) if person else "",
        time_zone=plan.firm.time_zone,
        submissions=made,
        names=names,
        language=language,
    )


def name_of(person: Participant) -> str:
    """First and last name."""
    return " ".join(filter(None, (person.first_name, person.last_name)))


def values_of(
    plan: Plan, person: Participant, made: Sequence[Submission], names: CodeNames, *, language: str
) -> dict[str, str]:
    """What the placeholders of mails stand for, in a language. Of beneficiaries only that they changed: who they are is no mail's."""
    words = [(one, words_of_change(one, names, language=language)) for one in made]
    changes = [
        change.title if one.kind == WishKind.BENEFICIARIES else change.as_sentence(language) for one, change in words
    ]
    return {
        "plan_name": plan.name or plan.external_plan_id,
        "participant_name": name_of(person) or person.participant_id,
        "change": "\n".join(changes),
        "effective": ", ".join(dict.fromkeys(change.effective for _, change in words)),
        "receipt": ", ".join(one.receipt for one in made),
        "happened_at": moment_words(made[0].requested_at, plan.firm.time_zone, language),
    }
