"""The Investment Paths tab: what is live, the draft's places saved one by one, checks, ways back, and conflicts."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from planbridge.activity.conflict import version_of
from planbridge.plans.draft import Draft
from planbridge.plans.drafting import place_state
from planbridge.plans.edit import Edit
from planbridge.plans.lifecycle import activate_plan, create_draft, edit_draft, waiting_draft
from planbridge.plans.models import Plan
from planbridge.plans.providers import add_provider, edit_provider, value_of
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.questionnaires import clone_questionnaire, finalize_questionnaire, seen_as
from planbridge.security.user import Role
from tests.cast import deliver, everybody, fund, lineup, plan_document
from tests.portal.conftest import Cast, SignIn
from tests.syncing import sync_plan

HTMX = {"HX-Request": "true"}
PLAN_ID = "NORT1"


@pytest.fixture
def plan(own: Cast, inbox: Path) -> Plan:
    """The firm's plan, synced and active."""
    deliver(inbox, everybody(), plans=[plan_document(plan_id=PLAN_ID)])
    assert sync_plan(own.plan).status == "successful"
    found = Plan.objects.get(pk=own.plan.pk)
    activate_plan(found, actor="test")
    return Plan.objects.get(pk=own.plan.pk)


@pytest.fixture
def advisor(own: Cast, browser: SignIn) -> Client:
    """An Advisor's browser."""
    return browser(own.users[Role.ADVISOR])


@pytest.fixture
def drafted(plan: Plan) -> Plan:
    """The plan with a draft."""
    create_draft(plan, actor="test")
    return Plan.objects.get(pk=plan.pk)


def draft_of(plan: Plan) -> Draft:
    """The draft that waits."""
    draft = waiting_draft(Plan.objects.get(pk=plan.pk))
    assert draft is not None
    return draft


def page_of(client: Client, plan: Plan, name: str = "paths") -> str:
    """What a page says."""
    answer = client.get(reverse(f"plans:{name}", args=[plan.pk]))
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def send(client: Client, plan: Plan, place: str, route: str = "paths_edit", **said: Any) -> HttpResponse:
    """Send boxes of a place as the page does, with the token of what stands unless one is given."""
    said.setdefault("version", place_state(draft_of(plan), place).version)
    answer: HttpResponse = client.post(
        reverse(f"plans:{route}", args=[plan.pk]), {"place": place, **said}, headers=HTMX
    )  # type: ignore[assignment]  # the test client's answer is one
    return answer


def text(answer: HttpResponse) -> str:
    """What an answer says."""
    return unescape(answer.content.decode())


def value_at(plan: Plan, place: str) -> Any:
    """The draft's value at a place."""
    return place_state(draft_of(plan), place).value


def final_questionnaire(cast: Cast) -> Questionnaire:
    """A final questionnaire of the firm; its scores go from 0 to 100 or so."""
    made = clone_questionnaire(cast.firm, None, actor="test")
    return finalize_questionnaire(made, seen=seen_as(made), actor="test")


def test_without_a_draft_it_is_read(plan: Plan, advisor: Client) -> None:
    """PL-2, PL-3, IP-1: without a draft the tab shows the four paths that participants see, read-only, and Create Draft."""
    page = page_of(advisor, plan)
    for words in ("What participants see", "Default Investment", "Manage It For Me", "Help Me Choose", "Choose Myself"):
        assert words in page, words
    assert "Create Draft" in page
    assert "paths/edit/" not in page
    assert ">Target date</td>" in page
    assert "target_date" not in page
    answer = advisor.post(reverse("plans:create_draft", args=[plan.pk]), follow=True)
    assert "You are editing the draft, version 2." in unescape(answer.content.decode())
    assert "go on seeing version 1" in unescape(answer.content.decode())


def test_a_path_is_switched(drafted: Plan, advisor: Client) -> None:
    """IP-1, PL-8: a path's switch saves by itself, says when, what participants see now, and how to undo it."""
    answer = send(advisor, drafted, "paths.choose_myself", value="off")
    assert answer.status_code == 200
    assert re.search(r"Saved \d+:\d\d [AP]M", text(answer))
    assert "Participants see now: On." in text(answer)
    assert "Undo, back to what participants see: On" in text(answer)
    assert value_at(drafted, "paths.choose_myself") is False
    answer = send(advisor, drafted, "paths.choose_myself", "paths_back", to="underneath")
    assert "Undone" in text(answer)
    assert value_at(drafted, "paths.choose_myself") is True


def test_no_path_at_all_is_said_at_once(drafted: Plan, advisor: Client) -> None:
    """IP-1: with every path off the tab says that this keeps the draft from being activated."""
    for kind in ("choose_myself", "default_investment"):
        answer = send(advisor, drafted, f"paths.{kind}", value="off")
    assert "1 thing on this page keeps the draft from being activated" in text(answer)
    assert 'id="checks-paths" hx-swap-oob="true"><ul' in text(answer)


