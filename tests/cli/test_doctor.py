"""`planbridge doctor`: each check sees what is wrong and says what to do."""

import base64
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from planbridge.cli.doctor_database import clock_finding, tables_finding, version_finding
from planbridge.cli.doctor_machine import disk_finding, home_finding, keys_finding, python_finding
from planbridge.cli.doctor_work import folder_findings, held_finding, queued_finding, stuck_finding, workers_finding
from planbridge.plans.models import Plan
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, RunStatus, SyncRun
from tests.syncing import added_plan, connected

KEY = base64.b64encode(bytes(32)).decode()


def test_the_machine_is_examined(tmp_path: Path) -> None:
    """An old Python, a home open to others and a full disk are wrong; each has a remedy."""
    tmp_path.chmod(0o700)
    assert home_finding(tmp_path).is_well
    tmp_path.chmod(0o755)
    wrong = [home_finding(tmp_path), python_finding((3, 10)), disk_finding(10**8, tmp_path)]
    assert not any(one.is_well for one in wrong)
    assert all(one.remedy for one in wrong)
    assert python_finding((3, 11)).is_well
    assert disk_finding(10**10, tmp_path).is_well


def test_keys_are_examined_and_never_shown(tmp_path: Path) -> None:
    """Keys that others can read, that cannot be read or are none are wrong; no key stands in a finding."""
    file = tmp_path / "keys.json"
    assert keys_finding(file, None).is_well
    assert not file.exists()
    file.write_text(f'{{"1": "{KEY}"}}')
    file.chmod(0o600)
    found = [keys_finding(file, None), keys_finding(file, f"1:{KEY}")]
    assert all(one.is_well for one in found)
    file.chmod(0o644)
    wrong = [keys_finding(file, None), keys_finding(file, f"1:{KEY[:-5]}")]
    file.write_text("not keys")
    wrong.append(keys_finding(file, None))
    assert not any(one.is_well for one in wrong)
    assert KEY[:-5] not in str(found + wrong)


def test_the_database_is_examined() -> None:
    """An old server, a clock that is off and missing tables are wrong."""
    assert not version_finding(14).is_well
    assert version_finding(15).is_well
    assert not clock_finding(6.0).is_well
    assert clock_finding(0.2).is_well
    assert tables_finding(["plans.0002"]).remedy == "planbridge migrate"


@pytest.mark.django_db
def test_work_that_does_not_move_is_found(inbox: Path) -> None:
    """Runs that wait without a worker, that wait long, or are Running without a worker are wrong; held ones are not."""
    plan = Plan.objects.select_related("connection").get(pk=added_plan(connected(inbox)).pk)
    now = timezone.now()
    assert all(one.is_well for one in (workers_finding(now), stuck_finding(now), queued_finding(now), held_finding()))
    request_syncs([plan], RunKind.PLAN, actor="test")
    assert not workers_finding(now).is_well
    assert queued_finding(now).is_well
    assert not queued_finding(now + timedelta(minutes=11)).is_well
    SyncRun.objects.update(status=RunStatus.RUNNING)
    assert not stuck_finding(now).is_well
    SyncRun.objects.update(status=RunStatus.HELD)
    assert held_finding().is_well
    assert "1 wait" in held_finding().said


@pytest.mark.django_db
def test_drop_folders_are_examined(inbox: Path) -> None:
    """A drop folder that is gone is wrong, with the connection's name."""
    connected(inbox)
    assert [one.is_well for one in folder_findings()] == [True]
    inbox.rmdir()
    (finding,) = folder_findings()
    assert not finding.is_well
    assert "example" in finding.check
