"""Rejected records are kept whole, sealed, shown masked, and can be tried again alone."""

import json
from pathlib import Path

import pytest

from planbridge.plans.models import Plan
from planbridge.security.sealing import SealBroken, unseal
from planbridge.sync.decide import DecisionRefused, retry_rejected
from planbridge.sync.quarantine import record_place
from planbridge.sync.request import request_syncs
from planbridge.sync.run import Quarantine, RunKind
from planbridge.sync.run_standing import standing_of
from tests.cast import Person, ada, changed, crowd, deliver, fund, lineup, plan_document, position
from tests.syncing import (
    codes,
    counts,
    open_quarantine,
    problems,
    run_of,
    statuses,
    sync_people,
    sync_plan,
    synced_plan,
    worked,
)

BROKEN = {"last_name": None, "middle_name": "SSN 900-11-0001, or 900110001", "annual_compensation": "-1"}
FORMS = pytest.mark.parametrize("form", ["csv", "ndjson"])


def kept_record(row: Quarantine) -> list[Person]:
    """The sealed record, opened."""
    place = record_place(row.plan_id, row.run_id, row.participant_id)
    records: list[Person] = json.loads(unseal(bytes(row.record_sealed), place))
    return records


@pytest.mark.django_db
@FORMS
def test_the_raw_record_is_kept_whole(inbox: Path, form: str) -> None:
    """PT-4: what was delivered of the person, every field and row as text, is what unsealing gives."""
    delivered = changed(ada(), **BROKEN)
    plan = synced_plan(inbox, [*crowd(2), delivered], form=form)
    sync_people(plan)
    (record,) = kept_record(Quarantine.objects.get(plan_id=plan.pk))
    kept = {name: value for name, value in record.items() if value not in (None, [], {})}
    expected = {"plan_id": "900100"} | {name: value for name, value in delivered.items() if value is not None}
    assert kept == expected


@pytest.mark.django_db
@FORMS
def test_what_is_shown_has_no_ssn(inbox: Path, form: str) -> None:
    """PT-4: the record for display has the SSN masked, also where it stands in another field."""
    plan = synced_plan(inbox, [*crowd(2), changed(ada(), **BROKEN)], form=form)
    run = sync_people(plan)
    row = Quarantine.objects.get(plan_id=plan.pk)
    assert row.codes == ["NAME_MISSING", "COMPENSATION_NEGATIVE"]
    (shown,) = row.record_masked
    assert (shown["ssn"], shown["middle_name"]) == ("***-**-0001", "SSN ***-**-0001, or ***-**-0001")
    assert shown["first_name"] == "Ada"
    assert "900110001" not in json.dumps(row.record_masked).replace("-", "")
    assert (row.run_id, row.resolved_by_run) == (run.id, None)


@pytest.mark.django_db
def test_a_kept_record_opens_only_in_its_place(inbox: Path) -> None:
    """PT-4: a sealed record moved to another person's row does not open."""
    plan = synced_plan(inbox, [changed(one, last_name=None) for one in crowd(2)])
    sync_people(plan)
    first, second = Quarantine.objects.filter(plan_id=plan.pk).order_by("participant_id")
    with pytest.raises(SealBroken):
        unseal(bytes(first.record_sealed), record_place(plan.pk, second.run_id, second.participant_id))


@pytest.mark.django_db
def test_both_records_of_a_duplicate_are_kept(inbox: Path) -> None:
    """PT-4: of a person delivered twice with other content both records are kept."""
    one = changed(crowd(1)[0], balances=[], contribution_rates=[], allocations=[])
    plan = synced_plan(inbox, [one, changed(one, first_name="Other")], form="ndjson")
    sync_people(plan)
    names = [record["first_name"] for record in kept_record(Quarantine.objects.get(plan_id=plan.pk))]
    assert names == ["Pat100", "Other"]


def plan_lacking_a_fund(inbox: Path) -> Plan:
    """A plan whose first delivery has two people in a fund that the plan document lacks, and one in none such."""
    people = [changed(one, balances=[position("PRE", "NEW", "5", price="10")]) for one in crowd(2)]
    return synced_plan(inbox, [*people, changed(crowd(3)[2], balances=[])])


@pytest.mark.django_db
def test_rejected_records_are_replayed_after_a_plan_sync_brought_the_fund(inbox: Path) -> None:
    """PT-4: after the fix the rejected are taken alone, from what was kept; the others are not touched."""
    plan = plan_lacking_a_fund(inbox)
    run = sync_people(plan)
    assert problems(run) == [("FUND_UNKNOWN", "P-0100"), ("FUND_UNKNOWN", "P-0101")]
    document = plan_document(lineup=lineup(fund("TD45"), fund("NEW")), revision="r2")
    deliver(inbox, [], day=2, plans=[document])
    sync_plan(plan)
    plan_id, run_id = retry_rejected(run.id, actor="ada")
    again = worked(run_of(run_id))
    assert (plan_id, again.retries_run_id, again.requested_by) == (plan.pk, run.id, "ada")
    assert (again.status, counts(again), problems(again)) == ("successful", (2, 2, 0, 0, 0), [])
    assert statuses(plan) == {"P-0100": "synced", "P-0101": "synced", "P-0102": "synced"}
    assert open_quarantine(plan) == []
    with pytest.raises(DecisionRefused, match="nobody left to retry"):
        retry_rejected(run.id, actor="ada")


