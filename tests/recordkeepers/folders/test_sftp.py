"""Drop folders on an SFTP server: a real one, with wrong secrets, a wrong host key and lines that break."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from django.conf import settings as product

from planbridge.plans.models import Plan
from planbridge.recordkeepers import folder_mirror, submission_folder
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import (
    ConnectionRefused,
    NewConnection,
    add_connection,
    edit_connection,
    seen_as,
)
from planbridge.recordkeepers.folder_mirror import mirror_folder
from planbridge.recordkeepers.registry import carrier_for, connector_for
from planbridge.recordkeepers.submission_carrier import OutgoingChange, Said, SealedSsn
from planbridge.security.firm import only_firm
from planbridge.security.ssn import seal_ssns
from tests.cast import crowd, deliver, plan_document
from tests.sftp_server import PASSWORD, SftpServer, public_text, sftp_server
from tests.syncing import added_plan, codes, counts, problems, sync_people, sync_plan

pytestmark = pytest.mark.django_db
HEADER = (
    "RecordType,PlanId,EmployeeLastName,EmployeeFirstName,EmployeeMiddleInitial,EmployeeSSN,EffectiveDate,"
    "ContributionCode,DeferralPercent,DeferralAmount,EmployeeEligibilityDate,LoanNumber,LoanPaymentAmount,TotalLoanAmount"
)


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    """A server with an empty folder `outbox`; what is fetched lies below tmp_path."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    (tmp_path / "far" / "outbox").mkdir(parents=True)
    with sftp_server(tmp_path / "far") as running:
        yield running


def connected(server: SftpServer, secrets: dict[str, str] | None = None, **settings: Any) -> Connection:
    """A connection to the server's folder."""
    said = server.settings() | settings
    new = NewConnection("far", ConnectionKind.FILES, said, secrets or {"password": PASSWORD})
    return add_connection(only_firm(), new, actor="test")


def outbox(server: SftpServer) -> Path:
    """The folder as the server has it."""
    return server.root / "outbox"


def tree(folder: Path) -> list[str]:
    """What lies in a folder and its folders."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.name.endswith((".json", ".txt")))


def synced(server: SftpServer, people: int = 3) -> Plan:
    """A plan whose first delivery lies on the server and whose first Plan Sync went well."""
    deliver(outbox(server), crowd(people), plans=[plan_document()])
    plan = added_plan(connected(server))
    run = sync_plan(plan)
    assert run.status == "successful", problems(run)
    return plan


def test_a_delivery_on_an_sftp_server_is_read_and_archived_there(server: SftpServer) -> None:
    """RK-3: A delivery on an SFTP server is fetched, read, and moved to archive/ on the server when all have read it."""
    plan = synced(server)
    assert counts(sync_people(plan)) == (3, 3, 0, 0, 0)
    assert tree(outbox(server)) == ["archive/day1/manifest.json"]
    deliver(outbox(server), crowd(3), day=2)
    assert counts(sync_people(plan)) == (3, 0, 3, 0, 0)


def test_a_private_key_serves_as_well(server: SftpServer) -> None:
    """RK-3: A private key stands for a password."""
    connection = connected(server, {"private_key": server.private_key})
    assert [one.passed for one in connector_for(connection).test()] == [True, True]


@pytest.mark.parametrize(
    "secrets",
    [
        {"password": "wrong"},
        {"private_key": asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()},
    ],
)
def test_a_wrong_secret_is_a_matter_of_the_settings(server: SftpServer, secrets: dict[str, str]) -> None:
    """RK-3: A wrong password or key is RK_AUTH_FAILED, and the secret is in no message."""
    deliver(outbox(server), crowd(1), plans=[plan_document()])
    run = sync_plan(added_plan(connected(server, secrets)))
    assert (run.status, codes(run)) == ("error", ["RK_AUTH_FAILED"])


def test_a_server_that_shows_another_key_gets_nothing(server: SftpServer) -> None:
    """RK-3: A server with another host key is refused with words before any secret is sent."""
    other = public_text(asyncssh.generate_private_key("ssh-ed25519"))
    (check,) = connector_for(connected(server, host_key=other)).test()
    assert not check.passed
    assert "host key" in check.said
    assert "Nothing was sent" in check.said
    deliver(outbox(server), crowd(1), plans=[plan_document()])
    run = sync_plan(added_plan(Connection.objects.get()))
    assert (run.status, codes(run)) == ("error", ["RK_HOST_KEY"])


def test_a_full_disk_is_said_and_nothing_is_taken(server: SftpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-3: Where the disk would be filled nothing is fetched, and the run says SPOOL_FULL with the file's name."""
    plan = synced(server)
    deliver(outbox(server), crowd(3), day=2)
    monkeypatch.setattr(folder_mirror, "FREE_BYTES_MIN", 1 << 62)
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("error", ["SPOOL_FULL"])


