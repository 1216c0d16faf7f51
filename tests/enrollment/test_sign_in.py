"""Getting into the Enrollment site: by a link, from the recordkeeper's site, and out again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from time import time
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.enrollment import tries, visitor
from planbridge.enrollment.invitation import EnrollmentInvitation, invitation_path, invite_to_enroll
from planbridge.enrollment.provider import NewProvider, SignInProvider, set_provider
from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import only_firm
from planbridge.security.user import Role
from tests.cast import ada, changed, person
from tests.enrollment.conftest import Phone
from tests.portal.conftest import user_of
from tests.simulator_process import Simulator, start_simulator
from tests.syncing import active_plan

ADDRESSES = [
    "/enroll/",
    "/enroll/greeting/",
    "/enroll/personal/",
    "/enroll/check/",
    "/enroll/receipt/",
    "/enroll/decline/",
]
IS_CLOSED, IS_GONE = 404, 410


def link(plan: Plan, participant_id: str = "P-0001") -> str:
    """The path of a new link."""
    [invited] = invite_to_enroll(plan, [participant_id], actor="test")
    return invitation_path(invited.token)


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_sees_a_page(db: None, address: str) -> None:  # noqa: ARG001 - a fixture's name asks for it
    """EN-1: whoever has not signed in is told how to, by every page and whichever way they ask."""
    client = Client()
    for answer in (client.get(address), client.post(address)):
        assert answer.headers["Location"] == "/enroll/signed-out/"
    assert client.get(address, headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/enroll/signed-out/"
    assert "You are signed out" in client.get("/enroll/signed-out/").content.decode()


def test_a_link_works_once(plan: Plan) -> None:
    """EN-1: looking at a link does not use it up, its button does; a used one says what to do."""
    path = link(plan)
    assert [Client().get(path).status_code for _ in range(2)] == [200, 200]
    assert Client().post(path).headers["Location"] == "/enroll/"
    for answer in (Client().post(path), Client().get(path)):
        assert answer.status_code == IS_GONE
        assert "ask your employer or your plan's contact for a new link" in answer.content.decode()


def test_a_link_ends(plan: Plan) -> None:
    """EN-1: a link older than 14 days, and one after which a newer one was made, let nobody in."""
    old, new = link(plan), link(plan)
    assert Client().post(old).status_code == IS_GONE
    EnrollmentInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(new).status_code == IS_GONE


def test_a_link_is_kept_as_a_digest_and_recorded(plan: Plan) -> None:
    """EN-1: of a link only a digest is stored; that it was made is in the activity, for its participant."""
    token = link(plan).split("/")[-2]
    row = EnrollmentInvitation.objects.get()
    assert token not in str(vars(row))
    entry = ActivityEntry.objects.get(verb=Verb.PARTICIPANT_INVITED)
    assert (entry.participant_id, token in str(entry.detail)) == ("P-0001", False)


def test_guessing_is_stopped(plan: Plan) -> None:
    """EN-1: after so many failed tries in a minute an address has to wait, with a right link too."""
    client = Client(REMOTE_ADDR="203.0.113.9")
    path = link(plan)
    answers = [client.post(invitation_path(f"x{one}")).status_code for one in range(tries.FAILED_A_MINUTE_MAX + 1)]
    # A minute may have begun anew in between: then the count did too.
    if answers[-1] != 429:
        answers = [client.post(invitation_path(f"y{one}")).status_code for one in range(tries.FAILED_A_MINUTE_MAX + 1)]
    assert answers[-1] == client.post(path).status_code == 429
    assert Client(REMOTE_ADDR="203.0.113.10").post(path).status_code == 302


def test_half_an_hour_without_a_page(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """EN-1: after half an hour without a page somebody has to sign in again, and finds their answers."""
    client = phone("P-0001")
    client.post("/enroll/personal/", {"first_name": "Ada", "last_name": "Kept"})
    now = time()
    monkeypatch.setattr(visitor, "time", lambda: now + visitor.IDLE_SECONDS - 5)
    assert client.get("/enroll/personal/").status_code == 200
    monkeypatch.setattr(visitor, "time", lambda: now + 2 * visitor.IDLE_SECONDS)
    assert client.get("/enroll/personal/").headers["Location"] == "/enroll/signed-out/"
    monkeypatch.undo()
    assert client.get("/enroll/personal/").headers["Location"] == "/enroll/signed-out/"
    assert 'value="Kept"' in phone("P-0001").get("/enroll/personal/").content.decode()


def test_signing_out(phone: Phone) -> None:
    """EN-1: after signing out the pages are closed."""
    client = phone("P-0001")
    assert client.post("/enroll/leave/").headers["Location"] == "/enroll/signed-out/"
    assert client.get("/enroll/greeting/").headers["Location"] == "/enroll/signed-out/"


def test_a_participant_is_no_user(plan: Plan, phone: Phone) -> None:
    """US-1: a participant gets into no portal; a portal user who opens a link is signed out, and the other way round."""
    client = phone("P-0001")
    assert "/accounts/login/" in client.get(f"/plans/{plan.pk}/").headers["Location"]
    user = user_of(only_firm(), Role.ADMIN)
    client.force_login(user)
    assert client.get("/enroll/greeting/").headers["Location"] == "/enroll/signed-out/"
    assert client.get(f"/plans/{plan.pk}/").status_code == 200
    client.post(link(plan))
    assert "Hello Ada" in client.get("/enroll/greeting/").content.decode()
    assert "/accounts/login/" in client.get(f"/plans/{plan.pk}/").headers["Location"]


def test_who_left_the_recordkeeper_is_not_found(plan: Plan, phone: Phone) -> None:
    """EN-1: whoever is not at the recordkeeper any more reads a plain page, and gets no new link."""
    client = phone("P-0001")
    Participant.objects.filter(plan_id=plan.pk, participant_id="P-0001").update(sync_status="not_at_recordkeeper")
    answer = client.get("/enroll/greeting/")
    assert answer.status_code == IS_CLOSED
    assert "We cannot find you in this plan" in answer.content.decode()
    assert invite_to_enroll(plan, ["P-0001", "P-9999"], actor="test") == []


def test_pages_are_shielded(phone: Phone) -> None:
    """EN-1: every page loads nothing foreign, has no script or style in it, is kept in no cache, and has no SSN."""
    client = phone("P-0001")
    for address in [*ADDRESSES[1:], "/enroll/signed-out/"]:
        answer = client.get(address)
        page = answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"], address
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"], address
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*src=\"/static/)|https?://", page), address
        assert not re.search(r"900-?1\d-?0\d{3}", page), address
        assert page.count("<h1") == 1, address


@pytest.fixture
def keeper(db: None, tmp_path: Path) -> Iterator[Simulator]:  # noqa: ARG001 - a fixture's name asks for it
    """A running simulator as the provider of a connection whose plan has one of its people."""
    with start_simulator(tmp_path, plans=1, people=2) as simulator:
        yield simulator


def provided(inbox: Path, simulator: Simulator) -> Plan:
    """A plan whose participants sign in at the simulator."""
    active_plan(inbox, [ada(), changed(person(2, "Bea"), participant_id="910001-000001")])
    plan = Plan.objects.get()
    Plan.objects.update(external_plan_id="910001")
    new = NewProvider(simulator.url, "planbridge-enrollment", simulator.token)
    set_provider(Connection.objects.get(), new, actor="test")
    return plan


def came_back(simulator: Simulator, client: Client, plan: Plan, participant_id: str) -> str:
    """Sign in at the simulator; the path and query with which the browser comes back."""
    begun = client.get(f"/enroll/sign-in/{plan.connection_id}/")
    asked = dict(parse_qsl(urlsplit(begun.headers["Location"]).query))
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    picked = {**asked, "plan_id": "910001", "participant_id": participant_id}
    back = urlsplit(httpx.post(f"{simulator.url}/sign-in", data=picked).headers["Location"])
    return f"{back.path}?{back.query}"


def test_from_the_recordkeepers_site(inbox: Path, keeper: Simulator) -> None:
    """EN-1: whoever signs in at the recordkeeper's site sees their own pages; a code is taken once, in one browser."""
    plan = provided(inbox, keeper)
    client = Client(SERVER_NAME="127.0.0.1")
    back = came_back(keeper, client, plan, "910001-000001")
    assert Client(SERVER_NAME="127.0.0.1").get(back).status_code == 400
    assert client.get(back).headers["Location"] == "/enroll/"
    assert "Hello Bea" in client.get("/enroll/greeting/").content.decode()
    assert client.get(back).status_code == 400
    client.post("/enroll/leave/")
    assert f"/enroll/sign-in/{plan.connection_id}/" in client.get("/enroll/signed-out/").content.decode()


