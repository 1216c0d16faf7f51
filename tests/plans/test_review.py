"""The review of a draft: each change once, who is touched, what is decided, and what that does to the draft."""

import json
from typing import Any

import pytest

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.drafting import place_state
from planbridge.plans.lifecycle import (
    Decision,
    DecisionRefused,
    activate_plan,
    comment_on,
    create_draft,
    decide_change,
    undo_decision,
    undo_edit,
)
from planbridge.plans.overlay import value_at
from planbridge.plans.plan import Plan
from planbridge.plans.review import Choice, Review, ReviewItem
from planbridge.plans.reviewing import review_as_json, review_of
from planbridge.plans.stored_version import live_version
from tests.plans.drafts import HELD, Document, activated, draft_of, edit, fund, names, sync

HOLDERS = HELD.holders


def growth(percent: str, rest: str) -> dict[str, Any]:
    """The portfolio Growth of two funds, as an edit holds it."""
    funds = [{"fund": "EQ3", "percent": percent}, {"fund": "TD45", "percent": rest}]
    return {"portfolio": "growth", "name": "Growth", "description": "", "funds": funds}


def review(plan: Plan) -> Review:
    """The review as it stands."""
    found = review_of(plan, HOLDERS)
    assert found is not None
    return found


def item(plan: Plan, key: str) -> ReviewItem:
    """An item of the review."""
    found = review(plan).item(key)
    assert found is not None
    return found


def decide(plan: Plan, key: str, choice: Choice, *, map_to: str = "", comment: str = "") -> None:
    """Decide an item as it stands."""
    decision = Decision(key, choice, map_to=map_to, comment=comment, holders=HOLDERS)
    decide_change(plan, decision, seen=item(plan, key).state, actor="ada")


def change_everything(plan: Plan, document: Document) -> None:
    """One change of each group by the recordkeeper, and one of ours."""
    activated(plan, document)
    document["lineup"]["funds"].remove(fund(document, "EQ3"))
    document["lineup"]["funds"].append({"fund": "EQ4", "name": "Equity Fund 4", "status": "open"})
    fund(document, "TD45")["name"] = "Target 2045"
    fund(document, "TD50")["expense_percent"] = "0.11"
    document["lineup"]["default_investment"] = [{"fund": "TD50"}]
    document["provisions"]["loans"]["maximum"] = 2
    document["name"] = "Other plan"
    sync(plan, document)
    edit(plan, "paths.help_me_choose", value=True)


def test_changes_are_grouped_with_people_and_dollars(plan: Plan, document: Document) -> None:
    """PL-4: recordkeeper, live and draft side by side, by group; people and dollars; what needs a decision."""
    change_everything(plan, document)
    found = review(plan)
    assert [(group.value, [one.item for one in items]) for group, items in found.groups()] == [
        ("Added", ["added.EQ4"]),
        ("Removed", ["removed.EQ3"]),
        ("Renamed", ["renamed.TD45"]),
        ("Share class or expense", ["expense.TD50"]),
        ("Default", ["default_investment"]),
        ("Paths", ["paths.help_me_choose"]),
        ("Provisions", ["fields.name", "provisions.loans"]),
    ]
    removed, renamed = item(plan, "removed.EQ3"), item(plan, "renamed.TD45")
    assert (removed.people_count, str(removed.money_usd), removed.choices) == (
        3,
        "731.48",
        (Choice.MAP_TO, Choice.LEAVE_MONEY),
    )
    assert (renamed.recordkeeper, renamed.live, renamed.draft) == ("Target 2045", "Target 2045 Fund", "Target 2045")
    assert (found.decided_count, found.of_count) == (1, 6)
    value = review_as_json(found)
    assert json.loads(json.dumps(value)) == value
    assert value["items"][1]["people"] == 3


def test_provisions_since_the_live_version_are_shown(plan: Plan, document: Document) -> None:
    """PL-4: what applied at once since the live version was activated is listed, and needs no decision."""
    sync(plan, document)
    activate_plan(plan, actor="ada")
    document["provisions"]["loans"]["maximum"] = 2
    fund(document, "TD45")["name"] = "Target 2045"
    sync(plan, document)
    found = item(plan, "provisions.loans")
    assert (found.live, found.draft) == ("maximum 1, permitted Yes", "maximum 2, permitted Yes")
    assert (found.needs_decision, found.choices) == (False, (Choice.SEEN,))
    decide(plan, "provisions.loans", Choice.SEEN)
    assert item(plan, "provisions.loans").decided is not None


def test_accepting_is_recorded_and_lapses_when_the_change_moves(plan: Plan, document: Document) -> None:
    """PL-4: a decision holds for the change as it was; when the recordkeeper changes it again it is to decide anew."""
    change_everything(plan, document)
    decide(plan, "renamed.TD45", Choice.ACCEPT, comment="As announced")
    decided = item(plan, "renamed.TD45")
    assert decided.decided is not None
    assert (decided.decided.choice, decided.decided.by) == ("accept", "ada")
    assert [(one.text, one.by) for one in decided.comments] == [("As announced", "ada")]
    fund(document, "TD45")["name"] = "Target Date 2045"
    sync(plan, document)
    assert item(plan, "renamed.TD45").decided is None
    assert ActivityEntry.objects.filter(verb=Verb.CHANGE_DECIDED).count() == 1


@pytest.mark.parametrize("key", ["added.EQ4", "renamed.TD45", "default_investment"])
def test_keeping_the_live_value_edits_the_draft(plan: Plan, document: Document, key: str) -> None:
    """PL-4: "keep live" puts the live value into the draft; the item stays to be seen, decided."""
    change_everything(plan, document)
    decide(plan, key, Choice.KEEP_LIVE)
    kept = item(plan, key)
    assert (kept.draft, kept.decided and kept.decided.choice) == (kept.live, "keep_live")
    assert kept.recordkeeper != kept.live


