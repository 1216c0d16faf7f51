"""Everything that a delivery says of a person is held, exactly."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planbridge.participants.lookup import person_now
from planbridge.participants.models import Participant
from planbridge.security.ssn import unseal_ssn
from tests.cast import ITEM_FILES, Person, ada, bea, changed, deliver, everybody, without
from tests.syncing import counts, problems, sync_people, synced_plan

CENSUS = (
    "participant_id first_name middle_name last_name birth_date gender marital_status email phone status".split()
    + "pay_frequency annual_compensation hours_ytd eligibility_date entry_date prior_year_fica_wages".split()
)
ADDRESS = {
    "line1": "address_line1",
    "line2": "address_line2",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "country": "country",
}
FORMS = pytest.mark.parametrize("form", ["csv", "ndjson"])


def comparable(value: Any) -> Any:
    """Numbers as exact decimals, whatever zeros they are written with."""
    try:
        return Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        return value


def item_set(items: list[dict[str, Any]], columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Items without regard to their order."""
    return sorted((tuple(comparable(item.get(name)) for name in columns) for item in items), key=repr)


def assert_held(plan_id: int, delivered: Person) -> None:
    """Hold a person as looked up against the document that was delivered."""
    held = person_now(plan_id, delivered["participant_id"])
    assert held is not None
    for name in CENSUS:
        assert comparable(held[name]) == comparable(delivered.get(name)), name
    for name, column in ADDRESS.items():
        assert held[column] == (delivered.get("address") or {}).get(name), name
    assert held["employment"] == delivered["employment"]
    for table, columns in ITEM_FILES.items():
        assert item_set(held[table], columns) == item_set(delivered.get(table, []), columns), table
    digits = delivered["ssn"].replace("-", "")
    assert held["ssn"] == f"***-**-{digits[-4:]}"
    row = Participant.objects.get(plan_id=plan_id, participant_id=delivered["participant_id"])
    assert unseal_ssn(row.ssn_sealed, plan_id, row.participant_id) == digits


@pytest.mark.django_db
@FORMS
def test_what_was_delivered_is_what_is_held(inbox: Path, form: str) -> None:
    """PT-2: census, spells, pay, eligibility, rates, allocations, balances, vesting, loans, beneficiaries, YTD: all of it."""
    plan = synced_plan(inbox, everybody(), form=form)
    run = sync_people(plan)
    assert (run.status, counts(run), problems(run)) == ("successful", (5, 5, 0, 0, 0), [])
    for one in everybody():
        assert_held(plan.pk, one)


@pytest.mark.django_db
def test_both_forms_are_the_same_content(inbox: Path) -> None:
    """PT-2: a delivery as NDJSON after one as CSV with the same people changes nobody."""
    plan = synced_plan(inbox, everybody(), form="csv")
    sync_people(plan)
    deliver(inbox, everybody(), day=2, form="ndjson")
    run = sync_people(plan)
    assert counts(run) == (5, 0, 5, 0, 0)


CHANGES: list[dict[str, Any]] = [
    {"first_name": "Adele"},
    {"middle_name": None},
    {"birth_date": "1964-03-01"},
    {"gender": "X"},
    {"marital_status": "widowed"},
    {"email": "new@example.test"},
    {"phone": None},
    {"address": ada()["address"] | {"line2": None, "zip": "66603"}},
    {"employment": [{"hire_date": "2010-06-15", "termination_date": None}]},
    {"employment": bea()["employment"]},
    {"status": "leave"},
    {"pay_frequency": "weekly"},
    {"annual_compensation": "76923.11"},
    {"hours_ytd": "1710.6"},
    {"eligibility_date": "2010-11-01"},
    {"entry_date": None},
    {"prior_year_fica_wages": "150000.01"},
    {"contribution_rates": ada()["contribution_rates"][:1]},
    {"contribution_rates": [{"source": "PRE", "percent": "0", "amount": None}]},
    {"contribution_rates": []},
    {"allocations": [{"source": "PRE", "fund": "TD45", "percent": "100"}]},
    {"allocations": []},
    {"vesting": [{"source": "MATCH", "percent": "100"}]},
    {"loans": [ada()["loans"][0], ada()["loans"][1] | {"balance": "3019.25"}]},
    {"loans": []},
    {"beneficiaries": [{"class": "primary", "name": "Io", "relationship": "child", "percent": "100"}]},
    {"beneficiaries": []},
    {"ytd": [{"source": "PRE", "amount": "4200.12"}]},
    {"ytd": []},
]


@pytest.mark.django_db
@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_each_change_arrives_alone(inbox: Path, changes: dict[str, Any]) -> None:
    """PT-2: any one field that changes, or goes away, changes this person, nobody else, and is what is held then."""
    plan = synced_plan(inbox, everybody())
    sync_people(plan)
    after = changed(ada(), **changes)
    deliver(inbox, [*without(everybody(), "P-0001"), after], day=2)
    run = sync_people(plan)
    assert (run.status, counts(run), problems(run)) == ("successful", (5, 1, 4, 0, 0), [])
    assert_held(plan.pk, after)


@pytest.mark.django_db
def test_columns_that_are_not_delivered_are_not_known(inbox: Path) -> None:
    """PT-2: a missing optional column or file means "not known", which is a change if it was known before."""
    plan = synced_plan(inbox, [ada()])
    sync_people(plan)
    bare = {
        name: ada()[name] for name in ("participant_id", "ssn", "first_name", "last_name", "birth_date", "employment")
    }
    deliver(inbox, [bare | {"balances": ada()["balances"]}], day=2)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (1, 1, 0, 0, 0))
    assert_held(plan.pk, bare | {"balances": ada()["balances"]})
