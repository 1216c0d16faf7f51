"""Who is told of a participant's confirmation and of a rejection: one mail an address, with the report."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import timezone, translation

from planbridge.notifications.event import Audience, Event
from planbridge.notifications.event_setting import EventSetting, default_of, set_event
from planbridge.notifications.models import Notification, NotificationAttachment
from planbridge.notifications.template import TemplatePlace, set_template, template_of
from planbridge.notifications.wording import Wording
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connector import RequestLine
from planbridge.recordkeepers.submission_carrier import CarrierAnswer, Said
from planbridge.sync.submission import Submission
from planbridge.sync.submission_book import begin_steps, end_step
from planbridge.sync.submission_states import Step
from planbridge.sync.submission_wish import (
    Wish,
    allocation_wish,
    beneficiaries_wish,
    name_wish,
    opt_out_wish,
    rate_wish,
)
from tests.cast import ada, changed, eli
from tests.pdf_text import pdf_text
from tests.sync.submitting import submitted
from tests.syncing import sync_people, synced_plan

pytestmark = pytest.mark.django_db
ADA, ELI = "P-0001", "P-0005"
TO_CONTACTS = EventSetting(is_on=True, to_participant=False, roles=(), addresses=("plan@example.test",))
TO_BOTH = EventSetting(is_on=True, to_participant=True, roles=("primary",))


@pytest.fixture
def plan(inbox: Path) -> Plan:
    """A plan with Ada, who saves, and Eli, who does not; both have an e-mail address."""
    people = [changed(ada(), email="ada.own@example.test"), changed(eli(), email="eli@example.test")]
    found = synced_plan(inbox, people)
    assert sync_people(found).status == "successful"
    return Plan.objects.get(pk=found.pk)


def switch_on(plan: Plan, setting: EventSetting, *events: Event) -> None:
    """Set who is told of some events."""
    for event in events:
        set_event(plan.pk, event, setting, seen=default_of(event).version, actor="test")


def rate(percent: str, source: str = "PRE") -> Wish:
    """A wish for a percent of pay."""
    return rate_wish(source, percent=Decimal(percent))


def told(plan: Plan) -> list[tuple[str, str, str]]:
    """Event, audience and address of each mail, in the order of the addresses."""
    rows = Notification.objects.filter(plan_id=plan.pk).order_by("to_address", "created_at")
    return list(rows.values_list("event", "audience", "to_address"))


def answered(one: Submission, reason: str) -> None:
    """Let a submission be sent and be rejected."""
    now = timezone.now()
    (begun,) = begin_steps([(one, Step.SEND)], now)
    line = RequestLine("POST", "/submissions", "200", 0)
    answer = CarrierAnswer(Said.REFUSED, line, code="SUBMISSION_REJECTED", reason=reason)
    assert end_step(begun, Step.SEND, answer, started_at=now, now=now)


@pytest.mark.parametrize(
    ("wish", "event"),
    [
        (rate("8"), Event.RATE_CHANGED),
        (allocation_wish("PRE", {"EQ3": Decimal(100)}), Event.ALLOCATION_CHANGED),
        (beneficiaries_wish([{"class": "primary", "name": "Noor", "percent": "100"}]), Event.BENEFICIARY_CHANGED),
        (opt_out_wish(), Event.OPTED_OUT),
    ],
)
def test_each_decision_is_an_event_of_its_own(plan: Plan, wish: Wish, event: Event) -> None:
    """NO-1: contacts that are set up for a decision are told of it, and of no other."""
    switch_on(plan, TO_CONTACTS, event)
    submitted(plan, wish, name_wish("Ada", "Byron"), person=ADA)
    assert told(plan) == [(event.value, "contacts", "plan@example.test")]


def test_first_rate_is_an_enrollment(plan: Plan) -> None:
    """NO-1: who saved nothing so far enrolls; a second wish, before the first is in the data, changes a rate."""
    switch_on(plan, TO_CONTACTS, Event.ENROLLMENT, Event.RATE_CHANGED)
    submitted(plan, rate("6"), person=ELI)
    submitted(plan, rate("7"), person=ELI)
    submitted(plan, rate("9"), person=ADA)
    rows = Notification.objects.filter(plan_id=plan.pk).order_by("created_at").values_list("event", "participant_id")
    assert list(rows) == [("enrollment", ELI), ("rate_changed", ELI), ("rate_changed", ADA)]


def test_one_mail_for_a_confirmation(plan: Plan) -> None:
    """NO-1, SB-4: a confirmation of several changes is one mail an address, by the weightiest event they are told of."""
    switch_on(plan, TO_BOTH, Event.ENROLLMENT, Event.ALLOCATION_CHANGED)
    switch_on(plan, TO_CONTACTS, Event.BENEFICIARY_CHANGED)
    made = submitted(
        plan,
        rate("6"),
        allocation_wish("PRE", {"EQ3": Decimal(100)}),
        beneficiaries_wish([{"class": "primary", "name": "Noor Secret", "percent": "100"}]),
        person=ELI,
    )
    assert told(plan) == [
        ("enrollment", "contacts", "ada@example.test"),
        ("enrollment", "participant", "eli@example.test"),
        ("beneficiary_changed", "contacts", "plan@example.test"),
    ]
    mail = Notification.objects.get(plan_id=plan.pk, to_address="eli@example.test")
    assert all(one.receipt in mail.body for one in made)
    assert "Contribution rate: Employee pre-tax: from Nothing known to 6 % of pay" in mail.body
    assert "Noor" not in mail.body


def test_report_goes_with_the_mail(plan: Plan) -> None:
    """SB-4: the confirmation report is attached, in the language in which the participant confirmed."""
    switch_on(plan, TO_BOTH, Event.RATE_CHANGED)
    with translation.override("es"):
        (one,) = submitted(plan, rate("8"), person=ADA)
    mails = Notification.objects.filter(plan_id=plan.pk)
    assert {mail.attachment_id for mail in mails} == {NotificationAttachment.objects.get(plan_id=plan.pk).id}
    attachment = NotificationAttachment.objects.get(plan_id=plan.pk)
    assert attachment.file_name == f"confirmation-{one.receipt}.pdf"
    text = pdf_text(attachment.content())
    assert "Confirmación de sus cambios" in text
    assert one.receipt in text


def test_a_participant_is_told_in_their_language(plan: Plan) -> None:
    """NO-1, SB-4: who confirmed in Spanish is told in Spanish, of a rejection later too; the plan's recipients in English."""
    switch_on(plan, TO_BOTH, Event.RATE_CHANGED, Event.SUBMISSION_REJECTED)
    with translation.override("es-mx"):
        (one,) = submitted(plan, rate("8"), person=ADA)
    answered(one, "The rate is outside the plan's limits.")
    mails = {(one.event, one.audience): one for one in Notification.objects.filter(plan_id=plan.pk)}
    own = mails["rate_changed", "participant"]
    assert own.subject.startswith("Su porcentaje de contribución en")
    for words in ("Hola Ada", "a 8 % del sueldo", " de 20", one.receipt):
        assert words in own.body
    assert "pay" not in own.body
    rejected = mails["submission_rejected", "participant"].body
    assert "a 8 % del sueldo" in rejected
    assert "Puede elegir de nuevo" in rejected
    for event in ("rate_changed", "submission_rejected"):
        assert "to 8 % of pay" in mails[event, "contacts"].body


