"""Adding plans to a connection: once, whoever asks and however often."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.run_id import new_run_id
from planbridge.plans.document import read_document
from planbridge.plans.lifecycle import (
    ActivationOutcome,
    PlanIdInvalid,
    activate_plan,
    add_plans,
    take_in_document,
)
from planbridge.plans.plan import Plan, PlanStatus

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)


@dataclass(frozen=True)
class Listed:
    """A plan in a recordkeeper's list."""

    external_plan_id: str
    name: str = ""


def test_plans_are_added_in_order_and_recorded(plan: Plan) -> None:
    """PS-1: new plans are drafts of the connection's firm with the listed name, each with an entry in the activity."""
    added = add_plans(plan.connection, [Listed("9002", " Northwind "), Listed("9001")], actor="ada")
    assert [(one.external_plan_id, one.name, one.status) for one in added] == [
        ("9002", "Northwind", PlanStatus.DRAFT),
        ("9001", "", PlanStatus.DRAFT),
    ]
    assert {one.firm_id for one in added} == {plan.firm_id}
    entries = ActivityEntry.objects.filter(verb=Verb.PLAN_ADDED, actor="ada", connection_id=plan.connection.id)
    assert {(one.plan_id, one.detail["plan"]) for one in entries} == {(one.id, one.external_plan_id) for one in added}


def test_plans_that_are_there_stay_as_they_are(plan: Plan) -> None:
    """PS-1: adding again gives the same plans, changes nothing and records nothing."""
    first = add_plans(plan.connection, [Listed("9001", "Northwind")], actor="ada")
    again = add_plans(plan.connection, [Listed("9001", "Other"), Listed("9001"), Listed("900123")], actor="ada")
    assert [one.id for one in again] == [first[0].id, plan.id]
    assert again[0].name == "Northwind"
    assert (Plan.objects.count(), ActivityEntry.objects.count()) == (2, 1)


@pytest.mark.parametrize("plan_id", ["", "  ", "9" * 33])
def test_an_impossible_plan_id_is_refused(plan: Plan, plan_id: str) -> None:
    """An id that no recordkeeper can have is refused, and nothing is added."""
    with pytest.raises(PlanIdInvalid, match="1 to 32 characters"):
        add_plans(plan.connection, [Listed("9001"), Listed(plan_id)], actor="ada")
    assert Plan.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_add_and_activate_once(plan: Plan, document: dict[str, Any]) -> None:
    """PS-1: whoever adds or activates the same plan at the same time, it is added and activated once."""
    start = Barrier(2)

    def add_and_activate(actor: str) -> tuple[int, ActivationOutcome]:
        try:
            start.wait(timeout=60)
            (added,) = add_plans(plan.connection, [Listed("9001")], actor=actor)
            with transaction.atomic():
                terms, _ = read_document(document)
                assert terms is not None
                take_in_document(added, document, terms, run_id=new_run_id(), now=NOW)
            start.wait(timeout=60)
            return added.id, activate_plan(added, actor=actor).outcome
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=2) as pool:
        done = list(pool.map(add_and_activate, ("ada", "grace")))
    assert len({plan_id for plan_id, _ in done}) == 1
    assert {outcome for _, outcome in done} == {ActivationOutcome.ACTIVATED, ActivationOutcome.NOTHING_WAITING}
    assert sorted(ActivityEntry.objects.values_list("verb", flat=True)) == [Verb.PLAN_ACTIVATED, Verb.PLAN_ADDED]
