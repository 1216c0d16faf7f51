"""The review page: three sides with people and dollars, a decision a row that saves itself, conflicts, comments, files."""

from html import unescape

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from planbridge.plans.plan import Plan
from planbridge.plans.questionnaires import clone_questionnaire
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn
from tests.portal.plans.reviewing import (
    ADDED,
    HTMX,
    REMOVED,
    RENAMED,
    address,
    decide,
    edit,
    item,
    replaced,
    review,
    sync,
    text_of,
    token,
)

QUERIES_MAX = 12


def test_everything_stands_on_one_page(waiting: Plan, advisor: Client) -> None:
    """PL-4, PL-5: both versions with date and time, each group, people and dollars, and how far it is decided."""
    page = text_of(advisor, "draft", waiting)
    removed = item(waiting, REMOVED)
    assert removed.people_count == 1
    for words in (
        *("Version 1, since ", "Version 2, ", ">Added<", ">Removed<", ">Renamed<", ">Provisions<"),
        f"1 person, ${removed.money_usd:,}",
        *("Example Fund TD45", "<strong>Target 2045</strong>", "Plan name", "Northwind Savings Plan"),
        *("The money stays where it is until the recordkeeper moves it", "Map to Example Fund EQ4 EQ4"),
        *("Keep what participants see", "0 of 3 decided", "Activate Latest Changes", "Accept 2 undecided"),
    ):
        assert words in page, words


def test_a_decision_saves_itself_and_is_undone(waiting: Plan, advisor: Client) -> None:
    """PL-4: the row says Saved and who decided, the bar counts; Undo makes the item open again."""
    saved = decide(advisor, waiting, RENAMED, "accept")
    text = unescape(saved.content.decode())
    assert saved.status_code == 200
    for words in ("Saved ", "Accepted", "advisor-", "1 of 3 decided", "data-takes-focus"):
        assert words in text, words
    assert text.count("<tr ") == 1
    sent = {"item": RENAMED, "state": item(waiting, RENAMED).state}
    undone = advisor.post(address("undo_decision", waiting), sent, headers=HTMX)
    assert "0 of 3 decided" in undone.content.decode()
    assert item(waiting, RENAMED).decided is None


def test_a_fund_is_mapped_and_that_is_undone(waiting: Plan, advisor: Client) -> None:
    """PL-4: the money of a fund that leaves goes to another, or stays; either is said in the row and can be undone."""
    mapped = decide(advisor, waiting, REMOVED, "map_to:EQ4")
    assert "Money mapped to EQ4" in mapped.content.decode()
    sent = {"item": REMOVED, "state": item(waiting, REMOVED).state}
    advisor.post(address("undo_decision", waiting), sent, headers=HTMX)
    assert item(waiting, REMOVED).decided is None
    stays = decide(advisor, waiting, REMOVED, "leave_money")
    assert "The money stays where it is" in stays.content.decode()
    assert item(waiting, REMOVED).mapped_to == ""


@pytest.mark.parametrize("choice", ["", "other", "keep_ours", "map_to:", "map_to:NONE"])
def test_what_cannot_be_decided_is_said(waiting: Plan, advisor: Client, choice: str) -> None:
    """PL-4: a choice that there is not is refused at its row with words (422), and nothing is decided."""
    refused = decide(advisor, waiting, REMOVED, choice)
    assert (refused.status_code, item(waiting, REMOVED).decided) == (422, None)
    assert b"Not saved." in refused.content


def test_keeping_the_live_value_shows_in_the_draft(waiting: Plan, advisor: Client) -> None:
    """PL-4: keeping what participants see puts the live value into the draft; the rest of the page follows."""
    kept = decide(advisor, waiting, ADDED, "keep_live")
    assert kept.status_code == 200
    assert "Participants keep what they see" in unescape(kept.content.decode())
    page = text_of(advisor, "draft", waiting)
    assert "Map to Example Fund EQ4 EQ4" not in page


def test_a_change_that_moved_is_not_decided(waiting: Plan, advisor: Client) -> None:
    """PL-4: who decides what is another change by now gets the page as it stands (409)."""
    sent = {"item": RENAMED, "choice": "accept", "state": item(waiting, RENAMED).state}
    document = replaced()
    document["lineup"]["funds"][0]["name"] = "Another 2045"
    sync(waiting, document)
    moved = advisor.post(address("decide", waiting), sent, headers=HTMX)
    assert (moved.status_code, moved.headers["HX-Retarget"]) == (409, "#review")
    assert b"nothing was saved" in moved.content
    assert b"Another 2045" in moved.content


