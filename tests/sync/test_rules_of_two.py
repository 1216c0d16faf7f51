"""Rules that need two people, two deliveries or two rows to be broken."""

from pathlib import Path

import pytest

from planbridge.participants.models import Participant
from planbridge.plans.models import FundPrice
from planbridge.security.ssn import unseal_ssn
from planbridge.sync.request import SyncOptions
from planbridge.sync.run import RunKind
from tests.cast import change_file, change_manifest, changed, crowd, deliver, plan_document, position
from tests.syncing import (
    added_plan,
    connected,
    counts,
    done,
    open_quarantine,
    problems,
    statuses,
    sync_people,
    synced_plan,
)


@pytest.mark.django_db
def test_two_people_of_a_plan_with_one_ssn_are_both_rejected(inbox: Path) -> None:
    """PT-4: SSN_DUPLICATE is on both, however their SSNs are written, for nobody knows whose it is."""
    people = crowd(3)
    people[1] = changed(people[1], ssn=people[0]["ssn"].replace("-", ""))
    plan = synced_plan(inbox, people)
    run = sync_people(plan)
    assert problems(run) == [("SSN_DUPLICATE", "P-0100"), ("SSN_DUPLICATE", "P-0101")]
    assert counts(run) == (3, 1, 0, 2, 0)


@pytest.mark.django_db
def test_one_person_in_two_plans_is_normal(inbox: Path) -> None:
    """PT-4: the same SSN and participant id in two plans gives no problem."""
    plans = [plan_document(), plan_document(plan_id="900101")]
    deliver(inbox, [one | {"plan_id": document["plan_id"]} for document in plans for one in crowd(2)], plans=plans)
    connection = connected(inbox)
    added = [added_plan(connection, document["plan_id"]) for document in plans]
    done(added, RunKind.PLAN)
    for run in done(added, RunKind.PARTICIPANTS):
        assert problems(run) == []
        assert counts(run) == (2, 2, 0, 0, 0)


@pytest.mark.django_db
def test_an_ssn_that_changes_is_taken_with_a_warning(inbox: Path) -> None:
    """PT-4: SSN_CHANGED takes the new SSN, warns, and keeps nothing but masks in the history."""
    people = crowd(2)
    plan = synced_plan(inbox, people)
    sync_people(plan)
    people[1] = changed(people[1], ssn="900-77-0001")
    deliver(inbox, people, day=2)
    run = sync_people(plan)
    assert problems(run) == [("SSN_CHANGED", "P-0101")]
    assert (run.status, counts(run)) == ("successful_with_warnings", (2, 1, 1, 0, 0))
    held = Participant.objects.get(plan_id=plan.pk, participant_id="P-0101")
    assert unseal_ssn(held.ssn_sealed, plan.pk, "P-0101") == "900770001"
    assert held.sync_status == "synced_with_warnings"


@pytest.mark.django_db
def test_an_ssn_written_otherwise_is_no_change(inbox: Path) -> None:
    """PT-4: with dashes or without, with blanks around it: the same SSN, and the person is unchanged."""
    people = crowd(1)
    plan = synced_plan(inbox, people)
    sync_people(plan)
    deliver(inbox, [changed(people[0], ssn=f" {people[0]['ssn'].replace('-', '')} ")], day=2)
    run = sync_people(plan)
    assert problems(run) == []
    assert counts(run) == (1, 0, 1, 0, 0)


@pytest.mark.django_db
def test_an_ssn_taken_over_from_somebody_who_left_is_free(inbox: Path) -> None:
    """PT-4: an SSN held only by a person who is not at the recordkeeper any more is no duplicate."""
    people = [changed(one, balances=[]) for one in crowd(2)]
    plan = synced_plan(inbox, people)
    sync_people(plan)
    deliver(inbox, [people[0]], day=2)
    sync_people(plan)
    deliver(inbox, [people[0], changed(people[1], participant_id="P-0199")], day=3)
    run = sync_people(plan)
    assert problems(run) == []
    assert counts(run) == (2, 1, 1, 0, 0)


@pytest.mark.django_db
def test_two_people_who_swap_ssns_are_taken(inbox: Path) -> None:
    """PT-4: a swap is two changes, not a duplicate."""
    people = crowd(2)
    plan = synced_plan(inbox, people)
    sync_people(plan)
    deliver(inbox, [changed(people[0], ssn=people[1]["ssn"]), changed(people[1], ssn=people[0]["ssn"])], day=2)
    run = sync_people(plan)
    assert problems(run) == [("SSN_CHANGED", "P-0100"), ("SSN_CHANGED", "P-0101")]
    assert counts(run) == (2, 2, 0, 0, 0)


