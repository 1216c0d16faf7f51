"""Canonical deliveries and several files of a layout, packed in zips and encrypted: the good read whole, the bad named."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from planbridge.plans.models import Plan
from planbridge.recordkeepers import packed_deliveries
from planbridge.recordkeepers.drop_folder import look_into
from planbridge.recordkeepers.folder_copies import copy_file, files_in_folder
from planbridge.recordkeepers.folder_mirror import FREE_BYTES_MIN, UNUSED_SECONDS, drop_unused
from planbridge.recordkeepers.open_pgp_keys import key_of, make_open_pgp_key, remove_retired_key, retired_keys_of
from tests.cast import ada, bea, crowd, deliver, plan_document
from tests.packing import files_of, layout_file, packed, rate, set_up, to_key, zip_of
from tests.syncing import codes, counts, problems, sync_people, sync_plan, synced_plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.mark.parametrize(
    "form", ["a zip", "an encrypted zip", "a zip of encrypted files", "a folder of encrypted files"]
)
def test_a_canonical_delivery_is_read_in_every_packing(plan: Plan, inbox: Path, home: Path, form: str) -> None:
    """RK-3: Manifest and parts in one zip, encrypted around it or each by itself, read as the plain folder does; archived then."""
    if form != "a zip":
        make_open_pgp_key(plan.connection, actor="test")
        plan.connection.refresh_from_db()
    encrypt = to_key(plan.connection) if form != "a zip" else bytes
    packed(inbox, form, files_of(deliver(inbox, crowd(3), plans=[plan_document()])), encrypt)
    run = sync_plan(plan)
    assert run.status == "successful", problems(run)
    run = sync_people(Plan.objects.get(pk=plan.pk))
    assert (run.status, counts(run)) == ("successful", (3, 3, 0, 0, 0)), problems(run)
    name = run.delivered_as
    assert [path.name for path in inbox.iterdir()] == ["archive"]
    assert [path.name.endswith(name) for path in (inbox / "archive").iterdir()] == [True]
    assert not list(home.rglob("participants.csv")), "a plain copy of what was encrypted stayed"
    # Who comes later finds itself in the archived delivery; the same content in another packing is a duplicate.
    again = deliver(inbox, crowd(3), plans=[plan_document()])
    assert codes(sync_people(Plan.objects.get(pk=plan.pk))) == ["FILE_DUPLICATE"]
    assert not again.exists()
    Plan.objects.filter(pk=plan.pk).update(participants_as_of=None)
    run = sync_people(Plan.objects.get(pk=plan.pk))
    assert counts(run)[0] == 3, (run.status, problems(run))


def bomb(files: dict[str, bytes]) -> dict[str, bytes]:
    """The delivery beside zeros that grow a thousandfold."""
    return files | {"zeros.csv": b"0" * (32 << 20)}


def climbing(files: dict[str, bytes]) -> dict[str, bytes]:
    """The delivery beside a path that leads out of the folder."""
    return files | {"../../outside.csv": b"1"}


def lacking(files: dict[str, bytes]) -> dict[str, bytes]:
    """The delivery without its manifest."""
    return {name: content for name, content in files.items() if name != "manifest.json"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [(bomb, "FILE_TOO_LARGE"), (climbing, "FILE_UNSAFE_PATH"), (lacking, "FILE_INCOMPLETE")],
)
def test_a_bad_zip_is_refused_and_a_good_one_beside_it_is_read(
    plan: Plan, inbox: Path, spoil: Callable[[dict[str, bytes]], dict[str, bytes]], code: str
) -> None:
    """RK-3: A delivery's zip with a bomb, a climbing path or no manifest goes to refused/ with its reason; others are read."""
    zip_of(inbox / "bad.zip", spoil(files_of(deliver(inbox, crowd(5), day=2))))
    zip_of(inbox / "good.zip", files_of(deliver(inbox, crowd(3), plans=[plan_document()])))
    assert sync_plan(plan).status == "successful"
    run = sync_people(Plan.objects.get(pk=plan.pk))
    assert (run.delivered_as, counts(run)[0]) == ("good.zip", 3)
    (reason,) = (inbox / "refused").glob("*-bad.zip.reason.txt")
    assert reason.read_text().startswith(f"{code}: ")
    assert not (inbox / "bad.zip").exists()
    assert not list(inbox.parent.rglob("outside.csv"))


def with_room_for(monkeypatch: pytest.MonkeyPatch, megabytes: int) -> None:
    """Let the disk have so much room for files of recordkeepers, beside what Planbridge leaves free."""
    free = FREE_BYTES_MIN + (megabytes << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(total=2 * free, used=free, free=free))


def roomy(files: dict[str, bytes]) -> dict[str, bytes]:
    """The delivery beside 25 MB that pack to a tenth, as text does."""
    return files | {"more.csv": b"".join(os.urandom(1_000) + bytes(9_000) for _ in range(2_500))}


