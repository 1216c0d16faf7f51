"""Records that do not say whose they are: kept, counted, and nobody is taken for gone because of them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from planbridge.plans.models import Plan
from planbridge.security.sealing import unseal
from planbridge.sync.quarantine import record_place
from planbridge.sync.run import Quarantine, RunKind
from tests.cast import change_file, change_manifest, changed, crowd, deliver, plan_document
from tests.syncing import (
    added_plan,
    codes,
    connected,
    counts,
    done,
    open_quarantine,
    problems,
    statuses,
    sync_people,
    sync_plan,
    synced_plan,
)

FORMS = pytest.mark.parametrize("form", ["csv", "ndjson"])


def held_plan(inbox: Path, form: str) -> Plan:
    """A plan of thirty whose first delivery is synced."""
    plan = synced_plan(inbox, crowd(30), form=form)
    assert sync_people(plan).status == "successful"
    return plan


def edit_first_line(folder: Path, change: Callable[[bytes], bytes]) -> None:
    """Put another first record into participants.ndjson; control totals are left out."""
    first, rest = (folder / "participants.ndjson").read_bytes().split(b"\n", 1)
    change_file(folder, "participants.ndjson", change(first) + b"\n" + rest)
    change_manifest(folder, totals=[])


@pytest.mark.django_db
@FORMS
def test_a_record_without_id_is_kept_and_nobody_vanishes(inbox: Path, form: str) -> None:
    """PT-4: a record without an id is rejected, and whose record is missing for it is not marked as gone."""
    plan = held_plan(inbox, form)
    deliver(inbox, [changed(crowd(1)[0], participant_id=None), *crowd(30)[1:]], day=2, form=form)
    run = sync_people(plan)
    assert (run.status, counts(run), run.vanished) == ("partly_successful", (30, 0, 29, 1, 0), 0)
    assert open_quarantine(plan) == [("(row 1)", ["PARTICIPANT_ID_MISSING"])]
    assert set(statuses(plan).values()) == {"synced"}
    deliver(inbox, crowd(30)[1:], day=3, form=form)
    after = sync_people(plan)
    assert (after.status, after.vanished, statuses(plan)["P-0100"]) == ("successful", 1, "not_at_recordkeeper")


@pytest.mark.django_db
def test_a_line_that_is_cut_off_is_of_the_plan_it_names(inbox: Path) -> None:
    """PT-4: a line that is no JSON is rejected with the plan that stands in it, by its place; nobody is taken for gone."""
    documents = [plan_document(plan_id="900050"), plan_document()]
    people = [changed(one, plan_id="900100") for one in crowd(30)]
    deliver(inbox, people, plans=documents, form="ndjson")
    connection = connected(inbox)
    plans = [added_plan(connection), added_plan(connection, "900050")]
    for plan in plans:
        sync_plan(plan)
    done(plans, RunKind.PARTICIPANTS)
    edit_first_line(deliver(inbox, people, plans=documents, day=2, form="ndjson"), lambda line: line[:-10])
    run, _ = done(plans, RunKind.PARTICIPANTS)
    assert (run.status, counts(run), run.vanished) == ("partly_successful", (30, 0, 29, 1, 0), 0)
    assert open_quarantine(plans[0]) == [("(malformed record 1)", ["RECORD_MALFORMED"])]
    assert (set(statuses(plans[0]).values()), open_quarantine(plans[1])) == ({"synced"}, [])


@pytest.mark.django_db
@pytest.mark.parametrize("text", [b"{broken", b"[]", b'{"plan_id": "900100", "participant_id": "P-', b'"\\ud800'])
def test_a_line_that_says_nothing_is_kept(inbox: Path, text: bytes) -> None:
    """PT-4: a line of which not even the id can be read is rejected, and nobody is marked as gone."""
    plan = held_plan(inbox, "ndjson")
    edit_first_line(deliver(inbox, crowd(30), day=2, form="ndjson"), lambda _: text)
    run = sync_people(plan)
    assert (run.status, counts(run), run.vanished) == ("partly_successful", (30, 0, 29, 1, 0), 0)
    assert open_quarantine(plan) == [("(malformed record 1)", ["RECORD_MALFORMED"])]
    assert set(statuses(plan).values()) == {"synced"}


@pytest.mark.django_db
@FORMS
@pytest.mark.parametrize("plan_id", ["", " "])
def test_a_record_without_plan_is_kept_whole(inbox: Path, form: str, plan_id: str) -> None:
    """PT-4: a record that names no plan is rejected with a plan of the reading, kept whole, and nobody vanishes."""
    plan = held_plan(inbox, form)
    deliver(inbox, [changed(crowd(1)[0], plan_id=plan_id), *crowd(30)[1:]], day=2, form=form)
    change_manifest(inbox / "day2", totals=[])
    run = sync_people(plan)
    assert (run.status, counts(run), run.vanished) == ("partly_successful", (30, 0, 29, 1, 0), 0)
    assert problems(run) == [("RECORD_MALFORMED", "(record 1 without a plan)")]
    assert set(statuses(plan).values()) == {"synced"}
    row = Quarantine.objects.get(plan_id=plan.pk)
    (kept,) = json.loads(unseal(bytes(row.record_sealed), record_place(plan.pk, row.run_id, row.participant_id)))
    assert kept["malformed"]["participant_id"] == "P-0100"
    assert kept["malformed"]["balances"][0]["units"] == "100.5"
    assert row.record_masked[0]["malformed"]["ssn"].startswith("***")


@pytest.mark.django_db
def test_a_null_for_a_plan_is_none(inbox: Path) -> None:
    """PT-4: a document whose plan_id is null is rejected like one that lacks it."""
    plan = held_plan(inbox, "ndjson")
    deliver(inbox, [changed(crowd(1)[0], plan_id=None), *crowd(30)[1:]], day=2, form="ndjson")
    run = sync_people(plan)
    assert problems(run)[0] == ("RECORD_MALFORMED", "(record 1 without a plan)")
    assert (counts(run), run.vanished) == ((30, 0, 29, 1, 0), 0)


@pytest.mark.django_db
def test_nobody_vanishes_in_any_plan_that_may_lack_the_record(inbox: Path) -> None:
    """PT-4: a record without a plan is told of one plan of the reading; of no plan of it anybody is marked as gone."""
    documents = [plan_document(), plan_document(plan_id="900200")]
    others = [changed(one, plan_id="900200") for one in crowd(30)]
    deliver(inbox, [*crowd(30), *others], plans=documents, form="ndjson")
    connection = connected(inbox)
    plans = [added_plan(connection), added_plan(connection, "900200")]
    for plan in plans:
        sync_plan(plan)
    assert [run.status for run in done(plans, RunKind.PARTICIPANTS)] == ["successful", "successful"]
    deliver(inbox, [*crowd(30), *others[:-1], changed(others[-1], plan_id=None)], plans=documents, day=2, form="ndjson")
    change_manifest(inbox / "day2", totals=[])
    first, second = done(plans, RunKind.PARTICIPANTS)
    assert (first.status, counts(first), first.vanished) == ("partly_successful", (31, 0, 30, 1, 0), 0)
    assert (second.status, counts(second), second.vanished) == ("successful", (29, 0, 29, 0, 0), 0)
    assert set(statuses(plans[1]).values()) == {"synced"}


@pytest.mark.django_db
def test_rows_without_plan_are_orphans(inbox: Path) -> None:
    """PT-4: a balance that names no plan is a problem, not money that is left out silently."""
    plan = held_plan(inbox, "csv")
    folder = deliver(inbox, crowd(30), day=2)
    balances = (folder / "balances.csv").read_bytes().replace(b"900100,P-0100", b",P-0100", 1)
    change_file(folder, "balances.csv", balances)
    change_manifest(folder, totals=[])
    run = sync_people(plan)
    assert codes(run)[0] == "RECORD_ORPHANED"
    assert open_quarantine(plan) == [("(no id)", ["RECORD_ORPHANED"])]


@pytest.mark.django_db
def test_rows_of_an_id_that_cannot_be_kept_are_orphans(inbox: Path) -> None:
    """PT-4: rows of nobody whose id is longer than agreed are kept under a short name."""
    plan = held_plan(inbox, "csv")
    folder = deliver(inbox, crowd(30), day=2)
    row = b"900100," + b"x" * 6000 + b",PRE,TD45,1,1,1,2026-11-17\r\n"
    change_file(folder, "balances.csv", (folder / "balances.csv").read_bytes() + row)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("partly_successful", (31, 0, 30, 1, 0))
    ((name, found),) = open_quarantine(plan)
    assert (name.startswith("(id of 6000 characters, "), found) == (True, ["RECORD_ORPHANED"])
