"""Bad input: the right code, a message with what to do, nothing changed, and the next good delivery goes through."""

import json
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.plans.models import Plan
from planbridge.sync.run import RunProblem
from tests.cast import as_of, change_file, change_manifest, changed, crowd, deliver, file_entry
from tests.syncing import codes, counts, problems, statuses, sync_people, sync_plan, synced_plan, table_rows

TABLES = "participant contribution_rate allocation holding participant_change fund_price quarantine".split()
Break = Callable[[Path], object]


@dataclass(frozen=True)
class Fault:
    """What is done to a delivery, the code that comes of it, and a word of the message."""

    code: str
    name: str
    do: Break
    said: str

    def __str__(self) -> str:
        return f"{self.code}-{self.name}"


def census(folder: Path) -> bytes:
    """The delivered participants.csv."""
    return (folder / "participants.csv").read_bytes()


def put(name: str, edit: Callable[[bytes], bytes], *, rows: int | None = None) -> Break:
    """Edit a file and describe it rightly in the manifest."""
    return lambda folder: change_file(folder, name, edit((folder / name).read_bytes()), rows=rows)


def edit(name: str, change: Callable[[bytes], bytes]) -> Break:
    """Edit a file behind the manifest's back."""
    return lambda folder: (folder / name).write_bytes(change((folder / name).read_bytes()))


def rename_in_manifest(hostile: str) -> Break:
    """Have the manifest name a file by a hostile path."""

    def do(folder: Path) -> None:
        entry = file_entry(folder / "loans.csv") | {"name": hostile}
        kept = json.loads((folder / "manifest.json").read_text())["files"]
        change_manifest(folder, files=[one for one in kept if one["name"] != "loans.csv"] + [entry])

    return do


def link_away(folder: Path) -> None:
    """Put a link to another file in a file's place."""
    outside = folder.parent.parent / "outside.csv"
    outside.write_bytes(census(folder))
    (folder / "participants.csv").unlink()
    (folder / "participants.csv").symlink_to(outside)


def drop_file(name: str) -> Break:
    """Take a file and its entry out of the delivery."""

    def do(folder: Path) -> None:
        (folder / name).unlink()
        kept = json.loads((folder / "manifest.json").read_text())["files"]
        change_manifest(folder, files=[one for one in kept if one["name"] != name])

    return do


FAULTS = [
    Fault("FILE_INCOMPLETE", "no manifest", lambda folder: (folder / "manifest.json").unlink(), "no manifest.json"),
    Fault("FILE_INCOMPLETE", "not complete", lambda folder: change_manifest(folder, complete=False), "not complete"),
    Fault("FILE_INCOMPLETE", "digest", edit("participants.csv", lambda text: text.replace(b"Bad", b"Bat")), "SHA-256"),
    Fault("FILE_INCOMPLETE", "file gone", lambda folder: (folder / "balances.csv").unlink(), "balances.csv"),
    Fault("FILE_INCOMPLETE", "file longer", edit("balances.csv", lambda text: text + b"x"), "balances.csv"),
    Fault("FILE_INCOMPLETE", "census not named", drop_file("participants.csv"), "participants.csv"),
    Fault("FILE_TRUNCATED", "file shorter", edit("participants.csv", lambda text: text[:-10]), "bytes"),
    Fault("FILE_EMPTY", "no bytes", put("participants.csv", lambda _: b""), "participants.csv"),
    Fault("COUNT_MISMATCH", "rows", put("participants.csv", lambda text: text, rows=9), "9 rows"),
    Fault("MANIFEST_INVALID", "no JSON", edit("manifest.json", lambda text: text[:-20]), "day2"),
    Fault("MANIFEST_INVALID", "other format", lambda folder: change_manifest(folder, format="other/9"), "other/9"),
    Fault(
        "MANIFEST_INVALID", "no offset", lambda folder: change_manifest(folder, as_of="2026-11-17T22:00:00"), "as_of"
    ),
    Fault(
        "HEADER_MISSING",
        "no header",
        put("participants.csv", lambda text: text.split(b"\r\n", 1)[1], rows=2),
        "participants.csv",
    ),
    Fault("COLUMN_MISSING", "no ssn", put("participants.csv", lambda text: text.replace(b",ssn,", b",sss,", 1)), "ssn"),
    Fault("COLUMN_MISSING", "no units", put("balances.csv", lambda text: text.replace(b"units", b"unit", 1)), "units"),
    Fault(
        "FILE_ENCODING",
        "cp1252",
        put("participants.csv", lambda text: text[::-1].replace(b"daB", b"\xebaB", 1)[::-1]),
        "line 4",
    ),
    Fault(
        "FILE_ENCODING",
        "UTF-16",
        put("participants.csv", lambda text: text.decode().encode("utf-16")),
        "participants.csv",
    ),
    Fault(
        "RECORD_FIELD_COUNT", "ragged", put("participants.csv", lambda text: text.rstrip() + b",x,y\r\n"), "more fields"
    ),
    Fault(
        "FILE_UNREADABLE",
        "open quote",
        put("participants.csv", lambda text: text.replace(b"Bad", b'"Bad', 1), rows=3),
        "quote",
    ),
    Fault(
        "FILE_UNREADABLE",
        "column twice",
        put("participants.csv", lambda text: text.replace(b"email", b"phone", 1)),
        "phone",
    ),
    *(
        Fault("FILE_UNSAFE_PATH", path, rename_in_manifest(path), "passwd")
        for path in ("../../etc/passwd", "/etc/passwd", "..\\passwd", "sub/passwd")
    ),
    Fault("FILE_UNSAFE_PATH", "link", link_away, "participants.csv"),
]


