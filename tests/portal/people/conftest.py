"""A plan of the firm whose people were synced: the cast, one of them with a warning, one rejected since."""

from pathlib import Path

import pytest

from planbridge.plans.models import Plan
from tests.cast import Person, ada, bea, cem, changed, deliver, dora, eli, plan_document
from tests.portal.conftest import Cast
from tests.syncing import sync_people, sync_plan

HOSTILE = "P/../<b>7</b> é.?#%41"


def hostile() -> Person:
    """Somebody whose id and name try to be path, markup and query at once."""
    return changed(dora(), participant_id=HOSTILE, ssn="900-11-0007", first_name="<script>alert(1)</script>")


def delivered(inbox: Path, cast: Cast, people: list[Person], day: int) -> None:
    """A delivery of the firm's plan."""
    deliver(inbox, people, day=day, plans=[plan_document(plan_id=cast.plan.external_plan_id)])


@pytest.fixture
def empty_plan(own: Cast, inbox: Path) -> Plan:
    """The plan after its first Plan Sync: nobody of it was synced yet, and a delivery waits."""
    delivered(inbox, own, [ada(), bea(), cem(), dora(), eli(), hostile()], 1)
    assert sync_plan(own.plan).status == "successful"
    return Plan.objects.get(pk=own.plan.pk)


@pytest.fixture
def plan(own: Cast, inbox: Path, empty_plan: Plan) -> Plan:
    """The plan after two days: Ada earns more, Bea's record is broken, Cem's e-mail is odd, Eli is gone."""
    assert sync_people(empty_plan).status == "successful"
    people = [
        changed(ada(), annual_compensation="81000.00"),
        changed(bea(), birth_date="2090-01-01"),
        changed(cem(), email="nowhere"),
        dora(),
        hostile(),
    ]
    delivered(inbox, own, people, 2)
    assert sync_people(empty_plan).status == "partly_successful"
    return Plan.objects.get(pk=empty_plan.pk)
