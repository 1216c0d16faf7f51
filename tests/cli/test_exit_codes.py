"""Exit codes and errors: scripts rely on them, and people read the one line."""

from pathlib import Path

import pytest

from planbridge.sync.run import SyncRun
from tests.cast import PLAN_ID, ada, everybody, person
from tests.cli.conftest import Planbridge
from tests.syncing import sync_people, synced_plan

pytestmark = pytest.mark.django_db
NO_RUN = "01932f6e-0000-7000-8000-000000000000"
WRONG_USAGE = [
    ("bogus",),
    ("plan", "bogus"),
    ("runs", "--bogus"),
    ("runs", "--status", "finished"),
    ("runs", "--since", "2026-13-01"),
    ("runs", "--since", "yesterday"),
    ("runs", "--limit", "0"),
    ("plan", "show"),
    ("plan", "add", "--connection", "example"),
    ("plan", "add", "--connection", "example", "1", "--all"),
    ("sync", "plan"),
    ("sync", "plan", PLAN_ID, "--all"),
    ("sync", "participants", "--all", "--participant", "P-0001"),
    ("participant", "show", PLAN_ID, "P-0001", "--on", "31.12.2026"),
    ("connection", "add", "x", "--kind", "pigeon"),
    ("plan", "deactivate", PLAN_ID),
]
NOT_FOUND = [
    ("connection", "test", "nobody"),
    ("connection", "remove", "nobody"),
    ("plan", "add", "--connection", "nobody", "--all"),
    ("plan", "show", "1"),
    ("plan", "activate", "1"),
    ("plan", "deactivate", "1", "--reason", "r"),
    ("plan", "diff", "1"),
    ("sync", "plan", "1"),
    ("sync", "participants", "1", "--wait"),
    ("runs", "--plan", "1"),
    ("run", "show", NO_RUN),
    ("run", "apply", NO_RUN),
    ("run", "discard", NO_RUN),
    ("run", "cancel", NO_RUN),
    ("run", "retry-rejected", NO_RUN),
    ("run", "proof", NO_RUN),
    ("participant", "show", "1", "P-0001"),
    ("participant", "history", PLAN_ID, "P-9999"),
    ("participant", "show", PLAN_ID, "P-9999"),
    ("participant", "show", PLAN_ID, "P-0001", "--on", "1999-01-01"),
]


def people_synced(inbox: Path) -> SyncRun:
    """The run that brought the cast in."""
    run = sync_people(synced_plan(inbox, everybody()))
    assert run.status == "successful"
    return run


def ended(planbridge: Planbridge, code: int, arguments: tuple[str, ...]) -> str:
    """Run a command that must fail with a code and one line on standard error alone; gives the line."""
    answer = planbridge(*arguments)
    assert answer.code == code, answer
    assert answer.out == ""
    assert answer.err.startswith("planbridge: ")
    assert answer.err.count("\n") == 1
    return answer.err


def test_wrong_usage_ends_with_2(planbridge: Planbridge, inbox: Path) -> None:
    """A command that cannot be understood ends with 2 and one line, also under --json."""
    people_synced(inbox)
    for arguments in WRONG_USAGE:
        assert "Value error" not in ended(planbridge, 2, arguments)
        ended(planbridge, 2, (*arguments, "--json"))


def test_what_is_not_there_ends_with_3(planbridge: Planbridge, inbox: Path) -> None:
    """A command that names what is not there ends with 3 and one line that says what is not."""
    people_synced(inbox)
    for arguments in NOT_FOUND:
        ended(planbridge, 3, (*arguments, "--json"))


def test_a_plan_without_a_sync_is_not_activated(planbridge: Planbridge, inbox: Path) -> None:
    """Activation of a plan that was never synced is refused with 4 and the code."""
    planbridge("connection", "add", "example", "--kind", "files", "--path", str(inbox))
    planbridge("plan", "add", "--connection", "example", PLAN_ID)
    assert "PLAN_NOT_SYNCED" in ended(planbridge, 4, ("plan", "activate", PLAN_ID))


