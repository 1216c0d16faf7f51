"""The pages of the questions, as a phone sees them: asked in order, kept, shown at once, checked as a whole."""

import re
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from planbridge.enrollment.kept_visit import KeptVisit
from planbridge.enrollment.pages import address_of
from planbridge.plans.models import Plan
from planbridge.sync.submission import Submission
from tests.enrollment.conftest import Phone

RATE = {"rate:PRE": "8", "unit:PRE": "percent", "rate:ROTH": "50", "unit:ROTH": "amount"}
GOAL = {"retirement_age": "67", "goal_percent": "80"}
SPLIT = {"way": "same", "share::TD45": "60", "share::EQ3": "40"}
HEIR = {"primary-rows": "1", "contingent-rows": "0", "primary-0-name": "Bo", "primary-0-relationship": "child"}
BEA = "P-0002"
QUERIES_MAX = 8


def page_of(client: Client, slug: str) -> str:
    """A page's text without line breaks."""
    answer = client.get(address_of(slug))
    assert answer.status_code == 200, (slug, answer.status_code)
    return " ".join(answer.content.decode().split())


def after(client: Client, slug: str, data: dict[str, str]) -> str:
    """The address to which an answer leads."""
    answer = client.post(address_of(slug), data)
    assert answer.status_code == 302, re.findall(r'class="error[^>]*>([^<]*)', answer.content.decode())
    return answer.headers["Location"]


def walk(client: Client) -> None:
    """Answer every question of somebody who chooses funds and names a child."""
    assert after(client, "goal", GOAL) == address_of("rate")
    assert after(client, "rate", RATE) == address_of("path")
    assert after(client, "path", {"path": "choose_myself"}) == address_of("allocation")
    assert after(client, "allocation", SPLIT) == address_of("beneficiaries")
    assert after(client, "beneficiaries", HEIR | {"primary-0-percent": "100", "married": "no"}) == address_of("check")


def test_the_whole_walk(plan: Plan, phone: Phone) -> None:
    """EN-1: goal, rate, path, allocation and beneficiaries become one submission for each change."""
    client = phone(BEA)
    walk(client)
    page = page_of(client, "check")
    for words in ("8 % of your pay", "$50 each paycheck", "Example Fund EQ3: 40 %", "Bo: 100 % (main)"):
        assert words in page
    kept = KeptVisit.objects.get(plan_id=plan.pk, participant_id=BEA)
    client.post("/enroll/confirm/", {"visit": str(kept.id)})
    found = Submission.objects.values_list("kind", "source")
    assert sorted(found) == [
        ("allocation", "MATCH"),
        ("allocation", "PRE"),
        ("allocation", "ROTH"),
        ("beneficiaries", ""),
        ("contribution_rate", "PRE"),
        ("contribution_rate", "ROTH"),
    ]


def test_going_back_loses_no_answer(phone: Phone) -> None:
    """EN-1: each page shows again what was answered on it, also after another path was tried in between."""
    client = phone(BEA)
    walk(client)
    after(client, "path", {"path": "default_investment"})
    assert after(client, "path", {"path": "choose_myself"}) == address_of("allocation")
    assert re.search(r'name="share::EQ3" value="40"', page_of(client, "allocation"))
    assert re.search(r'name="rate:PRE" value="8"', page_of(client, "rate"))
    assert 'value="Bo"' in page_of(client, "beneficiaries")


def test_changing_the_path_from_check_asks_what_follows(phone: Phone) -> None:
    """EN-1: another path chosen from check answers leads to its own question first, and then back."""
    client = phone(BEA)
    walk(client)
    follows = after(client, "path", {"path": "choose_myself", "from": "check"})
    assert follows == f"{address_of('allocation')}?from=check"
    assert 'name="from" value="check"' in client.get(follows).content.decode()
    assert after(client, "allocation", SPLIT | {"from": "check"}) == address_of("check")
    assert after(client, "path", {"path": "default_investment", "from": "check"}) == address_of("check")


def test_a_question_that_is_not_asked_is_not_shown(phone: Phone) -> None:
    """EN-1: a step that does not follow from the answers leads to the beginning."""
    client = phone(BEA)
    for slug in ("allocation", "questions", "managed", "consent", "transfer"):
        assert client.get(address_of(slug)).headers["Location"] == address_of("greeting")


