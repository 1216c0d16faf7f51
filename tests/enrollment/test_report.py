"""The confirmation report on the Enrollment site: of the visit confirmed last, in the participant's language."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from planbridge.enrollment.confirming import confirm_visit
from planbridge.enrollment.kept_visit import keep_answer, open_visit
from planbridge.enrollment.visit import NoVisit, read_visit
from planbridge.notifications.models import Notification
from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from tests.enrollment.conftest import Phone
from tests.pdf_text import pdf_text

MAIL = "/enroll/receipt/mail/"
REPORT, NOT_THERE = "/enroll/receipt/confirmation.pdf", 404


def confirm_rate(plan: Plan, percent: str) -> str:
    """Let Ada confirm a rate; answers the receipt."""
    kept = open_visit(plan.pk, "P-0001")
    assert keep_answer(kept, "rate", {"rates": {"PRE": {"percent": percent}}})
    visit = read_visit(plan, "P-0001", language="en")
    assert not isinstance(visit, NoVisit)
    (receipt,) = confirm_visit(visit, kept.id, now=timezone.now()).receipts
    return receipt


def test_report_of_what_was_confirmed_last(plan: Plan, phone: Phone) -> None:
    """SB-4, EN-1: the receipt page leads to a report of its own confirmation, in the language of the pages."""
    client = phone("P-0001")
    assert client.get(REPORT).status_code == NOT_THERE
    confirm_rate(plan, "7")
    receipt = confirm_rate(plan, "9")
    assert REPORT in client.get("/enroll/receipt/").content.decode()
    text = pdf_text(client.get(REPORT).content)
    assert receipt in text
    assert "9 % of pay" in text
    assert "7 % of pay" not in text
    client.cookies["language"] = "es"
    assert "Confirmación de sus cambios" in pdf_text(client.get(REPORT).content)


def test_report_is_the_participants_own(plan: Plan, phone: Phone) -> None:
    """EN-1: nobody else gets the report, signed in or not."""
    confirm_rate(plan, "7")
    assert phone("P-0002").get(REPORT).status_code == NOT_THERE
    other = phone("P-0003")
    other.post("/enroll/leave/")
    assert other.get(REPORT).status_code == 302


@pytest.mark.parametrize(
    ("language", "subject"), [("en", "Your contribution rate in"), ("es", "Su porcentaje de contribución en")]
)
def test_the_receipt_is_mailed_when_asked_for(
    plan: Plan, phone: Phone, settings: Settings, language: str, subject: str
) -> None:
    """SB-4: a participant can have the report mailed, once, in their language, also where the plan mails nothing by itself."""
    settings.IS_MAIL_CONFIGURED = True
    Participant.objects.filter(plan_id=plan.pk, participant_id="P-0001").update(email="ada.own@example.test")
    client = phone("P-0001")
    client.cookies["language"] = language
    assert client.post(MAIL).status_code == NOT_THERE
    client.post("/enroll/rate/", {"rate:PRE": "9", "unit:PRE": "percent", "rate:ROTH": "50", "unit:ROTH": "amount"})
    client.post("/enroll/confirm/", {"visit": str(open_visit(plan.pk, "P-0001").id)})
    assert MAIL in client.get("/enroll/receipt/").content.decode()
    for _ in range(2):
        page = client.post(MAIL, follow=True).content.decode()
        assert "ada.own@example.test" in page
        assert MAIL not in page
    mail = Notification.objects.get(plan_id=plan.pk)
    assert (mail.to_address, mail.subject.startswith(subject)) == ("ada.own@example.test", True)
    assert mail.attachment_id is not None


def test_no_mail_is_offered_where_none_can_go(plan: Plan, phone: Phone, settings: Settings) -> None:
    """SB-4: without an address or a mail server the receipt offers no mail, and asking for one sends none."""
    client = phone("P-0001")
    confirm_rate(plan, "9")
    Participant.objects.filter(plan_id=plan.pk, participant_id="P-0001").update(email="")
    for is_configured in (False, True):
        settings.IS_MAIL_CONFIGURED = is_configured
        assert MAIL not in client.get("/enroll/receipt/").content.decode()
    client.post(MAIL)
    assert not Notification.objects.exists()
