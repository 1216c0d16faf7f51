"""Activation: bound to what was reviewed, with a second approver, at a date, rolled back - each recorded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection as database
from django.utils import timezone

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.activation_facts import ActivationFacts
from planbridge.plans.drafting import place_state
from planbridge.plans.lifecycle import (
    ActivationRefused,
    DateRefused,
    DraftMoved,
    Rollback,
    RollbackRefused,
    activate_plan,
    activation_date,
    approve_draft,
    ask_for_rollback,
    cancel_activation_date,
    create_draft,
    deactivate_plan,
    draft_token,
    live_lineup,
    roll_back,
    rollback_request,
    rollback_token,
    run_due_activations,
    schedule_activation,
    set_second_approver,
    undo_edit,
    withdraw_rollback,
)
from planbridge.plans.plan import Plan
from planbridge.plans.reviewing import remember_review
from planbridge.plans.stored_version import stored_version
from planbridge.plans.version import PlanVersion
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm
from tests.plans.drafts import HELD, Document, activated, draft_of, edit, fund, names, sync


def codes(refused: pytest.ExceptionInfo[ActivationRefused]) -> list[str]:
    """The codes of a refusal."""
    return [one.code for one in refused.value.problems]


def renamed(plan: Plan, document: Document, name: str = "Target 2045") -> str:
    """A draft in which the recordkeeper renamed a fund; its token."""
    activated(plan, document)
    fund(document, "TD45")["name"] = name
    sync(plan, document)
    return draft_token(plan)


def facts_of(_: Plan) -> ActivationFacts:
    """Nobody holds anything."""
    return ActivationFacts()


def test_every_error_is_listed_at_once(plan: Plan, document: Document) -> None:
    """PL-5: all that keeps a draft from activation stands there together, each with its place; a warning too."""
    activated(plan, document)
    document["lineup"]["funds"].remove(fund(document, "EQ3"))
    fund(document, "TD45")["name"] = "Their 2045"
    create_draft(plan, actor="ada")
    edit(plan, "funds.TD45.name", "Our 2045")
    sync(plan, document)
    edit(plan, "default_investment", [{"fund": "XX"}])
    edit(plan, "paths.help_me_choose", value=True)
    facts = ActivationFacts(HELD.holders, has_notifications=False)
    with pytest.raises(ActivationRefused) as refused:
        activate_plan(plan, actor="ada", facts=facts, accepts_rest=True)
    assert [(one.code, one.field) for one in refused.value.problems] == [
        ("DEFAULT_FUND_NOT_IN_LINEUP", "lineup.default_investment"),
        ("QUESTIONNAIRE_NOT_FINAL", "questionnaire"),
        ("MAPPING_UNDECIDED", "mappings.EQ3"),
        ("DRAFT_CONFLICT_UNDECIDED", "funds.TD45.name"),
        ("NOTIFICATIONS_NONE", "notifications"),
    ]


def test_undecided_changes_refuse(plan: Plan, document: Document) -> None:
    """PL-5: a change that nobody decided refuses the activation, unless the actor accepts the rest."""
    seen = renamed(plan, document)
    with pytest.raises(ActivationRefused) as refused:
        activate_plan(plan, actor="ada", seen=seen)
    assert codes(refused) == ["CHANGE_UNDECIDED"]
    activate_plan(plan, actor="ada", seen=seen, accepts_rest=True)
    entry = ActivityEntry.objects.get(verb=Verb.CHANGE_DECIDED)
    assert (entry.actor, entry.detail["item"]) == ("ada", "renamed.TD45")


def test_what_moved_since_the_review_is_told(plan: Plan, document: Document) -> None:
    """PL-6: a draft that moved since it was seen is not activated, and the difference is named."""
    seen = renamed(plan, document)
    remember_review(plan, draft_of(plan), actor="ada")
    fund(document, "TD50").update(name="Target 2050", expense_percent="0.11")
    sync(plan, document)
    with pytest.raises(DraftMoved) as moved:
        activate_plan(plan, actor="ada", seen=seen, accepts_rest=True)
    assert moved.value.problem.code == "DRAFT_CHANGED_SINCE_REVIEW"
    told = [(one.subject, one.after) for one in moved.value.moved]
    assert told == [("TD50: renamed", "Target 2050"), ("TD50: expense", "0.11 %")]
    plan.refresh_from_db()
    assert plan.live_version == 1


def test_a_second_approver_is_another_person(plan: Plan, document: Document) -> None:
    """PL-6: without an approval, with one's own, or with one of an older draft nothing is activated; with another's it is."""
    seen = renamed(plan, document)
    set_second_approver(plan, is_needed=True, seen=version_of(plan.needs_second_approver), actor="ada")
    with pytest.raises(ActivationRefused) as refused:
        activate_plan(plan, actor="cli", accepts_rest=True)
    assert codes(refused) == ["APPROVAL_MISSING"]
    approve_draft(plan, seen=seen, actor="ada")
    with pytest.raises(ActivationRefused) as refused:
        activate_plan(plan, actor="ada", accepts_rest=True)
    assert codes(refused) == ["APPROVER_SAME_PERSON"]
    approve_draft(plan, seen=seen, actor="grace")
    fund(document, "TD50")["name"] = "Target 2050"
    sync(plan, document)
    with pytest.raises(ActivationRefused) as refused:
        activate_plan(plan, actor="ada", accepts_rest=True)
    assert codes(refused) == ["APPROVAL_MISSING"]
    with pytest.raises(ChangedMeanwhile):
        approve_draft(plan, seen=seen, actor="grace")
    approve_draft(plan, seen=draft_token(plan), actor="grace")
    activate_plan(plan, actor="ada", accepts_rest=True)
    assert ActivityEntry.objects.filter(verb=Verb.PLAN_ACTIVATED).latest("happened_at").detail["approved_by"] == "grace"


def dated(plan: Plan, document: Document) -> None:
    """A draft that is to be activated in an hour."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.TD45.name", "Our 2045")
    with pytest.raises(DateRefused):
        schedule_activation(plan, on=timezone.now(), seen=draft_token(plan), actor="ada")
    schedule_activation(plan, on=timezone.now() + timedelta(hours=1), seen=draft_token(plan), actor="ada")


