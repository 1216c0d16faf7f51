"""What is on its way, two tabs, odd records and later changes: nothing asked for is lost, and nothing else is sent."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from time import time
from typing import Any

import pytest
from django.test import Client

from planbridge.enrollment import visitor
from planbridge.enrollment.answered import objections_of, rate_objections, wishes_answered
from planbridge.enrollment.invitation import invitation_path, invite_to_enroll
from planbridge.enrollment.kept_visit import keep_answer, open_visit
from planbridge.enrollment.offer import Offer
from planbridge.enrollment.path_step import PathForm
from planbridge.enrollment.saver import Rate
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.wishes import Elections
from planbridge.plans.content import Content
from planbridge.plans.investment_paths import PathKind
from planbridge.plans.lifecycle import activate_plan
from planbridge.plans.models import Plan
from planbridge.plans.terms import DefaultFund
from planbridge.sync.submission import Submission
from tests.cast import Person, ada, changed
from tests.enrollment.visits import LINEUP, PATHS, SAVER, newcomer, visit
from tests.syncing import sync_people, synced_plan

CHECK, RECEIPT, CONFIRM, DECLINE = "/enroll/check/", "/enroll/receipt/", "/enroll/confirm/", "/enroll/decline/"
TWELVE = {"rate": {"rates": {"PRE": {"percent": "12"}}}}
Enrolled = Callable[[Person], Client]


class FormFields(HTMLParser):
    """The fields of the question, as a browser would send them if nobody touched them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.is_question = False
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a field's value; of a choice the one marked, or else the first."""
        given = dict(attrs)
        if tag == "form":
            self.is_question = given.get("id") == "question"
        if not self.is_question:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.values[name] = value
        elif tag == "select":
            self.select = name
        elif tag == "option" and (self.select not in self.values or "selected" in given):
            self.values[self.select] = value


def untouched(client: Client, slug: str) -> dict[str, str]:
    """What the page of a step sends when nobody touches it."""
    parser = FormFields()
    parser.feed(client.get(f"/enroll/{slug}/").content.decode())
    parser.values.pop("csrfmiddlewaretoken", None)
    return parser.values


def text_of(client: Client, address: str) -> str:
    """A page's text without line breaks."""
    answer = client.get(address)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def keep(plan: Plan, **answers: dict[str, Any]) -> str:
    """Keep answers of P-0001; answers their visit's id."""
    for slug, answer in answers.items():
        assert keep_answer(open_visit(plan.pk, "P-0001"), slug, answer)
    return str(open_visit(plan.pk, "P-0001").id)


def confirm(client: Client, plan: Plan, **answers: dict[str, Any]) -> None:
    """Answer and confirm."""
    assert client.post(CONFIRM, {"visit": keep(plan, **answers)}).status_code == 302


def asked() -> list[tuple[str, str]]:
    """Kind and state of all submissions in their order."""
    return list(Submission.objects.order_by("number").values_list("kind", "state"))


@pytest.fixture
def enrolled(db: None, inbox: Path) -> Enrolled:  # noqa: ARG001 - a fixture's name asks for it
    """The phone of a person, P-0001, who is alone in an active plan."""

    def signed_in(who: Person) -> Client:
        plan = synced_plan(inbox, [who])
        activate_plan(Plan.objects.get(pk=plan.pk), actor="test")
        assert sync_people(plan).applied == 1
        [invited] = invite_to_enroll(plan, ["P-0001"], actor="test")
        client = Client()
        client.post(invitation_path(invited.token))
        return client

    return signed_in


def test_a_change_on_its_way_is_taken_back(enrolled: Enrolled) -> None:
    """EN-2: whoever asked for 12 % begins there; back at the 6.5 % that are held still, that is a change to confirm."""
    client = enrolled(ada())
    plan = Plan.objects.get()
    confirm(client, plan, **TWELVE)
    assert untouched(client, "rate")["rate:PRE"] == "12"
    keep(plan, rate={"rates": {"PRE": {"percent": "12"}}})
    assert "You changed nothing so far" in text_of(client, CHECK)
    keep(plan, rate={"rates": {"PRE": {"percent": "6.5"}}})
    page = text_of(client, CHECK)
    assert "12 % of your pay<br>You asked for this before, and it is on its way." in page
    assert "6.5 % of your pay" in page
    confirm(client, plan)
    assert asked() == [("contribution_rate", "superseded"), ("contribution_rate", "requested")]
    assert Submission.objects.latest("number").body["percent"] == "6.5"