def test_a_conflict_stands_on_top_with_both_values(waiting: Plan, advisor: Client) -> None:
    """PL-4, PL-8: what both touched is decided first: ours, who edited it when, and the recordkeeper's."""
    edit(waiting, "funds.STBL.name", "Our Stable")
    document = replaced()
    document["lineup"]["funds"][2]["name"] = "Their Stable"
    sync(waiting, document)
    page = text_of(advisor, "draft", waiting)
    for words in ("Decide first", "Our Stable", "Their Stable", "Edited by ada@example.test", "1 conflict"):
        assert words in page, words
    assert page.index("Their Stable") < page.index(">Added<")
    decided = decide(advisor, waiting, "renamed.STBL", "take_theirs")
    assert decided.headers["HX-Retarget"] == "#review"
    assert b"Decide first" not in decided.content
    assert item(waiting, "renamed.STBL").decided is not None


def test_comments_of_an_item_and_of_the_draft(waiting: Plan, advisor: Client) -> None:
    """PL-4: a remark stands at its item or below the whole, escaped, with who made it; an empty one is refused."""
    sent = {"item": RENAMED, "text": "As <announced>"}
    assert b"As &lt;announced&gt;" in advisor.post(address("comment", waiting), sent, headers=HTMX).content
    whole = advisor.post(address("comment", waiting), {"text": "Looks well"}, headers=HTMX)
    assert b"Looks well" in whole.content
    empty = advisor.post(address("comment", waiting), {"item": RENAMED, "text": " "}, headers=HTMX)
    assert (empty.status_code, b"1 to 2,000 characters" in empty.content) == (422, True)


def test_the_rest_is_accepted_at_once(waiting: Plan, advisor: Client) -> None:
    """PL-4: what nobody decided is accepted by one button, but for the money of a fund that leaves; not when it moved."""
    stale = advisor.post(address("accept_rest", waiting), {"seen": "other"})
    assert (stale.status_code, review(waiting).decided_count) == (409, 0)
    advisor.post(address("accept_rest", waiting), {"seen": token(waiting)})
    assert (review(waiting).decided_count, item(waiting, REMOVED).decided) == (2, None)


def test_the_same_as_json_and_in_print(waiting: Plan, advisor: Client) -> None:
    """PL-4: the review as a file with both versions' times, and as a page without anything to press."""
    file = advisor.get(address("review_json", waiting))
    assert "attachment" in file.headers["Content-Disposition"]
    value = file.json()
    assert (value["live_version"], value["draft_version"], value["of"]) == (1, 2, 3)
    assert {REMOVED, RENAMED, ADDED} < {one["item"] for one in value["items"]}
    assert value["live_activated_at"] < value["draft_made_at"]
    printed = text_of(advisor, "review_print", waiting)
    assert "0 of 3 decided" in printed
    assert "<button" not in printed
    assert "<form" not in printed


def test_a_viewer_reads_the_review(waiting: Plan, own: Cast, browser: SignIn) -> None:
    """US-1: a Viewer sees every change and decision, and no control."""
    page = text_of(browser(own.users[Role.VIEWER]), "draft", waiting)
    assert "Target 2045" in page
    for word in ('name="choice"', "Save comment", "Accept 2", "Discard draft", ">Approve<", ">Activate Latest"):
        assert word not in page, word


def test_the_first_draft_is_new_as_a_whole(own: Cast, waiting: Plan, advisor: Client) -> None:
    """PL-4: before the first activation everything is new and nobody touched; before the first sync there is nothing."""
    Plan.objects.filter(pk=waiting.pk).update(live_version=None)
    for name in ("draft", "review_print"):
        page = text_of(advisor, name, waiting)
        assert "people, $" not in page
        assert "person, $" not in page
    assert "This plan was never activated" in text_of(advisor, "draft", waiting)
    Plan.objects.filter(pk=waiting.pk).update(draft_version=None)
    assert "No draft yet" in text_of(advisor, "draft", own.plan)


def test_the_page_asks_little(waiting: Plan, advisor: Client, own: Cast) -> None:
    """PL-4: with everything that a draft can have, the review takes at most twelve statements, once it was seen."""
    Plan.objects.filter(pk=waiting.pk).update(needs_second_approver=True)
    edit(waiting, "questionnaire", clone_questionnaire(own.firm, None, actor="test").pk)
    counts = []
    for name in ("draft", "draft", "review_json", "review_print"):
        with CaptureQueriesContext(database) as captured:
            assert advisor.get(address(name, waiting)).status_code == 200
        counts.append(len(captured))
    assert counts[1:] == [min(one, QUERIES_MAX) for one in counts[1:]], counts