def test_a_plans_own_words_stay_as_they_are(plan: Plan) -> None:
    """NO-1: words that a plan gave itself are nobody's to translate: they come with English values, in either language."""
    switch_on(plan, TO_BOTH, Event.RATE_CHANGED)
    place = TemplatePlace(plan.pk, Event.RATE_CHANGED, Audience.PARTICIPANT)
    set_template(place, Wording("Our words", "Now: {{ change }}"), seen=template_of(place).version, actor="test")
    with translation.override("es"):
        submitted(plan, rate("8"), person=ADA)
    mail = Notification.objects.get(plan_id=plan.pk, audience="participant")
    assert (mail.subject, mail.body.endswith("to 8 % of pay")) == ("Our words", True)


def test_nobody_is_told_of_what_is_switched_off(plan: Plan) -> None:
    """NO-1: where nothing is set up there is no mail and no report."""
    submitted(plan, rate("8"), person=ADA)
    assert told(plan) == []
    assert not NotificationAttachment.objects.exists()


def test_rejection_reaches_the_participant(plan: Plan) -> None:
    """NO-1, SB-2: the participant is told what was rejected, why, and what they can do."""
    switch_on(plan, TO_BOTH, Event.SUBMISSION_REJECTED)
    (one,) = submitted(plan, rate("80"), person=ADA)
    answered(one, "The rate is outside the plan's limits.")
    assert told(plan) == [
        ("submission_rejected", "participant", "ada.own@example.test"),
        ("submission_rejected", "contacts", "ada@example.test"),
    ]
    mail = Notification.objects.get(plan_id=plan.pk, audience="participant")
    assert mail.to_address == "ada.own@example.test"
    for words in ("to 80 % of pay", "outside the plan's limits", one.receipt, "choose again"):
        assert words in mail.body