def test_whoever_saves_nothing_yet_can_decline_what_is_on_its_way(enrolled: Enrolled) -> None:
    """EN-2: "I don't want to enroll" after an enrollment that is on its way sends 0 %, also where 0 % is held; once."""
    client = enrolled(changed(ada(), contribution_rates=[{"source": "PRE", "percent": "0", "amount": None}]))
    plan = Plan.objects.get()
    confirm(client, plan, **TWELVE)
    client.post(DECLINE, {"visit": str(open_visit(plan.pk, "P-0001").id)})
    client.post(DECLINE, {"visit": str(open_visit(plan.pk, "P-0001").id)})
    assert asked() == [("contribution_rate", "requested"), ("opt_out", "requested")]


def test_pending_elections_are_where_the_next_visit_begins(enrolled: Enrolled) -> None:
    """EN-3, EN-4: beneficiaries and splits on their way stand in the boxes; left as they are they are asked for once."""
    client = enrolled(changed(ada(), marital_status="single"))
    plan = Plan.objects.get()
    heirs = [{"class": "primary", "name": "Kim Example", "relationship": "child", "percent": "100"}]
    split = {"way": "same", "split": {"EQ3": "100"}}
    confirm(
        client,
        plan,
        beneficiaries={"heirs": heirs, "married": "no"},
        path={"path": "choose_myself"},
        allocation=split,
    )
    made = Submission.objects.count()
    assert untouched(client, "beneficiaries")["primary-0-name"] == "Kim Example"
    client.post("/enroll/beneficiaries/", untouched(client, "beneficiaries"))
    keep(plan, path={"path": "choose_myself"}, allocation=split)
    assert "You changed nothing so far" in text_of(client, CHECK)
    confirm(client, plan)
    assert Submission.objects.count() == made


def test_two_tabs_opt_out(enrolled: Enrolled) -> None:
    """EN-2: "Yes, save nothing" in a tab that was open before another one confirmed is a wish of its own, made once."""
    client = enrolled(ada())
    plan = Plan.objects.get()
    old = str(open_visit(plan.pk, "P-0001").id)
    confirm(client, plan, **TWELVE)
    for _ in range(2):
        client.post(DECLINE, {"visit": old})
    assert asked() == [("contribution_rate", "requested"), ("opt_out", "requested")]
    assert "0 %: nothing is saved from your pay" in text_of(client, RECEIPT)


def test_only_what_was_seen_is_confirmed(enrolled: Enrolled) -> None:
    """EN-1: Confirm on a page whose answers changed meanwhile, in another tab, sends nothing and shows them as they are."""
    client = enrolled(ada())
    plan = Plan.objects.get()
    visit_id = keep(plan, **TWELVE)
    digest = client.get(CHECK).content.decode().partition('name="seen" value="')[2].partition('"')[0]
    keep(plan, rate={"rates": {"PRE": {"percent": "2"}}})
    answer = client.post(CONFIRM, {"visit": visit_id, "seen": digest})
    assert answer.status_code == 422
    assert "Your answers changed since this page was shown." in answer.content.decode()
    assert not Submission.objects.exists()
    keep(plan, **TWELVE)
    assert client.post(CONFIRM, {"visit": visit_id, "seen": digest}).status_code == 302
    assert Submission.objects.get().body["percent"] == "12"


def test_a_beneficiary_without_a_share(enrolled: Enrolled) -> None:
    """EN-4: a share that the records do not say breaks no page: it is filled in, confirmed, and stands on the receipt."""
    heir = {"class": "primary", "name": "Noor Example", "relationship": "spouse", "percent": None}
    client = enrolled(changed(ada(), beneficiaries=[heir]))
    fields = untouched(client, "beneficiaries") | {"primary-0-percent": "100"}
    assert client.post("/enroll/beneficiaries/", fields).status_code == 302
    assert "Noor Example: ? (main)" in text_of(client, CHECK)
    confirm(client, Plan.objects.get())
    assert "Noor Example: 100 % (main)" in text_of(client, RECEIPT)
    assert client.get("/enroll/receipt/confirmation.pdf").status_code == 200


