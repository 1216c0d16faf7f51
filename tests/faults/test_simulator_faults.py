"""Under every fault of the simulator a run completes exactly, or ends with the right code and nothing changed."""

import json
import shutil
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database

from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.security.firm import only_firm
from planbridge.simulator.faults import FAULTS
from planbridge.simulator.file_face import FILE_FAULTS
from planbridge.sync.request import SyncOptions
from planbridge.sync.run import SyncRun
from tests.faults.content import PEOPLE_TABLES, differences, newest_prices, rows_of
from tests.simulator_process import Simulator, start_simulator
from tests.syncing import added_plan, codes, run_of, sync_people, sync_plan, table_rows

pytestmark = pytest.mark.django_db

PLAN = "910001"
STATE_TABLES = [
    one for one in PEOPLE_TABLES if one not in {"run_problem", "quarantine", "participant_change", "fund_price"}
]
PEOPLE = 60
FULL = SyncOptions(is_full=True)
EXACT = ("successful", "")
QUICK = {"backoff_seconds": 0.01, "timeout_seconds": 5, "wait_seconds_max": 0.1, "page_limit": 25}
# How a run ends while the fault lasts: its status and code, read by pages and as NDJSON.
BAD, GONE, AUTH = ("error", "RK_BAD_RESPONSE"), ("error", "RK_UNREACHABLE"), ("error", "RK_AUTH_FAILED")
BUSY, DIFFERS = ("error", "RK_RATE_LIMITED"), ("held", "TOTALS_DIFFER")
ENDS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "slow": (EXACT, EXACT),
    "rate_limited": (BUSY, BUSY),
    "server_error": (GONE, GONE),
    "unavailable": (BUSY, BUSY),
    "unauthorized": (AUTH, AUTH),
    "forbidden": (AUTH, AUTH),
    "plan_not_found": (("error", "PLAN_NOT_FOUND"), ("error", "PLAN_NOT_FOUND")),
    "truncated_body": (BAD, BAD),
    "connection_reset": (BAD, BAD),
    "malformed_json": (BAD, BAD),
    "html_body": (BAD, BAD),
    "reordered": (EXACT, EXACT),
    "duplicate_same": (EXACT, EXACT),
    "duplicate_other": (("partly_successful", "PARTICIPANT_DUPLICATE"), ("partly_successful", "PARTICIPANT_DUPLICATE")),
    "half_listing": (DIFFERS, DIFFERS),
    "dropped_people": (("held", "MASS_DISAPPEARANCE"), ("held", "MASS_DISAPPEARANCE")),
    "lying_totals": (DIFFERS, DIFFERS),
    "snapshot_expired": (("error", "RK_SNAPSHOT_EXPIRED"), EXACT),
    "cursor_loop": (BAD, EXACT),
    "changed_since_ignored": (EXACT, EXACT),
    "ndjson_not_offered": (EXACT, EXACT),
    "ndjson_no_end": (EXACT, BAD),
    "ndjson_wrong_count": (EXACT, BAD),
    "submission_not_applied": (EXACT, EXACT),
    "submission_rejected": (EXACT, EXACT),
    "submission_timeout": (EXACT, EXACT),
}
# As CSV, and as NDJSON.
FILE_ENDS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "half_file": (("error", "FILE_TRUNCATED"), ("error", "FILE_TRUNCATED")),
    "wrong_digest": (("error", "FILE_INCOMPLETE"), ("error", "FILE_INCOMPLETE")),
    "missing_manifest": (("error", "FILE_INCOMPLETE"), ("error", "FILE_INCOMPLETE")),
    "missing_column": (("error", "COLUMN_MISSING"), ("held", "PARTICIPANT_ID_MISSING")),
    "wrong_encoding": (("error", "FILE_ENCODING"), ("error", "FILE_ENCODING")),
    "empty_file": (("error", "FILE_EMPTY"), ("error", "FILE_EMPTY")),
    "lying_totals": (DIFFERS, DIFFERS),
    "lying_count": (("error", "COUNT_MISMATCH"), ("error", "COUNT_MISMATCH")),
    "broken_row": (("error", "RECORD_FIELD_COUNT"), ("partly_successful", "RECORD_MALFORMED")),
    "duplicate": (EXACT, EXACT),
    "out_of_order": (("error", "FILE_OUT_OF_ORDER"), ("error", "FILE_OUT_OF_ORDER")),
    "duplicate_rows": (("held", "PARTICIPANT_DUPLICATE"), EXACT),
    "reordered_rows": (EXACT, EXACT),
}
NUMBER = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator for the tests of this file."""
    with start_simulator(tmp_path_factory.mktemp("simulator"), plans=1, people=PEOPLE) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    """The simulator, its faults cleared after the test."""
    yield running
    running.clear_faults()


def rest_connection(simulator: Simulator, *, ndjson: str) -> Connection:
    """A connection to the simulator that waits little."""
    settings = {**QUICK, "url": simulator.url, "ndjson": ndjson}
    new = NewConnection(f"simulator {next(NUMBER)}", ConnectionKind.REST, settings, {"token": simulator.token})
    return add_connection(only_firm(), new, actor="test")


def plan_with_people(connection: Connection) -> Plan:
    """The simulator's plan over a connection, its document and its people synced."""
    plan = added_plan(connection, PLAN)
    run = sync_plan(plan)
    assert run.status == "successful", codes(run)
    run = sync_people(plan)
    assert run.status == "successful", codes(run)
    return plan


