"""Files of the shipped layouts on their way: ordered by command, call and page, and taken in from a drop folder."""

from datetime import date
from pathlib import Path

import httpx
import pytest
from django.conf import settings as product

from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.security.firm import only_firm
from planbridge.simulator.file_face import Delivery, deliver_extract
from planbridge.simulator.layout_delivery import deliver_layout
from planbridge.simulator.plan_changes import change_participant
from planbridge.simulator.recordkeeper import Recordkeeper, Size, open_recordkeeper
from tests.simulator.test_process import tell
from tests.simulator_process import Simulator
from tests.syncing import added_plan, codes, problems, sync_people, sync_plan

PLAN = "910001"


@pytest.fixture
def keeper(tmp_path: Path) -> Recordkeeper:
    """A recordkeeper of one plan."""
    return open_recordkeeper(tmp_path / "keeper.sqlite", Size(1, 12), today=date(2026, 11, 21))


@pytest.fixture
def plan(keeper: Recordkeeper, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan, synced from a canonical delivery in a folder that takes Excel censuses from then on."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    deliver_extract(keeper, Delivery(inbox / "day0"))
    settings = {"path": str(inbox), "profile": "canonical"}
    made = added_plan(
        add_connection(only_firm(), NewConnection("drop", ConnectionKind.FILES, settings), actor="test"), PLAN
    )
    sync_plan(made)
    assert sync_people(made).status == "successful"
    Connection.objects.update(settings={"path": str(inbox), "profile": "excel-census", "settle_seconds": 0})
    return Plan.objects.get(pk=made.pk)


@pytest.mark.django_db
def test_a_census_is_taken_in_and_its_double_refused(keeper: Recordkeeper, plan: Plan, inbox: Path) -> None:
    """RK-6: Who changed at the recordkeeper changes here by an Excel census; the same file again is FILE_DUPLICATE."""
    person, _ = next(keeper.people(PLAN))
    change_participant(keeper, PLAN, person, ("address.city", "Duluth"))
    deliver_layout(keeper, Delivery(inbox, "excel-census", fault="duplicate"))
    run = sync_people(plan)
    assert (run.read, run.applied, run.rejected) == (12, 1, 0), problems(run)
    assert set(codes(run)) <= {"FILE_DUPLICATE"}, problems(run)
    assert Participant.objects.get(plan_id=plan.pk, participant_id=person).city == "Duluth"
    (reason,) = (inbox / "refused").glob("*.reason.txt")
    assert reason.read_text().startswith("FILE_DUPLICATE: ")


def test_layouts_are_ordered_by_command_call_and_page(shared_simulator: Simulator, tmp_path: Path) -> None:
    """RK-6: `tell`, the admin call and the page write the same file; a fault that it cannot have is refused."""
    url = shared_simulator.url
    words = ["deliver", "--form", "ofx-401k", "--plans", PLAN]
    assert tell(url, *words, "--folder", str(tmp_path / "told")).returncode == 0
    answer = shared_simulator.admin("deliver", folder=str(tmp_path / "called"), form="ofx-401k", plans=[PLAN])
    form = {"folder": str(tmp_path / "paged"), "form": "ofx-401k", "plans": PLAN, "fault": ""}
    page = httpx.post(f"{url}/do/deliver", data=form, timeout=60).text
    (file,) = answer["files"]
    assert file["name"] in page
    (told,) = (tmp_path / "told").iterdir()
    assert told.name == file["name"]
    assert told.read_bytes() == (tmp_path / "called" / told.name).read_bytes()
    assert told.read_bytes() == (tmp_path / "paged" / told.name).read_bytes()
    refused = tell(url, *words, "--folder", str(tmp_path / "no"), "--fault", "lying_count")
    assert (refused.returncode, "ofx-401k cannot have it" in refused.stderr) == (4, True)
