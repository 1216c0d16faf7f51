"""Everything held of one person, as their pages ask for it."""

from pathlib import Path

import pytest

from planbridge.participants.held import items_held, items_of_person
from planbridge.participants.models import Participant
from tests.cast import everybody
from tests.syncing import active_plan


@pytest.mark.django_db
def test_one_person_is_held_as_among_all(inbox: Path) -> None:
    """PT-2: what one person's statement says is what the statement for many says of each, also of somebody unknown."""
    plan = active_plan(inbox, everybody())
    names = [*Participant.objects.filter(plan_id=plan.pk).values_list("participant_id", flat=True), "nobody"]
    assert {name: items_of_person(plan.pk, name) for name in names} == items_held(plan.pk, names)
