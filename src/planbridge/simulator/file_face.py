"""Writes a canonical extract of the REST face's people: CSV or NDJSON, manifest last; broken on purpose if asked."""

import csv
import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec

from planbridge.simulator.amounts import scaled, text_of_cents
from planbridge.simulator.business_days import text_of_time
from planbridge.simulator.plans import Document
from planbridge.simulator.recordkeeper import PlanUnknownError, Recordkeeper
from planbridge.simulator.snapshots import Snapshot, control_totals

_KEY = ["plan_id", "participant_id"]
_ADDRESS = ["line1", "line2", "city", "state", "zip", "country"]
_BEFORE_ADDRESS = [
    "ssn", "first_name", "middle_name", "last_name", "birth_date", "gender", "marital_status", "email", "phone",
]  # fmt: skip
_AFTER_EMPLOYMENT = [
    "status", "pay_frequency", "annual_compensation", "hours_ytd", "eligibility_date", "entry_date",
    "prior_year_fica_wages",
]  # fmt: skip
_DATES = ["hire_date", "termination_date", "rehire_date"]
PARTICIPANT_COLUMNS = [
    *_KEY, *_BEFORE_ADDRESS, "address_line1", "address_line2", *_ADDRESS[2:], *_DATES, *_AFTER_EMPLOYMENT,
]  # fmt: skip
# The lists of a participant document, each a file of its own with these fields as columns after the key.
PARTS: dict[str, list[str]] = {
    "contribution_rates": ["source", "percent", "amount"],
    "allocations": ["source", "fund", "percent"],
    "balances": ["source", "fund", "units", "price", "market_value", "price_date"],
    "vesting": ["source", "percent"],
    "loans": [
        "loan_id", "type", "origination_date", "original_amount", "balance", "payment", "frequency",
        "rate", "maturity_date",
        "status",
    ],
    "beneficiaries": ["class", "name", "relationship", "percent"],
    "ytd": ["source", "amount"],
}  # fmt: skip
CANONICAL_FORMS = ("csv", "ndjson")
_A_YEAR = timedelta(days=365)
FILE_FAULTS: dict[str, str] = {
    "half_file": "participants end in the middle of a row, after the manifest counted them all",
    "wrong_digest": "the manifest's sha256 of the participants is another's",
    "missing_manifest": "no manifest: the delivery never becomes complete",
    "missing_column": "participants have no participant_id",
    "wrong_encoding": "participants are Latin-1, not UTF-8, where letters allow",
    "empty_file": "participants are a file without a byte",
    "lying_totals": "the manifest's totals have a dollar too much",
    "lying_count": "the manifest counts a participant too many",
    "broken_row": "the first participant has a field too many (CSV), or a text for its positions (NDJSON)",
    "duplicate": "the same delivery lies there under a second name, ending in -again",
    "out_of_order": "the delivery says that it is as of a year ago",
    "duplicate_rows": "the first participant stands there twice",
    "reordered_rows": "participants in reverse order",
}


class DeliveryRefusedError(ValueError):
    """The delivery cannot be written; the message says why."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where to write what: a folder, the form (canonical or a layout), plan ids (none: all), a file fault or None.

    `is_of_changes`: only who differs from what the last such file said; of layouts, an extract is always whole.
    """

    folder: Path
    form: str = "csv"
    plans: tuple[str, ...] = ()
    fault: str | None = None
    is_of_changes: bool = False


@dataclass(frozen=True, slots=True)
class _Written:
    """A file of the delivery as the manifest describes it."""

    name: str
    rows: int
    content: bytes

    def described(self) -> Document:
        return {
            "name": self.name,
            "rows": self.rows,
            "bytes": len(self.content),
            "sha256": hashlib.sha256(self.content).hexdigest(),
        }


def deliver_extract(keeper: Recordkeeper, delivery: Delivery) -> dict[str, object]:
    """Write a delivery into its folder, manifest last. Raises PlanUnknownError and DeliveryRefusedError."""
    if delivery.form not in CANONICAL_FORMS:
        message = f"form {delivery.form}: {' or '.join(CANONICAL_FORMS)}"
        raise DeliveryRefusedError(message)
    if delivery.fault is not None and delivery.fault not in FILE_FAULTS:
        message = f"fault {delivery.fault}: one of {', '.join(FILE_FAULTS)}"
        raise DeliveryRefusedError(message)
    plans = plans_of(keeper, delivery)
    if delivery.fault == "duplicate":
        deliver_extract(keeper, replace(delivery, fault=None, folder=Path(f"{delivery.folder}-again")))
    sequence = keeper.sequence
    moment = keeper.moment - (_A_YEAR if delivery.fault == "out_of_order" else timedelta(0))
    files = _csv_files if delivery.form == "csv" else _ndjson_files
    delivery.folder.mkdir(parents=True, exist_ok=True)
    described = [_save(delivery, written) for written in files(keeper, plans, sequence, delivery.fault)]
    manifest = {
        "format": "planbridge/1",
        "kind": "participants",
        "as_of": text_of_time(moment),
        "complete": True,
        "plans": plans,
        "files": described,
        "totals": [_totals(keeper, plan_id, sequence, delivery.fault) for plan_id in plans],
    }
    if delivery.fault != "missing_manifest":
        write_whole(delivery.folder / "manifest.json", msgspec.json.format(msgspec.json.encode(manifest), indent=1))
    return {"folder": str(delivery.folder), "files": described, "as_of": manifest["as_of"]}


