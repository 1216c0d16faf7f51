"""What becomes of deliveries in a drop folder: read ones are archived, repeated and faulty ones refused with the reason."""

import shutil
from pathlib import Path

import pytest

from planbridge.recordkeepers.connection import Delivery
from planbridge.sync.run import RunProblem
from tests.cast import crowd, deliver
from tests.syncing import codes, counts, sync_people, sync_plan, synced_plan

pytestmark = pytest.mark.django_db


def folders(inbox: Path) -> list[str]:
    """The delivery folders by their places."""
    return sorted(str(path.parent.relative_to(inbox)) for path in inbox.rglob("manifest.json"))


def states() -> dict[str, tuple[str, str]]:
    """State and problem code of each delivery that was seen."""
    return {name: (state, code) for name, state, code in Delivery.objects.values_list("name", "state", "problem_code")}


def spoil(folder: Path) -> bytes:
    """Change a file so that the manifest does not fit any more; answers what it was."""
    file = folder / "participants.csv"
    before = file.read_bytes()
    file.write_bytes(before.replace(b"Pat", b"Pit"))
    return before


def test_a_delivery_put_in_again_is_named_and_refused(inbox: Path) -> None:
    """RK-3: The same folder again after it was archived is FILE_DUPLICATE, moved to refused/, and in nobody's way."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    assert folders(inbox) == ["archive/day1"]
    shutil.copytree(inbox / "archive" / "day1", inbox / "day1")
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("error", ["FILE_DUPLICATE"])
    assert "read before" in RunProblem.objects.get(run_id=run.id).message
    assert folders(inbox) == ["archive/day1", "refused/day1"]
    assert states() == {"day1": ("archived", "")}
    assert sync_people(plan).status == "successful"
    deliver(inbox, crowd(3), day=2)
    assert counts(sync_people(plan)) == (3, 0, 3, 0, 0)


def test_a_faulty_delivery_passed_over_is_refused(inbox: Path) -> None:
    """RK-3: A faulty delivery that makes way for a newer one goes to refused/ and keeps its reason, not to archive/."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    spoil(deliver(inbox, crowd(3), day=2))
    assert sync_people(plan).status == "error"
    assert folders(inbox) == ["archive/day1", "day2"]
    deliver(inbox, crowd(3), day=3)
    sync_plan(plan)
    sync_plan(plan)
    assert sync_people(plan).status == "successful"
    assert folders(inbox) == ["archive/day1", "archive/day3", "refused/day2"]
    assert states()["day2"] == ("refused", "FILE_INCOMPLETE")


def test_a_mended_delivery_is_archived(inbox: Path) -> None:
    """RK-3: A faulty delivery whose files were mended is read and archived like any other."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    folder = deliver(inbox, crowd(3), day=2)
    before = spoil(folder)
    assert sync_people(plan).status == "error"
    (folder / "participants.csv").write_bytes(before)
    sync_plan(plan)
    assert sync_people(plan).status == "successful"
    assert folders(inbox) == ["archive/day1", "archive/day2"]
    assert states()["day2"][0] == "archived"