@pytest.mark.django_db
def test_one_selected_person_with_anothers_ssn_is_rejected(inbox: Path) -> None:
    """PT-9: SSN_DUPLICATE also shows against people whom the sync was not asked for."""
    people = crowd(3)
    plan = synced_plan(inbox, people)
    sync_people(plan)
    deliver(inbox, [changed(people[0], ssn=people[2]["ssn"]), *people[1:]], day=2)
    run = sync_people(plan, SyncOptions(participants=("P-0100",)))
    assert ("SSN_DUPLICATE", "P-0100") in problems(run)
    assert counts(run) == (1, 0, 0, 1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_person_delivered_twice_alike_counts_once(inbox: Path, form: str) -> None:
    """PT-5: a record that stands there twice with the same content is one person."""
    people = crowd(2)
    people[1]["balances"] = people[1]["contribution_rates"] = people[1]["allocations"] = []
    plan = synced_plan(inbox, [*people, people[1]], form=form)
    run = sync_people(plan)
    assert problems(run) == []
    assert counts(run) == (2, 2, 0, 0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_person_delivered_twice_with_other_content_is_rejected(inbox: Path, form: str) -> None:
    """PT-4: PARTICIPANT_DUPLICATE rejects both records and keeps both, for nobody knows which is right."""
    people = crowd(2)
    people[1]["balances"] = people[1]["contribution_rates"] = people[1]["allocations"] = []
    plan = synced_plan(inbox, [*people, changed(people[1], first_name="Other")], form=form)
    run = sync_people(plan)
    assert problems(run) == [("PARTICIPANT_DUPLICATE", "P-0101")]
    assert counts(run) == (2, 1, 0, 1, 0)
    assert open_quarantine(plan) == [("P-0101", ["PARTICIPANT_DUPLICATE"])]


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_record_without_an_id_is_named_by_its_place(inbox: Path, form: str) -> None:
    """PT-4: PARTICIPANT_ID_MISSING rejects the record, keeps it, and names the row at fault."""
    people = crowd(2)
    people[1] = changed(people[1], participant_id=" ", balances=[], contribution_rates=[], allocations=[])
    plan = synced_plan(inbox, people, form=form)
    run = sync_people(plan)
    assert problems(run) == [("PARTICIPANT_ID_MISSING", "(row 2)")]
    assert counts(run) == (2, 1, 0, 1, 0)
    assert open_quarantine(plan) == [("(row 2)", ["PARTICIPANT_ID_MISSING"])]


@pytest.mark.django_db
def test_rows_of_nobody_are_kept_and_told(inbox: Path) -> None:
    """PT-4: RECORD_ORPHANED names the id that rows have and the census lacks; the others go on."""
    plan = synced_plan(inbox, crowd(2))
    folder = inbox / "day1"
    rows = (folder / "ytd.csv").read_bytes() + b"900100,P-0999,PRE,12.34\r\n900100,P-0999,ROTH,1\r\n"
    change_file(folder, "ytd.csv", rows)
    change_manifest(folder, totals=[])
    run = sync_people(plan)
    assert problems(run) == [("RECORD_ORPHANED", "P-0999")]
    assert statuses(plan) == {"P-0100": "synced", "P-0101": "synced"}
    assert open_quarantine(plan) == [("P-0999", ["RECORD_ORPHANED"])]


@pytest.mark.django_db
def test_fields_that_nobody_knows_are_told_once(inbox: Path) -> None:
    """PT-4: FIELD_UNKNOWN is one warning of the run, names the fields, and takes everybody."""
    people = [one | {"shoe_size": "42", "nickname": "P"} for one in crowd(2)]
    plan = synced_plan(inbox, people, form="ndjson")
    run = sync_people(plan)
    assert problems(run) == [("FIELD_UNKNOWN", None)]
    assert (run.status, counts(run)) == ("successful_with_warnings", (2, 2, 0, 0, 0))


@pytest.mark.django_db
def test_the_price_that_most_people_have_is_the_funds(inbox: Path) -> None:
    """PT-2: PRICE_CONFLICT warns those who have another price of the fund and day; one price is kept."""
    people = crowd(3)
    people[0]["balances"] = [position("PRE", "TD45", "100.5", price="18.5")]
    plan = synced_plan(inbox, people)
    run = sync_people(plan)
    assert problems(run) == [("PRICE_CONFLICT", "P-0100")]
    assert FundPrice.objects.get(plan_id=plan.pk, fund="TD45").price.normalize().to_eng_string() == "18.421"


@pytest.mark.django_db
def test_a_rejected_persons_price_troubles_nobody(inbox: Path) -> None:
    """PT-4: a price that only a rejected record has is neither kept nor held against the others."""
    people = crowd(2)
    people[0] = changed(people[0], ssn=None, balances=[position("PRE", "TD45", "100.5", price="99")])
    plan = synced_plan(inbox, people)
    run = sync_people(plan)
    assert problems(run) == [("SSN_MISSING", "P-0100")]
    assert FundPrice.objects.get(plan_id=plan.pk, fund="TD45").price.normalize().to_eng_string() == "18.421"


@pytest.mark.django_db
def test_several_defects_of_a_person_are_all_told(inbox: Path) -> None:
    """PT-4: every problem of a record is told at once, and the person counts as rejected once."""
    people = crowd(2)
    people[1] = changed(people[1], ssn=None, last_name=None, email="pat", annual_compensation="-1")
    plan = synced_plan(inbox, people)
    run = sync_people(plan)
    found = [code for code, who in problems(run) if who == "P-0101"]
    assert found == ["COMPENSATION_NEGATIVE", "EMAIL_INVALID", "NAME_MISSING", "SSN_MISSING"]
    assert counts(run) == (2, 1, 0, 1, 0)


@pytest.mark.django_db
def test_a_plan_nobody_synced_yet_says_what_to_do(inbox: Path) -> None:
    """PT-4: without a Plan Sync funds and sources are not known: PLAN_NOT_SYNCED, and nobody is taken."""
    deliver(inbox, crowd(2))
    plan = added_plan(connected(inbox))
    run = sync_people(plan)
    assert (run.status, problems(run)) == ("error", [("PLAN_NOT_SYNCED", None)])
    assert statuses(plan) == {}


@pytest.mark.django_db
def test_a_plan_that_no_delivery_names_is_not_found(inbox: Path) -> None:
    """PS-11: a plan unknown to the recordkeeper ends Error with PLAN_NOT_FOUND, both syncs."""
    folder = deliver(inbox, crowd(1))
    change_manifest(folder, plans=["900777"])
    plan = added_plan(connected(inbox))
    for kind in RunKind:
        (run,) = done([plan], kind)
        assert (run.status, problems(run)) == ("error", [("PLAN_NOT_FOUND", None)])
