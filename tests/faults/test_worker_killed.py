"""A worker that is killed: another one takes its run over, and everything ends as if nothing had happened."""

import signal
from collections.abc import Iterator
from itertools import count

import pytest

from tests.faults.content import PEOPLE_TABLES, PLAN_TABLES, differences
from tests.faults.installation import CALM, Installation, WorkerProcess, installation

PLAN_STAGES = ("extract", "apply")
PEOPLE_STAGES = ("normalise", "validate", "diff", "guard", "apply", "reconcile", "extract")
NEVER = ""


@pytest.fixture(scope="module")
def installed(kill_rounds: range) -> Iterator[Installation]:
    """An installation with a calm plan and one for each round of kills, and two for other trouble."""
    rounds = [plan_of(number) for number in kill_rounds]
    with installation([CALM, *rounds, "900801", "900802"]) as made:
        yield made


def plan_of(number: int) -> str:
    """The plan of a round."""
    return str(900200 + number)


def paused(stage: str) -> str:
    """What makes a worker wait at a border until it is killed."""
    return f"{stage}:300" if stage else ""


def kill_at(
    installed: Installation, worker: WorkerProcess, stage: str, following: str, *, is_alone: bool
) -> WorkerProcess:
    """Kill a worker at a border; the next one, which waits at the following border, lives before or comes after."""
    worker.wait_until_paused(stage)
    if is_alone:
        worker.send(signal.SIGKILL)
        return installed.start_worker(paused(following))
    other = installed.start_worker(paused(following))
    installed.wait_for_workers(2)
    worker.send(signal.SIGKILL)
    return other


def test_worker_killed_at_each_border(installed: Installation, kill_rounds: range) -> None:
    """PT-7: Killed with -9 at every border of both syncs, a run is taken over each time, and ends as an undisturbed one."""
    for number in kill_rounds:
        plan, turn = plan_of(number), count(number)
        worker = installed.start_worker(paused(PLAN_STAGES[0]))
        installed.order("ask", "plan", plan)
        for stage, following in zip(PLAN_STAGES, (*PLAN_STAGES[1:], PEOPLE_STAGES[0]), strict=True):
            worker = kill_at(installed, worker, stage, following, is_alone=next(turn) % 2 == 0)
        assert installed.wait_for_end(plan, "plan") == "successful"
        installed.order("ask", "participants", plan)
        for stage, following in zip(PEOPLE_STAGES, (*PEOPLE_STAGES[1:], NEVER), strict=True):
            worker = kill_at(installed, worker, stage, following, is_alone=next(turn) % 2 == 0)
        assert installed.wait_for_end(plan, "participants") == "partly_successful"
        assert installed.newest_run(plan, "participants")[2] == 1 + len(PEOPLE_STAGES)
        assert worker.stop() == 0
        tables = [*PEOPLE_TABLES, *PLAN_TABLES]
        assert differences(installed.content(CALM, tables), installed.content(plan, tables)) == []
    assert installed.rows("SELECT count(*) FROM procrastinate_jobs WHERE status <> 'todo'") == [(0,)]


@pytest.mark.parametrize(("plan", "stage"), [("900801", "guard"), ("900802", "reconcile")])
def test_stopped_worker_cannot_commit(installed: Installation, plan: str, stage: str) -> None:
    """PT-7: A worker that hung while another did its run (before the fence, or past it with its locks) changes nothing."""
    hung = installed.start_worker(f"{stage}:1")
    installed.order("ask", "plan", plan)
    assert installed.wait_for_end(plan, "plan") == "successful"
    installed.order("ask", "participants", plan)
    hung.wait_until_paused(stage)
    hung.send(signal.SIGSTOP)
    other = installed.start_worker()
    assert installed.wait_for_end(plan, "participants") == "partly_successful"
    before = installed.content(plan, PEOPLE_TABLES)
    hung.send(signal.SIGCONT)
    assert hung.stop() == 0
    assert installed.content(plan, PEOPLE_TABLES) == before == installed.content(CALM, PEOPLE_TABLES)
    assert installed.newest_run(plan, "participants")[2] == 2
    assert other.stop() == 0