def plans_of(keeper: Recordkeeper, delivery: Delivery) -> list[str]:
    """Return the ids of a delivery's plans, all where it names none; raises PlanUnknownError."""
    known = keeper.plan_ids()
    for plan_id in delivery.plans:
        if plan_id not in known:
            raise PlanUnknownError(plan_id)
    return list(delivery.plans) or known


def _csv_files(keeper: Recordkeeper, plans: list[str], sequence: int, fault: str | None) -> Iterator[_Written]:
    yield _plans_file(keeper, plans)
    columns = [name for name in PARTICIPANT_COLUMNS if fault != "missing_column" or name != "participant_id"]
    files: dict[str, tuple[io.StringIO, Callable[[list[object]], object]]] = {}
    for name, header in (("participants", columns), *((part, [*_KEY, *fields]) for part, fields in PARTS.items())):
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(header)
        files[name] = (text, writer.writerow)
    counts = dict.fromkeys(files, 0)
    for plan_id, person, _ in _people(keeper, plans, sequence, fault):
        census = census_row(plan_id, person)
        files["participants"][1]([census[name] for name in columns])
        counts["participants"] += 1
        for part, fields in PARTS.items():
            for item in person[part]:
                files[part][1]([plan_id, person["participant_id"], *(item[field] for field in fields)])
                counts[part] += 1
    for name, (text, _) in files.items():
        yield _Written(f"{name}.csv", counts[name], text.getvalue().encode())


def _ndjson_files(keeper: Recordkeeper, plans: list[str], sequence: int, fault: str | None) -> Iterator[_Written]:
    yield _plans_file(keeper, plans)
    lines = []
    for plan_id, person, text in _people(keeper, plans, sequence, fault):
        if fault == "missing_column":
            del person["participant_id"]
            text = msgspec.json.encode(person).decode()  # noqa: PLW2901 - the line as it is to be written
        lines.append(f'{{"plan_id":{msgspec.json.encode(plan_id).decode()},{text[1:]}\n')
    yield _Written("participants.ndjson", len(lines), "".join(lines).encode())


def _plans_file(keeper: Recordkeeper, plans: list[str]) -> _Written:
    content = "".join(f"{keeper.plan_text(plan_id)}\n" for plan_id in plans).encode()
    return _Written("plans.ndjson", len(plans), content)


def _people(
    keeper: Recordkeeper, plans: list[str], sequence: int, fault: str | None
) -> Iterator[tuple[str, Document, str]]:
    """Give each person with plan, document and JSON text, as the row faults would have them."""
    everyone = (
        (plan_id, msgspec.json.decode(text), text)
        for plan_id in plans
        for _, text in keeper.served_people(plan_id, sequence)
    )
    if fault == "reordered_rows":
        yield from reversed(list(everyone))
        return
    for position, row in enumerate(everyone):
        yield row
        if fault == "duplicate_rows" and position == 0:
            yield row


def census_row(plan_id: str, person: Document) -> Document:
    """Return a participant's row of participants.csv by column."""
    spells = person["employment"]
    return {
        "plan_id": plan_id,
        **person,
        **{f"address_{name}": person["address"][name] for name in _ADDRESS[:2]},
        **{name: person["address"][name] for name in _ADDRESS[2:]},
        "hire_date": spells[0]["hire_date"],
        "termination_date": spells[0]["termination_date"],
        "rehire_date": spells[1]["hire_date"] if len(spells) > 1 else None,
    }


def _totals(keeper: Recordkeeper, plan_id: str, sequence: int, fault: str | None) -> Document:
    totals = control_totals(keeper, Snapshot(0, plan_id, sequence, ""))
    del totals["snapshot"]
    if fault == "lying_totals":
        totals["market_value"] = text_of_cents(scaled(totals["market_value"], 2) + 100)
    return {"plan_id": plan_id, **totals}


def _save(delivery: Delivery, written: _Written) -> Document:
    """Write one file, broken if it is the participants and a fault says so, and return what the manifest says of it."""
    described = written.described()
    content = written.content
    if written.name.startswith("participants."):
        match delivery.fault:
            case "half_file":
                content = content[: len(content) // 2]
            case "wrong_digest":
                described["sha256"] = hashlib.sha256(b"another file").hexdigest()
            case "wrong_encoding":
                content = content.decode().encode("latin-1", "replace")
                described = _Written(written.name, written.rows, content).described()
            case "lying_count":
                described["rows"] = written.rows + 1
            case "broken_row":
                content = _with_broken_row(content, is_csv=delivery.form == "csv")
                described = _Written(written.name, written.rows, content).described()
            case "empty_file":
                content = b""
                described = _Written(written.name, 0, content).described()
            case _:
                pass
    write_whole(delivery.folder / written.name, content)
    return described


def _with_broken_row(content: bytes, *, is_csv: bool) -> bytes:
    """The participants with their first row broken: a line too long for its columns, or a document built otherwise."""
    lines = content.split(b"\n")
    if is_csv:
        lines[1] = lines[1].rstrip(b"\r") + b",one too many\r"
    else:
        lines[0] = msgspec.json.encode({**msgspec.json.decode(lines[0]), "balances": "no list"})
    return b"\n".join(lines)


def write_whole(path: Path, content: bytes) -> None:
    """Write under a passing name first, so that nobody ever sees half a file that was meant to be whole."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)
