"""A plan so large that it comes in parts: an SSN belongs to one person, whichever parts they are in."""

from pathlib import Path

import pytest

from planbridge.plans.models import Plan
from planbridge.recordkeepers.formats import canonical_people, canonical_spool
from tests.cast import Person, changed, crowd, deliver
from tests.syncing import problems, statuses, sync_people, synced_plan

PART_PEOPLE = 8
OLD = [changed(one, balances=[]) for one in crowd(30)]
NEW = [changed(one, balances=[]) for one in crowd(30, first=500)]


@pytest.fixture
def plan(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A plan of 30 people, all synced, whose deliveries come in parts of about eight people."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(canonical_spool, "PEOPLE_A_GROUP", PART_PEOPLE)
    added = synced_plan(inbox, OLD)
    assert sync_people(added).status == "successful"
    return added


def with_ssn_of(one: Person, other: Person) -> Person:
    """A person with another one's SSN."""
    return changed(one, ssn=other["ssn"])


@pytest.mark.django_db
def test_a_new_person_with_the_ssn_of_another_is_rejected_in_any_part(inbox: Path, plan: Plan) -> None:
    """PT-4: SSN_DUPLICATE shows whether the other one is in the same part, an earlier or a later one."""
    twins = [with_ssn_of(one, other) for one, other in zip(NEW, OLD, strict=True)]
    deliver(inbox, [*OLD, *twins], day=2)
    found = problems(sync_people(plan))
    assert {who for code, who in found if code == "SSN_DUPLICATE"} >= {one["participant_id"] for one in twins}
    assert set(statuses(plan)) == {one["participant_id"] for one in OLD}


@pytest.mark.django_db
def test_the_ssn_of_somebody_who_left_is_free_in_any_part(inbox: Path, plan: Plan) -> None:
    """PT-4: a new person may have the SSN of one whom the same delivery lacks, as in a delivery of one part."""
    heirs = [with_ssn_of(one, other) for one, other in zip(NEW[:4], OLD[:4], strict=True)]
    deliver(inbox, [*OLD[4:], *heirs], day=2)
    run = sync_people(plan)
    assert (run.status, run.applied, run.vanished, problems(run)) == ("successful", 4, 4, [])


@pytest.mark.django_db
def test_the_ssn_that_somebody_gave_up_is_free_in_any_part(inbox: Path, plan: Plan) -> None:
    """PT-4: a new person may have the SSN that another had until now, whichever part the other one is in."""
    heirs = [with_ssn_of(one, other) for one, other in zip(NEW[:10], OLD[:10], strict=True)]
    corrected = [changed(one, ssn=f"900-77-{number:04}") for number, one in enumerate(OLD[:10], start=1)]
    deliver(inbox, [*corrected, *OLD[10:], *heirs], day=2)
    run = sync_people(plan)
    assert (run.status, run.applied) == ("successful_with_warnings", 20)
    assert {code for code, _ in problems(run)} == {"SSN_CHANGED"}


@pytest.mark.django_db
def test_new_twins_of_two_parts_are_not_both_taken(inbox: Path, plan: Plan) -> None:
    """PT-4: of two new people with one SSN the later is rejected, wherever the first one is."""
    twins = [with_ssn_of(changed(one, participant_id=f"T-{one['participant_id']}"), one) for one in NEW[:10]]
    deliver(inbox, [*OLD, *NEW[:10], *twins], day=2)
    sync_people(plan)
    taken = set(statuses(plan))
    assert not any({one["participant_id"], f"T-{one['participant_id']}"} <= taken for one in NEW[:10])
