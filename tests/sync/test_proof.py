"""Every run proves itself: where each person went, and that the money read is the money sent."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from planbridge.participants.models import Participant
from planbridge.sync.run import RunProblem, SyncRun
from tests.cast import change_manifest, changed, control_totals, crowd, deliver, everybody
from tests.syncing import codes, counts, problems, statuses, sync_people, synced_plan


def totals_of(people: list[dict[str, Any]], **changes: Any) -> list[dict[str, Any]]:
    """Control totals of these people with other values."""
    totals = control_totals("900100", people)
    assert totals is not None
    return [totals | changes]


@pytest.mark.django_db
def test_control_totals_are_what_was_read(inbox: Path) -> None:
    """PT-5: people, money, money by source, units and money by fund: all equal, to the cent."""
    plan = synced_plan(inbox, everybody())
    run = sync_people(plan)
    proof = run.proof
    assert proof["control_totals"] is True
    assert proof["people"] == {"recordkeeper": 5, "read": 5, "applied": 5, "unchanged": 0, "rejected": 0, "held": 0}
    lines = [proof["market_value"], *proof["by_source"]]
    lines += [line[kind] for line in proof["by_fund"] for kind in ("units", "market_value")]
    assert {line["difference"] for line in lines} == {"0.00"}
    assert {line["rejected"] for line in lines} == {"0.00"}
    assert [line["source"] for line in proof["by_source"]] == ["MATCH", "PRE"]
    assert Decimal(proof["market_value"]["read"]) == Decimal(totals_of(everybody())[0]["market_value"])


@pytest.mark.django_db
def test_a_proof_is_kept_short_and_read_in_full(inbox: Path) -> None:
    """PT-5: A line on which the recordkeeper and Planbridge agree is kept as its one number; a line with a loss keeps all four."""
    plan = synced_plan(inbox, crowd(3))
    kept = kept_proof(sync_people(plan))
    lines = [*kept["by_source"], *kept["by_fund"]]
    assert {type(said) for line in lines for said in line} == {str}
    assert [len(line) for line in lines] == [2] * len(kept["by_source"]) + [3] * len(kept["by_fund"])
    people = crowd(3)
    people[0] = changed(people[0], ssn=None)
    deliver(inbox, people, day=2)
    run = sync_people(plan)
    (source, *_) = kept_proof(run)["by_source"]
    assert set(source[1]) == {"recordkeeper", "read", "rejected", "difference"}
    assert run.proof["by_source"][0] == {"source": source[0]} | source[1]


@pytest.mark.django_db
def test_a_proof_of_before_is_read_as_it_is(inbox: Path) -> None:
    """PT-5: A proof that was kept in full, before there was a short form, reads as ever."""
    run = sync_people(synced_plan(inbox, everybody()))
    SyncRun.objects.filter(id=run.id).update(proof=run.proof)
    assert kept_proof(run) == run.proof
    assert SyncRun.objects.get(id=run.id).proof == run.proof
    assert list(SyncRun.objects.filter(id=run.id).values_list("proof", flat=True)) == [run.proof]


def kept_proof(run: SyncRun) -> Any:
    """A run's proof as its column has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proof::text FROM sync_run WHERE id = %s", [run.id])
        return json.loads(cursor.fetchone()[0])


@pytest.mark.django_db
def test_every_person_read_is_in_one_place(inbox: Path) -> None:
    """PT-5: read = applied + unchanged + rejected + held, over applied, unchanged and rejected people at once."""
    plan = synced_plan(inbox, crowd(12))
    sync_people(plan)
    people = crowd(13)
    people[0] = changed(people[0], first_name="New")
    people[1] = changed(people[1], ssn=None)
    deliver(inbox, people, day=2)
    run = sync_people(plan)
    assert counts(run) == (13, 2, 10, 1, 0)
    assert run.read == run.applied + run.unchanged + run.rejected + run.held
    assert run.proof["people"] == {
        "recordkeeper": 13,
        "read": 13,
        "applied": 2,
        "unchanged": 10,
        "rejected": 1,
        "held": 0,
    }


@pytest.mark.django_db
def test_money_of_rejected_records_is_stated_apart(inbox: Path) -> None:
    """PT-5: totals that include the rejected agree, and how much of it was not taken in is said by source and fund."""
    people = crowd(3)
    people[1] = changed(people[1], ssn=None)
    plan = synced_plan(inbox, people)
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("partly_successful", ["SSN_MISSING"])
    value = people[1]["balances"][0]["market_value"]
    assert run.proof["market_value"]["rejected"] == value
    assert run.proof["market_value"]["difference"] == "0.00"
    assert run.proof["by_source"][0]["rejected"] == value
    (line,) = run.proof["by_fund"]
    assert (line["units"]["rejected"], line["market_value"]["rejected"]) == ("100.50", value)


LIES: list[tuple[str, dict[str, Any], str]] = [
    ("participants", {"participants": 4}, "difference 1 people"),
    ("market_value", {"market_value": "5553.94"}, "difference 0.01 dollars"),
    ("by_source.PRE", {"by_source": [{"source": "PRE", "market_value": "5553.92"}]}, "difference -0.01 dollars"),
    (
        "by_source.ROTH",
        {"by_source": [{"source": "PRE", "market_value": "5553.93"}, {"source": "ROTH", "market_value": "1"}]},
        "difference 1 dollars",
    ),
    ("by_fund.TD45.units", {"by_fund": [{"fund": "TD45", "units": "301.500001", "market_value": "5553.93"}]}, "units"),
    ("by_fund.TD45.market_value", {"by_fund": [{"fund": "TD45", "units": "301.5", "market_value": "0"}]}, "dollars"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "lie", "said"), LIES, ids=[lie[0] for lie in LIES])
def test_totals_that_differ_hold_the_run(inbox: Path, field: str, lie: dict[str, Any], said: str) -> None:
    """PT-5: TOTALS_DIFFER says where and by how much, and nothing is applied."""
    plan = synced_plan(inbox, crowd(3))
    change_manifest(inbox / "day1", totals=totals_of(crowd(3), **lie))
    run = sync_people(plan)
    assert (run.status, counts(run), problems(run)) == ("held", (3, 0, 0, 0, 3), [("TOTALS_DIFFER", None)])
    problem = RunProblem.objects.get(run_id=run.id)
    assert problem.field == field
    assert said in problem.message
    assert statuses(plan) == {}


@pytest.mark.django_db
def test_a_delivery_without_totals_is_taken_and_says_so(inbox: Path) -> None:
    """PT-5: totals are optional; the proof then says that there were none."""
    plan = synced_plan(inbox, crowd(3))
    change_manifest(inbox / "day1", totals=[])
    run = sync_people(plan)
    assert (run.status, run.proof["control_totals"]) == ("successful", False)
    assert run.proof["market_value"]["recordkeeper"] is None
    assert Participant.objects.count() == 3


@pytest.mark.django_db
def test_totals_of_units_with_many_decimals_are_exact(inbox: Path) -> None:
    """PT-5: no float on the way: a thousandth of a millionth of a unit would show."""
    people = crowd(3)
    for one in people:
        one["balances"] = [one["balances"][0] | {"units": "0.1234567891", "market_value": "2.27"}]
    plan = synced_plan(inbox, people)
    run = sync_people(plan)
    assert run.status == "successful"
    assert run.proof["by_fund"][0]["units"]["read"] == "0.3703703673"
