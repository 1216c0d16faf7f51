"""From the Participants tab: links to enroll, and the Enrollment site as a participant sees it."""

from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.enrollment.invitation import EnrollmentInvitation
from planbridge.enrollment.kept_visit import KeptVisit
from planbridge.enrollment.visitor import PREVIEW
from planbridge.plans.access import PlanAccess
from planbridge.plans.models import Plan
from planbridge.portal.people import enrolling
from planbridge.security.firm import only_firm
from planbridge.security.user import Role, User
from planbridge.sync.submission import Submission
from tests.cast import everybody
from tests.mail_sink import mail_sink
from tests.portal.conftest import SignIn, user_of
from tests.syncing import active_plan

UNPROCESSABLE, FORBIDDEN, NOT_FOUND = 422, 403, 404


@pytest.fixture
def plan(db: None, inbox: Path) -> Plan:  # noqa: ARG001 - a fixture's name asks for it
    """An active plan of a firm, its people synced."""
    return Plan.objects.get(pk=active_plan(inbox, everybody()).pk)


@pytest.fixture
def advisor(plan: Plan) -> User:
    """An advisor to whom the plan was given."""
    user = user_of(only_firm(), Role.ADVISOR)
    PlanAccess.objects.create(user=user, plan=plan)
    return user


def links_of(page: str) -> list[str]:
    """The links that a page shows."""
    return [part.partition('"')[0] for part in page.split('value="http://testserver')[1:]]


def test_the_tab_offers_it(plan: Plan, advisor: User, browser: SignIn) -> None:
    """EN-1: the Participants tab has "Invite to enroll", a person's page has it and "Launch as participant"."""
    client = browser(advisor)
    assert "Invite to enroll" in client.get(f"/plans/{plan.pk}/participants/").content.decode()
    page = client.get(f"/plans/{plan.pk}/participants/P-0001/").content.decode()
    assert "Invite to enroll" in page
    assert "Launch as participant" in page


def test_links_are_shown_once_where_there_is_no_mail(plan: Plan, advisor: User, browser: SignIn) -> None:
    """EN-1: the selected people get a link each, shown to be copied, and each lets its own person in."""
    client = browser(advisor)
    asked = {"whom": "selected", "person": ["P-0001", "P-0002"]}
    page = client.post(f"/plans/{plan.pk}/participants/invite/selected/", asked).content.decode()
    links = links_of(page)
    assert len(links) == EnrollmentInvitation.objects.count() == 2
    phone = Client()
    phone.post(links[1])
    assert "Hello Bea" in phone.get("/enroll/greeting/").content.decode()
    entries = ActivityEntry.objects.filter(verb=Verb.PARTICIPANT_INVITED)
    assert set(entries.values_list("participant_id", "actor")) == {("P-0001", advisor.actor), ("P-0002", advisor.actor)}


def test_one_person_is_invited(plan: Plan, advisor: User, browser: SignIn) -> None:
    """EN-1: one person is invited from their page."""
    page = browser(advisor).post(f"/plans/{plan.pk}/participants/P-0005/invitation/").content.decode()
    assert len(links_of(page)) == 1


def test_links_are_mailed(plan: Plan, advisor: User, browser: SignIn, settings: Settings) -> None:
    """EN-1: whoever has an address gets the link by mail, and it is not shown; the others' links are."""
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.smtp.EmailBackend", "127.0.0.1"
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL, settings.IS_MAIL_CONFIGURED = "planbridge@firm.example.test", True
    asked = {"whom": "selected", "person": ["P-0001", "P-0005"]}
    with mail_sink() as server:
        settings.EMAIL_PORT = server.port
        page = browser(advisor).post(f"/plans/{plan.pk}/participants/invite/selected/", asked).content.decode()
    [mail] = server.mails
    assert (mail["To"], "1 link was mailed" in page, len(links_of(page))) == ("ada@example.test", True, 1)
    body = mail.get_content()
    link = next(word for word in body.split() if word.startswith("http://testserver/enroll/invitation/"))
    phone = Client()
    phone.post(link.removeprefix("http://testserver"))
    assert "Hello Ada" in phone.get("/enroll/greeting/").content.decode()


def test_nobody_is_invited_to_nothing(
    plan: Plan, advisor: User, browser: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EN-1: nobody selected, too many at once, or a plan that is not active: no link is made, and the page says why."""
    client, address = browser(advisor), f"/plans/{plan.pk}/participants/invite/selected/"
    everyone = {"whom": "selected", "all": "1"}
    assert b"Nobody is selected" in client.post(address, {"whom": "selected"}).content
    monkeypatch.setattr(enrolling, "INVITED_AT_ONCE_MAX", 4)
    assert b"too many at once" in client.post(address, everyone).content
    monkeypatch.undo()
    Plan.objects.update(deactivated_at=timezone.now())
    answer = client.post(address, everyone)
    assert (answer.status_code, b"this plan is not active" in answer.content) == (UNPROCESSABLE, True)
    assert not EnrollmentInvitation.objects.exists()


def test_a_preview_changes_nothing(plan: Plan, advisor: User, browser: SignIn) -> None:
    """EN-1: Launch as participant shows the site as that person, refuses whatever would change something, and is recorded."""
    client = browser(advisor)
    answer = client.post(f"/plans/{plan.pk}/participants/P-0001/launch/")
    assert answer.headers["Location"] == "/enroll/"
    page = client.get("/enroll/greeting/").content.decode()
    assert "Hello Ada" in page
    assert "Preview as Ada" in page
    for address in ("greeting", "personal", "check", "receipt", "decline"):
        assert client.get(f"/enroll/{address}/").status_code == 200, address
    for address in ("greeting", "personal", "confirm", "decline", "personal/effect"):
        refused = client.post(f"/enroll/{address}/", {"first_name": "A", "last_name": "B", "visit": "x"})
        assert (refused.status_code, b"This is a preview" in refused.content) == (FORBIDDEN, True), address
    assert not KeptVisit.objects.exists()
    assert not Submission.objects.exists()
    entry = ActivityEntry.objects.get(verb=Verb.PREVIEW_LAUNCHED)
    assert (entry.participant_id, entry.actor, entry.plan_id) == ("P-0001", advisor.actor, plan.pk)
    client.post("/enroll/leave/")
    assert client.get("/enroll/greeting/").headers["Location"] == "/enroll/signed-out/"
    assert client.get(f"/plans/{plan.pk}/participants/").status_code == 200


def test_a_preview_ends_with_the_right_to_it(plan: Plan, advisor: User, browser: SignIn) -> None:
    """US-1: a preview shows nothing any more once its plan was taken from the user, and never another firm's people."""
    client = browser(advisor)
    client.post(f"/plans/{plan.pk}/participants/P-0001/launch/")
    PlanAccess.objects.all().delete()
    assert client.get("/enroll/greeting/").headers["Location"] == "/enroll/signed-out/"
    assert client.post(f"/plans/{plan.pk}/participants/P-0001/launch/").status_code == NOT_FOUND
    assert PREVIEW in client.session
