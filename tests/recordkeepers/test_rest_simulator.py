"""The `rest` connector reads the shipped simulator, with and without its faults."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import PlanFeed, WantedPlan
from planbridge.recordkeepers.rest import RestConnector
from tests.simulator_process import Simulator, start_simulator

PLANS = (WantedPlan(1, "910001"), WantedPlan(2, "910002"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator for the tests of this file."""
    folder: Path = tmp_path_factory.mktemp("simulator")
    with start_simulator(folder, plans=2, people=20) as simulator:
        yield simulator


@pytest.fixture
def simulator(running: Simulator) -> Iterator[Simulator]:
    """The simulator, its faults cleared after the test."""
    yield running
    running.clear_faults()


def connector(simulator: Simulator, **settings: object) -> RestConnector:
    """A connector to the simulator that waits little and reads small pages."""
    quick = {"url": simulator.url, "backoff_seconds": 0.01, "timeout_seconds": 5, "page_limit": 8, **settings}
    return RestConnector(Connection(name="simulator", kind="rest", settings=quick), {"token": simulator.token})


def read(simulator: Simulator, *wanted: WantedPlan, **settings: object) -> tuple[dict[int, PlanFeed], pl.DataFrame]:
    """All feeds by plan, and all people as one frame."""
    groups = list(connector(simulator, **settings).read_people(wanted or PLANS))
    frames = [part.numbered(None).people for group in groups for part in group.parts]
    feeds = {feed.wanted.plan_id: feed for group in groups for feed in group.feeds}
    return feeds, pl.concat(frames) if frames else pl.DataFrame({"plan_id": []})


def counts(people: pl.DataFrame) -> dict[str, int]:
    """How many people each plan has."""
    return dict(people.group_by("plan_id").len().rows())


def test_every_plan_and_person_is_read(simulator: Simulator) -> None:
    """RK-6: Plans, documents, people and control totals of the simulator agree."""
    listed = list(connector(simulator).list_plans())
    documents = {one.wanted.external_plan_id: one for one in connector(simulator).read_plans(PLANS)}
    feeds, people = read(simulator)
    assert counts(people) == {plan.external_plan_id: plan.participants for plan in listed}
    assert all(documents[plan.external_plan_id].document for plan in listed)
    assert {
        feed.wanted.external_plan_id: feed.totals and feed.totals.participants for feed in feeds.values()
    } == counts(people)
    again = [WantedPlan(0, plan_id, etag=one.etag) for plan_id, one in documents.items()]
    assert [one.document for one in connector(simulator).read_plans(again)] == [None, None]


@pytest.mark.parametrize("ndjson", ["auto", "never"])
@pytest.mark.parametrize(
    "fault",
    [
        "server_error", "truncated_body", "connection_reset", "malformed_json", "html_body", "snapshot_expired",
        "ndjson_not_offered", "ndjson_no_end", "ndjson_wrong_count", "reordered", "duplicate_same",
    ],
)  # fmt: skip
def test_passing_fault_loses_nobody(simulator: Simulator, fault: str, ndjson: str) -> None:
    """RK-6: A fault that strikes twice changes nothing of what is read."""
    _, before = read(simulator)
    simulator.fault(fault, times=2, plan_id="910001", call="participants")
    feeds, people = read(simulator, ndjson=ndjson)
    assert [feed.problems for feed in feeds.values()] == [(), ()]
    assert people.drop("record").sort("participant_id").equals(before.drop("record").sort("participant_id"))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("server_error", "RK_UNREACHABLE"),
        ("malformed_json", "RK_BAD_RESPONSE"),
        ("truncated_body", "RK_BAD_RESPONSE"),
        ("snapshot_expired", "RK_SNAPSHOT_EXPIRED"),
        ("cursor_loop", "RK_BAD_RESPONSE"),
        ("unauthorized", "RK_AUTH_FAILED"),
        ("forbidden", "RK_AUTH_FAILED"),
        ("plan_not_found", "PLAN_NOT_FOUND"),
    ],
)
def test_lasting_fault_refuses_its_plan_only(simulator: Simulator, fault: str, code: str) -> None:
    """RK-6: A fault that stays is named by its code, and the other plan is read."""
    simulator.fault(fault, plan_id="910001", call="participants")
    feeds, people = read(simulator, ndjson="never")
    assert [problem.code for problem in feeds[1].problems] == [code]
    assert (feeds[2].problems, set(counts(people))) == ((), {"910002"})


@pytest.mark.parametrize("ndjson", ["auto", "never"])
def test_differing_duplicate_is_passed_on(simulator: Simulator, ndjson: str) -> None:
    """RK-6: A person who comes twice with other content stands twice among the people."""
    simulator.fault("duplicate_other", plan_id="910001", call="participants")
    _, people = read(simulator, PLANS[0], ndjson=ndjson)
    repeated = people.group_by("participant_id").len().filter(pl.col("len") > 1)
    assert repeated["len"].to_list() == [2]


def test_changes_since_the_last_reading(tmp_path: Path) -> None:
    """PT-7: A reading with changed_since of the last as_of brings who changed, and only them."""
    with start_simulator(tmp_path, plans=1, people=20) as simulator:
        feeds, _ = read(simulator, PLANS[0])
        hired = simulator.admin("hire", plan_id="910001", count=2)
        assert hired
        since = WantedPlan(1, "910001", changed_since=feeds[1].as_of)
        changed, people = read(simulator, since)
    assert not changed[1].is_complete
    assert people.height == 2