def test_experience_says_what_it_offers(drafted: Plan, advisor: Client) -> None:
    """IP-2: both experience types stand with what each offers; choosing one is saved."""
    assert "Offers Manage It For Me and Choose Myself" in page_of(advisor, drafted)
    send(advisor, drafted, "experience", value="managed_account_recommendation")
    assert value_at(drafted, "experience") == "managed_account_recommendation"
    assert send(advisor, drafted, "experience", value="other").status_code == 422


def test_target_date_ranges(drafted: Plan, advisor: Client) -> None:
    """IP-3: target-date rows are saved; a gap is said at once with its years, rows are added and removed, ours are marked."""
    rows: dict[str, Any] = {"fund": ["TD45", "EQ3"], "retirement_from": ["", "2050"], "retirement_to": ["2044", ""]}
    answer = send(advisor, drafted, "default_investment", **rows)
    assert "No fund serves 2045 to 2049." in text(answer)
    assert "Ours" in text(answer)
    assert "Use the recordkeeper's" in text(answer) or "back to what participants see" in text(answer)
    answer = send(advisor, drafted, "default_investment", **rows, add_row="1")
    assert answer.headers["HX-Retarget"] == "#field-default-95investment"
    assert "Fund of row 3" in text(answer)
    answer = send(advisor, drafted, "default_investment", **rows, remove_row="2")
    assert [one["fund"] for one in value_at(drafted, "default_investment")] == ["TD45"]
    assert "Fund of row 2" not in text(answer)


def test_the_row_that_was_pressed_is_removed(drafted: Plan, advisor: Client) -> None:
    """IP-3: Remove takes the row of that number on the page, also below an emptied row and when it is half filled in."""
    funds = ["", "TD45", "EQ3", ""]
    rows: dict[str, Any] = {
        "fund": funds,
        "retirement_from": ["", "", "2050", "2060"],
        "retirement_to": ["", "2049", "", ""],
    }
    answer = send(advisor, drafted, "default_investment", **rows, remove_row="3")
    assert "Choose the fund of row 4." in text(answer)
    answer = send(advisor, drafted, "default_investment", **rows, remove_row="4")
    assert [one["fund"] for one in value_at(drafted, "default_investment")] == ["TD45", "EQ3"]
    answer = send(
        advisor, drafted, "default_investment", **{name: values[:3] for name, values in rows.items()}, remove_row="2"
    )
    assert answer.status_code == 200
    assert [one["fund"] for one in value_at(drafted, "default_investment")] == ["EQ3"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"fund": [""], "retirement_from": ["2040"], "retirement_to": [""]}, "Choose the fund of row 1."),
        ({"fund": ["TD45"], "retirement_from": ["soon"], "retirement_to": [""]}, "A retirement year is a year"),
        ({"fund": ["TD45"], "retirement_from": ["99999"], "retirement_to": [""]}, "A retirement year is a year"),
    ],
)
def test_what_cannot_be_saved_is_said(drafted: Plan, advisor: Client, rows: dict[str, Any], words: str) -> None:
    """PL-8: a row that cannot be saved answers with words at the place, and the draft stays as it was."""
    before = value_at(drafted, "default_investment")
    answer = send(advisor, drafted, "default_investment", **rows)
    assert (answer.status_code, words in text(answer)) == (422, True)
    assert value_at(drafted, "default_investment") == before


def test_never_populate_this_path(drafted: Plan, advisor: Client, inbox: Path) -> None:
    """PS-8: the checkbox is a setting of the plan, said to be no part of the draft; with it a sync brings no default fund."""
    page = page_of(advisor, drafted)
    assert "Never populate this path with data from the RK system" in page
    assert "no part of a draft" in page
    advisor.post(reverse("plans:default_path", args=[drafted.pk]), {"is_closed": "on"}, headers=HTMX)
    assert Plan.objects.get(pk=drafted.pk).is_default_path_closed
    before = value_at(drafted, "default_investment")
    changed = plan_document(
        plan_id=PLAN_ID, revision="r9", lineup=lineup(fund("TD45"), fund("EQ3"), fund("STBL"), default="EQ3")
    )
    deliver(inbox, everybody(), plans=[changed], day=2)
    sync_plan(drafted)
    assert value_at(drafted, "default_investment") == before


