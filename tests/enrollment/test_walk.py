"""The walk from the greeting to the receipt: answers are kept, checked as a whole, and confirmed once."""

from uuid import uuid4

from django.test import Client

from planbridge.enrollment.kept_visit import KeptVisit
from planbridge.plans.activating import deactivate_plan
from planbridge.plans.models import Plan
from planbridge.sync.submission import Submission
from tests.enrollment.conftest import Phone

GREETING, PERSONAL, CHECK, RECEIPT = (f"/enroll/{slug}/" for slug in ("greeting", "personal", "check", "receipt"))


def text_of(client: Client, address: str) -> str:
    """A page's text, as it comes, without line breaks."""
    return " ".join(client.get(address).content.decode().split())


def visit_id(plan: Plan, participant_id: str) -> str:
    """The id of a person's open visit."""
    return str(KeptVisit.objects.get(plan_id=plan.pk, participant_id=participant_id, state="open").id)


def test_a_name_is_changed(plan: Plan, phone: Phone) -> None:
    """EN-1: from the greeting over an answer and check answers to the receipt, with a submission that can be quoted."""
    client = phone("P-0001")
    assert "Hello Ada" in text_of(client, GREETING)
    assert client.post(GREETING).headers["Location"] == PERSONAL
    assert 'value="Ada"' in text_of(client, PERSONAL)
    client.post(PERSONAL, {"first_name": "Ada", "last_name": "Lovelace"})
    page = text_of(client, CHECK)
    assert "Ada O&#x27;Neil-Díaz" in page
    assert "Ada Lovelace" in page
    answer = client.post("/enroll/confirm/", {"visit": visit_id(plan, "P-0001")})
    assert answer.headers["Location"] == RECEIPT
    one = Submission.objects.get()
    assert (one.kind, one.participant_id, one.body["last_name"]) == ("name", "P-0001", "Lovelace")
    page = text_of(client, RECEIPT)
    assert one.receipt in page
    assert "Being sent" in page
    assert one.receipt in text_of(client, GREETING)


def test_answers_outlive_the_phone(phone: Phone) -> None:
    """EN-1: whoever signs in again on another phone finds what they answered before."""
    phone("P-0002").post(PERSONAL, {"first_name": "Bea", "last_name": "Kept"})
    assert 'value="Kept"' in text_of(phone("P-0002"), PERSONAL)


def test_answers_are_sealed(plan: Plan, phone: Phone) -> None:
    """EN-1: what a participant answered is not readable in the database."""
    phone("P-0002").post(PERSONAL, {"first_name": "Bea", "last_name": "Secret"})
    kept = KeptVisit.objects.get(plan_id=plan.pk, participant_id="P-0002")
    assert b"Secret" not in bytes(kept.answers_sealed or b"")
    assert kept.answers == {"personal": {"first_name": "Bea", "last_name": "Secret"}}


def test_an_answer_that_lacks_something_stays(phone: Phone) -> None:
    """EN-1: an answer that cannot be taken is said so in a summary and at its field, and what was typed is not lost."""
    client = phone("P-0001")
    answer = client.post(PERSONAL, {"first_name": "Adele", "last_name": " "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "data-takes-focus" in page
    assert '<a href="#id_last_name">Enter your last name.</a>' in page
    assert 'value="Adele"' in page
    assert 'value="Ada"' in text_of(client, PERSONAL)


def test_change_from_check_leads_back(phone: Phone) -> None:
    """EN-1: an answer changed from check answers leads back there, not through all that follows."""
    client = phone("P-0001")
    assert 'name="from" value="check"' in text_of(client, f"{PERSONAL}?from=check")
    answer = client.post(PERSONAL, {"first_name": "A", "last_name": "B", "from": "check"})
    assert answer.headers["Location"] == CHECK


def test_confirming_twice_is_confirming_once(plan: Plan, phone: Phone) -> None:
    """SB-1: the same confirmation sent again, from another tab or by going back, makes no second submission."""
    client = phone("P-0001")
    client.post(PERSONAL, {"first_name": "Ada", "last_name": "Lovelace"})
    visit = {"visit": visit_id(plan, "P-0001")}
    assert [client.post("/enroll/confirm/", visit).status_code for _ in range(3)] == [302, 302, 302]
    client.get(CHECK)
    client.post("/enroll/confirm/", visit)
    assert Submission.objects.count() == 1


def test_a_visit_begins_anew(plan: Plan, phone: Phone) -> None:
    """EN-1: after a confirmation the next visit begins without the answers of the last, at what is on its way."""
    client = phone("P-0001")
    client.post(PERSONAL, {"first_name": "Ada", "last_name": "Lovelace"})
    first = visit_id(plan, "P-0001")
    client.post("/enroll/confirm/", {"visit": first})
    assert 'value="Lovelace"' in text_of(client, PERSONAL)
    assert visit_id(plan, "P-0001") != first
    assert "You changed nothing so far" in text_of(client, CHECK)


def test_nothing_changed_is_said(plan: Plan, phone: Phone) -> None:
    """EN-1: the same name as held is no change; there is nothing to confirm."""
    client = phone("P-0002")
    client.post(PERSONAL, {"first_name": "Bea", "last_name": "Example"})
    assert "You changed nothing so far" in text_of(client, CHECK)
    client.post("/enroll/confirm/", {"visit": visit_id(plan, "P-0002")})
    assert not Submission.objects.exists()
    assert "Nothing was changed" in text_of(client, RECEIPT)


def test_opting_out(plan: Plan, phone: Phone) -> None:
    """EN-2: after a confirmation "I don't want to enroll" submits 0 %, whatever else was answered."""
    client = phone("P-0001")
    client.post(PERSONAL, {"first_name": "Ada", "last_name": "Lovelace"})
    assert "I don't want to enroll" in text_of(client, GREETING)
    assert "Are you sure" in text_of(client, "/enroll/decline/")
    assert not Submission.objects.exists()
    client.post("/enroll/decline/", {"visit": visit_id(plan, "P-0001")})
    assert list(Submission.objects.values_list("kind", flat=True)) == ["opt_out"]
    page = text_of(client, RECEIPT)
    assert "0 %: nothing is saved from your pay" in page
    assert "Employee pre-tax: 6.5 % of your pay" in page


def test_another_persons_visit_is_not_there(plan: Plan, phone: Phone) -> None:
    """EN-1: nobody confirms the visit of another, nor one that never was."""
    other, own = phone("P-0002"), phone("P-0001")
    other.post(PERSONAL, {"first_name": "Bea", "last_name": "Changed"})
    for visit in (visit_id(plan, "P-0002"), str(uuid4()), "x", ""):
        assert own.post("/enroll/confirm/", {"visit": visit}).status_code == 404
        assert own.post("/enroll/decline/", {"visit": visit}).status_code == 404
    assert not Submission.objects.exists()
    assert "Changed" not in text_of(own, CHECK)


def test_a_plan_that_is_not_active_is_closed(plan: Plan, phone: Phone) -> None:
    """EN-1: a plan that is inactive shows a plain page and takes nothing."""
    client = phone("P-0001")
    client.post(PERSONAL, {"first_name": "Ada", "last_name": "Lovelace"})
    visit = {"visit": visit_id(plan, "P-0001")}
    deactivate_plan(Plan.objects.get(pk=plan.pk), reason="closed", actor="test")
    for answer in (client.get(GREETING), client.post("/enroll/confirm/", visit)):
        assert answer.status_code == 404
        assert "Your plan is not open here" in answer.content.decode()
    assert not Submission.objects.exists()
