"""A delivery too large to be read at once is read through a spool, and gives the same as a small one."""

from pathlib import Path

import pytest

from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.recordkeepers.formats import canonical_people, canonical_spool
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind
from tests.cast import Person, change_file, change_manifest, changed, crowd, deliver, plan_document
from tests.syncing import (
    added_plan,
    connected,
    counts,
    done,
    open_quarantine,
    problems,
    run_of,
    statuses,
    sync_people,
    synced_plan,
    work,
)

OTHER = "900200"
FORMS = pytest.mark.parametrize("form", ["csv", "ndjson"])
LIMITS = pytest.mark.parametrize("people_at_once", [120_000, 1])


@pytest.mark.django_db
@FORMS
@LIMITS
@pytest.mark.parametrize("people_a_group", [100_000, 2])
def test_one_participant_of_a_delivery_is_synced_alone(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, *, form: str, people_at_once: int, people_a_group: int
) -> None:
    """PT-9: of a delivery of any size only the chosen person is taken, and who is not in it is named."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", people_at_once)
    monkeypatch.setattr(canonical_spool, "PEOPLE_A_GROUP", people_a_group)
    plan = synced_plan(inbox, crowd(5), form=form)
    sync_people(plan)
    deliver(inbox, [changed(one, first_name="New") for one in crowd(5)], day=2, form=form)
    run = sync_people(plan, SyncOptions(participants=("P-0100", "P-nope")))
    assert (run.status, counts(run)) == ("partly_successful", (1, 1, 0, 0, 0))
    assert problems(run) == [("PARTICIPANT_NOT_FOUND", "P-nope")]
    renamed = Participant.objects.filter(plan_id=plan.pk, first_name="New")
    assert [one.participant_id for one in renamed] == ["P-0100"]


@pytest.mark.django_db
@LIMITS
def test_one_participant_beside_a_whole_plan(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, *, people_at_once: int
) -> None:
    """PT-9: a reading of one plan's chosen person and of another whole plan loses nobody of the other."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", people_at_once)
    documents = [plan_document(), plan_document(plan_id=OTHER)]
    people = [changed(one, plan_id=document["plan_id"]) for document in documents for one in crowd(8)]
    deliver(inbox, people, plans=documents)
    connection = connected(inbox)
    plans = [added_plan(connection), added_plan(connection, OTHER)]
    done(plans, RunKind.PLAN)
    chosen = SyncOptions(participants=("P-0100",))
    asked = dict(request_syncs(plans, RunKind.PARTICIPANTS, actor="test", options=chosen))
    request_syncs(plans[:1], RunKind.PARTICIPANTS, actor="test")  # the first plan's waiting run is widened to everybody
    work(run_of(asked[plans[0].pk]).batch_id)
    whole, picked = (run_of(asked[plan.pk]) for plan in plans)
    assert (whole.status, counts(whole)) == ("successful", (8, 8, 0, 0, 0))
    assert (picked.status, counts(picked)) == ("successful", (1, 1, 0, 0, 0))