def test_a_dated_activation_comes_at_its_time(plan: Plan, document: Document) -> None:
    """PL-6: nothing happens before the date; at it the draft is activated by who dated it, once."""
    dated(plan, document)
    assert run_due_activations(timezone.now(), facts_of) == 0
    later = timezone.now() + timedelta(hours=2)
    assert run_due_activations(later, facts_of) == 1
    assert run_due_activations(later, facts_of) == 0
    plan.refresh_from_db()
    assert (plan.live_version, activation_date(plan)) == (2, None)
    assert PlanVersion.objects.get(number=2).activated_by == "ada"


def test_a_dated_activation_of_a_draft_that_moved_fails(plan: Plan, document: Document) -> None:
    """PL-6: a draft that moved after it was dated is not activated; the failure is an activity, and the date is gone."""
    dated(plan, document)
    fund(document, "TD50")["name"] = "Target 2050"
    sync(plan, document)
    assert run_due_activations(timezone.now() + timedelta(hours=2), facts_of) == 1
    plan.refresh_from_db()
    assert (plan.live_version, plan.draft_version, activation_date(plan)) == (1, 2, None)
    entry = ActivityEntry.objects.filter(verb=Verb.PLAN_ACTIVATED).latest("happened_at")
    assert (entry.status, entry.detail["codes"]) == ("error", ["DRAFT_CHANGED_SINCE_REVIEW"])


def test_a_date_is_canceled(plan: Plan, document: Document) -> None:
    """PL-6: a date can be taken away, and goes with the plan's deactivation."""
    dated(plan, document)
    cancel_activation_date(plan, actor="grace")
    assert activation_date(plan) is None
    assert ActivityEntry.objects.filter(verb=Verb.ACTIVATION_DATE_CANCELED, actor="grace").exists()
    schedule_activation(plan, on=timezone.now() + timedelta(hours=1), seen=draft_token(plan), actor="ada")
    deactivate_plan(plan, reason="Moved away", actor="ada")
    assert activation_date(plan) is None


