"""Runs over the Recordkeeper API: changes only, held ones, the same people as in files, and nothing but GET."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.security.firm import only_firm
from planbridge.sync.decide import apply_held_run
from planbridge.sync.request import SyncOptions
from planbridge.sync.run import HeldFeed
from tests.faults.content import differences
from tests.faults.test_simulator_faults import held_of, plan_with_people, rest_connection, sync_documents
from tests.simulator_process import Simulator, start_simulator
from tests.syncing import added_plan, codes, counts, statuses, sync_people, sync_plan, worked

pytestmark = pytest.mark.django_db

PLAN = "910001"


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A simulator to change at will, of one plan with 30 people."""
    with start_simulator(tmp_path, plans=1, people=30) as running:
        yield running


@contextmanager
def recorded(target: str) -> Iterator[tuple[str, list[str]]]:
    """A proxy to an address that writes down each request's method: its own address, and the methods."""
    methods: list[str] = []

    class Passing(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            methods.append(self.command)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            got = httpx.request(self.command, target + self.path, headers=headers, timeout=30)
            self.send_response(got.status_code)
            for name in ("Content-Type", "ETag", "Date"):
                if name in got.headers:
                    self.send_header(name, got.headers[name])
            self.send_header("Content-Length", str(len(got.content)))
            self.end_headers()
            self.wfile.write(got.content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815 - as inherited

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as inherited
            """Nothing is written."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Passing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", methods
        server.shutdown()


def files_connection(folder: Path) -> Connection:
    """A connection to a drop folder."""
    folder.mkdir(exist_ok=True)
    new = NewConnection(folder.name, ConnectionKind.FILES, {"path": str(folder), "profile": "canonical"})
    return add_connection(only_firm(), new, actor="test")


def test_changes_bring_the_new_the_changed_and_the_gone(simulator: Simulator) -> None:
    """PT-7: A run of changes reads only those who changed, takes out the deleted, and leads to what a full one holds."""
    plan = plan_with_people(rest_connection(simulator, ndjson="auto"))
    simulator.admin("hire", count=2)
    gone = simulator.people(PLAN)[4]["participant_id"]
    simulator.admin("remove-people", participant_ids=[gone])
    other = simulator.people(PLAN)[0]["participant_id"]
    simulator.admin("change-participant", participant_id=other, field="first_name", value="Renamed")
    run = sync_people(plan)
    assert (run.status, counts(run), run.vanished) == ("successful", (3, 3, 0, 0, 0), 1), codes(run)
    assert statuses(plan)[gone] == "not_at_recordkeeper"
    assert differences(held_of(plan_with_people(rest_connection(simulator, ndjson="never"))), held_of(plan)) == []
    again = sync_people(plan)
    assert (again.status, again.applied, again.vanished) == ("successful", 0, 0)


def test_missed_change_leads_to_a_full_reading(simulator: Simulator) -> None:
    """PT-7: When changes do not lead to the control totals, the same run reads everybody and mends what was missed."""
    plan = plan_with_people(rest_connection(simulator, ndjson="auto"))
    simulator.admin("pay-period")
    # As if the recordkeeper had said a later time than its data were of: the pay period is missed.
    later = simulator.get(f"/v1/plans/{PLAN}/participants", limit=1).json()["as_of"]
    Plan.objects.filter(pk=plan.pk).update(participants_applied_as_of=later)
    simulator.admin("hire", count=1)
    run = sync_people(plan)
    assert (run.status, run.read) == ("successful", len(simulator.people(PLAN))), codes(run)
    sync_documents(plan)
    assert differences(held_of(plan_with_people(rest_connection(simulator, ndjson="never"))), held_of(plan)) == []


@pytest.mark.parametrize("ndjson", ["auto", "never"])
@pytest.mark.parametrize("options", [SyncOptions(is_full=True), SyncOptions()], ids=["full", "changes"])
def test_held_run_keeps_its_people(simulator: Simulator, ndjson: str, options: SyncOptions) -> None:
    """PT-7: Applying a held run applies exactly what it read, whatever the recordkeeper says by then."""
    plan = plan_with_people(rest_connection(simulator, ndjson=ndjson))
    simulator.admin("remove-people", count=12)
    simulator.admin("hire", count=1)
    run = sync_people(plan, options)
    assert (run.status, "MASS_DISAPPEARANCE" in codes(run)) == ("held", True)
    assert HeldFeed.objects.filter(plan_id=plan.pk, run_id=run.id, part__gt=0).exists()
    wanted = held_of(plan_with_people(rest_connection(simulator, ndjson="never")))
    simulator.admin("hire", count=3)
    run = worked(apply_held_run(run.id, actor="test"))
    assert (run.status, run.vanished) == ("successful", 12), codes(run)
    assert differences(wanted, held_of(plan)) == []


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_rest_and_files_agree(simulator: Simulator, tmp_path: Path, form: str) -> None:
    """RK-6: The same people through the API and through files give equal tables, at first and after changes."""
    rest = plan_with_people(rest_connection(simulator, ndjson="auto"))
    folder = tmp_path / form
    connection = files_connection(folder)
    simulator.admin("deliver", folder=str(folder / "day1"), form=form)
    files = plan_with_people(connection)
    assert differences(held_of(rest), held_of(files)) == []
    for order in ("pay-period", "hire", "leave", "remove-people"):
        simulator.admin(order)
    simulator.admin("deliver", folder=str(folder / "day2"), form=form)
    sync_documents(rest, files)
    ended = [sync_people(rest), sync_people(files)]
    assert [run.status for run in ended] == ["successful", "successful"], [codes(run) for run in ended]
    assert differences(held_of(rest), held_of(files)) == []


def test_syncs_only_get(simulator: Simulator) -> None:
    """RK-7: A whole set of syncs - documents, everybody, changes, one person, a dry run, held - sends nothing but GET."""
    with recorded(simulator.url) as (url, methods):
        settings = {"url": url, "backoff_seconds": 0.01, "page_limit": 10}
        new = NewConnection("recorded", ConnectionKind.REST, settings, {"token": simulator.token})
        plan = added_plan(add_connection(only_firm(), new, actor="test"), PLAN)
        sync_plan(plan)
        sync_people(plan)
        simulator.admin("pay-period")
        sync_plan(plan)
        sync_people(plan, SyncOptions(is_dry_run=True))
        sync_people(plan)
        sync_people(plan, SyncOptions(participants=(simulator.people(PLAN)[0]["participant_id"],)))
        simulator.admin("remove-people", count=12)
        held = sync_people(plan, SyncOptions(is_full=True))
        assert worked(apply_held_run(held.id, actor="test")).status == "successful"
    assert len(methods) > 12
    assert set(methods) == {"GET"}
