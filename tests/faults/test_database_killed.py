"""A database that is killed: the workers bring it back and finish what they were doing."""

from collections.abc import Iterator

import pytest

from tests.faults.content import PEOPLE_TABLES, PLAN_TABLES, differences
from tests.faults.installation import CALM, Installation, installation

STAGES = {
    "plan": ("extract", "apply"),
    "participants": ("extract", "normalise", "validate", "diff", "guard", "apply", "reconcile"),
}
ENDS = {"plan": "successful", "participants": "partly_successful"}


@pytest.fixture(scope="module")
def installed(kill_rounds: range) -> Iterator[Installation]:
    """An installation with a calm plan and one for each round of kills."""
    with installation([CALM, *map(plan_of, kill_rounds)]) as made:
        yield made


def plan_of(number: int) -> str:
    """The plan of a round."""
    return str(900200 + number)


def test_database_killed_at_each_border(installed: Installation, kill_rounds: range) -> None:
    """PT-7: The postmaster killed with -9 at every border of both syncs, the same worker brings it back and ends the run."""
    worker = installed.start_worker("*:0.4")
    for number in kill_rounds:
        plan = plan_of(number)
        for kind, stages in STAGES.items():
            installed.order("ask", kind, plan)
            for stage in stages:
                worker.wait_until_paused(stage)
                installed.kill_database()
            assert installed.wait_for_end(plan, kind) == ENDS[kind]
        tables = [*PEOPLE_TABLES, *PLAN_TABLES]
        assert differences(installed.content(CALM, tables), installed.content(plan, tables)) == []
    assert worker.stop() == 0
    assert installed.rows("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'todo'") == [(0,)]
