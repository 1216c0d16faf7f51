"""D6: hire, termination and rehire come in one record, and their order is judged by the sync."""

import os
from pathlib import Path

import pytest
from django.conf import settings as product

from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from tests.cast import PLAN_ID, ada, bea
from tests.recordkeepers.profiles.test_quirks_empower import record
from tests.syncing import codes, problems, sync_people, synced_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """A synced plan whose folder takes Empower PDI files beside canonical deliveries."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    made = synced_plan(inbox, [ada(), bea()])
    run = sync_people(made)
    assert run.status in {"successful", "successful_with_warnings"}, problems(run)
    Connection.objects.update(settings={"path": str(inbox), "profile": "empower-pdi", "settle_seconds": 0})
    return Plan.objects.get(pk=made.pk)


def put(inbox: Path, number: int, **changes: str) -> None:
    """A payroll file with one record of Ada."""
    path = inbox / f"ftp2026112210000{number}{PLAN_ID}.txt"
    text = record(Plan_number=PLAN_ID, SSN=ada()["ssn"].replace("-", ""), **changes)
    path.write_bytes(text.encode())
    os.utime(path, (1_800_000_000 + number, 1_800_000_000 + number))


def spells(plan: Plan) -> list[tuple[str, str | None]]:
    """Ada's spells as they are held."""
    held = Participant.objects.get(plan_id=plan.pk, participant_id="P-0001")
    dates = zip(held.hire_dates, held.termination_dates, strict=True)
    return [(hired.isoformat(), left.isoformat() if left else None) for hired, left in dates]


def test_d6_dates_in_order_are_taken_and_others_rejected(plan: Plan, inbox: Path) -> None:
    """D6: hire <= termination <= rehire becomes two spells; a rehire before the termination is rejected, and the good ones stay."""
    good = {"Hire_date": "06/14/2010", "Termination_date": "01/31/2015", "Rehire_date": "03/01/2017"}
    put(inbox, 1, **good)
    first = sync_people(plan)
    assert "DATES_OUT_OF_ORDER" not in codes(first), problems(first)
    before = spells(plan)
    assert before[-2:] == [("2010-06-14", "2015-01-31"), ("2017-03-01", None)]
    put(inbox, 2, **good | {"Rehire_date": "03/01/2014"})
    second = sync_people(plan)
    assert "DATES_OUT_OF_ORDER" in codes(second), problems(second)
    assert spells(plan) == before
