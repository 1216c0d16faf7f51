"""Drafts: made by syncs and by people, edited, rebased, discarded - and never a lost edit or change."""

from typing import Any

import pytest

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.content import content_hash
from planbridge.plans.default_path import set_default_path_closed
from planbridge.plans.drafting import NothingToDraft, place_state
from planbridge.plans.edit_values import EditRefused
from planbridge.plans.lifecycle import (
    activate_plan,
    create_draft,
    decide_conflict,
    discard_draft,
    edit_draft,
    live_lineup,
    undo_edit,
    waiting_draft,
)
from planbridge.plans.plan import Plan, PlanStatus
from planbridge.plans.version import PlanVersion
from tests.plans.drafts import Document, activated, draft_of, edit, fund, names, sync


def test_a_draft_is_created_and_discarded(plan: Plan, document: Document) -> None:
    """PL-3: Create Draft makes a draft that equals the live version; asked again it is the same; discarded it is gone."""
    activated(plan, document)
    draft = create_draft(plan, actor="ada")
    assert (draft.number, plan.status) == (2, PlanStatus.ACTIVE_WITH_DRAFT)
    assert draft.live is not None
    assert content_hash(draft.content) == draft.live.content_hash
    assert create_draft(plan, actor="grace").token == draft.token
    edit(plan, "funds.EQ3.name", "Our Equity")
    with pytest.raises(ChangedMeanwhile):
        discard_draft(plan, seen=draft.token, actor="ada")
    assert discard_draft(plan, seen=draft_of(plan).token, actor="ada") is None
    plan.refresh_from_db()
    assert (plan.draft_version, PlanVersion.objects.count()) == (None, 1)
    verbs = set(ActivityEntry.objects.values_list("verb", flat=True))
    assert {Verb.DRAFT_CREATED, Verb.DRAFT_EDITED, Verb.DRAFT_DISCARDED} <= verbs


def test_a_draft_of_the_recordkeeper_alone_cannot_be_discarded(plan: Plan, document: Document) -> None:
    """PL-3: there is something to discard once a person made, edited or took something back; then it is as it was."""
    activated(plan, document)
    fund(document, "TD45")["name"] = "Target 2045"
    sync(plan, document)
    assert not draft_of(plan).can_be_discarded
    assert edit(plan, "funds.EQ3.name", "Our Equity").can_be_discarded
    activate_plan(plan, actor="ada", accepts_rest=True)
    assert create_draft(plan, actor="ada").can_be_discarded
    fund(document, "TD45")["name"] = "Target Date 2045"
    sync(plan, document)
    left = discard_draft(plan, seen=draft_of(plan).token, actor="ada")
    assert left is not None
    assert not left.can_be_discarded
    undo_edit(plan, "funds.EQ3.name", seen=place_state(left, "funds.EQ3.name").version, actor="ada")
    assert (draft_of(plan).own_edits, draft_of(plan).can_be_discarded) == ({}, True)
    discard_draft(plan, seen=draft_of(plan).token, actor="ada")
    assert (names(plan)["EQ3"], draft_of(plan).can_be_discarded) == ("Our Equity", False)
    entry = ActivityEntry.objects.filter(verb=Verb.DRAFT_DISCARDED).latest("happened_at")
    assert entry.detail["edits"] == ["funds.EQ3.name"]


def test_no_draft_before_the_first_sync(plan: Plan) -> None:
    """PL-3: a plan without a document has nothing to make a draft of."""
    with pytest.raises(NothingToDraft):
        create_draft(plan, actor="ada")


def test_edits_of_a_draft_are_invisible(plan: Plan, document: Document) -> None:
    """PL-3: an edit stands in the draft, and the live version stays as it was."""
    activated(plan, document)
    before = live_lineup(plan)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    edit(plan, "paths.help_me_choose", value=True)
    assert names(plan)["EQ3"] == "Our Equity"
    assert live_lineup(plan) == before
    entry = ActivityEntry.objects.filter(verb=Verb.DRAFT_EDITED).earliest("happened_at")
    assert (entry.detail["field"], entry.detail["after"]) == ("funds.EQ3.name", "Our Equity")


