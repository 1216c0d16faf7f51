"""The submission log: who asked for what, from what to what, how far it came, each attempt; and what can be done."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connector import RequestLine
from planbridge.recordkeepers.submission_carrier import CarrierAnswer, Said
from planbridge.security.user import Role
from planbridge.sync.submission import Submission
from planbridge.sync.submission_book import begin_steps, end_step
from planbridge.sync.submission_states import Step
from planbridge.sync.submission_wish import beneficiaries_wish, rate_wish
from tests.cast import deliver, everybody, plan_document
from tests.pdf_text import pdf_text
from tests.portal.conftest import Cast, SignIn
from tests.sync.submitting import again, submitted
from tests.syncing import sync_people, sync_plan

ADA, BEA = "P-0001", "P-0002"
LOG, OK, FORBIDDEN, NOT_THERE = "/activity/submissions/", 200, 403, 404


@pytest.fixture
def plan(own: Cast, inbox: Path) -> Plan:
    """The firm's plan with its people."""
    deliver(inbox, everybody(), plans=[plan_document(plan_id=own.plan.external_plan_id)])
    assert sync_plan(own.plan).status == "successful"
    assert sync_people(own.plan).status == "successful"
    return Plan.objects.get(pk=own.plan.pk)


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


def wish(plan: Plan, percent: str, person: str = ADA) -> Submission:
    """Somebody asks for another rate."""
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(percent)), person=person)
    return one


def address(one: Submission, name: str = "submission") -> str:
    """The address of a submission's page."""
    return reverse(f"submissions:{name}", args=[one.plan_id, one.receipt])


def text_of(client: Client, where: str) -> str:
    """A page's text without line breaks."""
    answer = client.get(where)
    assert answer.status_code == OK
    return " ".join(answer.content.decode().split())


def carried(one: Submission, said: Said, reason: str = "") -> None:
    """Let a submission be sent and be answered so."""
    now = timezone.now()
    (begun,) = begin_steps([(one, Step.SEND)], now)
    code = "SUBMISSION_REJECTED" if said is Said.REFUSED else ""
    line = RequestLine("POST", "/v1/plans/900100/participants/900-11-0001/submissions", "202", 12)
    end_step(begun, Step.SEND, CarrierAnswer(said, line, code=code, reason=reason), started_at=now, now=now)


def test_a_filter_of_many_plans_looks_at_all(own: Cast, plan: Plan, admin: Client) -> None:
    """SB-3: where more than a hundred plans begin so, the log has the submissions of each of them, and no others."""
    wish(plan, "7")
    alike = (
        Plan(firm=own.firm, connection=own.connection, external_plan_id=f"MANY{number}", name=f"{plan.name} {number}")
        for number in range(120)
    )
    Plan.objects.bulk_create(alike)
    for text, count in ((plan.name, 1), ("MANY", 0), (plan.external_plan_id, 1)):
        answer = admin.get(LOG, {"plan": text})
        assert (answer.context["page"].total, answer.context["asked"].is_filtered) == (count, True), text


@pytest.mark.parametrize(
    ("query", "shows"),
    [
        ("", {ADA, BEA}),
        (f"participant={ADA}", {ADA}),
        ("state=rejected", {BEA}),
        ("kind=contribution_rate", {ADA, BEA}),
        ("kind=opt_out", set()),
        ("plan=North", {ADA, BEA}),
        ("plan=nothing", set()),
        ("from=2100-01-01", {ADA, BEA}),
        ("from=2099-01-01", set()),
        ("receipt=none", set()),
    ],
)
def test_filters_stand_in_the_address(plan: Plan, admin: Client, query: str, shows: set[str]) -> None:
    """SB-3: the log is filtered by its address; a word that means nothing is passed over."""
    wish(plan, "8")
    carried(wish(plan, "80", person=BEA), Said.REFUSED, "No.")
    page = text_of(admin, f"{LOG}?{query}")
    assert {person for person in (ADA, BEA) if f"/participants/{person}/" in page} == shows


def test_receipt_is_found_as_it_was_spoken(plan: Plan, admin: Client) -> None:
    """SB-3: a receipt is found without its dashes and in small letters, and no other is."""
    mine, other = wish(plan, "8"), wish(plan, "9", person=BEA)
    page = text_of(admin, f"{LOG}?receipt={mine.receipt.replace('-', '').lower()}")
    assert mine.receipt in page
    assert other.receipt not in page