def test_a_rollback_is_a_new_version(plan: Plan, document: Document) -> None:
    """PL-6: an earlier version's content is live at once as a new version; what the recordkeeper says waits in a draft."""
    renamed(plan, document)
    activate_plan(plan, actor="ada", accepts_rest=True)
    first = stored_version(plan, 1)
    made = roll_back(plan, Rollback(1, "Wrong name"), seen=rollback_token(plan), actor="grace")
    assert (made.number, made.rolled_back_to, made.content_hash) == (3, 1, first.content_hash)
    assert (plan.live_version, plan.draft_version, names(plan)["TD45"]) == (3, 4, "Target 2045")
    lineup = live_lineup(plan)
    assert lineup is not None
    assert {one.fund: one.name for one in lineup.funds}["TD45"] == "Target 2045 Fund"
    detail = ActivityEntry.objects.get(verb=Verb.ROLLED_BACK).detail
    assert (detail["version"], detail["rolled_back_to"], detail["reason"]) == (3, 1, "Wrong name")
    assert not sync(plan, document).draft_changed


def test_a_rollback_keeps_the_edits_that_wait(plan: Plan, document: Document) -> None:
    """PL-6: the edits of a waiting draft lie over the version that was rolled back to."""
    renamed(plan, document)
    activate_plan(plan, actor="ada", accepts_rest=True)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    roll_back(plan, Rollback(1, "Wrong name"), seen=rollback_token(plan), actor="ada")
    assert (plan.live_version, plan.draft_version, names(plan)["EQ3"]) == (4, 3, "Our Equity")


def test_a_rollback_keeps_what_the_waiting_draft_took_back(plan: Plan, document: Document) -> None:
    """PL-6: a live edit that the draft took back stays so in the draft; the version rolled back to has it."""
    activated(plan, document)
    create_draft(plan, actor="ada")
    edit(plan, "funds.EQ3.name", "Our Equity")
    edit(plan, "funds.STBL.name", "Our Stable Value")
    activate_plan(plan, actor="ada", accepts_rest=True)
    fund(document, "TD45")["name"] = "Target 2045"
    sync(plan, document)
    activate_plan(plan, actor="ada", accepts_rest=True)
    create_draft(plan, actor="ada")
    undo_edit(plan, "funds.EQ3.name", seen=place_state(draft_of(plan), "funds.EQ3.name").version, actor="ada")
    made = roll_back(plan, Rollback(2, "Wrong name"), seen=rollback_token(plan), actor="ada")
    assert set(made.edits) == {"funds.EQ3.name", "funds.STBL.name"}
    assert set(draft_of(plan).version.edits) == {"funds.STBL.name"}
    assert (names(plan)["EQ3"], names(plan)["TD45"]) == (fund(document, "EQ3")["name"], "Target 2045")


def test_a_rollback_that_cannot_be_is_refused(plan: Plan, document: Document) -> None:
    """PL-6: to the live version, to a draft, without a reason, from another state, or leaving money behind undecided."""
    activated(plan, document)
    document["lineup"]["funds"].append({"fund": "EQ4", "name": "Equity Fund 4", "status": "open"})
    sync(plan, document)
    for wanted in (Rollback(1, "Why"), Rollback(2, "Why"), Rollback(1, " ")):
        with pytest.raises(RollbackRefused):
            roll_back(plan, wanted, seen=rollback_token(plan), actor="ada")
    with pytest.raises(ChangedMeanwhile):
        roll_back(plan, Rollback(1, "Why"), seen="other", actor="ada")
    activate_plan(plan, actor="ada", accepts_rest=True)
    held = ActivationFacts({"EQ4": HELD.holders["EQ3"]})
    with pytest.raises(ActivationRefused) as refused:
        roll_back(plan, Rollback(1, "Why"), seen=rollback_token(plan), actor="ada", facts=held)
    assert codes(refused) == ["MAPPING_UNDECIDED"]
    wanted = Rollback(1, "Why", {"EQ4": "EQ3"})
    assert roll_back(plan, wanted, seen=rollback_token(plan), actor="ada", facts=held).content.mappings == {
        "EQ4": "EQ3"
    }


