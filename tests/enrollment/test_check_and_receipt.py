"""Check answers judges the whole again, confirming at once from two places is one, and the receipt says how it goes on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection as database
from django.test import Client

from planbridge.enrollment import visit as visit_module
from planbridge.enrollment.confirming import confirm_visit
from planbridge.enrollment.kept_visit import KeptVisit, keep_answer, open_visit
from planbridge.enrollment.limit_years import limits_of
from planbridge.enrollment.visit import NoVisit, Visit, read_visit
from planbridge.plans.models import Plan
from planbridge.plans.plan import PlanProvision
from planbridge.sync.submission import Submission
from tests.cast import ada
from tests.enrollment.conftest import Phone
from tests.syncing import active_plan

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CHECK, RECEIPT, CONFIRM = "/enroll/check/", "/enroll/receipt/", "/enroll/confirm/"


def answered(plan: Plan, participant_id: str, **answers: dict[str, Any]) -> KeptVisit:
    """An open visit with these answers."""
    kept = open_visit(plan.pk, participant_id)
    for slug, answer in answers.items():
        assert keep_answer(kept, slug, answer)
    return KeptVisit.objects.get(plan_id=plan.pk, participant_id=participant_id, id=kept.id)


def visit_of(plan: Plan, participant_id: str) -> Visit:
    """The visit of a person as a page reads it."""
    found = read_visit(plan, participant_id, language="en")
    assert not isinstance(found, NoVisit)
    return found


def text_of(client: Client, address: str) -> str:
    """A page's text, as it comes, without line breaks."""
    return " ".join(client.get(address).content.decode().split())


def everything() -> dict[str, dict[str, Any]]:
    """Answers to all questions, each other than held of Ada."""
    return {
        "rate": {"rates": {"PRE": {"percent": "7"}, "ROTH": {"amount": "75"}}},
        "path": {"path": "choose_myself"},
        "allocation": {"way": "by_source", "allocations": {"PRE": {"TD45": "100"}}},
        "transfer": {"choice": "other", "split": {"EQ3": "100"}},
        "beneficiaries": {
            "heirs": [{"class": "primary", "name": "Noor Example", "relationship": "spouse", "percent": "100"}]
        },
    }


def test_check_says_from_what_to_what(plan: Plan, phone: Phone) -> None:
    """EN-1: check answers shows each change from what is held to what is asked for, with a way to change it."""
    PlanProvision.objects.create(plan_id=plan.pk, name="balance_transfer", value=True)
    answered(plan, "P-0001", **everything())
    page = text_of(phone("P-0001"), CHECK)
    for words in (
        "What you save: Employee pre-tax",
        "6.5 % of your pay",
        "7 % of your pay",
        "$50 each paycheck",
        "$75 each paycheck",
        "Example Fund EQ3: 66.66 %",
        "Example Fund TD45: 100 %",
        "As it is invested now",
        "Noor Example: 100 % (main)",
    ):
        assert words in page, words
    assert '/enroll/rate/?from=check"' in page


def test_confirming_submits_one_wish_a_change(plan: Plan, phone: Phone) -> None:
    """SB-1: confirming writes one submission for each change, and none for what is as held."""
    PlanProvision.objects.create(plan_id=plan.pk, name="balance_transfer", value=True)
    kept = answered(plan, "P-0001", **everything())
    phone("P-0001").post(CONFIRM, {"visit": str(kept.id)})
    rows = Submission.objects.order_by("number").values_list("kind", "source")
    assert list(rows) == [
        ("contribution_rate", "PRE"),
        ("contribution_rate", "ROTH"),
        ("allocation", "PRE"),
        ("balance_transfer", "PRE"),
        ("balance_transfer", "MATCH"),
        ("beneficiaries", ""),
    ]
    confirmed = KeptVisit.objects.get(state="confirmed")
    assert confirmed.receipts == list(Submission.objects.order_by("number").values_list("receipt", flat=True))