def test_who_is_not_in_the_plan(inbox: Path, keeper: Simulator) -> None:
    """EN-1: whoever signs in and is not found, or whose plan is not active, reads a plain page."""
    plan = provided(inbox, keeper)
    client = Client(SERVER_NAME="127.0.0.1")
    answer = client.get(came_back(keeper, client, plan, "910001-000002"))
    assert (answer.status_code, b"We cannot find you in this plan" in answer.content) == (IS_CLOSED, True)
    Plan.objects.update(deactivated_at=timezone.now())
    answer = client.get(came_back(keeper, client, plan, "910001-000001"))
    assert (answer.status_code, b"Your plan is not open here" in answer.content) == (IS_CLOSED, True)
    assert client.get("/enroll/greeting/").headers["Location"] == "/enroll/signed-out/"


def test_a_provider_that_does_not_answer(plan: Plan) -> None:
    """EN-1: a provider that is away gives a plain page; its secret is sealed, and it is no part of the activity."""
    set_provider(plan.connection, NewProvider("http://127.0.0.1:9", "x", "very-secret"), actor="test")
    assert b"very-secret" not in bytes(SignInProvider.objects.get().secret_sealed)
    assert "very-secret" not in str(list(ActivityEntry.objects.values_list("detail", flat=True)))
    answer = Client().get(f"/enroll/sign-in/{plan.connection_id}/")
    assert (answer.status_code, b"Signing in did not work" in answer.content) == (503, True)
    assert Client().get("/enroll/sign-in/999999/").status_code == IS_CLOSED
