"""An SSN is nine digits of ASCII: digits of other scripts look like them and are not."""

from pathlib import Path

import pytest

from planbridge.sync.run import RunProblem
from tests.cast import changed, crowd
from tests.syncing import counts, problems, sync_people, synced_plan


@pytest.mark.django_db
@pytest.mark.parametrize("ssn", ["９００１１０００１", "٩٠٠١١٠٠٠١", "90011000１"])
def test_digits_of_another_script_are_no_ssn(inbox: Path, ssn: str) -> None:
    """PT-4: an SSN in full-width or Arabic digits is SSN_INVALID; the problem counts only digits of ASCII."""
    plan = synced_plan(inbox, [changed(crowd(1)[0], ssn=ssn), *crowd(3)[1:]])
    run = sync_people(plan)
    assert (counts(run), problems(run)) == ((3, 2, 0, 1, 0), [("SSN_INVALID", "P-0100")])
    digits = sum(one in "0123456789" for one in ssn)
    assert f"9 characters, {digits} of them digits" in RunProblem.objects.get(run_id=run.id).message