def test_a_rollback_needs_a_second_person_where_an_activation_does(plan: Plan, document: Document) -> None:
    """PL-6: one person asks for a rollback, another does exactly that; who asked is recorded beside who did it."""
    renamed(plan, document)
    activate_plan(plan, actor="ada", accepts_rest=True)
    wanted, seen = Rollback(1, "Wrong name"), rollback_token(plan)
    with pytest.raises(RollbackRefused):
        ask_for_rollback(plan, wanted, seen=seen, actor="ada")
    set_second_approver(plan, is_needed=True, seen=version_of(plan.needs_second_approver), actor="ada")
    for actor in ("ada", "grace"):
        with pytest.raises(ActivationRefused) as refused:
            roll_back(plan, wanted, seen=seen, actor=actor)
        assert codes(refused) == ["ROLLBACK_APPROVAL_MISSING"]
    with pytest.raises(ChangedMeanwhile):
        ask_for_rollback(plan, wanted, seen="other", actor="ada")
    ask_for_rollback(plan, wanted, seen=seen, actor="ada")
    for other, actor in ((wanted, "ada"), (Rollback(1, "Why", {"EQ3": "TD45"}), "grace")):
        with pytest.raises(ActivationRefused) as refused:
            roll_back(plan, other, seen=seen, actor=actor)
        assert "ROLLBACK_APPROVAL_MISSING" in codes(refused)
    assert roll_back(plan, wanted, seen=seen, actor="grace").number == 3
    entry = ActivityEntry.objects.get(verb=Verb.ROLLED_BACK)
    assert (entry.actor, entry.detail["asked_by"]) == ("grace", "ada")
    assert rollback_request(plan) is None


def test_a_rollback_asked_for_lapses(plan: Plan, document: Document) -> None:
    """PL-6: it counts for the plan as it was and goes when it is withdrawn, which is recorded."""
    renamed(plan, document)
    activate_plan(plan, actor="ada", accepts_rest=True)
    set_second_approver(plan, is_needed=True, seen=version_of(plan.needs_second_approver), actor="ada")
    ask_for_rollback(plan, Rollback(1, "Wrong name"), seen=rollback_token(plan), actor="ada")
    create_draft(plan, actor="ada")
    assert rollback_request(plan) is None
    with pytest.raises(ActivationRefused):
        roll_back(plan, Rollback(1, "Wrong name"), seen=rollback_token(plan), actor="grace")
    ask_for_rollback(plan, Rollback(1, "Wrong name"), seen=rollback_token(plan), actor="ada")
    assert withdraw_rollback(plan, actor="grace")
    assert not withdraw_rollback(plan, actor="grace")
    assert rollback_request(plan) is None
    assert ActivityEntry.objects.filter(verb=Verb.ROLLBACK_WITHDRAWN, actor="grace").count() == 1


@pytest.fixture
def committed(transactional_db: None) -> Plan:  # noqa: ARG001 - asks for the database
    """A plan that other connections see."""
    firm = Firm.objects.create(name="Example Advisors")
    connection = Connection.objects.create(firm=firm, name="example", kind="rest")
    return Plan.objects.create(firm=firm, connection=connection, external_plan_id="900123")


@pytest.fixture
def two_hands() -> Iterator[ThreadPoolExecutor]:
    """Two threads, each with a connection of its own that is closed at the end."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
        barrier = Barrier(2)

        def close() -> None:
            barrier.wait(10)
            database.close()

        for one in [pool.submit(close) for _ in range(2)]:
            one.result()


def test_of_two_activations_at_once_one_wins(
    committed: Plan, document: Document, two_hands: ThreadPoolExecutor
) -> None:
    """PL-6: two people activate the same draft at once: one does, the other is told that the draft moved."""
    seen = renamed(committed, document)
    barrier = Barrier(2)

    def activate(actor: str) -> str:
        barrier.wait(10)
        try:
            return activate_plan(
                Plan.objects.get(pk=committed.pk), actor=actor, seen=seen, accepts_rest=True
            ).outcome.value
        except DraftMoved as moved:
            return moved.problem.code

    assert sorted(two_hands.map(activate, ["ada", "grace"])) == ["DRAFT_CHANGED_SINCE_REVIEW", "activated"]
    assert ActivityEntry.objects.filter(verb=Verb.PLAN_ACTIVATED, detail__version=2).count() == 1