@pytest.mark.parametrize(
    ("relationship", "marital_status"),
    [("nephew", "single"), ("wife", "married"), ("Spouse", "married"), (None, "single")],
)
def test_untouched_beneficiaries_stay(enrolled: Enrolled, relationship: str | None, marital_status: str) -> None:
    """EN-4: Continue without touching anything asks for nothing, whatever word the records have for a relationship."""
    heir = {"class": "primary", "name": "Kim Example", "relationship": relationship, "percent": "100"}
    client = enrolled(changed(ada(), beneficiaries=[heir], marital_status=marital_status))
    answer = client.post("/enroll/beneficiaries/", untouched(client, "beneficiaries"))
    assert answer.headers["Location"] == CHECK
    assert "You changed nothing so far" in text_of(client, CHECK)


def test_untouched_numbers_are_not_refused(enrolled: Enrolled) -> None:
    """EN-2, EN-4: thirds, eighths and eleven beneficiaries that are held pass every page as they are."""
    shares = ["9.0909"] * 10 + ["9.091"]
    heirs = [
        {"class": "primary", "name": f"Heir {number}", "relationship": "child", "percent": share}
        for number, share in enumerate(shares)
    ]
    rates = [{"source": "PRE", "percent": "6.125", "amount": None}]
    split = [
        {"source": source, "fund": fund, "percent": percent}
        for source in ("PRE", "MATCH")
        for fund, percent in (("TD45", "33.333"), ("EQ3", "66.667"))
    ]
    who = changed(
        ada(),
        beneficiaries=heirs,
        contribution_rates=rates,
        allocations=split,
        last_name="X" * 101,
        marital_status="single",
    )
    client = enrolled(who)
    keep(Plan.objects.get(), path={"path": "choose_myself"})
    for slug in ("personal", "rate", "allocation", "beneficiaries"):
        answer = client.post(f"/enroll/{slug}/", untouched(client, slug))
        assert answer.status_code == 302, (slug, answer.content.decode())
    assert "You changed nothing so far" in text_of(client, CHECK)


def test_rates_of_other_sources_do_not_lock_the_page(enrolled: Enrolled) -> None:
    """EN-2: a rate that the records have in the employer's source stands in nobody's way."""
    rates = [
        {"source": "PRE", "percent": "6", "amount": None},
        {"source": "MATCH", "percent": "3", "amount": None},
    ]
    client = enrolled(changed(ada(), contribution_rates=rates))
    answer = client.post("/enroll/rate/", untouched(client, "rate") | {"rate:PRE": "7"})
    assert answer.status_code == 302, answer.content.decode()


def test_nobody_takes_all_beneficiaries_out(enrolled: Enrolled) -> None:
    """EN-4: taking out everybody who is held is refused with what to do, since nothing would be sent."""
    client = enrolled(ada())
    answer = client.post("/enroll/beneficiaries/", {"primary-rows": "0", "contingent-rows": "0"})
    assert answer.status_code == 422
    assert "Name at least one person." in answer.content.decode()


