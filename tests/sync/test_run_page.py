"""What the page of a run shows, from real runs."""

from pathlib import Path
from uuid import uuid4

import pytest

from planbridge.activity.keyset import PageAsk
from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.participants.lookup import change_lines
from planbridge.participants.run_changes import ChangeFilter, changed_fields, changes_page
from planbridge.plans.models import Plan
from planbridge.sync.run import RunKind, RunProblem, RunStatus, SyncRun
from planbridge.sync.run_page import (
    find_run,
    problem_groups,
    problems_page,
    proof_lines,
    rejected_page,
    stages_of,
    why_rejected,
)
from planbridge.sync.run_sentence import counts_sentence
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


def test_people_of_a_code_are_counted_once(db: None) -> None:  # noqa: ARG001 - a fixture's name asks for it
    """AM-5: a code counts all its problems, each of its people once, those of the run itself not, and names the first five."""
    run = SyncRun(plan_id=77, id=uuid4())
    people = [f"P-{number % 8}" for number in range(40)]
    rows = [("NAME_MISSING", one) for one in people] + [("EMAIL_INVALID", "P-9"), ("TOTALS_DIFFER", None)]
    RunProblem.objects.bulk_create(
        RunProblem(
            plan_id=77, run_id=run.id, number=number, code=code, severity=CATALOGUE[code].severity, participant_id=who
        )
        for number, (code, who) in enumerate(rows)
    )
    groups = {group.code: group for group in problem_groups(run)}
    assert list(groups) == ["NAME_MISSING", "TOTALS_DIFFER", "EMAIL_INVALID"]
    found = {code: (one.problem_count, one.people_count, one.first_people) for code, one in groups.items()}
    assert found == {
        "NAME_MISSING": (40, 8, tuple(people[:5])),
        "TOTALS_DIFFER": (1, 0, ()),
        "EMAIL_INVALID": (1, 1, ("P-9",)),
    }


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"read": 0, "vanished": 30},
            "only for what changed: no changed record sent, 30 not at the recordkeeper any more.",
        ),
        ({"read": 1, "held": 1}, "only for what changed: 1 changed record sent, 1 held."),
        ({"read": 3, "held": 3, "proof": {"complete": True}}, "3 people read, 3 held."),
        ({"read": 1, "held": 1, "participants": ["P-0001"]}, "1 person read, 1 held."),
    ],
)
def test_a_held_run_says_what_it_asked_for(values: dict[str, object], words: str) -> None:
    """PT-6: the sentence of a held run that read only changes says so, and not that nobody was read."""
    run = SyncRun(kind=RunKind.PARTICIPANTS, status=RunStatus.HELD, **({"proof": {"complete": False}} | values))
    assert counts_sentence(run, "Northwind 401(k) Plan").endswith(words)