def test_decisions_that_do_not_fit_the_run_are_refused(planbridge: Planbridge, inbox: Path) -> None:
    """A run that is not held cannot be applied or discarded, one that ended not canceled, none rejected not retried: 4."""
    run = str(people_synced(inbox).id)
    for decision in ("apply", "discard", "cancel", "retry-rejected"):
        assert run in ended(planbridge, 4, ("run", decision, run))


def test_connections_are_refused_with_the_reason(planbridge: Planbridge, inbox: Path, tmp_path: Path) -> None:
    """A second connection of a name, a folder that is not there, and removal of one with plans end with 4."""
    people_synced(inbox)
    add = ("connection", "add", "--kind", "files", "--path")
    assert "already" in ended(planbridge, 4, (*add, str(inbox), "example"))
    assert "not there" in ended(planbridge, 4, (*add, str(tmp_path / "gone"), "other"))
    assert "has plans" in ended(planbridge, 4, ("connection", "remove", "example"))
    assert "--quiet-hours" in ended(planbridge, 2, (*add, str(inbox), "third", "--quiet-hours"))
    assert "HH:MM" in ended(planbridge, 4, (*add, str(inbox), "third", "--quiet-hours", "late"))


def test_an_unreachable_recordkeeper_ends_with_5(planbridge: Planbridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing the plans of a recordkeeper that does not answer ends with 5, its name and the code."""
    monkeypatch.setenv("RK_TOKEN", "key")
    url = "http://127.0.0.1:9"
    assert planbridge("connection", "add", "gone", "--kind", "rest", "--url", url, "--token-env", "RK_TOKEN").code == 0
    line = ended(planbridge, 5, ("plan", "add", "--connection", "gone", "--all", "--json"))
    assert "gone" in line
    assert "RK_" in line


def test_a_rejected_person_is_shown(planbridge: Planbridge, inbox: Path) -> None:
    """The words of runs say what was rejected and who mends it; `run show` of it ends with 0."""
    plan = synced_plan(inbox, [ada(), person(7, "Nil") | {"ssn": None}])
    run = sync_people(plan)
    shown = planbridge("run", "show", str(run.id))
    assert shown.code == 0
    assert "SSN_MISSING" in shown.out
    assert "P-0007" in shown.out
    assert "The recordkeeper puts in the SSN." in shown.out


def test_a_group_without_a_command_shows_its_help(planbridge: Planbridge) -> None:
    """`planbridge` and `planbridge plan` alone show what there is and end with 2."""
    assert planbridge().code == 2
    answer = planbridge("plan")
    assert answer.code == 2
    assert "activate" in answer.out + answer.err


def test_runs_are_narrowed(planbridge: Planbridge, inbox: Path) -> None:
    """`runs` narrowed by plan, kind, status and day gives the runs that match, newest first."""
    people_synced(inbox)
    found = planbridge("runs", "--plan", PLAN_ID, "--kind", "participants", "--status", "successful", "--json").value
    assert [one["kind"] for one in found] == ["participants"]
    assert planbridge("runs", "--since", "2999-01-01", "--json").value == []
    assert [one["kind"] for one in planbridge("runs", "--json").value] == ["participants", "plan"]


def test_a_waiting_run_is_canceled(planbridge: Planbridge, inbox: Path) -> None:
    """`run cancel` of a run that waits cancels it at once and says so."""
    synced_plan(inbox, everybody())
    (run,) = planbridge("sync", "participants", PLAN_ID, "--json").value
    answer = planbridge("run", "cancel", run)
    assert (answer.code, answer.out) == (0, f"Run {run} is canceled; nothing of it was applied.\n")
    assert planbridge("run", "show", run, "--json").value["status"] == "canceled"
