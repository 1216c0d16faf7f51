"""Activating and deactivating a plan: a pointer moves, or nothing does and the reason is given."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.run_id import new_run_id
from planbridge.plans.activation import Circumstances, check_activation
from planbridge.plans.activation_facts import ActivationFacts
from planbridge.plans.content import Content
from planbridge.plans.document import read_document
from planbridge.plans.holders import FundHolders
from planbridge.plans.lifecycle import (
    ActivationOutcome,
    ActivationRefused,
    DeactivationRefused,
    activate_plan,
    deactivate_plan,
    live_lineup,
    map_funds,
    take_in_document,
)
from planbridge.plans.plan import Plan, PlanStatus
from planbridge.plans.terms import DefaultFund, Fund, Lineup
from planbridge.plans.version import PlanVersion

Document = dict[str, Any]
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)


@pytest.fixture
def synced(plan: Plan, document: Document) -> Plan:
    """A plan after its first Plan Sync."""
    sync(plan, document)
    return plan


def sync(plan: Plan, document: Document) -> None:
    """Take a document in."""
    terms, _ = read_document(document)
    assert terms is not None
    with transaction.atomic():
        take_in_document(plan, document, terms, run_id=new_run_id(), now=NOW)


def test_the_draft_becomes_live(synced: Plan) -> None:
    """PS-4: activating makes the draft the live version, and says so in the activity."""
    done = activate_plan(synced, actor="ada")
    synced.refresh_from_db()
    assert (done.outcome, done.version, done.warnings) == (ActivationOutcome.ACTIVATED, 1, [])
    assert (synced.status, synced.live_version, synced.draft_version) == (PlanStatus.ACTIVE, 1, None)
    version = PlanVersion.objects.get()
    assert version.activated_at is not None
    assert version.activated_by == "ada"
    entry = ActivityEntry.objects.get(plan_id=synced.id)
    assert (entry.verb, entry.actor) == (Verb.PLAN_ACTIVATED, "ada")
    assert entry.detail == {"version": 1, "previous": None, "token": entry.detail["token"]}


def test_activating_again_changes_nothing_and_says_so(synced: Plan) -> None:
    """An active plan without a draft stays as it is, without a new entry in the activity."""
    activate_plan(synced, actor="ada")
    done = activate_plan(synced, actor="ada")
    assert (done.outcome, done.version) == (ActivationOutcome.NOTHING_WAITING, 1)
    assert ActivityEntry.objects.count() == 1


def test_a_plan_without_a_sync_is_refused(plan: Plan) -> None:
    """Without a first Plan Sync there is nothing to activate."""
    with pytest.raises(ActivationRefused) as refused:
        activate_plan(plan, actor="ada")
    assert [problem.code for problem in refused.value.problems] == ["PLAN_NOT_SYNCED"]


def test_a_refused_activation_changes_nothing(plan: Plan, document: Document) -> None:
    """A lineup in which no fund is open is refused; the plan stays a draft."""
    for fund in document["lineup"]["funds"]:
        fund["status"] = "frozen"
    sync(plan, document)
    with pytest.raises(ActivationRefused, match="No fund of it is open"):
        activate_plan(plan, actor="ada")
    plan.refresh_from_db()
    assert (plan.status, plan.live_version, plan.draft_version) == (PlanStatus.DRAFT, None, 1)
    assert not ActivityEntry.objects.exists()


def test_versions_before_the_live_one_stay_as_they_were(synced: Plan, document: Document) -> None:
    """A second activation moves the pointer; version 1 keeps its lineup and its own activation."""
    activate_plan(synced, actor="ada")
    first, lineup = PlanVersion.objects.get(number=1), live_lineup(synced)
    document["lineup"]["funds"][0]["name"] = "Target 2045"
    sync(synced, document)
    activate_plan(synced, actor="grace", accepts_rest=True)
    assert synced.live_version == 2
    assert PlanVersion.objects.get(number=1).activated_at == first.activated_at
    synced.live_version = 1
    assert live_lineup(synced) == lineup


def test_money_in_a_fund_that_leaves_must_be_decided(synced: Plan, document: Document) -> None:
    """PL-4: a fund that people hold and that has no successor stops the activation until its money is decided."""
    activate_plan(synced, actor="ada")
    document["lineup"]["funds"].pop(2)
    sync(synced, document)
    held = ActivationFacts({"EQ3": FundHolders(people_count=1, units=Decimal("12.50"))})
    with pytest.raises(ActivationRefused) as refused:
        activate_plan(synced, actor="ada", facts=held, accepts_rest=True)
    assert [(one.code, one.field) for one in refused.value.problems] == [("MAPPING_UNDECIDED", "mappings.EQ3")]
    map_funds(synced, {"EQ3": "STBL"}, actor="ada")
    with pytest.raises(ActivationRefused, match="not an open fund"):
        activate_plan(synced, actor="ada", facts=held, accepts_rest=True)
    map_funds(synced, {"EQ3": ""}, actor="ada")
    assert activate_plan(synced, actor="ada", facts=held, accepts_rest=True).warnings == []


def test_a_plan_is_deactivated_with_a_reason(synced: Plan) -> None:
    """PL-7: deactivating needs a reason, keeps the version, and is recorded once."""
    activate_plan(synced, actor="ada")
    deactivate_plan(synced, reason=" Moved away ", actor="grace")
    deactivate_plan(synced, reason="Again", actor="grace")
    synced.refresh_from_db()
    assert (synced.status, synced.live_version, synced.deactivated_reason) == (PlanStatus.INACTIVE, 1, "Moved away")
    entry = ActivityEntry.objects.get(verb=Verb.PLAN_DEACTIVATED)
    assert (entry.actor, entry.detail) == ("grace", {"reason": "Moved away"})


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_deactivation_without_reason_is_refused(synced: Plan, reason: str) -> None:
    """PL-7: no reason, or one that is too long, leaves the plan as it is."""
    with pytest.raises(DeactivationRefused, match="reason of 1 to 500"):
        deactivate_plan(synced, reason=reason, actor="ada")
    synced.refresh_from_db()
    assert synced.deactivated_at is None


def test_a_deactivated_plan_is_activated_again(synced: Plan) -> None:
    """Activating a deactivated plan shows its live version again."""
    activate_plan(synced, actor="ada")
    deactivate_plan(synced, reason="Moved away", actor="ada")
    done = activate_plan(synced, actor="ada")
    synced.refresh_from_db()
    assert (done.outcome, done.version) == (ActivationOutcome.REACTIVATED, 1)
    assert (synced.status, synced.deactivated_reason) == (PlanStatus.ACTIVE, "")


GOOD = Lineup((Fund("A", status="open"), Fund("B", status="closed")), (DefaultFund("A"),))


@pytest.mark.parametrize(
    ("lineup", "codes"),
    [
        (GOOD, []),
        (Lineup(), ["FUND_NONE"]),
        (replace(GOOD, funds=(Fund("A", status="open", mapped_to="Z"),)), ["MAPPING_UNKNOWN_FUND"]),
        (replace(GOOD, default_investment=(DefaultFund("Z"),)), ["DEFAULT_FUND_NOT_IN_LINEUP"]),
        (replace(GOOD, default_investment=(DefaultFund("B"),)), ["DEFAULT_FUND_NOT_IN_LINEUP"]),
        (replace(GOOD, default_investment=(DefaultFund("A", 2040, 2041), DefaultFund("A", 2043))), ["TARGET_DATE_GAP"]),
        (replace(GOOD, default_investment=(DefaultFund("A"), DefaultFund("A", 2043))), ["TARGET_DATE_OVERLAP"]),
    ],
)
def test_a_lineup_is_checked_before_it_goes_live(lineup: Lineup, codes: list[str]) -> None:
    """Each rule of activation finds its defect alone."""
    assert [problem.code for problem in check_activation(None, Content(lineup), Circumstances())] == codes
