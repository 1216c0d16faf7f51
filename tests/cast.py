"""The cast: a few invented people and their plan, and deliveries of them as a recordkeeper would write them."""

import copy
import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

Person = dict[str, Any]
Document = dict[str, Any]

PLAN_ID = "900100"
FIRST_DAY = datetime(2026, 11, 16, 22, tzinfo=UTC)
PRICES = {"TD45": "18.4210", "EQ3": "58.5185", "STBL": "1"}
CENT = Decimal("0.01")

CENSUS = (
    "ssn first_name middle_name last_name birth_date gender marital_status email phone".split()
    + "address_line1 address_line2 city state zip country hire_date termination_date rehire_date status".split()
    + "pay_frequency annual_compensation hours_ytd eligibility_date entry_date prior_year_fica_wages".split()
)
ITEM_FILES = {
    "contribution_rates": ("source", "percent", "amount"),
    "allocations": ("source", "fund", "percent"),
    "balances": ("source", "fund", "units", "price", "market_value", "price_date"),
    "vesting": ("source", "percent"),
    "loans": tuple(
        "loan_id type origination_date original_amount balance payment frequency rate maturity_date status".split()
    ),
    "beneficiaries": ("class", "name", "relationship", "percent"),
    "ytd": ("source", "amount"),
}


def as_of(day: int) -> datetime:
    """The moment that the delivery of a day describes; day 1 is a Monday evening."""
    return FIRST_DAY + timedelta(days=day - 1)


def price_day(day: int) -> date:
    """The date of the prices of a day's delivery."""
    return as_of(day).date()


def position(source: str, fund: str, units: str, *, price: str | None = None, day: int = 1) -> dict[str, Any]:
    """A position at the fund's price (or another), its market value rounded to cents as the recordkeeper does."""
    at = price or PRICES[fund]
    value = (Decimal(units) * Decimal(at)).quantize(CENT, "ROUND_HALF_UP")
    return {
        "source": source,
        "fund": fund,
        "units": units,
        "price": at,
        "market_value": str(value),
        "price_date": price_day(day).isoformat(),
    }


def person(number: int, first_name: str, last_name: str = "Example") -> Person:
    """A healthy person with money, without the parts that not everybody has."""
    return {
        "participant_id": f"P-{number:04}",
        "ssn": f"900-{10 + number // 9999:02}-{1 + number % 9999:04}",
        "first_name": first_name,
        "last_name": last_name,
        "birth_date": "1980-04-05",
        "email": f"{first_name.lower()}@example.test",
        "employment": [{"hire_date": "2010-06-14", "termination_date": None}],
        "status": "active",
        "pay_frequency": "biweekly",
        "annual_compensation": "76923.10",
        "contribution_rates": [{"source": "PRE", "percent": "6", "amount": None}],
        "allocations": [{"source": "PRE", "fund": "TD45", "percent": "100"}],
        "balances": [position("PRE", "TD45", "100.5")],
    }


def ada() -> Person:
    """Ada has everything that a participant document can say."""
    return person(1, "Ada", "O'Neil-Díaz") | {
        "ssn": "900-11-0001",
        "middle_name": "Zoë",
        "birth_date": "1964-02-29",
        "gender": "F",
        "marital_status": "married",
        "phone": "+1-555-555-0107",
        "address": {
            "line1": '12 Alder Ct, "Rear"',
            "line2": "Unit 3",
            "city": "Guelph",
            "state": "ON",
            "zip": "N1G 2W1",
            "country": "CA",
        },
        "hours_ytd": "1710.5",
        "eligibility_date": "2010-10-01",
        "entry_date": "2010-10-01",
        "prior_year_fica_wages": "74100.00",
        "contribution_rates": [
            {"source": "PRE", "percent": "6.5", "amount": None},
            {"source": "ROTH", "percent": None, "amount": "50.00"},
        ],
        "allocations": [
            {"source": "PRE", "fund": "TD45", "percent": "33.34"},
            {"source": "PRE", "fund": "EQ3", "percent": "66.66"},
            {"source": "ROTH", "fund": "EQ3", "percent": "100"},
        ],
        "balances": [
            position("PRE", "TD45", "1234.567800"),
            position("PRE", "EQ3", "10.1"),
            position("MATCH", "STBL", "500.25"),
        ],
        "vesting": [{"source": "MATCH", "percent": "80"}],
        "loans": [loan("1"), loan("2")],
        "beneficiaries": [
            {"class": "primary", "name": "Noor O'Neil", "relationship": "spouse", "percent": "100"},
            {"class": "contingent", "name": "Io", "relationship": "child", "percent": "33.33"},
            {"class": "contingent", "name": "Uma", "relationship": None, "percent": "66.67"},
        ],
        "ytd": [{"source": "PRE", "amount": "4100.12"}, {"source": "ROTH", "amount": "1100.00"}],
    }


