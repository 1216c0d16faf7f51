"""A delivery too large to be read at once is read through a spool, and gives the same as a small one."""

from pathlib import Path

import pytest

from planbridge.participants.models import Participant
from planbridge.recordkeepers.formats import canonical_people, canonical_spool
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind
from tests.cast import change_file, change_manifest, changed, crowd, deliver, plan_document
from tests.syncing import added_plan, connected, counts, done, problems, run_of, sync_people, synced_plan, work

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
