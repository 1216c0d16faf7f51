"""`plan activate --map`: where the money of a fund goes that leaves."""

from pathlib import Path

import pytest

from planbridge.plans.models import Plan
from planbridge.plans.stored_version import live_version
from tests.cast import PLAN_ID, deliver, everybody, fund, lineup, plan_document
from tests.cli.conftest import Planbridge
from tests.syncing import sync_people, sync_plan, synced_plan


@pytest.fixture
def leaving(inbox: Path, planbridge: Planbridge) -> Plan:
    """An active plan whose draft lacks a fund that people hold."""
    plan = synced_plan(inbox, everybody())
    assert planbridge("plan", "activate", PLAN_ID).code == 0
    sync_people(plan)
    deliver(inbox, everybody(), day=2, plans=[plan_document(revision="r2", lineup=lineup(fund("TD45"), fund("STBL")))])
    assert sync_plan(plan).draft
    return plan


@pytest.mark.django_db
@pytest.mark.parametrize("successor", ["TD45", ""])
def test_a_leaving_fund_is_mapped(leaving: Plan, planbridge: Planbridge, successor: str) -> None:
    """PL-4: without a mapping the activation is refused; with one, or with the money left, it is done."""
    refused = planbridge("plan", "activate", PLAN_ID)
    assert (refused.code, "MAPPING_UNDECIDED" in refused.err) == (4, True)
    assert planbridge("plan", "activate", PLAN_ID, "--map", "EQ3").code == 2
    assert planbridge("plan", "activate", PLAN_ID, "--map", "EQ3=XX").code == 4
    assert planbridge("plan", "activate", PLAN_ID, "--map", f"EQ3={successor}").code == 0
    live = live_version(Plan.objects.get(pk=leaving.pk))
    assert live is not None
    assert live.content.mappings == {"EQ3": successor}
