"""A firm's own profile, once it is chosen for a drop folder, is what the syncs read its files by."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings as product

from planbridge.participants.held import items_held
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.profile_choice import OWN, add_profile, use_profile
from tests.cast import PLAN_ID, ada, bea
from tests.portal.recordkeepers.test_profile_page import OWN as PROFILE
from tests.syncing import counts, problems, sync_people, synced_plan

pytestmark = pytest.mark.django_db


def test_a_file_is_read_by_the_firms_own_profile(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-4: the rate in a file of an own layout is taken in after its profile passed its check and was chosen."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    plan = synced_plan(inbox, [ada(), bea()])
    assert sync_people(plan).status.startswith("successful")
    Connection.objects.update(settings={"path": str(inbox), "profile": "canonical", "settle_seconds": 0})
    connection = Connection.objects.get(pk=plan.connection_id)
    own = add_profile(connection, PROFILE.encode(), "own.yaml", actor="test")
    use_profile(connection, f"{OWN}{own.pk}", actor="test")
    path = inbox / "rates.csv"
    path.write_text(f"Plan,SSN,Percent\n{PLAN_ID},{ada()['ssn']},9.50\n", encoding="utf-8")
    os.utime(path, (1_800_000_100, 1_800_000_100))
    run = sync_people(Plan.objects.get(pk=plan.pk))
    assert (run.status, counts(run)) == ("successful", (1, 1, 0, 0, 0)), problems(run)
    rates = items_held(plan.pk, ["P-0001"])["P-0001"]["contribution_rates"]
    assert dict(zip(rates["sources"] or (), rates["percents"] or (), strict=True))["PRE"] == Decimal("9.5")


def test_a_file_that_waits_is_looked_through_by_the_profile_chosen_now(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RK-4: a file in which one version of a profile found no plan of ours is read once a version is chosen that finds it."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    plan = synced_plan(inbox, [ada(), bea()])
    assert sync_people(plan).status.startswith("successful")
    Connection.objects.update(settings={"path": str(inbox), "profile": "canonical", "settle_seconds": 0})
    connection = Connection.objects.get(pk=plan.connection_id)
    path = inbox / "rates.csv"
    path.write_text(f"Group,Plan,SSN,Percent\nELSE,{PLAN_ID},{ada()['ssn']},9.50\n", encoding="utf-8")
    os.utime(path, (1_800_000_100, 1_800_000_100))
    for text, delivered_as in ((PROFILE.replace("name: Plan", "name: Group"), ""), (PROFILE, "rates.csv")):
        own = add_profile(connection, text.encode(), "own.yaml", actor="test")
        use_profile(connection, f"{OWN}{own.pk}", actor="test")
        run = sync_people(Plan.objects.get(pk=plan.pk))
        assert (run.status, run.delivered_as) == ("successful", delivered_as), problems(run)
    assert not list((tmp_path / "home").rglob(".plans.json"))  # nobody waits for it any more