@pytest.fixture
def plan(inbox: Path) -> Plan:
    """A plan of three whose first delivery is synced."""
    made = synced_plan(inbox, crowd(3))
    assert sync_people(made).status == "successful"
    return made


@pytest.mark.django_db
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_faulty_delivery_changes_nothing(inbox: Path, plan: Plan, fault: Fault) -> None:
    """RK-3: the code names the fault, its message the file and what to do; the next delivery goes through."""
    before = {table: table_rows(table, plan) for table in TABLES}
    folder = deliver(inbox, [changed(one, first_name="Bad") for one in crowd(3)], day=2)
    fault.do(folder)
    run = sync_people(plan)
    assert (run.status, problems(run)) == ("error", [(fault.code, None)])
    message = RunProblem.objects.get(run_id=run.id).message
    assert fault.said in message
    assert CATALOGUE[fault.code].fix
    assert {table: table_rows(table, plan) for table in TABLES} == before
    deliver(inbox, [changed(one, first_name="Good") for one in crowd(3)], day=3)
    following = [sync_people(plan) for _ in range(2)]
    assert "successful" in {one.status for one in following if one.read}, [problems(one) for one in following]


@pytest.mark.django_db
def test_a_byte_order_mark_is_no_fault(inbox: Path, plan: Plan) -> None:
    """RK-3: a BOM before the header is passed over."""
    change_file(deliver(inbox, crowd(3), day=2), "participants.csv", b"\xef\xbb\xbf" + census(inbox / "day2"))
    run = sync_people(plan)
    assert (run.status, counts(run), problems(run)) == ("successful", (3, 0, 3, 0, 0), [])


@pytest.mark.django_db
def test_lines_may_end_either_way(inbox: Path, plan: Plan) -> None:
    """RK-3: LF instead of CRLF, and no line end after the last row, change nobody."""
    folder = deliver(inbox, crowd(3), day=2)
    change_file(folder, "participants.csv", census(folder).replace(b"\r\n", b"\n").rstrip())
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (3, 0, 3, 0, 0))


@pytest.mark.django_db
def test_a_header_alone_is_an_empty_feed(inbox: Path, plan: Plan) -> None:
    """PT-6: a census with its header and nobody is held as EMPTY_FEED, not taken for everybody's leaving."""
    deliver(inbox, [], day=2)
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("held", ["EMPTY_FEED"])
    assert set(statuses(plan).values()) == {"synced"}


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_a_huge_cell_is_refused_within_bounds(inbox: Path, plan: Plan, form: str) -> None:
    """RK-3: a cell of 100 MB is refused with FILE_TOO_LARGE, says where it is, and costs little more than its size."""
    folder = deliver(inbox, [changed(one, first_name="Bad") for one in crowd(3)], day=2, form=form)
    name = f"participants.{form}"
    change_file(folder, name, (folder / name).read_bytes().replace(b"Bad", b"x" * 100_000_000, 1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = sync_people(plan)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert (run.status, problems(run)) == ("error", [("FILE_TOO_LARGE", None)])
    assert grown < 500
    assert name in RunProblem.objects.get(run_id=run.id).message
    deliver(inbox, crowd(3), day=3)
    assert sync_people(plan).status == "successful"


@pytest.mark.django_db
def test_the_same_bytes_under_a_new_name_are_refused(inbox: Path, plan: Plan) -> None:
    """RK-3: FILE_DUPLICATE names the delivery whose content it has; the folder is moved to refused/."""
    (inbox / "copy").mkdir()
    origin = next(path for path in (inbox / "day1", inbox / "archive" / "day1") if path.is_dir())
    for path in origin.iterdir():
        (inbox / "copy" / path.name).write_bytes(path.read_bytes())
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("error", ["FILE_DUPLICATE"])
    assert "day1" in RunProblem.objects.get(run_id=run.id).message
    assert (inbox / "refused" / "copy").is_dir()
    assert sync_people(plan).status == "successful"


@pytest.mark.django_db
def test_an_older_delivery_after_a_newer_one_is_refused(inbox: Path, plan: Plan) -> None:
    """RK-3: FILE_OUT_OF_ORDER: yesterday's data never overwrite today's."""
    deliver(inbox, [changed(one, first_name="New") for one in crowd(3)], day=3)
    sync_plan(plan)
    sync_people(plan)
    deliver(inbox, crowd(3), day=2)
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("error", ["FILE_OUT_OF_ORDER"])
    assert f"{as_of(3):%Y-%m-%d}" in RunProblem.objects.get(run_id=run.id).message
    deliver(inbox, crowd(3), day=4)
    assert counts(sync_people(plan)) == (3, 3, 0, 0, 0)


@pytest.mark.django_db
def test_a_plan_document_that_is_no_json_is_refused(inbox: Path, plan: Plan) -> None:
    """PS-11: a broken plans.ndjson ends the Plan Sync with Error and names the line; the people go on."""
    folder = deliver(inbox, crowd(3), day=2)
    change_file(folder, "plans.ndjson", b"{broken\n")
    run = sync_plan(plan)
    assert (run.status, codes(run)) == ("error", ["FILE_UNREADABLE"])
    assert "Line 1" in RunProblem.objects.get(run_id=run.id).message
    assert sync_people(plan).status == "successful"


@pytest.mark.django_db
def test_a_folder_that_is_gone_says_so(inbox: Path, plan: Plan) -> None:
    """RK-3: a drop folder that cannot be read ends both syncs with RK_UNREACHABLE and the folder's path."""
    inbox.rename(inbox.with_name("elsewhere"))
    for run in (sync_people(plan), sync_plan(plan)):
        assert (run.status, codes(run)) == ("error", ["RK_UNREACHABLE"])
        assert str(inbox) in RunProblem.objects.get(run_id=run.id).message