def test_two_people_at_one_place(plan: Plan, document: Document) -> None:
    """PL-8: who edits what another has edited since is refused; another place of the same draft is not."""
    activated(plan, document)
    seen = place_state(create_draft(plan, actor="ada"), "funds.EQ3.name").version
    edit(plan, "experience", "managed_account_recommendation")
    edit_draft(plan, "funds.EQ3.name", "First", seen=seen, actor="ada")
    with pytest.raises(ChangedMeanwhile):
        edit_draft(plan, "funds.EQ3.name", "Second", seen=seen, actor="grace")
    assert names(plan)["EQ3"] == "First"


def test_an_edit_is_undone(plan: Plan, document: Document) -> None:
    """PL-8: undoing an edit, or typing what lies underneath, takes it away."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    undo_edit(plan, "funds.EQ3.name", seen=place_state(draft_of(plan), "funds.EQ3.name").version, actor="ada")
    edit(plan, "paths.help_me_choose", value=True)
    assert edit(plan, "paths.help_me_choose", value=False).version.edits == {}
    with pytest.raises(EditRefused, match="no edit to undo"):
        undo_edit(plan, "experience", seen=place_state(draft_of(plan), "experience").version, actor="ada")


BAD_EDITS: list[tuple[str, Any]] = [
    ("funds.XX.name", "X"),
    ("funds.EQ3.name", " "),
    ("funds.EQ3.name", "x" * 301),
    ("funds.EQ3.ticker", "X"),
    ("funds.EQ3.mapped_to", "EQ3"),
    ("funds.STBL.offered", False),
    ("mappings.EQ3", "XX"),
    ("paths.choose_myself", "yes"),
    ("paths.other", True),
    ("experience", "all"),
    ("portfolios.A", {"name": "A", "funds": [{"fund": "EQ3", "percent": "many"}]}),
    ("portfolios.A", {"name": "A", "funds": [{"fund": "EQ3", "percent": "1"}] * 2}),
    (f"portfolios.{'x' * 33}", None),
    ("default_investment", [{"fund": "EQ3", "retirement_from": "soon"}]),
    ("score_ranges", {"score_from": 1}),
    ("questionnaire", "1.5"),
    ("name", "Plan"),
]


@pytest.mark.parametrize(
    ("place", "value"), BAD_EDITS, ids=[f"{place[:20]}-{at}" for at, (place, _) in enumerate(BAD_EDITS)]
)
def test_a_value_of_the_wrong_shape_is_refused(plan: Plan, document: Document, place: str, value: object) -> None:
    """PL-8: what cannot stand at a place is refused with a sentence, and the draft stays as it was."""
    activated(plan, document)
    token = create_draft(plan, actor="ada").token
    with pytest.raises(EditRefused, match=r"\.$"):
        edit(plan, place, value)
    assert draft_of(plan).token == token


def test_a_sync_rebases_a_draft_with_edits(plan: Plan, document: Document) -> None:
    """PS-10: the recordkeeper's changes come in, edits stay, and what both touched is in conflict with our value in force."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    edit(plan, "funds.TD45.name", "Our 2045")
    fund(document, "EQ3")["name"] = "Their Equity"
    fund(document, "TD50")["expense_percent"] = "0.11"
    sync(plan, document)
    draft = draft_of(plan)
    assert [(one.place, one.was, one.ours, one.theirs) for one in draft.conflicts] == [
        ("funds.EQ3.name", "Equity Fund 3", "Our Equity", "Their Equity")
    ]
    assert (draft.number, names(plan)["EQ3"], names(plan)["TD45"]) == (2, "Our Equity", "Our 2045")
    assert str(next(one.expense_percent for one in draft.content.lineup.funds if one.fund == "TD50")) == "0.11"


