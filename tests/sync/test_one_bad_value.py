"""One bad value rejects one person: no date, number or id of a record stops the others of its batch."""

from pathlib import Path
from random import Random
from string import ascii_letters
from typing import Any

import psycopg
import pytest
from django.db import OperationalError

from planbridge.recordkeepers.formats import canonical_people, canonical_spool
from planbridge.sync.work import is_database_gone
from tests.cast import Person, changed, crowd, deliver, loan, position
from tests.syncing import codes, counts, open_quarantine, problems, statuses, sync_people, synced_plan

NINES = "9" * 28
LONG = "".join(Random(1).choices(ascii_letters, k=6000))  # letters at random: PostgreSQL cannot compress them


def with_balance(**values: str) -> dict[str, Any]:
    """A change to a position that has other values."""
    return {"balances": [position("PRE", "TD45", "100.5") | values]}


def beneficiary(percent: str) -> Person:
    """A primary beneficiary."""
    return {"class": "primary", "name": "Io", "relationship": "child", "percent": percent}


BAD_DATES = [
    {"birth_date": "0000-01-01"},
    {"birth_date": "-026-01-01"},
    {"birth_date": "2026- 1-01"},
    {"eligibility_date": "0999-12-31"},
    {"entry_date": "２０２６-01-01"},
    with_balance(price_date="2026-11-3"),
]
BAD_NUMBERS = [
    with_balance(units=NINES),
    with_balance(units="9" * 20, price="9" * 12),
    with_balance(market_value=f"-{NINES}"),
    with_balance(price="18.42100000001"),
    {"annual_compensation": "100000000000"},
    {"loans": [loan("1") | {"balance": NINES}]},
    {"beneficiaries": [beneficiary(NINES), beneficiary(NINES)]},
]
BAD_VALUES = [("DATE_INVALID", one) for one in BAD_DATES] + [("NUMBER_INVALID", one) for one in BAD_NUMBERS]


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "change"), BAD_VALUES, ids=str)
def test_a_value_that_cannot_be_kept_rejects_its_person_only(inbox: Path, code: str, change: dict[str, Any]) -> None:
    """PT-4: a day no calendar writes so, or a number too large to reckon with, rejects its person; the others go on."""
    plan = synced_plan(inbox, [changed(crowd(1)[0], **change), *crowd(3)[1:]])
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("partly_successful", (3, 2, 0, 1, 0))
    assert (code, "P-0100") in problems(run)
    assert set(statuses(plan)) == {"P-0101", "P-0102"}


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "change"), BAD_VALUES, ids=str)
def test_so_it_is_with_somebody_held(inbox: Path, code: str, change: dict[str, Any]) -> None:
    """PT-4: a bad value of somebody who was healthy the day before rejects them, also where only a price is bad."""
    plan = synced_plan(inbox, crowd(30))
    sync_people(plan)
    deliver(inbox, [changed(crowd(1)[0], **change), *crowd(30)[1:]], day=2)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("partly_successful", (30, 0, 29, 1, 0))
    assert (code, "P-0100") in problems(run)
    assert statuses(plan)["P-0100"] == "error"


@pytest.mark.django_db
def test_large_numbers_are_taken(inbox: Path) -> None:
    """PT-4: ninety-nine billion dollars of one person are no fault."""
    rich = position("PRE", "STBL", "99999999999", price="1")
    plan = synced_plan(inbox, [changed(crowd(1)[0], annual_compensation="99999999999.99", balances=[rich])])
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("successful", [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "participant_id"),
    [("csv", LONG), ("ndjson", LONG), ("ndjson", "a\nb"), ("ndjson", "a\x00")],
    ids=["long-csv", "long-ndjson", "line end", "NUL"],
)
def test_an_id_that_cannot_be_kept_rejects_its_record_only(inbox: Path, form: str, participant_id: str) -> None:
    """PT-4: a record whose id is longer than agreed, or has a line end, is kept under a short name; the others go on."""
    odd = changed(crowd(6)[5], participant_id=participant_id)
    plan = synced_plan(inbox, [*crowd(5), odd], form=form)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("partly_successful", (6, 5, 0, 1, 0))
    ((name, found),) = open_quarantine(plan)
    assert (name.startswith(f"(id of {len(participant_id)} characters, "), found) == (True, ["RECORD_MALFORMED"])
    assert sorted(statuses(plan)) == [one["participant_id"] for one in crowd(5)]


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_such_ids_of_several_parts_are_told_apart(inbox: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """PT-4: records whose ids cannot be kept are told apart in a large delivery, which is read in parts."""
    monkeypatch.setattr(canonical_people, "PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(canonical_spool, "PEOPLE_A_GROUP", 8)
    odd = [changed(one, participant_id=f"{place}" * 100) for place, one in enumerate(crowd(6, first=500), 1)]
    plan = synced_plan(inbox, [*odd, *crowd(30)], form=form)
    run = sync_people(plan)
    assert (run.status, counts(run), codes(run)[0]) == ("partly_successful", (36, 30, 0, 6, 0), "RECORD_MALFORMED")


@pytest.mark.django_db
def test_an_id_as_long_as_agreed_is_taken(inbox: Path) -> None:
    """PT-4: an id of 64 characters is an id like any other."""
    plan = synced_plan(inbox, [changed(crowd(1)[0], participant_id="ü" * 64)])
    assert sync_people(plan).status == "successful"
    assert statuses(plan) == {"ü" * 64: "synced"}


@pytest.mark.parametrize(
    ("error", "is_gone"),
    [
        (psycopg.errors.ProgramLimitExceeded(), False),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.OperationalError("the connection is lost"), True),
        (psycopg.errors.UniqueViolation(), False),
        (ValueError(), False),
    ],
    ids=repr,
)
@pytest.mark.parametrize("is_wrapped", [False, True])
def test_what_is_too_much_for_the_database_does_not_mean_that_it_is_gone(
    error: Exception, *, is_gone: bool, is_wrapped: bool
) -> None:
    """PT-4: a value beyond a limit of PostgreSQL fails its run, which is not tried again for ever."""
    shown = error
    if is_wrapped and isinstance(error, psycopg.OperationalError):
        shown = OperationalError()
        shown.__cause__ = error
    assert is_database_gone(shown) is is_gone