def test_portfolios_and_scores(drafted: Plan, advisor: Client, own: Cast) -> None:
    """IP-1, IP-3: a portfolio is added, filled and led to by scores; its total and the gaps of the scores are said."""
    chosen = final_questionnaire(own)
    send(advisor, drafted, "questionnaire", value=str(chosen.pk))
    advisor.post(reverse("plans:paths_portfolio", args=[drafted.pk]), headers=HTMX)
    (portfolio,) = draft_of(drafted).content.paths.portfolios
    place = f"portfolios.{portfolio.portfolio}"
    rows: dict[str, Any] = {"name": "Careful", "description": "", "fund": ["TD45", "EQ3"], "percent": ["60", "30"]}
    assert "PORTFOLIO" not in text(send(advisor, drafted, place, **rows))
    page = page_of(advisor, drafted)
    assert "90 %" in page
    assert ">90</output>" in page
    send(advisor, drafted, place, **(rows | {"percent": ["60", "40"]}))
    answer = send(advisor, drafted, "score_ranges", score_from=["0"], score_to=["5"], portfolio=[portfolio.portfolio])
    assert "No range leads these scores to a portfolio." in text(answer)
    full: dict[str, Any] = {"score_from": [str(chosen.score_min)], "score_to": [str(chosen.score_max)]}
    send(advisor, drafted, "score_ranges", **full, portfolio=[portfolio.portfolio])
    answer = send(advisor, drafted, "paths.help_me_choose", value="on")
    assert "Nothing on this page keeps the draft from being activated." in text(answer)
    answer = send(advisor, drafted, place, **rows, act="remove_portfolio")
    assert answer.headers["HX-Redirect"] == reverse("plans:paths", args=[drafted.pk])
    assert draft_of(drafted).content.paths.portfolios == ()


def test_a_questionnaire_of_another_firm_is_refused(drafted: Plan, advisor: Client, other: Cast, own: Cast) -> None:
    """US-1, IP-4: neither another firm's questionnaire nor one that is not final can be chosen."""
    for one in (final_questionnaire(other), clone_questionnaire(own.firm, None, actor="test")):
        assert send(advisor, drafted, "questionnaire", value=str(one.pk)).status_code == 422
    assert value_at(drafted, "questionnaire") is None


def test_a_provider_is_chosen(drafted: Plan, advisor: Client, own: Cast) -> None:
    """IP-1: a provider is picked from the firm's list; what it lacks is said, and the firm's newer words are taken over."""
    made = add_provider(own.firm, "Steady Hand", actor="test")
    send(advisor, drafted, "paths.manage_it_for_me", value="on")
    answer = send(advisor, drafted, "provider", value=str(made.pk))
    assert "Missing: methodology, fee, disclosure." in text(answer)
    for name, value in (("methodology", "By age"), ("fee_percent", "0.35"), ("disclosure", "It costs a fee.")):
        made = edit_provider(made, name, value, seen=version_of(value_of(made, name)), actor="test")
    assert "Take over the firm's words of today" in page_of(advisor, drafted)
    answer = send(advisor, drafted, "provider", value=str(made.pk))
    assert "Nothing on this page keeps the draft" in text(answer)
    assert "0.35 % of assets a year" in page_of(advisor, drafted)


def test_two_people_edit_one_place(drafted: Plan, advisor: Client) -> None:
    """PL-8: who edits what somebody else changed meanwhile gets both values, and nothing is overwritten."""
    seen = place_state(draft_of(drafted), "funds.EQ3.name").version
    edit_draft(drafted, "funds.EQ3.name", "World stocks", seen=seen, actor="bo")
    answer = send(advisor, drafted, "funds.EQ3.name", value="All stocks", version=seen)
    assert answer.status_code == 409
    assert "was changed by somebody else meanwhile" in text(answer)
    assert "World stocks" in text(answer)
    assert value_at(drafted, "funds.EQ3.name") == "World stocks"
    again = re.search('name="version" value="([^"]+)"', text(answer))
    assert again is not None
    assert send(advisor, drafted, "funds.EQ3.name", value="All stocks", version=again[1]).status_code == 200
    assert value_at(drafted, "funds.EQ3.name") == "All stocks"


