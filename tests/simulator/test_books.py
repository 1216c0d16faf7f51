"""The simulator's SQL face: what changes at the recordkeeper stands in its database too, and a sync brings it in."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planbridge.participants.models import Participant
from planbridge.plans.lifecycle import activate_plan
from planbridge.plans.models import Plan, PlanContact
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.security.firm import only_firm
from planbridge.simulator.admin_face import AdminFace, Order, perform
from planbridge.simulator.books import Books
from planbridge.simulator.faults import Faults
from planbridge.simulator.file_face import DeliveryRefusedError
from planbridge.simulator.recordkeeper import Size, open_recordkeeper
from tests.syncing import added_plan, codes, problems, sync_people, sync_plan

PLAN = "910001"


@pytest.fixture
def face(tmp_path: Path) -> AdminFace:
    """The admin calls of a recordkeeper of one plan."""
    keeper = open_recordkeeper(tmp_path / "keeper.sqlite", Size(1, 12), today=date(2026, 11, 21))
    return AdminFace(keeper, Faults(), Books(keeper))


def tell(face: AdminFace, action: str, **order: Any) -> dict[str, Any]:
    """Give an order."""
    return perform(face, action, Order(plan_id=PLAN, **order))


@pytest.fixture
def plan(face: AdminFace, tmp_path: Path) -> Plan:
    """The plan, synced from the database that the recordkeeper keeps."""
    kept = tell(face, "books", file=str(tmp_path / "books.sqlite"))
    new = NewConnection("books", ConnectionKind.SQL, {"url": kept["url"], "profile": "relius"})
    made = added_plan(add_connection(only_firm(), new, actor="test"), PLAN)
    sync_plan(made)
    assert sync_people(made).status == "successful"
    return Plan.objects.get(pk=made.pk)


def statuses(plan: Plan) -> dict[str, str | None]:
    """What a plan's people are held as."""
    return dict(Participant.objects.filter(plan_id=plan.pk).values_list("participant_id", "status"))


@pytest.mark.django_db
def test_people_who_come_leave_and_change_show_in_the_database(face: AdminFace, plan: Plan) -> None:
    """RK-6: Orders to hire, to let leave and to change a participant come in by the database at the next sync."""
    (hired,) = tell(face, "hire")["participants"]
    (left,) = tell(face, "leave")["participants"]
    tell(face, "change-participant", participant_id=left, field="last_name", value="Byron-Pike")
    run = sync_people(plan)
    assert (run.status, run.applied) == ("successful", 2), problems(run)
    assert (statuses(plan)[hired], statuses(plan)[left]) == ("active", "terminated")
    assert Participant.objects.get(plan_id=plan.pk, participant_id=left).last_name == "Byron-Pike"


@pytest.mark.django_db
def test_a_price_day_and_a_pay_period_show_in_the_database(face: AdminFace, plan: Plan) -> None:
    """RK-6: A price day moves prices and no person, a pay period moves people's money; both by the database."""
    tell(face, "price-day")
    sync_plan(plan)
    run = sync_people(plan)
    assert (run.status, run.applied, run.prices > 0) == ("successful", 0, True), problems(run)
    tell(face, "pay-period")
    sync_plan(plan)
    run = sync_people(plan)
    assert run.applied > 0, problems(run)
    for key, person in face.keeper.people(PLAN):
        held = Participant.objects.get(plan_id=plan.pk, participant_id=key)
        assert held.hours_ytd == Decimal(person["hours_ytd"])


@pytest.mark.django_db
def test_a_changed_lineup_shows_in_the_database(face: AdminFace, plan: Plan) -> None:
    """RK-6: A fund that is replaced at the recordkeeper is a changed lineup by the database."""
    activate_plan(plan, actor="test")
    tell(face, "replace-fund")
    tell(face, "change-contact", name="Ada Pike")
    run = sync_plan(plan)
    assert set(codes(run)) == {"LINEUP_CHANGED"}, problems(run)
    assert "Ada Pike" in [one.name for one in PlanContact.objects.filter(plan_id=plan.pk)]


def test_where_no_database_can_be_kept(face: AdminFace, tmp_path: Path) -> None:
    """RK-6: A place that cannot be written is refused; one that goes away later holds up no change, and is told."""
    for place in (None, "books.sqlite", str(tmp_path / "nowhere" / "books.sqlite")):
        with pytest.raises(DeliveryRefusedError):
            tell(face, "books", file=place)
    assert "books" not in tell(face, "hire")
    (tmp_path / "gone").mkdir()
    tell(face, "books", file=str(tmp_path / "gone" / "books.sqlite"))
    (tmp_path / "gone" / "books.sqlite").unlink()
    (tmp_path / "gone").rmdir()
    done = tell(face, "hire")
    assert len(done["participants"]) == 1
    assert done["books"].startswith("not written: ")
