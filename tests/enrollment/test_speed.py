"""What makes the pages quick takes nothing from them: few statements, the newest version, nobody else's answers."""

from pathlib import Path

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from planbridge.enrollment.kept_visit import KeptVisit, keep_answer, open_visit
from planbridge.enrollment.offer import live_offer, offer_of
from planbridge.plans.lifecycle import activate_plan
from planbridge.plans.models import Plan
from planbridge.plans.stored_version import stored_version
from tests.cast import deliver, fund, lineup, person, plan_document
from tests.enrollment.conftest import Phone
from tests.syncing import sync_plan, synced_plan

STATEMENTS_MAX, STATEMENTS_OF_CONFIRM_MAX = 8, 26
ADA, BEA = "P-0001", "P-0002"
HEIR = {"primary-rows": "1", "contingent-rows": "0", "primary-0-name": "Bo", "primary-0-relationship": "child"}
WALK = {
    "greeting": {},
    "personal": {"first_name": "Bea", "last_name": "Example"},
    "goal": {"retirement_age": "67", "goal_percent": "80"},
    "rate": {"rate:PRE": "8", "unit:PRE": "percent", "rate:ROTH": "50", "unit:ROTH": "amount"},
    "path": {"path": "choose_myself"},
    "allocation": {"way": "same", "share::TD45": "60", "share::EQ3": "40"},
    "beneficiaries": HEIR | {"primary-0-percent": "100", "married": "no"},
}
WITH_EFFECT = {"goal", "rate", "path", "allocation", "beneficiaries"}


def statements(client: Client, address: str, data: dict[str, str] | None = None) -> int:
    """How many statements an address costs; the page is one that goes on."""
    with CaptureQueriesContext(database) as captured:
        answer = client.get(address) if data is None else client.post(address, data)
    assert answer.status_code in {200, 302}
    return len(captured)


def test_each_page_of_the_walk_is_few_statements(plan: Plan, phone: Phone) -> None:
    """EN-1: no page, part of a page or answer takes more than eight statements, once the process knows the version."""
    client = phone(BEA)
    statements(phone(ADA), "/enroll/greeting/")
    counts = {}
    for slug, answer in WALK.items():
        counts[slug] = statements(client, f"/enroll/{slug}/")
        if slug in WITH_EFFECT:
            counts[f"{slug}, effect"] = statements(client, f"/enroll/{slug}/effect/", answer)
        counts[f"{slug}, answer"] = statements(client, f"/enroll/{slug}/", answer)
    counts["check"] = statements(client, "/enroll/check/")
    visit = str(KeptVisit.objects.get(plan_id=plan.pk, participant_id=BEA).id)
    confirming = statements(client, "/enroll/confirm/", {"visit": visit})
    counts["receipt"] = statements(client, "/enroll/receipt/")
    assert {name: count for name, count in counts.items() if count > STATEMENTS_MAX} == {}
    assert confirming <= STATEMENTS_OF_CONFIRM_MAX  # submissions, activity, mails and the job are written by it


def test_a_version_is_seen_as_soon_as_it_is_live(plan: Plan, phone: Phone, inbox: Path) -> None:
    """EN-1: a version that is activated between two pages is what the second one shows; its draft never was."""
    client = phone(BEA)
    client.post("/enroll/path/", {"path": "choose_myself"})
    assert "Example Fund EQ3" in client.get("/enroll/allocation/").content.decode()
    newer = lineup(fund("TD45", asset_class="target_date"), fund("EQ3", name="Renamed Fund"), fund("NEW9"))
    deliver(inbox, [], day=2, plans=[plan_document(revision="r2", lineup=newer)])
    sync_plan(plan)
    page = client.get("/enroll/allocation/").content.decode()
    assert "Example Fund EQ3" in page
    assert "NEW9" not in page
    activate_plan(Plan.objects.get(pk=plan.pk), accepts_rest=True, actor="test")
    page = client.get("/enroll/allocation/").content.decode()
    assert "Renamed Fund" in page
    assert "NEW9" in page


def test_plans_of_one_version_number_keep_their_own_offers(plan: Plan, tmp_path: Path) -> None:
    """EN-1: what is remembered of a plan's version is never another plan's, nor another content of the same number."""
    document = plan_document(plan_id="NORTH2", lineup=lineup(fund("OWN1"), default="OWN1"))
    other = synced_plan(tmp_path / "other", [person(900, "Io")], plan=document, name="other")
    activate_plan(Plan.objects.get(pk=other.pk), actor="test")
    for one in (plan, Plan.objects.get(pk=other.pk), plan):
        assert one.live_version is not None
        digest = stored_version(one, one.live_version).content_hash
        assert live_offer(one, digest) == offer_of(one)
        assert live_offer(one, digest) is live_offer(one, digest)
        assert live_offer(one, "another") is not live_offer(one, digest)


def test_answers_of_two_tabs_are_both_kept(plan: Plan) -> None:
    """EN-1: of two pages that were read before either answer was given, none takes the other's answer away."""
    first, second = open_visit(plan.pk, ADA), open_visit(plan.pk, ADA)
    assert keep_answer(first, "personal", {"first_name": "Ada"})
    assert keep_answer(second, "goal", {"retirement_age": "66"})
    assert open_visit(plan.pk, ADA).answers == {"personal": {"first_name": "Ada"}, "goal": {"retirement_age": "66"}}


def test_two_people_in_one_process_see_their_own(phone: Phone) -> None:
    """EN-1: pages of two people that take turns show each their own name and answers alone."""
    ada, bea = phone(ADA), phone(BEA)
    for client, name in ((ada, "Adawords"), (bea, "Beawords")):
        client.post("/enroll/personal/", {"first_name": name, "last_name": "Example"})
    for client, own, foreign in (
        (ada, "Adawords", "Beawords"),
        (bea, "Beawords", "Adawords"),
        (ada, "Adawords", "Beawords"),
    ):
        for slug in ("personal", "check"):
            page = client.get(f"/enroll/{slug}/").content.decode()
            assert own in page
            assert foreign not in page