def test_a_bomb_is_refused_also_where_the_disk_has_little_room(
    plan: Plan, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RK-3: A bomb is no matter of the disk: it goes to refused/ and does not hold up the delivery beside it."""
    with_room_for(monkeypatch, megabytes=20)
    zip_of(inbox / "bad.zip", bomb(files_of(deliver(inbox, crowd(5), day=2))))
    zip_of(inbox / "good.zip", files_of(deliver(inbox, crowd(3), plans=[plan_document()])))
    assert sync_plan(plan).status == "successful"
    assert sync_people(Plan.objects.get(pk=plan.pk)).delivered_as == "good.zip"
    (reason,) = (inbox / "refused").glob("*-bad.zip.reason.txt")
    assert reason.read_text().startswith("FILE_TOO_LARGE: ")


@pytest.mark.parametrize(
    "form", ["a zip", "an encrypted zip", "a zip of encrypted files", "a folder of encrypted files"]
)
def test_a_delivery_without_room_waits_for_room(
    plan: Plan, inbox: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """RK-3: A good delivery that the disk has no room to open is SPOOL_FULL, stays where it lies and is read when there is room."""
    if form != "a zip":
        make_open_pgp_key(plan.connection, actor="test")
        plan.connection.refresh_from_db()
    encrypt = to_key(plan.connection) if form != "a zip" else bytes
    packed(inbox, form, roomy(files_of(deliver(inbox, crowd(3), plans=[plan_document()]))), encrypt)
    with monkeypatch.context() as small:
        with_room_for(small, megabytes=20)
        assert codes(sync_plan(plan)) == ["SPOOL_FULL"]
    assert len(list(inbox.iterdir())) == 1
    assert sync_plan(plan).status == "successful"
    assert counts(sync_people(Plan.objects.get(pk=plan.pk)))[0] == 3


def test_what_no_disk_would_be_allowed_is_refused_without_room(
    plan: Plan, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RK-3: A zip that says it has more than a file may have is FILE_TOO_LARGE, however little room the disk has."""
    with_room_for(monkeypatch, megabytes=10)
    monkeypatch.setattr(packed_deliveries, "FILE_BYTES_MAX", 15 << 20)
    zip_of(inbox / "huge.zip", roomy(files_of(deliver(inbox, crowd(3), plans=[plan_document()]))))
    assert codes(sync_plan(plan)) == ["FILE_TOO_LARGE"]
    assert [path.name for path in inbox.iterdir()] == ["refused"]


def test_a_plain_zip_is_refused_where_a_key_is_in_use(plan: Plan, inbox: Path) -> None:
    """RK-3: With an OpenPGP key a zip that is plain, as a whole and in a part, is FILE_DECRYPT_FAILED."""
    make_open_pgp_key(plan.connection, actor="test")
    plan.connection.refresh_from_db()
    files = files_of(deliver(inbox, crowd(3), plans=[plan_document()]))
    encrypt = to_key(plan.connection)
    half = {name if name == "participants.csv" else f"{name}.gpg": content for name, content in files.items()}
    half = {name: encrypt(content) if name.endswith(".gpg") else content for name, content in half.items()}
    zip_of(inbox / "half.zip", half)
    assert codes(sync_plan(plan)) == ["FILE_DECRYPT_FAILED"]
    assert [path.name for path in inbox.iterdir()] == ["refused"]


def test_a_torn_delivery_in_a_zip_is_told_by_its_manifest(plan: Plan, inbox: Path) -> None:
    """RK-3: A part that is shorter than the manifest says is FILE_TRUNCATED in a zip as in a folder."""
    files = files_of(deliver(inbox, crowd(3), plans=[plan_document()]))
    zip_of(inbox / "torn.zip", files | {"participants.csv": files["participants.csv"][:-20]})
    assert sync_plan(plan).status == "successful"
    assert codes(sync_people(Plan.objects.get(pk=plan.pk))) == ["FILE_TRUNCATED"]


@pytest.mark.parametrize("form", ["a zip", "an encrypted zip", "a zip of encrypted files"])
def test_a_zip_of_several_files_of_a_layout_is_one_delivery(inbox: Path, form: str) -> None:
    """RK-3: All files of a layout in one zip are read together and archived as one; one bad file of it refuses it whole."""
    made = synced_plan(inbox, [ada(), bea()])
    set_up(made)
    sync_people(Plan.objects.get(pk=made.pk))
    set_up(made, profile="ascensus-360", source_codes={"401K": "PRE", "4ROTH": "ROTH"})
    plan = Plan.objects.get(pk=made.pk)
    encrypt: Callable[[bytes], bytes] = bytes
    if form != "a zip":
        make_open_pgp_key(plan.connection, actor="test")
        plan.connection.refresh_from_db()
        encrypt = to_key(plan.connection)
    one, other = layout_file(rate(ada()["ssn"], "9")), layout_file(rate(bea()["ssn"], "8"))
    packed(inbox, form, {"east.csv": one, "west.csv": other}, encrypt)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (2, 2, 0, 0, 0)), problems(run)
    assert [path.name.rpartition("-")[2] for path in (inbox / "archive").glob("*delivery*")] == [run.delivered_as]
    packed(inbox, form, {"east.csv": layout_file(rate(ada()["ssn"], "7")), "west.csv": b"no,header\n1,2\n"}, encrypt)
    assert codes(sync_people(plan)) == ["HEADER_MISSING"]


