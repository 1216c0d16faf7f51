"""A held run that also rejected somebody can be applied."""

from pathlib import Path

import pytest

from planbridge.sync.decide import apply_held_run
from planbridge.sync.run import Quarantine
from tests.cast import changed, crowd, deliver
from tests.syncing import codes, counts, sync_people, synced_plan, worked


@pytest.mark.django_db
def test_apply_anyway_keeps_one_quarantined_record(inbox: Path) -> None:
    """PT-6: whom a held run rejected is rejected as it is applied, and stands in quarantine and among the problems once."""
    plan = synced_plan(inbox, crowd(20))
    assert sync_people(plan).status == "successful"
    deliver(inbox, [changed(crowd(1)[0], ssn=""), *crowd(20)[7:]], day=2)
    run = sync_people(plan)
    assert (run.status, run.rejected) == ("held", 1)
    applied = worked(apply_held_run(run.id, actor="ada"))
    assert (applied.status, counts(applied), applied.vanished) == ("partly_successful", (14, 0, 13, 1, 0), 6)
    assert Quarantine.objects.filter(plan_id=plan.pk, run_id=run.id).count() == 1
    assert sorted(codes(applied)) == ["MASS_DISAPPEARANCE", "MASS_VALUE_CHANGE", "SSN_MISSING"]
