"""No SSN stands readable anywhere: not in the database, not in a log, a problem or an error."""

import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import polars_hash
import pytest
from django.db import DatabaseError
from django.db import connection as database

from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.security.firm import only_firm
from planbridge.sync.request import SyncOptions
from planbridge.sync.run import RunProblem, SyncRun
from tests.cast import Person, changed, crowd, deliver, everybody
from tests.syncing import codes, statuses, sync_people, sync_plan, synced_plan

TOKEN = "tok-5f0c1e2d-very-secret"


def digits(people: list[Person]) -> set[str]:
    """The SSNs of these people as nine digits."""
    return {re.sub(r"\D", "", one["ssn"] or "") for one in people} - {""}


def dump() -> dict[str, bytes]:
    """Every value of every table as text, bytea also as its bytes, by table."""
    found = {}
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {table}")
            values = [value for row in cursor.fetchall() for value in row]
            found[table] = b"\n".join(as_bytes(value) for value in values)
    return found


def as_bytes(value: Any) -> bytes:
    """A value as its bytes."""
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return (
        json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    ).encode()


def readable_forms(ssn: str) -> list[bytes]:
    """An SSN in the forms in which somebody could read it."""
    return [form.encode() for form in (ssn, f"{ssn[:3]}-{ssn[3:5]}-{ssn[5:]}", f"{ssn[:3]} {ssn[3:5]} {ssn[5:]}")]


def unkeyed_digests(ssn: str) -> list[bytes]:
    """What one without the key could make of an SSN: whole or half digests, by bytes and in hexadecimal."""
    made = []
    for form in (ssn.encode(), f"{ssn[:3]}-{ssn[3:5]}-{ssn[5:]}".encode()):
        made += [hashlib.new(name, form).digest()[:16] for name in ("md5", "sha1", "sha256", "sha512", "blake2b")]
        made.append(hmac.digest(b"", form, "sha256")[:16])
    frame = pl.DataFrame({"ssn": [ssn]}).select(polars_hash.col("ssn").nchash.xxh3_128())
    whole = int(frame.item())
    made += [whole.to_bytes(16, "little"), whole.to_bytes(16, "big"), str(whole).encode()]
    return made + [digest.hex().encode() for digest in made]


def synced_history(inbox: Path) -> list[Person]:
    """Days with every way an SSN could get somewhere: taken, changed, rejected, held, in a wrong field, in a dry run."""
    first = [*everybody(), *crowd(20)]
    plan = synced_plan(inbox, first)
    assert sync_people(plan).status == "successful"
    second = [*everybody(), *crowd(20)]
    second[6] = changed(second[6], ssn="900-88-1234")
    second[7] = changed(second[7], last_name=None, email="900-88-4321@x", middle_name="900884321")
    second[8] = changed(second[8], birth_date="900-88-5678", status="900 88 5678")
    second[9] = changed(second[9], ssn="900-88-12345")
    second[10] = changed(second[10], ssn=second[11]["ssn"])
    deliver(inbox, second, day=2)
    sync_people(plan, SyncOptions(is_dry_run=True))
    assert sync_people(plan).status == "partly_successful"
    deliver(inbox, second[12:], day=3)
    assert sync_people(plan).status == "held"
    sync_plan(plan)
    extra = [{"ssn": ssn} for ssn in ("900-88-1234", "900-88-4321", "900-88-5678", "900-88-12345")]
    return [*first, *second, *extra]


@pytest.mark.django_db
def test_no_table_holds_a_readable_ssn(inbox: Path) -> None:
    """US-2: no text, JSON or bytes of any table hold an SSN of the cast, dashed or not, nor an unkeyed digest of one."""
    people = synced_history(inbox)
    assert len(digits(people)) > 25
    tables = dump()
    assert len(tables["participant"]) > 1000
    for ssn in digits(people):
        for form in [*readable_forms(ssn), *unkeyed_digests(ssn)]:
            holding = [table for table, text in tables.items() if form in text]
            assert not holding, (form, holding)


@pytest.mark.django_db
def test_problems_and_requests_show_masks_only(inbox: Path) -> None:
    """US-2: messages and values of problems, and the requests of runs, show at most an SSN's last four digits."""
    people = synced_history(inbox)
    said = [f"{row.message} {row.value}" for row in RunProblem.objects.all()]
    said += [json.dumps([run.requests, run.proof, run.stages], default=str) for run in SyncRun.objects.all()]
    assert len(said) > 10
    for text in said:
        assert not [ssn for ssn in digits(people) if ssn in re.sub(r"[- ]", "", text)], text


@pytest.mark.django_db
def test_logs_and_errors_hold_no_ssn(
    inbox: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """US-2: neither what is printed nor what is logged, also of a fault of our own, holds an SSN."""
    plan = synced_plan(inbox, everybody())
    with database.cursor() as cursor:
        cursor.execute("ALTER TABLE holding ADD CONSTRAINT no_units CHECK (units IS NULL)")
    said = ""
    try:
        said = str(codes(sync_people(plan)))
    except DatabaseError as error:
        said = f"{error} {error.__cause__}"
    assert said
    printed = capfd.readouterr()
    everything = f"{printed.out} {printed.err} {caplog.text} {said}"
    for ssn in digits(everybody()):
        assert ssn not in re.sub(r"[- ]", "", everything)


@pytest.mark.django_db
def test_tokens_are_nowhere(inbox: Path) -> None:
    """RK-1: a connection's token is in no table, and not in what a run that used it says."""
    new = NewConnection("rest", ConnectionKind.REST, {"url": "http://127.0.0.1:9"}, credentials={"token": TOKEN})
    connection = add_connection(only_firm(), new, actor="test")
    assert statuses(synced_plan(inbox, crowd(1))) == {}
    for table, text in dump().items():
        assert TOKEN.encode() not in text, table
    assert TOKEN not in repr(connection) + str(connection.__dict__)
