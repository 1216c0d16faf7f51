"""`planbridge submission`: the log of submissions on the command line, and pending changes of a participant."""

from decimal import Decimal
from pathlib import Path

import pytest

from planbridge.plans.models import Plan
from planbridge.sync.submission import Submission
from planbridge.sync.submission_wish import rate_wish
from tests.cast import PLAN_ID, everybody
from tests.cli.conftest import Planbridge
from tests.sync.submitting import deliver_now, submitted
from tests.syncing import sync_people, synced_plan

pytestmark = pytest.mark.django_db
ADA = "P-0001"


@pytest.fixture
def plan(inbox: Path) -> Plan:
    """The plan of the cast, with its people."""
    made = synced_plan(inbox, everybody())
    sync_people(made)
    return made


@pytest.fixture
def wish(plan: Plan) -> Submission:
    """Ada's wish for another rate."""
    return submitted(plan, rate_wish("PRE", percent=Decimal(9)), person=ADA)[0]


def test_participant_shows_what_is_pending(wish: Submission, planbridge: Planbridge) -> None:
    """PT-11: what is held and what was asked for stand side by side."""
    value = planbridge("participant", "show", PLAN_ID, ADA, "--json").value
    assert value["contribution_rates"][0]["percent"] == "6.5"
    (pending,) = value["pending"]
    assert (pending["receipt"], pending["state"]) == (wish.receipt, "requested")
    assert (pending["from"], pending["to"]) == (
        {"percent": "6.5", "amount": None},
        {"percent": "9", "effective": "next_payroll"},
    )
    assert planbridge("participant", "show", PLAN_ID, ADA, "--on", "2030-01-01", "--json").value["pending"] == []


def test_log_of_submissions(plan: Plan, wish: Submission, planbridge: Planbridge) -> None:
    """SB-3: the log says who asked for what, from what, when, and each attempt."""
    deliver_now(plan)
    (line,) = planbridge("submission", "list", "--plan", PLAN_ID, "--state", "accepted", "--json").value
    assert (line["plan"], line["participant_id"], line["requested_by"]) == (PLAN_ID, ADA, "participant")
    shown = planbridge("submission", "show", wish.receipt.lower(), "--json").value
    assert [(one["step"], one["method"], one["said"]) for one in shown["attempts"]] == [("send", "WRITE", "taken")]
    assert planbridge("submission", "list", "--state", "unknown", "--json").value == []
    for words in (("submission", "list"), ("submission", "show", wish.receipt)):
        assert "9QX2" not in planbridge(*words, "--quiet").out
        assert planbridge(*words).code == 0


def test_retry_and_what_is_not_there(plan: Plan, wish: Submission, planbridge: Planbridge) -> None:
    """SB-2: an open one is tried again at once; one that ended is refused, and an unknown receipt is not found."""
    assert planbridge("submission", "retry", wish.receipt).code == 0
    Submission.objects.filter(plan_id=plan.pk).update(state="confirmed")
    refused = planbridge("submission", "retry", wish.receipt)
    assert (refused.code, refused.err.count("\n")) == (4, 1)
    assert planbridge("submission", "show", "0000-0000-1").code == 3