def test_a_page_that_looks_by_itself_keeps_nobody_signed_in(
    enrolled: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EN-1: half an hour without anybody ends the visit, though the receipt asks every few seconds where the changes are."""
    client = enrolled(ada())
    confirm(client, Plan.objects.get(), **TWELVE)
    now = time()
    for minute in range(0, 40, 5):
        monkeypatch.setattr(visitor, "time", lambda minute=minute: now + 60 * minute)
        answer = client.get(RECEIPT, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/enroll/signed-out/"


def asked_for(one: Visit) -> list[tuple[str, str, dict[str, Any]]]:
    """Kind, source and content of the wishes."""
    return [(str(wish.kind), wish.source, dict(wish.content)) for wish in wishes_answered(one)]


def test_default_investment_follows_the_goal() -> None:
    """IP-3: the fund of Default Investment is that of the age of retirement as it was answered last."""
    lineup = replace(LINEUP, default_investment=(DefaultFund("TD45", 2041, 2047), DefaultFund("EQ3", 2048, 2070)))
    offer = Offer(1, Content(lineup, PATHS))
    goal = {"retirement_age": "65", "goal_percent": "80"}
    form = PathForm(newcomer({"goal": goal}, offer=offer), {"path": "default_investment"})
    assert form.is_valid()
    later = newcomer({"goal": goal | {"retirement_age": "70"}, "path": form.answer()}, offer=offer)
    funds = {str(content["allocations"]) for kind, _, content in asked_for(later) if kind == "allocation"}
    assert funds == {"[{'fund': 'EQ3', 'percent': '100'}]"}


@pytest.mark.parametrize(
    ("answers", "slug"),
    [
        ({"path": {"path": "default_investment"}}, "path"),
        (
            {
                "path": {"path": "help_me_choose"},
                "questions": {"chosen": {}, "questionnaire_id": 6, "portfolio": "calm", "split": {"TD45": "100"}},
            },
            "questions",
        ),
        (
            {
                "path": {"path": "help_me_choose"},
                "questions": {"chosen": {}, "questionnaire_id": 7, "portfolio": "bold", "split": {"EQ3": "100"}},
            },
            "questions",
        ),
        ({"path": {"path": "help_me_choose"}}, "questions"),
        ({"path": {"path": "manage_it_for_me"}}, "managed"),
        (
            {
                "path": {"path": "manage_it_for_me"},
                "managed": {"is_accepted": True, "provider_id": 3, "fee_percent": "0.4"},
            },
            "managed",
        ),
        ({"path": {"path": "choose_myself"}}, "allocation"),
        (
            {
                "rate": {"rates": {"ROTH": {"percent": "6"}}},
                "path": {"path": "choose_myself"},
                "allocation": {"way": "by_source", "allocations": {"PRE": {"EQ3": "100"}}},
            },
            "allocation",
        ),
    ],
)
def test_a_way_to_invest_is_answered_to_its_end(answers: dict[str, Any], slug: str) -> None:
    """IP-2: what a new version took away, or what is half answered, stands against confirming, with its page."""
    paths = replace(PATHS, enabled=frozenset(PathKind) - {PathKind.DEFAULT_INVESTMENT})
    found = objections_of(visit(answers, offer=Offer(2, Content(LINEUP, paths))))
    assert [one.slug for one in found] == [slug]


def test_cuts_go_first() -> None:
    """SB-1: where one rate falls and another rises, the cut is sent first, so that their sum is never above the plan's."""
    held = Elections(rates={"PRE": Rate(percent=Decimal(5)), "ROTH": Rate(percent=Decimal(70))})
    both = visit({"rate": {"rates": {"PRE": {"percent": "70"}, "ROTH": {"percent": "5"}}}}, elections=held)
    assert [source for _, source, _ in asked_for(both)] == ["ROTH", "PRE"]


@pytest.mark.parametrize(("rate", "is_refused"), [("10", True), ("12", False), ("8", False), ("13", True)])
def test_whoever_is_at_the_limit_can_lower(rate: str, is_refused: bool) -> None:
    """EN-2: who reached the year's limit is refused a higher rate and not a lower one."""
    full = replace(
        SAVER, year_to_date_usd={"PRE": Decimal(24500), "CATCH": Decimal(8000)}, annual_pay_usd=Decimal(245000)
    )
    held = Elections(rates={"PRE": Rate(percent=Decimal(9 if rate == "10" else 12))})
    one = visit(saver=full, elections=held)
    found = rate_objections(one, Elections(rates={"PRE": Rate(percent=Decimal(rate))}))
    assert [item.code for item in found] == (["DEFERRAL_ABOVE_LIMIT"] if is_refused else [])


def test_last_years_savings_are_not_this_years(enrolled: Enrolled, monkeypatch: pytest.MonkeyPatch) -> None:
    """EN-2: in January data of the year before say nothing of what went in this year."""
    who = changed(
        ada(), ytd=[{"source": "PRE", "amount": "24000"}], annual_compensation="150000", birth_date="1990-02-03"
    )
    client = enrolled(who)
    fields = untouched(client, "rate") | {"rate:PRE": "9"}
    assert client.post("/enroll/rate/", fields).status_code == 422
    coming = date.today().year + 1  # noqa: DTZ011 - the year alone
    monkeypatch.setattr("planbridge.enrollment.visit.timezone.localdate", lambda: date(coming, 1, 4))
    answer = client.post("/enroll/rate/", fields)
    assert answer.status_code == 302, answer.content.decode()
