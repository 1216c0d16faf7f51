"""What the page of a run shows, from real runs."""

from pathlib import Path
from uuid import uuid4

import pytest

from planbridge.activity.keyset import PageAsk
from planbridge.participants.lookup import change_lines
from planbridge.participants.run_changes import ChangeFilter, changed_fields, changes_page
from planbridge.plans.models import Plan
from planbridge.sync.run_page import (
    find_run,
    problem_groups,
    problems_page,
    proof_lines,
    rejected_page,
    stages_of,
    why_rejected,
)
from tests.cast import ada, changed, crowd, deliver, position
from tests.syncing import sync_people, synced_plan

pytestmark = pytest.mark.django_db


def test_problems_stand_grouped_with_who_mends_them(inbox: Path) -> None:
    """AM-5: problems by code with count, people, meaning and fix, then one by one; the rejected with their raw record."""
    broken = [changed(one, ssn=None) for one in crowd(3)]
    plan = synced_plan(inbox, [ada(), *broken, *crowd(30)[3:]])
    run = sync_people(plan)
    (group,) = problem_groups(run)
    assert (group.code, group.severity, group.problem_count, group.people_count) == ("SSN_MISSING", "error", 3, 3)
    assert group.description
    assert group.fix
    ids = [one["participant_id"] for one in broken]
    assert list(group.first_people) == ids
    assert [row.participant_id for row in problems_page(run, PageAsk(), code="SSN_MISSING").rows] == ids
    assert problems_page(run, PageAsk(), code="SSN_INVALID").rows == ()
    rejected = rejected_page(run, PageAsk()).rows
    assert [(row.participant_id, row.codes) for row in rejected] == [(one, ("SSN_MISSING",)) for one in ids]
    assert [row.run_id for row in why_rejected(plan.pk, ids[0])] == [run.id]
    assert why_rejected(plan.pk, "P-0001") == []


def test_changes_field_by_field(inbox: Path) -> None:
    """AM-5: a run's changes have person, field, before and after, as the person's own history has them, also of a run long ago."""
    plan = synced_plan(inbox, [ada(), *crowd(10)])
    sync_people(plan)
    moved = changed(ada(), first_name="Adele", balances=[position("PRE", "TD45", "1200"), *ada()["balances"][1:]])
    deliver(inbox, [moved, *crowd(10)], day=2)
    run = sync_people(plan)
    deliver(inbox, [ada(), *crowd(10)], day=3)
    sync_people(plan)
    page = changes_page(plan.pk, run.id, ChangeFilter(), PageAsk())
    shown = [(change.field, change.old, change.new) for row in page.rows for change in row.changes]
    history = [
        (line["field"], line["old"], line["new"])
        for line in change_lines(plan.pk, "P-0001")
        if line["run"] == str(run.id)
    ]
    assert sorted(shown) == sorted(history)
    assert ("first_name", "Ada", "Adele") in shown
    assert ("balances.PRE.TD45", "1234.5678", "1200") in shown
    assert {(one.section, one.field) for one in changed_fields(plan.pk, run.id)} == {
        ("census", "first_name"),
        ("balances", "balances.units"),
    }
    only = changes_page(plan.pk, run.id, ChangeFilter(field="first_name"), PageAsk())
    assert [(row.participant_id, row.section) for row in only.rows] == [("P-0001", "census")]


def test_stages_and_proof(inbox: Path) -> None:
    """AM-5: the timeline and the proof of a run; a run of another's plan is not found."""
    plan = synced_plan(inbox, [ada(), *crowd(10)])
    run = sync_people(plan)
    assert sum(stage.share for stage in stages_of(run)) == pytest.approx(1)
    people, money, *_ = proof_lines(run)
    assert (people.recordkeeper, people.read, people.difference) == ("11", "11", "0")
    assert (money.recordkeeper, money.difference) == (money.read, "0.00")
    found = find_run(Plan.objects.filter(pk=plan.pk), run.id)
    assert found is not None
    assert (found.plan.name, found.connection.name) == (Plan.objects.get(pk=plan.pk).name, "example")
    assert find_run(Plan.objects.none(), run.id) is None
    assert find_run(Plan.objects.all(), uuid4()) is None