def loan(loan_id: str) -> dict[str, Any]:
    """A general loan; two of them differ in nothing but their ids."""
    return {
        "loan_id": loan_id,
        "type": "general",
        "origination_date": "2025-02-03",
        "original_amount": "5000.00",
        "balance": "3120.44",
        "payment": "101.19",
        "frequency": "biweekly",
        "rate": "8.5",
        "maturity_date": "2030-02-03",
        "status": "current",
    }


def bea() -> Person:
    """Bea left and was hired again."""
    return person(2, "Bea") | {
        "ssn": "900110002",
        "employment": [
            {"hire_date": "2010-06-14", "termination_date": "2015-01-31"},
            {"hire_date": "2017-03-01", "termination_date": None},
        ],
    }


def cem() -> Person:
    """Cem left for good; his money stayed."""
    spells = [{"hire_date": "2010-06-14", "termination_date": "2024-01-31"}]
    return person(3, "Cem") | {
        "ssn": "900110003",
        "status": "terminated",
        "employment": spells,
        "contribution_rates": [],
    }


def dora() -> Person:
    """Dora stopped saving: a rate of 0 % is an explicit stop."""
    return person(4, "Dora") | {"contribution_rates": [{"source": "PRE", "percent": "0", "amount": None}]}


def eli() -> Person:
    """Eli is new: no rate, no money, and only what a record must have."""
    return {
        "participant_id": "P-0005",
        "ssn": "900-12-0005",
        "first_name": "Eli",
        "last_name": "Example",
        "birth_date": "2001-12-31",
        "employment": [{"hire_date": "2026-11-02", "termination_date": None}],
    }


def everybody() -> list[Person]:
    """The five of the cast."""
    return [ada(), bea(), cem(), dora(), eli()]


def crowd(count: int, *, first: int = 100) -> list[Person]:
    """Healthy people without anything remarkable, for rules that count."""
    return [person(number, f"Pat{number}") for number in range(first, first + count)]


def changed(who: Person, **changes: Any) -> Person:
    """A copy of a person with other values."""
    return copy.deepcopy(who) | changes


def without(people: Iterable[Person], *participant_ids: str) -> list[Person]:
    """The people but those with these ids."""
    return [one for one in people if one["participant_id"] not in participant_ids]


def repriced(people: Iterable[Person], prices: Mapping[str, str], *, day: int) -> list[Person]:
    """The people with the same units at other prices of another day."""
    return [
        changed(
            one,
            balances=[
                position(item["source"], item["fund"], item["units"], price=prices[item["fund"]], day=day)
                for item in one.get("balances", [])
            ],
        )
        for one in people
    ]


def fund(code: str, **changes: Any) -> dict[str, Any]:
    """A fund of the lineup."""
    return {
        "fund": code,
        "name": f"Example Fund {code}",
        "ticker": f"{code[:4]}X",
        "cusip": "99A000014",
        "asset_class": "us_equity",
        "expense_percent": "0.12",
        "price": PRICES.get(code, "10"),
        "price_date": price_day(1).isoformat(),
        "status": "open",
        "mapped_to": None,
    } | changes


def plan_document(**changes: Any) -> Document:
    """The plan of the cast: three sources, three funds, a default investment."""
    return {
        "plan_id": PLAN_ID,
        "revision": "r1",
        "as_of": as_of(1).isoformat(),
        "name": "Northwind 401(k) Plan",
        "type": "401k",
        "plan_number": "001",
        "year_end": "12-31",
        "status": "active",
        "employer": {"name": "Northwind LLC", "ein": "00-1234567", "phone": "+1-555-555-0100"},
        "contacts": [{"role": "primary", "name": "Ada Byron", "email": "ada@example.test", "phone": "+1-555-555-0101"}],
        "provisions": {
            "eligibility": {"minimum_age": 21, "service_months": 3, "entry": "monthly"},
            "deferral": {"minimum_percent": "1", "maximum_percent": "80", "roth": True, "catch_up": True},
            "match": {"tiers": [{"contribution_percent": "3", "match_percent": "100"}], "safe_harbor": "basic"},
            "auto_enroll": {"percent": "6", "increase_percent": "1", "cap_percent": "10"},
            "vesting": [{"group": "employer", "schedule": [[1, "20"], [5, "100"]]}],
            "loans": {"permitted": True, "maximum": 2},
        },
        "sources": [
            {"source": "PRE", "name": "Employee pre-tax", "kind": "pretax", "vesting_group": None},
            {"source": "ROTH", "name": "Employee Roth", "kind": "roth"},
            {"source": "MATCH", "name": "Match", "kind": "match", "vesting_group": "employer"},
        ],
        "lineup": lineup(fund("TD45", asset_class="target_date"), fund("EQ3"), fund("STBL", status="frozen")),
    } | changes


