"""A worker that is killed after it took other runs along: they are taken over with its job, none lost, none twice."""

import signal
from collections.abc import Iterator

import pytest

from tests.faults.content import PEOPLE_TABLES, differences
from tests.faults.installation import CALM, Installation, installation

PLANS = [str(900301 + number) for number in range(5)]


@pytest.fixture(scope="module")
def installed() -> Iterator[Installation]:
    """An installation with a calm plan and five others."""
    with installation([CALM, *PLANS]) as made:
        yield made


def test_killed_after_taking_along(installed: Installation) -> None:
    """PT-7: Five runs asked for one by one and taken along by one job survive its worker's kill -9: each is done once."""
    worker = installed.start_worker()
    installed.order("ask", "plan", *PLANS)
    assert {installed.wait_for_end(plan, "plan") for plan in PLANS} == {"successful"}
    assert worker.stop() == 0
    for plan in PLANS:
        installed.order("ask", "participants", plan)
    killed = installed.start_worker("guard:300", concurrency=1)
    killed.wait_until_paused("guard")
    assert {installed.newest_run(plan, "participants")[1:] for plan in PLANS} == {("running", 1)}
    assert installed.rows("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'") == [(0,)]
    killed.send(signal.SIGKILL)
    other = installed.start_worker()
    assert {installed.wait_for_end(plan, "participants") for plan in PLANS} == {"partly_successful"}
    assert {installed.newest_run(plan, "participants")[2] for plan in PLANS} == {2}
    assert other.stop() == 0
    calm = installed.content(CALM, PEOPLE_TABLES)
    for plan in PLANS:
        assert differences(calm, installed.content(plan, PEOPLE_TABLES)) == []
    assert installed.rows("SELECT count(*) FROM procrastinate_jobs") == [(0,)]