def effect(client: Client, slug: str, data: dict[str, str]) -> str:
    """The partial that HTMX shows."""
    answer = client.post(f"{address_of(slug)}effect/", data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_what_an_answer_means_is_shown_at_once(phone: Phone) -> None:
    """EN-1: while somebody answers, the same page's part says what it comes to, and nothing is kept of it."""
    client = phone(BEA)
    shown = effect(client, "rate", RATE)
    assert "<html" not in shown
    # $76,923.10 a year in 26 paychecks: 8 % is $236.69 less 12 % tax, $50 Roth; 3 % of match.
    assert (
        "<strong>$258.29</strong> less take-home a paycheck, <strong>$88.76</strong> more from your employer" in shown
    )
    assert "a month" in effect(client, "goal", GOAL)
    assert 'name="rate:PRE" value="6"' in page_of(client, "rate")


def test_without_script_a_button_shows_what_it_means(phone: Phone) -> None:
    """EN-1: without script the whole page comes back with what was typed and what it means, without errors."""
    client = phone(BEA)
    page = " ".join(client.post(f"{address_of('rate')}effect/", RATE).content.decode().split())
    assert "<html" in page
    assert "$258.29" in page
    assert 'name="rate:PRE" value="8"' in page
    assert "error-summary" not in page


def test_a_row_is_added_without_script(phone: Phone) -> None:
    """EN-4: the button that adds a beneficiary keeps what was typed and says nothing of errors."""
    client = phone(BEA)
    answer = client.post(address_of("beneficiaries"), HEIR | {"reshape": "add-primary"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="primary-1-name"' in page
    assert 'value="Bo"' in page
    assert "error-summary" not in page


def test_a_spouse_must_agree_before_anything_is_sent(phone: Phone) -> None:
    """EN-4: a married person who names a child comes by the page of consent, and cannot confirm around it."""
    client = phone("P-0001")
    assert after(client, "beneficiaries", HEIR | {"primary-0-percent": "100"}) == address_of("consent")
    assert "Your spouse must agree in writing" in page_of(client, "check")
    consent = {
        "is_signed": "on",
        "spouse_name": "Noor",
        "given_on": "2026-01-02",
        "witness": "notary",
        "witness_name": "Nia Notary",
    }
    assert after(client, "consent", consent) == address_of("check")
    assert "Your spouse must agree in writing" not in page_of(client, "check")


@pytest.mark.parametrize("slug", ["goal", "rate", "path", "beneficiaries"])
def test_a_page_is_few_statements_and_has_no_ssn(phone: Phone, slug: str) -> None:
    """EN-1: a question's page takes at most 8 statements, and no page shows an SSN."""
    client = phone("P-0001")
    page_of(client, slug)
    with CaptureQueriesContext(database) as queries:
        page = page_of(client, slug)
    assert len(queries) <= QUERIES_MAX, [one["sql"][:120] for one in queries]
    assert "900-11-0001" not in page
    assert "900110001" not in page


@pytest.mark.parametrize(
    ("slug", "data"),
    [
        ("goal", {"retirement_age": "twelve"}),
        ("rate", {"rate:PRE": "-1"}),
        ("path", {"path": "gold"}),
        ("beneficiaries", {"primary-rows": "x", "contingent-rows": "-1", "primary-0-name": "\x00"}),
    ],
)
def test_nonsense_is_answered(phone: Phone, slug: str, data: dict[str, str]) -> None:
    """EN-1: what no page sends is refused or shown again, and never breaks the page or its part."""
    client = phone(BEA)
    assert client.post(address_of(slug), data).status_code in {302, 422}
    effect(client, slug, data)


def test_the_amounts_are_exact(phone: Phone) -> None:
    """EN-1: what was answered is kept as typed, to the digit."""
    client = phone(BEA)
    after(client, "rate", RATE | {"rate:PRE": "8.25"})
    kept = KeptVisit.objects.get(participant_id=BEA)
    assert Decimal(kept.answers["rate"]["rates"]["PRE"]["percent"]) == Decimal("8.25")