def lineup(*funds: dict[str, Any], default: str = "TD45") -> dict[str, Any]:
    """A lineup of funds with one default investment for everybody."""
    whole = [{"fund": default, "retirement_from": None, "retirement_to": None}]
    return {"effective_date": "2026-07-01", "funds": list(funds), "default_investment": whole}


def deliver(
    inbox: Path, people: Iterable[Person], *, day: int = 1, plans: Sequence[Document] = (), form: str = "csv"
) -> Path:
    """Write the complete delivery of a day into a drop folder; people without a plan_id are of the first plan."""
    documents = list(plans) or [plan_document()]
    placed = [{"plan_id": documents[0]["plan_id"]} | one for one in people]
    folder = inbox / f"day{day}"
    folder.mkdir(parents=True)
    files = {"plans.ndjson": "".join(json.dumps(one) + "\n" for one in documents)}
    if form == "ndjson":
        files["participants.ndjson"] = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in placed)
    else:
        files |= csv_files(placed)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode())
    names = [one["plan_id"] for one in documents]
    totals = [control_totals(plan_id, [one for one in placed if one["plan_id"] == plan_id]) for plan_id in names]
    write_manifest(folder, day=day, plans=names, totals=[one for one in totals if one])
    return folder


def csv_files(people: Sequence[Person]) -> dict[str, str]:
    """The CSV files of some people: name to text."""
    key = ("plan_id", "participant_id")
    files = {"participants.csv": csv_text((*key, *CENSUS), [census_row(one) for one in people])}
    for table, columns in ITEM_FILES.items():
        rows = [{name: one[name] for name in key} | item for one in people for item in one.get(table, [])]
        files[f"{table}.csv"] = csv_text((*key, *columns), rows)
    return files


def census_row(who: Person) -> Person:
    """A person as a row of participants.csv: spells as hire, termination and rehire dates."""
    address = who.get("address") or {}
    spells = who.get("employment") or [{}]
    rehired = {"rehire_date": spells[1]["hire_date"]} if len(spells) > 1 else {}
    lines = {name if name in CENSUS else f"address_{name}": value for name, value in address.items()}
    return {
        name: value for name, value in (who | lines | spells[0] | rehired).items() if not isinstance(value, list | dict)
    }


def csv_text(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as RFC 4180 text with a header."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows({name: row.get(name) for name in columns} for row in rows)
    return buffer.getvalue()


def control_totals(plan_id: str, people: Sequence[Person]) -> dict[str, Any] | None:
    """The control totals as the recordkeeper sums them up; None where it cannot, for a number is none or a code lacks."""
    sources: dict[str, Decimal] = {}
    funds: dict[str, tuple[Decimal, Decimal]] = {}
    try:
        for one in {json.dumps(who): who for who in people}.values():
            for item in one.get("balances", []):
                units = Decimal(item["units"])
                price = Decimal(item["price"] or PRICES.get(item["fund"], "0"))
                value = Decimal(item["market_value"] or (units * price).quantize(CENT))
                sources[item["source"]] = sources.get(item["source"], Decimal(0)) + value
                had = funds.get(item["fund"], (Decimal(0), Decimal(0)))
                funds[item["fund"]] = (had[0] + units, had[1] + value)
    except (InvalidOperation, TypeError):
        return None
    if None in sources or None in funds:
        return None
    return {
        "plan_id": plan_id,
        "participants": len({one["participant_id"] for one in people}),
        "market_value": str(sum(sources.values(), Decimal(0))),
        "by_source": [{"source": source, "market_value": str(value)} for source, value in sources.items()],
        "by_fund": [
            {"fund": code, "units": str(units), "market_value": str(value)} for code, (units, value) in funds.items()
        ],
    }


def write_manifest(folder: Path, *, day: int, plans: Sequence[str], totals: Sequence[Mapping[str, Any]] = ()) -> None:
    """Write manifest.json last, as the contract says."""
    manifest = {
        "format": "planbridge/1",
        "kind": "participants",
        "as_of": as_of(day).isoformat(),
        "complete": True,
        "plans": list(plans),
        "files": [file_entry(path) for path in sorted(folder.iterdir()) if path.name != "manifest.json"],
        "totals": list(totals),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def file_entry(path: Path) -> dict[str, Any]:
    """A file as the manifest describes it; rows are lines without the CSV header."""
    content = path.read_bytes()
    lines = sum(1 for line in content.splitlines() if line.strip())
    rows = max(0, lines - 1) if path.suffix == ".csv" else lines
    return {"name": path.name, "rows": rows, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def change_manifest(folder: Path, **changes: Any) -> None:
    """Put other values into a delivery's manifest."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def change_file(folder: Path, name: str, content: bytes, *, rows: int | None = None) -> None:
    """Put other bytes into a delivered file and describe them rightly in the manifest."""
    (folder / name).write_bytes(content)
    entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    entry = file_entry(folder / name) | ({} if rows is None else {"rows": rows})
    change_manifest(folder, files=[one for one in entries if one["name"] != name] + [entry])