def test_page_shows_wish_beside_what_is_held(plan: Plan, admin: Client) -> None:
    """SB-3, PT-11: from, to, what the recordkeeper's data say now, each attempt with what it meant, SSNs masked."""
    one = wish(plan, "8")
    carried(one, Said.TAKEN)
    page = text_of(admin, address(one))
    for words in (
        "6.5 % of pay",
        "8 % of pay",
        one.receipt,
        "Accepted",
        "What the recordkeeper's data say now",
        "Taken",
    ):
        assert words in page.replace("&#x27;", "'"), words
    assert "participants/***-**-0001/submissions" in page


def test_rejection_says_why(plan: Plan, admin: Client) -> None:
    """SB-3: a rejected change has its reason and the code's explanation, and no button to send it again."""
    one = wish(plan, "80")
    carried(one, Said.REFUSED, "The rate is outside the plan's limits.")
    page = text_of(admin, address(one))
    assert "outside the plan" in page
    assert "#SUBMISSION_REJECTED" in page
    assert "Send again" not in page


def test_send_again(own: Cast, plan: Plan, browser: SignIn) -> None:
    """SB-3: who may sync may have an undelivered change sent at once, which is recorded; who may only look may not."""
    one = wish(plan, "8")
    Submission.objects.filter(receipt=one.receipt).update(next_at="2100-01-01T00:00:00Z")
    advisor, viewer = browser(own.users[Role.ADVISOR]), browser(own.users[Role.VIEWER])
    assert "Send again" not in text_of(viewer, address(one))
    assert viewer.post(address(one, "send_again")).status_code == FORBIDDEN
    assert "Send again" in text_of(advisor, address(one))
    assert advisor.post(address(one, "send_again")).headers["Location"] == address(one)
    assert again(one).next_at <= timezone.now()
    entry = ActivityEntry.objects.get(plan_id=plan.pk, verb=Verb.SUBMISSION_RETRIED)
    assert entry.actor == own.users[Role.ADVISOR].actor


def test_report_of_a_confirmation(plan: Plan, admin: Client) -> None:
    """SB-4: the report has all that was confirmed together, in English or Spanish."""
    heirs = [{"class": "primary", "name": "Noor", "percent": "100"}]
    made = submitted(plan, rate_wish("PRE", percent=Decimal(8)), beneficiaries_wish(heirs), person=ADA)
    later = wish(plan, "9")
    answer = admin.get(address(made[1], "report"))
    assert answer.headers["Content-Type"] == "application/pdf"
    text = pdf_text(answer.content)
    assert all(one.receipt in text for one in made)
    assert later.receipt not in text
    assert "Beneficiarios" in pdf_text(admin.get(f"{address(made[0], 'report')}?language=es").content)


def test_person_shows_both_until_they_agree(plan: Plan, admin: Client) -> None:
    """PT-11: a participant's page and the list of participants say that a change is pending; the page shows both values."""
    one = wish(plan, "8")
    page = text_of(admin, reverse("people:person", args=[plan.pk, ADA]))
    assert "Asked for, not yet in the recordkeeper" in page
    assert address(one) in page
    assert "8 % of pay" in page
    people = text_of(admin, reverse("people:list", args=[plan.pk]))
    assert people.count("Change pending") == 1
    carried(one, Said.REFUSED, "No.")
    assert "Change pending" not in text_of(admin, reverse("people:list", args=[plan.pk]))


def test_monitor_leads_to_the_submission(plan: Plan, admin: Client) -> None:
    """AM-7: a submission's row of the Activity Monitor has a status that leads to its page."""
    one = wish(plan, "8")
    page = text_of(admin, "/activity/?type=submission_requested")
    assert f'href="{address(one)}"' in page
    assert "Successful" in page


def test_other_plans_submissions_are_not_there(own: Cast, other: Cast, plan: Plan, browser: SignIn) -> None:
    """US-1: another firm sees nothing of it, nor is a receipt found under another plan."""
    one = wish(plan, "8")
    stranger = browser(other.users[Role.ADMIN])
    assert stranger.get(address(one)).status_code == NOT_THERE
    assert one.receipt not in stranger.get(LOG).content.decode()
    assert stranger.get(f"/activity/submissions/{other.plan.pk}/{one.receipt}/").status_code == NOT_THERE
    assert browser(own.users[Role.ADMIN]).get(address(one)).status_code == OK


def test_empty_log_says_why(admin: Client) -> None:
    """SB-3: an empty log says what will stand there; one without a fitting submission offers to clear the filter."""
    assert "No submission yet" in text_of(admin, LOG)
    assert "Nothing fits" in text_of(admin, f"{LOG}?state=unknown")