def test_opened_copies_that_nobody_reads_go_within_a_day(inbox: Path, home: Path) -> None:
    """RK-3: The plain copy of what was refused after it was opened is removed a day later; what still waits stays readable."""
    made = synced_plan(inbox, [ada(), bea()])
    set_up(made)
    sync_people(Plan.objects.get(pk=made.pk))
    set_up(made, profile="ascensus-360", source_codes={"401K": "PRE"})
    plan = Plan.objects.get(pk=made.pk)
    make_open_pgp_key(plan.connection, actor="test")
    plan.connection.refresh_from_db()
    encrypt = to_key(plan.connection)
    packed(inbox, "an encrypted zip", {"east.csv": b"no,header\n1,2\n"}, encrypt)
    assert codes(sync_people(plan)) == ["HEADER_MISSING"]
    mirror = home / "spool" / "folders" / str(plan.connection_id)

    def plain_files() -> list[str]:
        return sorted(path.name for path in (mirror / ".opened").rglob("*.csv"))

    assert plain_files() == ["east.csv"]
    age(mirror, seconds=UNUSED_SECONDS - 60)
    look_into(plan.connection)
    assert plain_files() == ["east.csv"]
    age(mirror, seconds=UNUSED_SECONDS + 60)
    look_into(plan.connection)
    assert plain_files() == []
    packed(inbox, "an encrypted zip", {"west.csv": layout_file(rate(ada()["ssn"], "9"))}, encrypt)
    assert counts(sync_people(plan)) == (1, 1, 0, 0, 0)


def test_a_file_of_nobody_is_archived(inbox: Path) -> None:
    """RK-3: A file with a header and no rows moves to archive/ whenever one comes, and what lies beside it is read."""
    made = synced_plan(inbox, [ada(), bea()])
    set_up(made)
    sync_people(Plan.objects.get(pk=made.pk))
    set_up(made, profile="ascensus-360", source_codes={"401K": "PRE"})
    plan = Plan.objects.get(pk=made.pk)
    for name in ("monday.csv", "tuesday.csv"):
        (inbox / name).write_bytes(layout_file())
        run = sync_people(plan)
        assert (run.status, codes(run)) == ("successful", [])
    assert sorted(path.name.partition("-")[2] for path in (inbox / "archive").glob("*.csv")) == [
        "monday.csv",
        "tuesday.csv",
    ]
    (inbox / "wednesday.csv").write_bytes(layout_file())
    (inbox / "zebra.csv").write_bytes(layout_file(rate(ada()["ssn"], "9")))
    assert counts(sync_people(plan)) == (1, 1, 0, 0, 0)
    assert not list(inbox.glob("*.csv"))


def test_copies_of_files_that_were_taken_back_go_within_a_day(plan: Plan, inbox: Path, home: Path) -> None:
    """RK-3: The copy of a file that was taken out of the drop folder before anybody read it is removed a day later."""
    (inbox / "gone.csv").write_bytes(b"plan,ssn\n")
    copy = copy_file(plan.connection, files_in_folder(plan.connection)[0])
    (inbox / "gone.csv").unlink()
    mirror = home / "spool" / "folders" / str(plan.connection_id)
    drop_unused(mirror, now=time.time() + UNUSED_SECONDS - 60)
    assert copy.is_file()
    drop_unused(mirror, now=time.time() + UNUSED_SECONDS + 60)
    assert not copy.exists()


def age(mirror: Path, *, seconds: float) -> None:
    """Let what was opened be last used so long ago."""
    for place in (mirror / ".opened").iterdir():
        os.utime(place, (time.time() - seconds,) * 2)


def test_a_replaced_key_goes_on_reading_until_it_is_removed(plan: Plan, inbox: Path) -> None:
    """RK-3: What is encrypted to a replaced key is read as long as that is kept; removed by hand, it is not any more."""
    connection = plan.connection
    old = make_open_pgp_key(connection, actor="test")
    connection.refresh_from_db()
    encrypt = to_key(connection)
    new = make_open_pgp_key(connection, actor="test")
    connection.refresh_from_db()
    assert key_of(connection) == new
    assert [one.pair for one in retired_keys_of(connection)] == [old]
    packed(inbox, "an encrypted zip", files_of(deliver(inbox, crowd(3), plans=[plan_document()])), encrypt)
    assert sync_plan(plan).status == "successful"
    assert counts(sync_people(Plan.objects.get(pk=plan.pk))) == (3, 3, 0, 0, 0)
    assert remove_retired_key(connection, old.fingerprint, actor="test")
    assert not remove_retired_key(connection, old.fingerprint, actor="test")
    packed(inbox, "an encrypted zip", files_of(deliver(inbox, crowd(3), day=2)), encrypt)
    assert codes(sync_people(Plan.objects.get(pk=plan.pk))) == ["FILE_DECRYPT_FAILED"]