@pytest.mark.django_db
@LIMITS
def test_a_plan_id_with_a_blank_is_the_same_plan(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, *, people_at_once: int
) -> None:
    """PT-2: blanks around the ids of a record make nobody vanish, in a delivery of any size."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", people_at_once)
    plan = synced_plan(inbox, crowd(3), form="ndjson")
    sync_people(plan)
    folder = deliver(inbox, crowd(3), day=2, form="ndjson")
    lines = (folder / "participants.ndjson").read_bytes().replace(b'"900100"', b'" 900100 "', 1)
    change_file(folder, "participants.ndjson", lines)
    change_manifest(folder, totals=[])
    run = sync_people(plan)
    assert (run.status, counts(run), run.vanished) == ("successful", (3, 0, 3, 0, 0), 0)


def two_held_plans(inbox: Path, form: str) -> list[Plan]:
    """A plan of thirty and one of twenty of one delivery, their people synced."""
    documents = [plan_document(), plan_document(plan_id=OTHER)]
    deliver(inbox, two_crowds(), plans=documents, form=form)
    connection = connected(inbox)
    plans = [added_plan(connection), added_plan(connection, OTHER)]
    done(plans, RunKind.PLAN)
    done(plans, RunKind.PARTICIPANTS)
    return plans


def two_crowds() -> list[Person]:
    """The people of both plans; those of the smaller one come last."""
    return [*crowd(30), *(changed(one, plan_id=OTHER) for one in crowd(20))]


@pytest.mark.django_db
@FORMS
@pytest.mark.parametrize("people_a_group", [100_000, 30, 7])
def test_a_record_without_plan_is_told_once(
    inbox: Path, monkeypatch: pytest.MonkeyPatch, *, form: str, people_a_group: int
) -> None:
    """PT-4: in a large delivery, too, a record without a plan is kept and told of one plan, and nobody of any is taken for gone."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(canonical_spool, "PEOPLE_A_GROUP", people_a_group)
    plans = two_held_plans(inbox, form)
    *others, last = two_crowds()
    documents = [plan_document(), plan_document(plan_id=OTHER)]
    deliver(inbox, [*others, changed(last, plan_id=" ")], plans=documents, day=2, form=form)
    change_manifest(inbox / "day2", totals=[])
    first, second = done(plans, RunKind.PARTICIPANTS)
    assert [code for code, _ in problems(first)] == ["RECORD_MALFORMED"]
    assert (first.status, counts(first), first.vanished) == ("partly_successful", (31, 0, 30, 1, 0), 0)
    assert (second.status, counts(second), second.vanished) == ("successful", (19, 0, 19, 0, 0), 0)
    assert {status for plan in plans for status in statuses(plan).values()} == {"synced"}
    assert len(open_quarantine(plans[0])) == 1


@pytest.mark.django_db
@FORMS
def test_a_large_delivery_without_any_plan(inbox: Path, monkeypatch: pytest.MonkeyPatch, *, form: str) -> None:
    """PT-4: where nobody of a large delivery has a plan, all are kept as rejected and nobody is taken for gone."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", 1)
    plan = synced_plan(inbox, crowd(5), form=form)
    sync_people(plan)
    deliver(inbox, [changed(one, plan_id="") for one in crowd(5)], day=2, form=form)
    change_manifest(inbox / "day2", totals=[])
    run = sync_people(plan)
    assert (len(open_quarantine(plan)), run.rejected, run.vanished) == (5, 5, 0)
    assert set(statuses(plan).values()) == {"synced"}


@pytest.mark.django_db
def test_a_line_that_is_cut_off_goes_to_its_plan(inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PT-4: a line of a large delivery that is no JSON is kept with the plan that stands in it, in whatever group that is."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(canonical_spool, "PEOPLE_A_GROUP", 30)
    plans = two_held_plans(inbox, "ndjson")
    people = [changed(one, plan_id=one.get("plan_id", "900100")) for one in two_crowds()]
    documents = [plan_document(), plan_document(plan_id=OTHER)]
    folder = deliver(inbox, people, plans=documents, day=2, form="ndjson")
    text = (folder / "participants.ndjson").read_bytes().rstrip(b"\n")
    change_file(folder, "participants.ndjson", text[:-10] + b"\n")
    change_manifest(folder, totals=[])
    first, second = done(plans, RunKind.PARTICIPANTS)
    assert (first.status, counts(first), first.vanished) == ("successful", (30, 0, 30, 0, 0), 0)
    assert (second.status, counts(second), second.vanished) == ("partly_successful", (20, 0, 19, 1, 0), 0)
    assert open_quarantine(plans[1]) == [("(malformed record 1)", ["RECORD_MALFORMED"])]


@pytest.mark.django_db
@FORMS
def test_a_record_without_plan_beside_one_plan_of_several(inbox: Path, *, form: str) -> None:
    """PT-4: a reading of one plan of a delivery keeps what names no plan, and takes nobody for gone."""
    plans = two_held_plans(inbox, form)
    first, *others = two_crowds()
    documents = [plan_document(), plan_document(plan_id=OTHER)]
    deliver(inbox, [changed(first, plan_id=""), *others], plans=documents, day=2, form=form)
    change_manifest(inbox / "day2", totals=[])
    run = sync_people(plans[0])
    assert (run.status, counts(run), run.vanished) == ("partly_successful", (30, 0, 29, 1, 0), 0)
    assert set(statuses(plans[0]).values()) == {"synced"}