def test_the_key_is_shown_to_whom_it_is_not_known_yet(server: SftpServer) -> None:
    """RK-3: Without a host key nothing is read, and the test says which key the server shows."""
    (check,) = connector_for(connected(server, host_key="")).test()
    assert not check.passed
    assert public_text(server.host_key) in check.said


def test_a_broken_transfer_is_taken_up_where_it_ended(server: SftpServer) -> None:
    """RK-3: A line that breaks leaves no half file under its name; the next sync fetches only the rest."""
    plan = synced(server)
    folder = deliver(outbox(server), crowd(3), day=2)
    with (folder / "participants.csv").open("ab") as file:
        file.write(b"\n" * 30_000_000)  # more than what was read when the line breaks
    server.bytes_before_break = 12_000_000
    assert codes(sync_people(plan)) == ["RK_UNREACHABLE"]
    mirror = mirror_folder(plan.connection)
    assert not (mirror / "day2" / "manifest.json").exists()
    assert not (mirror / "day2" / "participants.csv").exists()
    (part,) = mirror.rglob("*.part")
    have = part.stat().st_size
    assert have > 0
    server.bytes_before_break, server.read_offsets = None, []
    sync_people(plan)
    assert (mirror / "day2" / "participants.csv").stat().st_size == (folder / "participants.csv").stat().st_size
    assert max(server.read_offsets) >= have
    assert sum(1 for offset in server.read_offsets if 0 < offset < have) == 0


def test_a_delivery_without_its_manifest_waits(server: SftpServer) -> None:
    """RK-3: What has no manifest yet is not taken, and is when it has one."""
    plan = synced(server)
    folder = deliver(outbox(server), crowd(3), day=2)
    manifest = (folder / "manifest.json").read_bytes()
    (folder / "manifest.json").unlink()
    sync_people(plan)
    assert codes(sync_people(plan)) == ["FILE_INCOMPLETE"]
    (folder / "manifest.json").write_bytes(manifest)
    assert sync_people(plan).delivered_as == "day2"


def test_a_refused_delivery_has_its_reason_beside_it(server: SftpServer) -> None:
    """RK-3: A refused delivery lies in refused/ on the server with its reason beside it."""
    plan = synced(server)
    sync_people(plan)
    deliver(outbox(server), crowd(3), day=0)
    sync_people(plan)
    assert (outbox(server) / "refused" / "day0" / "manifest.json").is_file()
    assert (outbox(server) / "refused" / "day0.reason.txt").read_text().startswith("FILE_OUT_OF_ORDER: ")


def test_a_stored_secret_stays_with_its_server(server: SftpServer) -> None:
    """RK-1: A stored password is not sent to another server by an edit of the address."""
    connection = Connection.objects.get(pk=connected(server).pk)
    moved = server.settings() | {"path": "sftp://other.example.test/outbox"}
    new = NewConnection("far", ConnectionKind.FILES, moved)
    with pytest.raises(ConnectionRefused, match="another server"):
        edit_connection(connection, new, seen=seen_as(connection), actor="test")


def test_submissions_reach_the_far_folder_whole(server: SftpServer) -> None:
    """RK-3: A batch of submissions is written to the server under another name first, and found again by its keys."""
    carrier = carrier_for(connected(server))
    change = OutgoingChange("900100", "P-0001", "key-1", {"kind": "contribution_rates"})
    ((_, answer),) = carrier.send([change])
    assert answer.said is Said.TAKEN
    (batch,) = (outbox(server) / "submissions").iterdir()
    assert (batch.name, sorted(one.name for one in batch.iterdir())) == (
        answer.external_id,
        ["manifest.json", "submissions.ndjson"],
    )
    ((_, found),) = carrier.ask([change])
    assert (found.said, found.external_id) == (Said.TAKEN, batch.name)