def let_time_pass(simulator: Simulator) -> None:
    """Everybody's money changes, someone changes, one is hired, one vanishes."""
    simulator.admin("pay-period")
    simulator.admin("hire", count=1)
    simulator.admin("remove-people", count=1)


def fetch(query: str, parameters: Sequence[Any]) -> list[Any]:
    """Rows of a query in the test's transaction."""
    with database.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def held_of(plan: Plan) -> dict[str, list[Any]]:
    """What is held of those whom the recordkeeper has, without the story of how it came; and the newest prices."""
    gone = Participant.objects.filter(plan_id=plan.pk, sync_status="not_at_recordkeeper")
    people = set(gone.values_list("participant_id", flat=True))
    found: dict[str, list[Any]] = {"prices": newest_prices(fetch, plan.pk)}
    for table in STATE_TABLES:
        found[table] = [
            row for row in rows_of(fetch, plan.pk, table) if json.loads(row)["participant_id"] not in people
        ]
    return found


def stored(plan: Plan) -> list[list[Any]]:
    """Every row of a plan's people and prices with its place on disk: what a run rejected is told of the run, not held."""
    return [table_rows(table, plan) for table in PEOPLE_TABLES if table not in {"run_problem", "quarantine"}]


def sync_documents(*plans: Plan) -> None:
    """Sync the plans' documents, for new prices and funds."""
    for plan in plans:
        sync_plan(plan)


def test_every_fault_has_its_end() -> None:
    """RK-6: The tables of this file name every fault of the simulator."""
    assert set(ENDS) == set(FAULTS)
    assert set(FILE_ENDS) == set(FILE_FAULTS)


@pytest.mark.parametrize(
    ("ndjson", "options"),
    [("never", FULL), ("never", SyncOptions()), ("auto", SyncOptions())],
    ids=["pages-full", "pages-changes", "ndjson-changes"],
)
@pytest.mark.parametrize("fault", ENDS)
def test_run_under_a_fault_of_the_api(simulator: Simulator, fault: str, ndjson: str, options: SyncOptions) -> None:
    """RK-6: A run under a fault completes exactly or changes nothing, and the next one without it completes exactly."""
    plan = plan_with_people(rest_connection(simulator, ndjson=ndjson))
    let_time_pass(simulator)
    before = stored(plan)
    simulator.fault(fault, seconds=0.05)
    status, code = ENDS[fault][ndjson == "auto"]
    run = sync_people(plan, options)
    assert (run.status, code in codes(run) or not code) == (status, True), codes(run)
    if status in {"error", "held"}:
        assert stored(plan) == before
    simulator.clear_faults()
    calm = plan_with_people(rest_connection(simulator, ndjson="never"))
    if status == "successful":
        assert differences(held_of(calm), held_of(plan)) == []
    after = sync_people(plan)
    assert after.status == "successful", codes(after)
    sync_documents(plan, calm)
    assert differences(held_of(calm), held_of(plan)) == []
    assert run_of(run.id).status == ("canceled" if status == "held" else status)


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("fault", FILE_ENDS)
def test_run_over_a_faulty_delivery(simulator: Simulator, inbox: Path, fault: str, form: str) -> None:
    """RK-6: A faulty delivery is taken exactly or not at all, and the next good one is taken exactly."""
    settings = {"path": str(inbox), "profile": "canonical"}
    new = NewConnection(f"drop {next(NUMBER)}", ConnectionKind.FILES, settings)
    connection = add_connection(only_firm(), new, actor="test")
    simulator.admin("price-day")
    simulator.admin("deliver", folder=str(inbox / "a"), form=form)
    plan = plan_with_people(connection)
    let_time_pass(simulator)
    before = stored(plan)
    simulator.admin("deliver", folder=str(inbox / "b"), form=form, fault=fault)
    run = sync_people(plan)
    status, code = FILE_ENDS[fault][form == "ndjson"]
    assert (run.status, code in codes(run) or not code) == (status, True), codes(run)
    if status in {"error", "held"}:
        assert stored(plan) == before
    if fault == "duplicate":
        assert (inbox / "refused" / "b-again.reason.txt").read_text().startswith("FILE_DUPLICATE: ")
    # Nobody mends a delivery where it lies: it is taken back, and a later one comes.
    shutil.rmtree(inbox / "b", ignore_errors=True)
    simulator.admin("price-day")
    simulator.admin("deliver", folder=str(inbox / "c"), form=form)
    after = sync_people(plan)
    calm = plan_with_people(rest_connection(simulator, ndjson="never"))
    assert (after.status, after.delivered_as) == ("successful", "c"), codes(after)
    sync_documents(plan, calm)
    assert differences(held_of(calm), held_of(plan)) == []
    assert SyncRun.objects.filter(plan_id=plan.pk, status__in=["queued", "running"]).count() == 0