def test_a_removed_fund_is_mapped(plan: Plan, document: Document) -> None:
    """PL-4: a removed fund with money gets a successor of the draft, or its money stays."""
    change_everything(plan, document)
    with pytest.raises(DecisionRefused):
        decide(plan, "removed.EQ3", Choice.ACCEPT)
    decide(plan, "removed.EQ3", Choice.MAP_TO, map_to="EQ4")
    assert (draft_of(plan).content.mappings, item(plan, "removed.EQ3").mapped_to) == ({"EQ3": "EQ4"}, "EQ4")
    decide(plan, "removed.EQ3", Choice.LEAVE_MONEY)
    assert item(plan, "removed.EQ3").mapped_to == ""
    assert item(plan, "removed.EQ3").decided is not None


def test_a_conflict_is_decided_in_the_review(plan: Plan, document: Document) -> None:
    """PL-4: a conflict stands at its change with both values, and is decided there."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    fund(document, "EQ3")["name"] = "Their Equity"
    sync(plan, document)
    found = item(plan, "renamed.EQ3")
    assert found.choices == (Choice.KEEP_OURS, Choice.TAKE_THEIRS)
    assert (found.recordkeeper, found.draft) == ("Their Equity", "Our Equity")
    decide(plan, "renamed.EQ3", Choice.TAKE_THEIRS)
    assert names(plan)["EQ3"] == "Their Equity"


@pytest.mark.parametrize("choice", [Choice.KEEP_OURS, Choice.TAKE_THEIRS])
def test_undoing_a_decided_conflict_brings_our_edit_back(plan: Plan, document: Document, choice: Choice) -> None:
    """PL-4, PL-8: whichever was taken, Undo makes it the same conflict again, with our value in force."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    fund(document, "EQ3")["name"] = "Their Equity"
    sync(plan, document)
    before = item(plan, "renamed.EQ3")
    decide(plan, "renamed.EQ3", choice)
    decided = item(plan, "renamed.EQ3")
    assert (decided.conflict, decided.is_undecided) == (None, False)
    undo_decision(plan, "renamed.EQ3", seen=decided.state, holders=HOLDERS, actor="grace")
    assert item(plan, "renamed.EQ3") == before
    assert names(plan)["EQ3"] == "Our Equity"


@pytest.mark.parametrize(
    ("key", "place", "values"),
    [
        ("renamed.EQ3", "funds.EQ3.name", ("Our Equity", "Our Other Equity")),
        ("portfolios.growth", "portfolios.growth", (growth("60", "40"), growth("70", "30"))),
    ],
)
def test_undoing_an_edit_keeps_what_the_live_version_carries(
    plan: Plan, document: Document, key: str, place: str, values: tuple[Any, Any]
) -> None:
    """PL-4, PL-8: Undo takes the draft's edit away and no more: the live version's own holds, after activation as well."""
    live, changed = values
    activated(plan, document)
    create_draft(plan, actor="ada")
    carried = edit(plan, place, live).version.edits
    activate_plan(plan, actor="ada", accepts_rest=True)
    create_draft(plan, actor="ada")
    edit(plan, place, changed)
    undo_decision(plan, key, seen=item(plan, key).state, holders=HOLDERS, actor="grace")
    assert (draft_of(plan).version.edits, review(plan).item(key)) == (carried, None)
    entry = ActivityEntry.objects.filter(verb=Verb.DRAFT_EDITED).latest("happened_at")
    assert (entry.detail["before"], entry.detail["after"]) == (changed, live)
    activate_plan(plan, actor="ada", accepts_rest=True)
    version = live_version(plan)
    assert version is not None
    assert value_at(version.content, place) == live


def test_undoing_keep_live_of_a_carried_edit_leaves_the_recordkeepers_value_to_be_decided(
    plan: Plan, document: Document
) -> None:
    """PL-4: a live edit that the draft took back and then kept is undone to what the recordkeeper says."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    activate_plan(plan, actor="ada", accepts_rest=True)
    create_draft(plan, actor="ada")
    undo_edit(plan, "funds.EQ3.name", seen=place_state(draft_of(plan), "funds.EQ3.name").version, actor="ada")
    fund(document, "EQ3")["name"] = "Their Equity"
    sync(plan, document)
    before = item(plan, "renamed.EQ3")
    decide(plan, "renamed.EQ3", Choice.KEEP_LIVE)
    undo_decision(plan, "renamed.EQ3", seen=item(plan, "renamed.EQ3").state, holders=HOLDERS, actor="ada")
    assert (item(plan, "renamed.EQ3"), before.draft, before.is_undecided) == (before, "Their Equity", True)


def test_who_decides_what_moved_is_refused(plan: Plan, document: Document) -> None:
    """PL-4: a decision brings the state that was seen."""
    change_everything(plan, document)
    with pytest.raises(ChangedMeanwhile):
        decide_change(plan, Decision("renamed.TD45", Choice.ACCEPT), seen="other", actor="ada")
    with pytest.raises(DecisionRefused, match="1 to 2,000"):
        comment_on(plan, " ", actor="ada")
    comment_on(plan, "Looks well", actor="grace")
    assert [(one.text, one.by) for one in review(plan).comments] == [("Looks well", "grace")]


def test_the_first_draft_needs_no_decisions(plan: Plan, document: Document) -> None:
    """PL-4: of a plan that was never active everything is new, and reviewed as a whole."""
    sync(plan, document)
    found = review(plan)
    assert (found.of_count, found.decided_count) == (0, 0)
    assert {"added.TD45", "default_investment", "paths.choose_myself"} <= {one.item for one in found.items}
