"""The canonical extract the simulator writes: the same people as its REST face, and its file faults."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from planbridge.simulator.file_face import FILE_FAULTS
from tests.simulator_process import Simulator

PLAN = "910001"


def deliver(simulator: Simulator, folder: Path, **options: object) -> dict[str, bytes]:
    """Have a delivery written and return its files by name."""
    simulator.admin("deliver", folder=str(folder), **options)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def rows(content: bytes) -> list[dict[str, str]]:
    """Read CSV."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_the_manifest_describes_the_files(shared_simulator: Simulator, tmp_path: Path) -> None:
    """RK-6: every file is in the manifest with its bytes and sha256, and the totals are those of the REST face."""
    files = deliver(shared_simulator, tmp_path / "one")
    manifest = json.loads(files.pop("manifest.json"))
    assert {item["name"] for item in manifest["files"]} == set(files)
    for item in manifest["files"]:
        content = files[item["name"]]
        assert (item["bytes"], item["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        counted = len(rows(content)) if item["name"].endswith(".csv") else content.count(b"\n")
        assert item["rows"] == counted
    served = shared_simulator.get(f"/v1/plans/{PLAN}/totals").json()
    del served["snapshot"]
    assert manifest["totals"][0] == {"plan_id": PLAN, **served}


def test_csv_holds_the_people_of_the_rest_face(shared_simulator: Simulator, tmp_path: Path) -> None:
    """RK-6: each CSV row says what the REST face says, rehire included, and every list has all its rows."""
    files = deliver(shared_simulator, tmp_path / "csv", plans=[PLAN])
    people = {person["participant_id"]: person for person in shared_simulator.people(PLAN)}
    census = rows(files["participants.csv"])
    assert [row["participant_id"] for row in census] == list(people)
    for row in census:
        person = people[row["participant_id"]]
        for name in ("ssn", "first_name", "last_name", "birth_date", "status", "annual_compensation"):
            assert row[name] == (person[name] or "")
        assert row["address_line1"] == person["address"]["line1"]
        assert row["rehire_date"] == (person["employment"][1]["hire_date"] if len(person["employment"]) > 1 else "")
    for part in ("contribution_rates", "allocations", "balances", "vesting", "loans", "beneficiaries", "ytd"):
        expected = [
            {"plan_id": PLAN, "participant_id": key, **{name: value or "" for name, value in item.items()}}
            for key, person in people.items()
            for item in person[part]
        ]
        assert rows(files[f"{part}.csv"]) == expected, part


def test_ndjson_holds_the_people_of_the_rest_face(shared_simulator: Simulator, tmp_path: Path) -> None:
    """RK-6: each NDJSON line is the participant of the REST face with its plan, each plan line the plan document."""
    files = deliver(shared_simulator, tmp_path / "ndjson", form="ndjson", plans=[PLAN])
    people: list[dict[str, Any]] = [json.loads(line) for line in files["participants.ndjson"].splitlines()]
    assert people == [{"plan_id": PLAN, **person} for person in shared_simulator.people(PLAN)]
    assert json.loads(files["plans.ndjson"]) == shared_simulator.get(f"/v1/plans/{PLAN}").json()


@pytest.mark.parametrize("form", ["csv", "ndjson"])
@pytest.mark.parametrize("fault", list(FILE_FAULTS))
def test_each_file_fault_shows(shared_simulator: Simulator, tmp_path: Path, fault: str, form: str) -> None:
    """RK-6: a delivery with a fault differs from the true one in just the way the fault's gloss says."""
    name = f"participants.{form}"
    true = deliver(shared_simulator, tmp_path / "true", form=form)
    files = deliver(shared_simulator, tmp_path / "broken", form=form, fault=fault)
    manifest = json.loads(files.get("manifest.json", b"{}"))
    sound = json.loads(true["manifest.json"])
    described: dict[str, Any] = next((item for item in manifest.get("files", []) if item["name"] == name), {})
    lines, true_lines = files[name].splitlines(), true[name].splitlines()
    shows = {
        "half_file": described.get("bytes") == len(true[name]) == len(files[name]) * 2 + len(true[name]) % 2,
        "wrong_digest": files[name] == true[name]
        and described.get("sha256") not in {None, hashlib.sha256(files[name]).hexdigest()},
        "missing_manifest": not manifest,
        "missing_column": b"participant_id" not in files[name],
        "wrong_encoding": not is_utf8(files[name]),
        "empty_file": files[name] == b"" and described.get("bytes") == 0,
        "lying_totals": manifest.get("totals") != sound["totals"],
        "lying_count": described.get("rows") == len(true_lines) - (form == "csv") + 1,
        "broken_row": len(lines) == len(true_lines)
        and sum(one != other for one, other in zip(lines, true_lines, strict=True)) == 1,
        "duplicate": (tmp_path / "broken-again" / "manifest.json").is_file() and files == true,
        "out_of_order": manifest.get("as_of", "") < sound["as_of"] and manifest.get("files") == sound["files"],
        "duplicate_rows": len(lines) == len(true_lines) + 1 and set(lines) == set(true_lines),
        "reordered_rows": sorted(lines) == sorted(true_lines) and lines != true_lines,
    }
    assert shows[fault]
    assert set(sound["plans"]) == {"910001", "910002", "910003"}


def is_utf8(content: bytes) -> bool:
    """Say whether bytes are UTF-8."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