@pytest.mark.parametrize(
    ("slug", "answer", "words"),
    [
        ("rate", {"rates": {"PRE": {"percent": "81"}}}, "The most your plan allows is 80 %"),
        ("allocation", {"way": "same", "split": {"TD45": "99"}}, "They must add up to exactly 100 %"),
        ("allocation", {"way": "same", "split": {"STBL": "100"}}, "does not take new money"),
        (
            "beneficiaries",
            {"heirs": [{"class": "primary", "name": "Io", "relationship": "child", "percent": "100"}]},
            "Your spouse must agree",
        ),
    ],
)
def test_what_stands_against_an_answer_stops_all(
    plan: Plan, phone: Phone, slug: str, answer: dict[str, Any], words: str
) -> None:
    """EN-3, EN-4: an answer that cannot be taken as a whole is named with the way to mend it, and nothing is submitted."""
    kept = answered(plan, "P-0001", **{slug: answer})
    client = phone("P-0001")
    assert words in text_of(client, CHECK)
    refused = client.post(CONFIRM, {"visit": str(kept.id)})
    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert 'name="path" value="/enroll/check/"' in refused.content.decode()  # the language's button leads to a page
    assert not Submission.objects.exists()


def test_an_unknown_year_is_refused(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    """EN-3: in a year whose limits nobody has given, the questions are closed by a plain page and nothing is taken."""
    client = phone("P-0001")
    monkeypatch.setattr(visit_module, "limits_of", lambda _year: limits_of(2199))
    for answer in (client.get("/enroll/personal/"), client.get(CHECK), client.post(CONFIRM, {"visit": "x"})):
        assert answer.status_code == 503
        assert "We do not have the savings limits for 2199 yet" in answer.content.decode()
    assert client.get("/enroll/greeting/").status_code == client.get("/enroll/decline/").status_code == 200


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("requested", "Being sent"),
        ("sent", "Sent"),
        ("unknown", "asking if it arrived"),
        ("accepted", "Accepted"),
        ("confirmed", "Seen at the recordkeeper"),
        ("rejected", "The plan is frozen."),
        ("superseded", "A newer choice of yours took its place."),
    ],
)
def test_the_receipt_says_how_it_goes_on(plan: Plan, phone: Phone, state: str, words: str) -> None:
    """SB-2: the receipt says where each change is, with the reason and the way on of a rejected one, and looks again by itself."""
    kept = answered(plan, "P-0001", rate={"rates": {"PRE": {"percent": "7"}}})
    client = phone("P-0001")
    client.post(CONFIRM, {"visit": str(kept.id)})
    Submission.objects.update(state=state, problem_detail="The plan is frozen." if state == "rejected" else "")
    page = text_of(client, RECEIPT)
    assert words in page
    assert Submission.objects.get().receipt in page
    assert ("every 5s" in page) == (state in {"requested", "sent", "unknown", "accepted"})
    assert ("Choose again" in page) == (state == "rejected")
    part = client.get(RECEIPT, headers={"HX-Request": "true"}).content.decode()
    assert words in part
    assert "<html" not in part


@pytest.fixture
def committed_plan(transactional_db: None, inbox: Path) -> Plan:  # noqa: ARG001 - asks for commits
    """An active plan that other threads see."""
    return Plan.objects.get(pk=active_plan(inbox, [ada()]).pk)


def test_two_confirmations_at_once_are_one(committed_plan: Plan) -> None:
    """SB-1: two confirmations of one visit at the same moment make one set of submissions, and both get its receipts."""
    kept = answered(committed_plan, "P-0001", rate={"rates": {"PRE": {"percent": "7"}, "ROTH": {"amount": "75"}}})
    visit = visit_of(committed_plan, "P-0001")
    start = Barrier(2)

    def confirm(visit_id: UUID) -> list[str]:
        try:
            start.wait(10)
            return confirm_visit(visit, visit_id, now=NOW).receipts
        finally:
            database.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(confirm, [kept.id, kept.id])
    assert first == second
    assert sorted(first) == sorted(Submission.objects.values_list("receipt", flat=True))
    assert len(first) == 2


def test_today_is_the_firms(plan: Plan) -> None:
    """EN-3: the year by which savings are judged is that of the day of the visit."""
    found = visit_of(plan, "P-0001")
    assert isinstance(found.today, date)
    assert found.limits == limits_of(found.today.year)