@pytest.mark.parametrize(("keep", "name"), [("ours", "World stocks"), ("theirs", "Global equity")])
def test_a_sync_that_touches_an_edit(drafted: Plan, advisor: Client, inbox: Path, keep: str, name: str) -> None:
    """PS-10: what a sync and an edit both touched stands at its place with all three values, to be decided either way."""
    send(advisor, drafted, "funds.EQ3.name", value="World stocks")
    funds = lineup(fund("TD45"), fund("EQ3", name="Global equity"), fund("STBL"))
    deliver(inbox, everybody(), plans=[plan_document(plan_id=PLAN_ID, revision="r9", lineup=funds)], day=2)
    sync_plan(drafted)
    page = page_of(advisor, drafted)
    assert "1 change to decide" in page
    assert "To decide" in page
    editor = advisor.get(reverse("plans:paths_fund", args=[drafted.pk, "EQ3"]) + "?edit=1", headers=HTMX)
    assert "The recordkeeper says <strong>Global equity</strong>" in editor.content.decode()
    answer = send(advisor, drafted, "funds.EQ3.name", "paths_decide", keep=keep)
    assert answer.status_code == 200
    assert value_at(drafted, "funds.EQ3.name") == name
    assert draft_of(drafted).conflicts == ()
    undo = text(answer)
    assert "Undo the decision: ours was World stocks" in undo
    editor = advisor.get(reverse("plans:paths_fund", args=[drafted.pk, "EQ3"]) + "?edit=1", headers=HTMX)
    assert "Undo the decision" in editor.content.decode()
    again = send(advisor, drafted, "funds.EQ3.name", "paths_back", to="undecided")
    assert "To decide: the recordkeeper changed it, too" in text(again)
    assert value_at(drafted, "funds.EQ3.name") == "World stocks"
    assert [one.place for one in draft_of(drafted).conflicts] == ["funds.EQ3.name"]
    assert "No decision stands here" in text(send(advisor, drafted, "funds.EQ3.name", "paths_back", to="undecided"))


def test_a_decision_of_the_tab_is_one_of_the_review(drafted: Plan, advisor: Client, inbox: Path) -> None:
    """PS-10: a conflict decided in the tab needs no decision in the review, and an edit made since is not undone with it."""
    send(advisor, drafted, "funds.EQ3.name", value="World stocks")
    funds = lineup(fund("TD45"), fund("EQ3", name="Global equity"), fund("STBL"))
    deliver(inbox, everybody(), plans=[plan_document(plan_id=PLAN_ID, revision="r9", lineup=funds)], day=2)
    sync_plan(drafted)
    send(advisor, drafted, "funds.EQ3.name", "paths_decide", keep="ours")
    assert "Edited in this draft" in advisor.get(reverse("plans:draft", args=[drafted.pk])).content.decode()
    answer = send(advisor, drafted, "funds.EQ3.name", value="All stocks")
    assert "Undo the decision" not in text(answer)
    assert send(advisor, drafted, "funds.EQ3.name", "paths_back", to="undecided").status_code == 409
    assert value_at(drafted, "funds.EQ3.name") == "All stocks"


def test_a_fund_is_not_offered(drafted: Plan, advisor: Client) -> None:
    """IP-1, PL-3: a fund is left out of what participants are offered, marked as ours; it stays live meanwhile."""
    send(advisor, drafted, "funds.EQ3.offered", value="off")
    assert "Not offered" in page_of(advisor, drafted)
    assert "EQ3" not in {one.fund for one in draft_of(drafted).content.lineup.funds}
    assert "Not offered" not in page_of(advisor, drafted, "preview")


def test_a_viewer_reads(drafted: Plan, own: Cast, browser: SignIn) -> None:
    """US-1: a Viewer reads both versions and gets no boxes; posting is refused."""
    viewer = browser(own.users[Role.VIEWER])
    page = page_of(viewer, drafted)
    assert "The draft" in page
    assert "paths/edit/" not in page
    assert send(viewer, drafted, "experience", value="standard").status_code == 403


def test_an_unknown_place_is_not_there(drafted: Plan, advisor: Client) -> None:
    """PL-8: a place that the draft does not have answers 404."""
    for place in ("funds.NOPE.name", "portfolios.nope", "anything", ""):
        answer = advisor.post(reverse("plans:paths_edit", args=[drafted.pk]), {"place": place}, headers=HTMX)
        assert answer.status_code == 404, place


def test_the_preview_shows_the_live_version(drafted: Plan, advisor: Client) -> None:
    """PL-3, EN-1: the preview shows lineup, paths and the default fund by birth year as activated, and no draft."""
    send(advisor, drafted, "funds.EQ3.name", value="World stocks")
    page = page_of(advisor, drafted, "preview")
    assert "version 1" in page
    assert "World stocks" not in page
    address = reverse("plans:preview", args=[drafted.pk])
    part = advisor.get(address, {"birth_year": "1980"}, headers=HTMX)
    assert "retires at 67 in 2047" in unescape(part.content.decode())
    assert advisor.get(address, {"birth_year": "80"}).status_code == 422


def test_the_preview_of_a_plan_that_is_a_draft(own: Cast, advisor: Client) -> None:
    """PS-4: participants of a plan that was never activated see nothing, and the preview says so."""
    assert "Participants see nothing yet" in page_of(advisor, own.plan, "preview")
    assert "Nothing synced yet" in page_of(advisor, own.plan)


def test_edits_are_marked_with_who(drafted: Plan, advisor: Client) -> None:
    """PL-3: an edit keeps who made it."""
    send(advisor, drafted, "experience", value="managed_account_recommendation")
    edit = draft_of(drafted).version.edits["experience"]
    assert isinstance(edit, Edit)
    assert edit.by.startswith("advisor-")