@pytest.mark.django_db
def test_a_retry_before_the_fix_rejects_again(inbox: Path) -> None:
    """PT-4: tried again without a fix, the records are rejected again and stay in quarantine."""
    plan = plan_lacking_a_fund(inbox)
    run = sync_people(plan)
    again = worked(run_of(retry_rejected(run.id, actor="ada")[1]))
    assert (again.status, counts(again), codes(again)) == ("partly_successful", (2, 0, 0, 2, 0), ["FUND_UNKNOWN"])
    assert {who for who, _ in open_quarantine(plan)} == {"P-0100", "P-0101"}


@pytest.mark.django_db
def test_a_run_that_rejected_nobody_has_nothing_to_retry(inbox: Path) -> None:
    """PT-4: retrying a run without rejected records is refused in words."""
    plan = synced_plan(inbox, crowd(1))
    run = sync_people(plan)
    with pytest.raises(DecisionRefused, match="rejected nobody"):
        retry_rejected(run.id, actor="ada")


@pytest.mark.django_db
def test_a_retry_waits_for_a_sync_of_the_whole_plan(inbox: Path) -> None:
    """PT-4: where a sync of everybody waits, a retry of a drop folder's people is refused in words, and nobody is lost."""
    plan = plan_lacking_a_fund(inbox)
    run = sync_people(plan)
    deliver(inbox, [changed(one, balances=[]) for one in crowd(3)], day=2)
    ((_, waiting),) = request_syncs([fresh(plan)], RunKind.PARTICIPANTS, actor="test")
    with pytest.raises(DecisionRefused, match="waits already"):
        retry_rejected(run.id, actor="ada")
    assert counts(worked(run_of(waiting))) == (3, 2, 1, 0, 0)
    assert open_quarantine(plan) == []


@pytest.mark.django_db
def test_a_sync_of_everybody_is_not_narrowed_to_a_retry_that_waits(inbox: Path) -> None:
    """PT-4: a sync of the whole plan asked for while a retry waits reads everybody, the rejected with them."""
    plan = plan_lacking_a_fund(inbox)
    run = sync_people(plan)
    _, retry = retry_rejected(run.id, actor="ada")
    assert retry_rejected(run.id, actor="ada") == (plan.pk, retry)
    deliver(inbox, [changed(one, balances=[]) for one in crowd(3)], day=2)
    ((_, widened),) = request_syncs([fresh(plan)], RunKind.PARTICIPANTS, actor="test")
    assert widened == retry
    assert counts(worked(run_of(widened))) == (3, 2, 1, 0, 0)
    assert open_quarantine(plan) == []


def fresh(plan: Plan) -> Plan:
    """The plan with its connection, as it stands."""
    return Plan.objects.select_related("connection").get(pk=plan.pk)


@pytest.mark.django_db
def test_a_malformed_record_with_money_stops_nobody(inbox: Path) -> None:
    """PT-4: the money of a record that cannot be read is missing from what was read; the others go on."""
    people = crowd(3)
    people[1] = changed(people[1], first_name=["Pat"])
    plan = synced_plan(inbox, people, form="ndjson")
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("partly_successful", (3, 2, 0, 1, 0))
    assert "TOTALS_DIFFER" in codes(run)


@pytest.mark.django_db
def test_a_record_that_a_newer_run_rejected_again_is_not_replayed(inbox: Path) -> None:
    """PT-4: of a person rejected on two days only the newer record is tried again; the older run has nobody left."""
    plan = synced_plan(inbox, crowd(30))
    sync_people(plan)
    lacking = changed(crowd(1)[0], balances=[position("PRE", "NEW", "100.5", price="10")])
    deliver(inbox, [lacking, *crowd(30)[1:]], day=2)
    older = sync_people(plan)
    document = plan_document(lineup=lineup(fund("TD45"), fund("EQ3"), fund("STBL"), fund("NEW")))
    newer_record = changed(lacking, ssn=None, balances=[position("PRE", "NEW", "60", price="10")])
    deliver(inbox, [newer_record, *crowd(30)[1:]], day=3, plans=[document])
    newer = sync_people(plan)
    sync_plan(plan)  # day 2's document, then day 3's with the fund
    sync_plan(plan)
    with pytest.raises(DecisionRefused, match="newer records of them"):
        retry_rejected(older.id, actor="ada")
    assert (standing_of(older).left_rejected, standing_of(newer).left_rejected) == (0, 1)
    again = worked(run_of(retry_rejected(newer.id, actor="ada")[1]))
    assert (again.status, codes(again)) == ("partly_successful", ["SSN_MISSING"])
    assert {who for who, _ in open_quarantine(plan)} == {"P-0100"}
