"""Submissions through a drop folder: one batch a folder, whole or not at all, confirmed by a later delivery."""

import hashlib
import json
import shutil
import stat
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.drop_folder import look_into
from planbridge.recordkeepers.formats.manifest import read_manifest
from planbridge.sync.submission_book import moved, write_moves
from planbridge.sync.submission_states import Event
from planbridge.sync.submission_wish import allocation_wish, rate_wish
from planbridge.sync.submissions import attempts_of, pending_of
from tests.cast import changed, deliver, everybody, plan_document
from tests.sync.submitting import again, deliver_now, held, states, submitted
from tests.syncing import sync_people, synced_plan

pytestmark = pytest.mark.django_db
ADA = "P-0001"


def peopled_plan(inbox: Path) -> Plan:
    """The plan of the cast, with its people."""
    plan = synced_plan(inbox, everybody())
    assert sync_people(plan).status == "successful"
    return plan


def batches(inbox: Path) -> list[Path]:
    """The batches that lie in the drop folder."""
    return sorted(path for path in (inbox / "submissions").iterdir())


def test_batch_is_written_and_confirmed(inbox: Path) -> None:
    """SB-1, SB-2: a wish is a line of a complete batch, taken for no delivery, and confirmed by the delivery that shows it."""
    plan = peopled_plan(inbox)
    rate, split = submitted(
        plan,
        rate_wish("PRE", percent=Decimal(9)),
        allocation_wish("PRE", {"EQ3": Decimal(100)}),
        person=ADA,
    )
    deliver_now(plan)
    assert states(rate, split) == ["accepted", "accepted"]
    first, second = batches(inbox)
    content = (first / "submissions.ndjson").read_bytes()
    manifest = json.loads((first / "manifest.json").read_text())
    assert manifest["kind"] == "submissions"
    assert manifest["files"][0]["sha256"] == hashlib.sha256(content).hexdigest()
    line = json.loads(content)
    assert {name: line[name] for name in ("plan_id", "participant_id", "type", "source", "percent", "receipt")} == {
        "plan_id": "900100", "participant_id": ADA, "type": "contribution_rate", "source": "PRE", "percent": "9",
        "receipt": rate.receipt,
    }  # fmt: skip
    assert line["idempotency_key"] == rate.idempotency_key
    assert json.loads((second / "submissions.ndjson").read_text())["type"] == "allocation"
    content_of_folder = look_into(plan.connection)
    assert (content_of_folder.deliveries, content_of_folder.problems) == ((), ())
    assert read_manifest(first)[2] is None

    ada, *others = everybody()
    rates = [{"source": "PRE", "percent": "9", "amount": None}, ada["contribution_rates"][1]]
    deliver(inbox, [changed(ada, contribution_rates=rates), *others], plans=[plan_document()], day=2)
    sync_people(plan)
    assert states(rate, split) == ["confirmed", "accepted"]
    assert [line["kind"] for line in pending_of(plan.pk, ADA)] == ["allocation"]
    assert {one["fund"] for one in held(plan, "allocations", ADA) if one["source"] == "PRE"} == {"TD45", "EQ3"}


def test_batch_has_the_layout_of_the_recordkeepers_own_files(inbox: Path, tmp_path: Path, settings: Settings) -> None:
    """SB-1, SB-2: a folder that is read by a profile gets a batch in its layout, too; the file itself confirms it."""
    (tmp_path / "home").mkdir()
    settings.PLANBRIDGE_HOME = tmp_path / "home"
    plan = peopled_plan(inbox)
    layout = {"profile": "ascensus-360", "settle_seconds": 0, "source_codes": {"401K": "PRE"}}
    Connection.objects.update(settings=plan.connection.settings | layout)
    rate, split = submitted(
        plan, rate_wish("PRE", percent=Decimal(9)), allocation_wish("PRE", {"EQ3": Decimal(100)}), person=ADA
    )
    deliver_now(plan)
    assert states(rate, split) == ["accepted", "accepted"]
    first, second = batches(inbox)
    written = first / f"ascensus-360-{first.name}.csv"
    entries = json.loads((first / "manifest.json").read_text())["files"]
    assert [(one["name"], one["rows"]) for one in entries] == [("submissions.ndjson", 1), (written.name, 1)]
    for one in entries:
        content = (first / one["name"]).read_bytes()
        assert (one["bytes"], one["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert stat.S_IMODE((first / one["name"]).stat().st_mode) == 0o600
    day = rate.requested_at.astimezone(ZoneInfo(plan.connection.firm.time_zone))
    row = f"D,900100,,,,900110001,{day:%m%d%Y},401K,9.00,0.00,,,,"
    assert written.read_text().splitlines()[1:] == [row]
    assert b"900110001" not in (first / "submissions.ndjson").read_bytes()
    assert sorted(one.name for one in second.iterdir()) == ["manifest.json", "submissions.ndjson"]
    assert "900110001" not in json.dumps([attempts_of(rate), again(rate).body])
    shutil.copy(written, inbox / "changes.csv")
    assert sync_people(Plan.objects.get(pk=plan.pk)).status == "successful"
    assert states(rate, split) == ["confirmed", "accepted"]


def test_folder_that_cannot_be_written(inbox: Path) -> None:
    """SB-2: a batch that cannot be written leaves its submissions requested, and they go out later."""
    plan = peopled_plan(inbox)
    (inbox / "submissions").write_text("in the way")
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(9)), person=ADA)
    deliver_now(plan)
    assert states(one) == ["requested"]
    assert again(one).problem_code == "RK_UNREACHABLE"
    (inbox / "submissions").unlink()
    deliver_now(plan)
    assert states(one) == ["accepted"]


def test_batch_whose_worker_died(inbox: Path) -> None:
    """SB-1: after a worker died, a batch that lies there is found by its key and not written again."""
    plan = peopled_plan(inbox)
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(9)), person=ADA)
    before = again(one)
    deliver_now(plan)
    before.fence = again(one).fence
    on_its_way = moved(before, Event.SEND_BEGUN, timezone.now())
    on_its_way.attempts = 1
    assert write_moves([on_its_way]) == {one.id}
    deliver_now(plan)
    assert states(one) == ["accepted"]
    assert [line["said"] for line in attempts_of(one)] == ["interrupted", "taken"]
    assert len(batches(inbox)) == 1