def test_the_recordkeepers_own_layout_stays_only_there(server: SftpServer) -> None:
    """RK-3, US-2: A batch in the recordkeeper's own layout, which has SSNs, is on the server and in no copy of ours."""
    connection = connected(server, profile="ascensus-360")
    sealed = bytes.fromhex(seal_ssns([(1, "P-0001", "900110001")])[0].removeprefix("\\x"))
    wish = {"type": "contribution_rate", "source": "401K", "percent": "9", "requested_at": "2026-11-06T15:00:00+00:00"}
    change = OutgoingChange("900100", "P-0001", "key-1", wish, ssn=SealedSsn(sealed, 1, "P-0001"))
    ((_, answer),) = carrier_for(connection).send([change])
    assert answer.said is Said.TAKEN
    own = f"ascensus-360-{answer.external_id}.csv"
    sent = outbox(server) / "submissions" / answer.external_id
    assert "D,900100,,,,900110001,11062026,401K,9.00,0.00,,,," in (sent / own).read_text()
    kept = mirror_folder(connection) / "submissions" / answer.external_id
    assert sorted(one.name for one in kept.iterdir()) == ["manifest.json", "submissions.ndjson"]


def test_a_batch_whose_worker_died_before_it_left_is_not_believed_to_be_there(
    server: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SB-1: A batch that was written and not sent when its worker ended is not found, so that it is sent again."""
    connection = connected(server)
    change = OutgoingChange("900100", "P-0001", "key-1", {"kind": "contribution_rates"})

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(submission_folder, "send_batch", die)
        with pytest.raises(SystemExit):
            list(carrier_for(connection).send([change]))
    assert [answer.said for _, answer in carrier_for(connection).ask([change])] == [Said.NOT_FOUND]
    (left,) = (mirror_folder(connection) / "submissions").iterdir()
    os.utime(left, (0, 0))
    ((_, answer),) = carrier_for(connection).send([change])
    assert [one.name for one in (outbox(server) / "submissions").iterdir()] == [answer.external_id]
    assert not left.exists()  # what was left may have SSNs in it


def test_submissions_that_do_not_get_there_are_not_believed_to(server: SftpServer) -> None:
    """RK-3: A batch that the server does not take is NOT_REACHED and is not found afterwards."""
    carrier = carrier_for(connected(server, {"password": "wrong"}))
    change = OutgoingChange("900100", "P-0001", "key-1", {"kind": "contribution_rates"})
    assert [answer.said for _, answer in carrier.send([change])] == [Said.NOT_REACHED]
    assert [answer.said for _, answer in carrier.ask([change])] == [Said.NOT_FOUND]


def test_a_single_file_on_a_server_is_read_and_put_away_there(server: SftpServer) -> None:
    """RK-3: A 360 file on an SFTP server changes the rate it names and moves to archive/ on the server."""
    plan = synced(server)
    sync_people(plan)
    Connection.objects.update(
        settings=plan.connection.settings
        | {"profile": "ascensus-360", "source_codes": {"401K": "PRE"}, "settle_seconds": 0}
    )
    ssn = crowd(1)[0]["ssn"]
    row = f"D,900100,Other,Name,,{ssn},11162026,401K,9.25,0,,,,"
    (outbox(server) / "changes.csv").write_text(f"{HEADER}\n{row}\n")
    run = sync_people(plan)
    assert (run.status, run.applied, run.delivered_as) == ("successful", 1, "changes.csv"), problems(run)
    assert len(list((outbox(server) / "archive").glob("*-changes.csv"))) == 1
    assert not (outbox(server) / "changes.csv").exists()


def test_a_delivery_in_one_zip_is_read_on_a_server(server: SftpServer) -> None:
    """RK-3: A canonical delivery in one zip on an SFTP server is read and archived there, single files of before beside it."""
    plan = synced(server)
    sync_people(plan)
    Connection.objects.update(settings=plan.connection.settings | {"settle_seconds": 0})
    folder = deliver(server.root.parent, crowd(3), day=2)
    shutil.make_archive(str(outbox(server) / "second"), "zip", folder)
    run = sync_people(plan)
    assert (run.status, counts(run), run.delivered_as) == ("successful", (3, 0, 3, 0, 0), "second.zip"), problems(run)
    assert sync_plan(plan).status == "successful"
    assert [one.name[17:] for one in (outbox(server) / "archive").glob("*.zip")] == ["second.zip"]
