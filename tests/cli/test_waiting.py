"""`--wait`: the runs are done in the command's own process where no worker lives, and their fate is the exit code."""

from pathlib import Path

import pytest

from planbridge.cli.schema import missing_migrations, shipped_migrations
from tests.cast import PLAN_ID, deliver, everybody, person, plan_document
from tests.cli.conftest import Planbridge


@pytest.mark.django_db(transaction=True)
def test_a_plan_from_its_delivery_to_a_rejected_person(planbridge: Planbridge, inbox: Path) -> None:
    """Adding, syncing and a dry run with --wait print one item a run; somebody rejected makes the exit code 1."""
    people = [*everybody(), person(7, "Nil") | {"ssn": None}]
    deliver(inbox, people, plans=[plan_document()])
    planbridge("connection", "add", "example", "--kind", "files", "--path", str(inbox))
    added = planbridge("plan", "add", "--connection", "example", "--all", "--wait", "--json")
    assert added.code == 0, added
    assert [(run["kind"], run["plan"], run["status"]) for run in added.value] == [("plan", PLAN_ID, "successful")]
    dry = planbridge("sync", "participants", PLAN_ID, "--dry-run", "--json")
    assert (dry.code, dry.value[0]["dry_run"], dry.value[0]["requested_by"]) == (1, True, "cli")
    assert planbridge("participant", "show", PLAN_ID, "P-0001").code == 3
    synced = planbridge("sync", "participants", "--all", "--wait", "--json")
    (run,) = synced.value
    assert (synced.code, run["status"], run["read"], run["rejected"]) == (1, "partly_successful", 6, 1)
    assert [problem["code"] for problem in run["problems"] if problem["severity"] == "error"] == ["SSN_MISSING"]
    assert synced.err == ""
    assert planbridge("participant", "show", PLAN_ID, "P-0001", "--json").value["ssn"] == "***-**-0001"


@pytest.mark.django_db
def test_the_cheap_look_at_migrations_finds_all_applied() -> None:
    """The names of the shipped migrations are those that Django applied, so that no command looks further."""
    assert missing_migrations() == []
    assert {app for app, _ in shipped_migrations()} >= {"procrastinate", "plans", "participants", "sync"}
