"""Answers: one JSON value under --json, nothing under --quiet, and words that fit 80 columns."""

from pathlib import Path

import pytest

from tests.cast import PLAN_ID, deliver, everybody, fund, lineup, person, plan_document
from tests.cli.conftest import Planbridge
from tests.syncing import sync_people, sync_plan, synced_plan

pytestmark = pytest.mark.django_db
COLUMNS = 80


@pytest.fixture
def run(inbox: Path, planbridge: Planbridge) -> str:
    """The run that brought in the cast and rejected Nil; the plan is active and has a new draft."""
    plan = synced_plan(inbox, everybody())
    assert planbridge("plan", "activate", PLAN_ID).code == 0
    sync_people(plan)
    document = plan_document(
        revision="r2", lineup=lineup(fund("TD45"), fund("EQ3"), fund("STBL"), fund("SMALL1", name="Small Cap Fund"))
    )
    deliver(inbox, [*everybody(), person(7, "Nil") | {"ssn": None}], day=2, plans=[document])
    assert sync_plan(plan).draft
    return str(sync_people(plan).id)


def commands(run: str) -> list[tuple[str, ...]]:
    """Every command that answers about what is there."""
    return [
        ("connection", "list"),
        ("connection", "test", "example"),
        ("plan", "list"),
        ("plan", "show", PLAN_ID),
        ("plan", "diff", PLAN_ID),
        ("runs",),
        ("run", "show", run),
        ("run", "proof", run),
        ("participant", "show", PLAN_ID, "P-0001"),
        ("participant", "history", PLAN_ID, "P-0001"),
        ("sync", "plan", PLAN_ID),
        ("sync", "participants", PLAN_ID),
        ("plan", "activate", PLAN_ID),
        ("plan", "deactivate", PLAN_ID, "--reason", "moved"),
        ("migrate",),
    ]


def test_json_is_one_value_and_nothing_else(planbridge: Planbridge, run: str) -> None:
    """Every command prints one JSON value under --json, and nothing on standard error."""
    for command in commands(run):
        answer = planbridge(*command, "--json")
        assert answer.code == 0, answer
        assert answer.value is not None
        assert answer.err == ""


def test_quiet_says_nothing(planbridge: Planbridge, run: str) -> None:
    """Every command prints nothing under --quiet."""
    for command in commands(run):
        answer = planbridge(*command, "--quiet")
        assert (answer.code, answer.out, answer.err) == (0, "", ""), command


def test_words_fit_80_columns(planbridge: Planbridge, run: str) -> None:
    """Every command answers in words of at most 80 columns, and hides nothing behind an ellipsis."""
    for command in commands(run):
        answer = planbridge(*command)
        assert answer.out.strip(), command
        assert max(map(len, answer.out.splitlines())) <= COLUMNS, answer.out
        assert "…" not in answer.out, answer.out


def test_runs_show_whole_ids(planbridge: Planbridge, run: str) -> None:
    """The list of runs shows each run's whole id on one line, because other commands want it."""
    lines = planbridge("runs").out.splitlines()
    assert any(run in line for line in lines)
    assert len(lines) == 2 * len(planbridge("runs", "--json").value)


def test_a_person_is_shown_masked(planbridge: Planbridge, run: str) -> None:
    """One person in words: name, masked SSN, balances with their total, and never the SSN itself."""
    assert run
    answer = planbridge("participant", "show", PLAN_ID, "P-0001")
    assert "Ada Zoë O'Neil-Díaz" in answer.out
    assert "***-**-0001" in answer.out
    assert "900-11-0001" not in answer.out
    assert "Total" in answer.out


def test_the_proof_names_the_difference(planbridge: Planbridge, run: str) -> None:
    """The proof in words gives what the recordkeeper says, what was read, and what of it was rejected."""
    shown = " ".join(planbridge("run", "proof", run).out.split())
    assert "6 were read" in shown
    assert "1 rejected" in shown
    assert "fund TD45" in shown


def test_a_draft_is_shown_against_live(planbridge: Planbridge, run: str) -> None:
    """`plan diff` names what the draft adds; after activation there is no draft."""
    assert run
    assert "SMALL1" in planbridge("plan", "diff", PLAN_ID).out
    assert planbridge("plan", "activate", PLAN_ID).code == 0
    assert planbridge("plan", "diff", PLAN_ID).out == f"Plan {PLAN_ID} has no draft.\n"