@pytest.mark.parametrize(("keep_ours", "name"), [(True, "Our Equity"), (False, "Their Equity")])
def test_a_conflict_is_decided(plan: Plan, document: Document, *, keep_ours: bool, name: str) -> None:
    """PS-10: keeping ours ends the conflict with our value, taking the recordkeeper's with theirs; the next sync agrees."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    fund(document, "EQ3")["name"] = "Their Equity"
    sync(plan, document)
    seen = place_state(draft_of(plan), "funds.EQ3.name").version
    decide_conflict(plan, "funds.EQ3.name", keep_ours=keep_ours, seen=seen, actor="ada")
    assert (draft_of(plan).conflicts, names(plan)["EQ3"]) == ((), name)
    assert not sync(plan, document).draft_changed


def test_a_fund_that_vanishes_under_an_edit_is_a_conflict(plan: Plan, document: Document) -> None:
    """PS-10: the edit of a fund that the recordkeeper removed is not dropped in silence."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    document["lineup"]["funds"].remove(fund(document, "EQ3"))
    sync(plan, document)
    assert [(one.place, one.theirs) for one in draft_of(plan).conflicts] == [("funds.EQ3.name", None)]


def test_edits_outlive_activation_and_syncs(plan: Plan, document: Document) -> None:
    """PS-10: after activation a sync that says the same opens no draft, and one with news keeps our name."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    activate_plan(plan, actor="ada")
    document["name"] = "Other name"
    assert not sync(plan, document).draft_changed
    assert plan.draft_version is None
    fund(document, "TD50")["name"] = "Target 2050"
    sync(plan, document)
    assert (names(plan)["EQ3"], names(plan)["TD50"]) == ("Our Equity", "Target 2050")
    assert draft_of(plan).own_edits == {}


def test_an_edit_that_the_recordkeeper_makes_too_is_no_news(plan: Plan, document: Document) -> None:
    """PS-10: when the recordkeeper takes our name over, nothing differs and no draft opens."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    activate_plan(plan, actor="ada")
    fund(document, "EQ3")["name"] = "Our Equity"
    sync(plan, document)
    assert plan.draft_version is None


def test_a_fund_that_we_do_not_offer_stays_out(plan: Plan, document: Document) -> None:
    """PS-10: an added fund that the advisor does not offer is left out of the draft, also after later syncs."""
    activated(plan, document)
    document["lineup"]["funds"].append({"fund": "EQ4", "name": "Equity Fund 4", "status": "open"})
    sync(plan, document)
    edit(plan, "funds.EQ4.offered", value=False)
    assert "EQ4" not in names(plan)
    fund(document, "TD50")["name"] = "Target 2050"
    sync(plan, document)
    assert "EQ4" not in names(plan)


def test_a_closed_default_path_takes_no_funds(plan: Plan, document: Document) -> None:
    """PS-8: with the path closed no sync brings default funds, neither first nor later; ours stay."""
    set_default_path_closed(plan, is_closed=True, actor="ada")
    sync(plan, document)
    assert draft_of(plan).content.lineup.default_investment == ()
    edit(plan, "default_investment", [{"fund": "TD45", "retirement_from": None, "retirement_to": None}])
    edit(plan, "paths.default_investment", value=True)
    activate_plan(plan, actor="ada")
    document["lineup"]["default_investment"] = [{"fund": "EQ3"}]
    assert not sync(plan, document).draft_changed
    lineup = live_lineup(plan)
    assert lineup is not None
    assert [one.fund for one in lineup.default_investment] == ["TD45"]


def test_closing_the_default_path_changes_the_waiting_draft(plan: Plan, document: Document) -> None:
    """PS-8: a draft that waits with the recordkeeper's default funds lets go of them when the path is closed."""
    activated(plan, document)
    document["lineup"]["default_investment"] = [{"fund": "EQ3"}]
    sync(plan, document)
    assert plan.draft_version == 2
    set_default_path_closed(plan, is_closed=True, actor="ada")
    assert waiting_draft(plan) is None
    set_default_path_closed(plan, is_closed=False, actor="ada")
    assert [one.fund for one in draft_of(plan).content.lineup.default_investment] == ["EQ3"]


def test_a_plan_that_was_never_active_is_edited_the_same_way(plan: Plan, document: Document) -> None:
    """PL-3: the first draft can be edited, and a later sync keeps the edit."""
    sync(plan, document)
    edit(plan, "funds.EQ3.name", "Our Equity")
    fund(document, "TD50")["name"] = "Target 2050"
    sync(plan, document)
    assert (plan.draft_version, names(plan)["EQ3"], names(plan)["TD50"]) == (1, "Our Equity", "Target 2050")
