"""`sync --wait` on the command line: two at once, one that is killed, one that is stopped with Ctrl-C."""

import json
import signal
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.content import PEOPLE_TABLES, differences
from tests.faults.installation import CALM, COMMAND, PATIENCE_SECONDS, Installation, WorkerProcess, installation

AT_ONCE, KILLED, STOPPED = "900401", "900402", "900403"
# Partly successful: day 2 has somebody who cannot be taken.
RUN_FAILED, INTERRUPTED = 1, 130


@pytest.fixture(scope="module")
def installed() -> Iterator[Installation]:
    """An installation with a calm plan and three others, their documents of day 2 taken in."""
    with installation([CALM, AT_ONCE, KILLED, STOPPED]) as made:
        made.order("do", "plan", AT_ONCE, KILLED, STOPPED)
        yield made


def begin(installed: Installation, plan: str, name: str, pause: str = "") -> WorkerProcess:
    """Begin `planbridge sync participants PLAN --wait`, which waits at the borders named."""
    log = installed.home / f"command-{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*COMMAND, "sync", "participants", plan, "--wait", "--json"],
            env=installed.environment(pause),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
        )
    installed.workers.append(WorkerProcess(process, log))
    return installed.workers[-1]


def ended(command: WorkerProcess) -> tuple[int, list[dict[str, Any]]]:
    """A command's exit code, and the runs that it printed."""
    out, _ = command.process.communicate(timeout=PATIENCE_SECONDS)
    return command.process.returncode, json.loads(out) if out else []


def open_runs(installed: Installation) -> list[Any]:
    """The runs that wait or run."""
    return installed.rows("SELECT status FROM sync_run WHERE status IN ('queued', 'running')")


def people_differ(installed: Installation, plan: str) -> list[str]:
    """Where a plan's people differ from those of the calm plan; how many runs that took is not looked at."""
    calm, other = (installed.content(name, PEOPLE_TABLES) for name in (CALM, plan))
    return differences(calm | {"sync_run": []}, other | {"sync_run": []})


def test_two_commands_sync_one_plan_at_once(installed: Installation) -> None:
    """PT-7: Two command lines that sync one plan at the same time both end well, and everything happens once."""
    commands = [begin(installed, AT_ONCE, f"at-once-{number}") for number in range(2)]
    answers = [ended(command) for command in commands]
    runs = {run["run"]: run["status"] for _, printed in answers for run in printed}
    assert "partly_successful" in runs.values()
    assert set(runs.values()) <= {"partly_successful", "successful"}
    assert {code for code, _ in answers} <= {0, RUN_FAILED}
    assert open_runs(installed) == []
    assert people_differ(installed, AT_ONCE) == []


def test_killed_and_called_again(installed: Installation) -> None:
    """PT-7: After a `sync --wait` was killed with -9, the same command ends what it began; nothing is lost or doubled."""
    killed = begin(installed, KILLED, "killed", "guard:300")
    killed.wait_until_paused("guard")
    killed.send(signal.SIGKILL)
    assert installed.newest_run(KILLED, "participants")[1] == "running"
    code, (run,) = ended(begin(installed, KILLED, "again"))
    assert (code, run["status"], run["read"]) == (0, "successful", 0)
    statuses = "SELECT status, attempt FROM sync_run r JOIN plan p ON p.id = plan_id WHERE external_plan_id = %s"
    query = f"{statuses} AND kind = 'participants' ORDER BY requested_at DESC LIMIT 2"
    assert installed.rows(query, KILLED) == [("successful", 1), ("partly_successful", 2)]
    assert open_runs(installed) == []
    assert people_differ(installed, KILLED) == []


def test_ctrl_c_leaves_the_run_to_be_done(installed: Installation) -> None:
    """AM-4: Ctrl-C ends `sync --wait` with 130 and one line; its run waits, and the next command does it."""
    stopped = begin(installed, STOPPED, "stopped", "diff:2")
    stopped.wait_until_paused("diff")
    stopped.send(signal.SIGINT)
    assert ended(stopped) == (INTERRUPTED, [])
    last = stopped.log.read_text().splitlines()[-1]
    assert last == "planbridge: Stopped. What was asked for before is kept: planbridge runs shows it."
    asked, status, _ = installed.newest_run(STOPPED, "participants")
    assert status == "queued"
    code, (run,) = ended(begin(installed, STOPPED, "next"))
    assert (code, run["run"], run["status"]) == (RUN_FAILED, asked, "partly_successful")
    assert open_runs(installed) == []
    assert people_differ(installed, STOPPED) == []
