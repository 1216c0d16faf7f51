"""`planbridge schedule`: tasks by the command line."""

from pathlib import Path

import pytest

from planbridge.cli.worker import sweep
from planbridge.jobs.worker import run_worker
from planbridge.schedules.due import run_due_schedules
from planbridge.schedules.schedule import Schedule
from planbridge.sync.run import SyncRun
from tests.cast import PLAN_ID, everybody
from tests.cli.conftest import Planbridge, planbridge
from tests.schedules.tasks import come_due, plans_of_firm
from tests.syncing import synced_plan

__all__ = ["planbridge"]
pytestmark = pytest.mark.django_db
DAILY = ("--frequency", "daily", "--at", "02:00")


def test_add_shows_the_next_five_runs(planbridge: Planbridge) -> None:
    """TS-1, TS-3: A task that is added is shown with its rule in words and its next five runs in its time zone."""
    plans_of_firm(1)
    added = planbridge(
        "schedule", "add", "--task", "plan", "--frequency", "weekly", "--weekday", "monday", "--at", "22:15",
        "--time-zone", "America/Chicago", "--business-days", "next", "--window-minutes", "90", "--plan", "example-0",
        "--json",
    )  # fmt: skip
    assert (added.code, added.err) == (0, "")
    value = added.value
    assert value["in_words"].startswith("Weekly on Monday at 22:15 America/Chicago")
    assert (value["plans"], value["window_minutes"], value["is_on"], len(value["next_runs"])) == (1, 90, True, 5)
    assert all(one[11:16] == "22:15" and one[-6:] in {"-06:00", "-05:00"} for one in value["next_runs"])


@pytest.mark.parametrize(
    ("options", "when"),
    [
        (("--frequency", "monthly", "--day", "31", "--at", "02:00"), "Monthly on day 31 at 02:00"),
        (("--frequency", "specific_date", "--date", "2096-02-29", "--at", "02:00"), "On 2096-02-29 at 02:00"),
        (("--frequency", "cron", "--cron", "*/15 8-17 * * mon-fri"), "By cron */15 8-17 * * mon-fri"),
    ],
)
def test_every_frequency(planbridge: Planbridge, options: tuple[str, ...], when: str) -> None:
    """TS-1: Each frequency is added with what it needs, and listed in words."""
    assert planbridge("schedule", "add", "--task", "participants", "--all", *options).code == 0
    assert planbridge("schedule", "list", "--json").value[0]["in_words"].startswith(when)
    assert "Participant" in planbridge("schedule", "list").out


def test_edit_changes_what_is_said(planbridge: Planbridge) -> None:
    """TS-3: An edit changes what is said and keeps the rest; one of an old version is refused."""
    added = planbridge("schedule", "add", "--task", "plan", "--all", *DAILY, "--json").value
    number = str(added["schedule"])
    edited = planbridge("schedule", "edit", number, "--frequency", "cron", "--cron", "5 4 * * *", "--json").value
    assert (edited["frequency"], edited["at"], edited["plans"], edited["version"]) == ("cron", None, "all", 2)
    assert planbridge("schedule", "edit", number, "--window-minutes", "5", "--version", "1").code == 4
    assert planbridge("schedule", "edit", number, "--at", "02:00").code == 4


def test_off_on_remove(planbridge: Planbridge) -> None:
    """TS-3: A task is switched off and on, and removed."""
    number = str(planbridge("schedule", "add", "--task", "plan", "--all", *DAILY, "--off", "--json").value["schedule"])
    assert "Off" in planbridge("schedule", "list").out
    assert planbridge("schedule", "on", number, "--json").value["is_on"] is True
    off = planbridge("schedule", "off", number, "--json").value
    assert (off["is_on"], off["next_runs"]) == (False, [])
    assert planbridge("schedule", "remove", number, "--json").value == {"removed": int(number)}
    assert planbridge("schedule", "remove", number).code == 3
    assert planbridge("schedule", "list").out.startswith("No task is scheduled.")


def test_recommended(planbridge: Planbridge) -> None:
    """TS-6: One command adds both recommended tasks; a second time it says that they are there."""
    added = planbridge("schedule", "add", "--recommended", "--json").value
    assert [one["task"] for one in added] == ["plan", "participants"]
    assert "there already" in planbridge("schedule", "add", "--recommended").out


def test_run_now_and_last_result(planbridge: Planbridge, inbox: Path) -> None:
    """TS-3: "Run now" gives the runs it asked for, and the list has the last run's result."""
    synced_plan(inbox, everybody())
    number = str(planbridge("schedule", "add", "--task", "plan", "--plan", PLAN_ID, *DAILY, "--json").value["schedule"])
    queued = planbridge("schedule", "run-now", number, "--json").value
    assert [
        str(run) for run in SyncRun.objects.filter(requested_by=f"schedule {number}").values_list("id", flat=True)
    ] == (queued)
    listed = planbridge("schedule", "list", "--json").value[0]
    assert (listed["last_outcome"], listed["last_runs"]) == ("requested", {"queued": 1})
    come_due(Schedule.objects.get())
    run_due_schedules()
    listed = planbridge("schedule", "list", "--json").value[0]
    assert (listed["last_outcome"], listed["last_run_at"] is None) == ("all_waiting", False)


@pytest.mark.django_db(transaction=True)
def test_a_worker_runs_what_is_due(planbridge: Planbridge, inbox: Path) -> None:
    """TS-1: A task that is due is run by a worker to the end of its syncs; so is one that is run now and waited for."""
    synced_plan(inbox, everybody())
    number = str(planbridge("schedule", "add", "--task", "participants", "--all", *DAILY, "--json").value["schedule"])
    come_due(Schedule.objects.get())
    sweep()
    run_worker(concurrency=1, wait=False)
    assert planbridge("schedule", "list", "--json").value[0]["last_runs"] == {"successful": 1}
    (run,) = planbridge("schedule", "run-now", number, "--wait", "--json").value
    assert (run["status"], run["kind"], run["requested_by"]) == ("successful", "participants", f"schedule {number}")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add",), 2),
        (("add", "--task", "plan", *DAILY), 2),
        (("add", "--task", "plan", *DAILY, "--all", "--plan", "1"), 2),
        (("add", "--task", "plan", "--all", "--frequency", "daily", "--at", "2 o'clock"), 2),
        (("add", "--task", "plan", *DAILY, "--plan", "1"), 3),
        (("add", "--task", "plan", "--all", "--frequency", "daily"), 4),
        (("add", "--task", "plan", "--all", *DAILY, "--time-zone", "Mars/Olympus"), 4),
        (("add", "--task", "plan", "--all", "--frequency", "cron", "--cron", "0 2 * * * 5"), 4),
        (("on", "7"), 3),
        (("run-now", "7"), 3),
        (("edit", "7", "--at", "03:00"), 3),
        (("edit", "seven"), 2),
    ],
)
def test_exit_codes(planbridge: Planbridge, arguments: tuple[str, ...], code: int) -> None:
    """TS-1: What cannot be done ends with its code and one line that says what to do."""
    answer = planbridge("schedule", *arguments)
    assert (answer.code, answer.out) == (code, "") or not arguments[1:]
    assert answer.code == code
    assert len(answer.err.splitlines()) == 1
