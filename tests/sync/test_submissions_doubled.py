"""Requests that come late or twice make one change at the recordkeeper; a balance transfer is confirmed by the funds held."""

import time
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from planbridge.recordkeepers.registry import carrier_for
from planbridge.sync.submission_delivery import outgoing
from planbridge.sync.submission_wish import rate_wish, transfer_wish
from planbridge.sync.submissions import attempts_of
from tests.simulator_process import Simulator, start_simulator
from tests.sync.submitting import again, deliver_now, held, rest_plan, states, submitted
from tests.syncing import sync_people

pytestmark = pytest.mark.django_db
# How long an answer is waited for, and how much later the request arrives: another is asked and answered between.
SILENT_SECONDS, LATE_SECONDS = 2.0, 8.0


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A simulator of one plan, for one test."""
    with start_simulator(tmp_path, plans=1, people=8) as running:
        yield running


def at_recordkeeper(simulator: Simulator) -> dict[str, int]:
    """The simulator's submissions by status."""
    found = simulator.get("/admin/state").json()["submissions"]
    assert isinstance(found, dict)
    return found


def test_balance_transfer_is_confirmed(simulator: Simulator) -> None:
    """SB-2: a transfer is confirmed once the recordkeeper says that it is done and the funds asked for are held."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, transfer_wish("PRE", {"LC500": Decimal("40.5"), "BOND1": Decimal("59.5")}))
    deliver_now(plan)
    sync_people(plan)
    assert states(one) == ["accepted"]
    simulator.admin("apply-submissions")
    deliver_now(plan)
    sync_people(plan)
    assert states(one) == ["confirmed"]
    assert {item["fund"] for item in held(plan, "balances") if item["source"] == "PRE"} == {"LC500", "BOND1"}


def test_request_that_arrives_late(simulator: Simulator) -> None:
    """SB-1: a request that the recordkeeper gets after it was given up and sent anew changes nothing a second time."""
    plan = rest_plan(simulator, timeout_seconds=SILENT_SECONDS)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(8)))
    simulator.fault("slow", call="submit", seconds=LATE_SECONDS, times=1)
    deliver_now(plan, all_due=False)
    assert states(one) == ["unknown"]
    deliver_now(plan)
    assert states(one) == ["requested"]
    deliver_now(plan)
    assert states(one) == ["accepted"]
    time.sleep(LATE_SECONDS)
    assert at_recordkeeper(simulator) == {"accepted": 1}
    assert [line["said"] for line in attempts_of(one)] == ["no_answer", "not_found", "taken"]


def test_request_that_arrives_twice(simulator: Simulator) -> None:
    """SB-1: a request that the network doubles, also after the change was applied, happens once."""
    plan = rest_plan(simulator)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(8)))
    deliver_now(plan)
    simulator.admin("apply-submissions")
    with closing(carrier_for(plan.connection)) as carrier:
        said = [str(answer.said) for _, answer in carrier.send([outgoing(plan, again(one), {}, ())] * 2)]
    assert set(said) <= {"taken", "applied"}
    assert at_recordkeeper(simulator) == {"applied": 1}
