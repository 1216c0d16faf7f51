"""People recognised are taken by the same reading as people judged anew."""

from pathlib import Path
from typing import Any

import pytest

from tests.cast import changed, crowd, deliver, position
from tests.syncing import counts, problems, sync_people, synced_plan

FORMS = pytest.mark.parametrize("form", ["csv", "ndjson"])


@pytest.mark.django_db
@FORMS
@pytest.mark.parametrize(
    ("code", "bad"),
    [("NUMBER_INVALID", {"price": "18.42100000001"}), ("DATE_INVALID", {"price_date": "2026-11-3"})],
)
def test_a_price_is_read_alike_of_new_and_known_people(inbox: Path, form: str, code: str, bad: dict[str, Any]) -> None:
    """PT-3: a price or its day that rejects a new person rejects one who is otherwise as they were."""
    plan = synced_plan(inbox, crowd(2), form=form)
    sync_people(plan)
    broken = [position("PRE", "TD45", "100.5") | bad]
    deliver(
        inbox, [changed(one, balances=broken) for one in (crowd(1)[0], crowd(3)[2])] + crowd(2)[1:], day=2, form=form
    )
    run = sync_people(plan)
    found = [one for one in problems(run) if one[1]]
    assert (run.status, counts(run)) == ("partly_successful", (3, 0, 1, 2, 0))
    assert found == [(code, "P-0100"), (code, "P-0102")]


@pytest.mark.django_db
@FORMS
@pytest.mark.parametrize("other", ["P-0100 ", "\tP-0100", "P-0100\u00a0"])
def test_a_second_record_with_white_space_around_its_id_is_a_duplicate(inbox: Path, form: str, other: str) -> None:
    """PT-4: somebody as they were, delivered once more under the same id with a blank and other units, is rejected."""
    plan = synced_plan(inbox, crowd(30), form=form)
    sync_people(plan)
    second = changed(crowd(1)[0], participant_id=other, ssn="900-55-1234", balances=[position("PRE", "TD45", "101")])
    deliver(inbox, [*crowd(30), second], day=2, form=form)
    run = sync_people(plan)
    assert ("PARTICIPANT_DUPLICATE", "P-0100") in problems(run)
    assert (run.applied, run.rejected) == (0, 1)
