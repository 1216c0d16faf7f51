"""Deliveries that the simulator writes in the shipped file formats: read back whole by the shipped profiles, and faults told."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_load import shipped_profile, shipped_profiles
from planbridge.recordkeepers.profile_reading import FileReading
from planbridge.simulator.file_face import Delivery, DeliveryRefusedError
from planbridge.simulator.layout import layout_names
from planbridge.simulator.layout_delivery import LAYOUT_FAULTS, deliver_layout
from planbridge.simulator.plan_changes import break_people
from planbridge.simulator.recordkeeper import Recordkeeper, Size, open_recordkeeper
from tests.recordkeepers.profiles.reading import Outcome, outcome_of

PLAN = "910001"
RATE, LOAN = ("source", "percent", "amount"), ("loan_id", "payment", "balance")
ASCENSUS = {"PRE": "401K", "ROTH": "4ROTH"}
# By layout: its words for the plan's sources, and the columns that it has of each list of a person.
SOURCES: dict[str, dict[str, str]] = {
    "ascensus-180": {},
    "ascensus-360": ASCENSUS,
    "empower-pdi": {},
    "excel-census": {},
    "michigan-multi-record": {"PRE": "DC_MEMBER"},
    "ofx-401k": {"PRE": "PRETAX", "ROTH": "AFTERTAX", "MATCH": "MATCH", "ROLLOVER": "ROLLOVER"},
    "paykonnect-180": {"PRE": "401K", "ROTH": "ROTH_401K", "MATCH": "Company_Match"},
    "paykonnect-360": ASCENSUS,
}
LISTS: dict[str, dict[str, tuple[str, ...]]] = {
    "ascensus-180": {},
    "ascensus-360": {"contribution_rates": RATE, "loans": LOAN},
    "empower-pdi": {},
    "excel-census": {},
    "michigan-multi-record": {"contribution_rates": ("source", "percent")},
    "ofx-401k": {
        "contribution_rates": ("source", "percent"),
        "allocations": ("source", "fund", "percent"),
        "balances": ("source", "fund", "units", "price", "market_value", "price_date"),
        "loans": ("origination_date", "original_amount", "frequency", "rate", "maturity_date", *LOAN),
        "ytd": ("source", "amount"),
    },
    "paykonnect-180": {"contribution_rates": RATE, "ytd": ("source", "amount")},
    "paykonnect-360": {"contribution_rates": RATE, "loans": LOAN},
}
# What a reader says of each fault, by format or layout where they differ; None: nothing.
ENDS: dict[str, dict[str, str | None]] = {
    "half_file": {"excel": "FILE_UNREADABLE", "": "FILE_TRUNCATED"},
    "empty_file": {"": "FILE_EMPTY"},
    "wrong_encoding": {"": "FILE_ENCODING"},
    "missing_column": {"": "COLUMN_MISSING"},
    "broken_row": {
        "delimited": "RECORD_FIELD_COUNT",
        # What is in a record of the wrong length is not counted, so that the trailer contradicts it too.
        "michigan-multi-record": "RECORD_LENGTH TOTAL_MISMATCH",
        "fixed_width": "RECORD_LENGTH",
        "excel": "DATE_INVALID",
        "ofx": "NUMBER_INVALID",
    },
    "duplicate_rows": {"": None},
    "reordered_rows": {"": None},
    "lying_totals": {"ofx": "TOTALS_DIFFER", "": "TOTAL_MISMATCH"},
    "lying_count": {"": "COUNT_MISMATCH"},
    "duplicate": {"": None},
}


@pytest.fixture(scope="module")
def keeper(tmp_path_factory: pytest.TempPathFactory) -> Recordkeeper:
    """A recordkeeper of two plans that nobody changes."""
    folder = tmp_path_factory.mktemp("keeper")
    return open_recordkeeper(folder / "keeper.sqlite", Size(2, 60), today=date(2026, 11, 21))


def deliver(keeper: Recordkeeper, folder: Path, form: str, fault: str | None = None) -> list[Path]:
    """The files of a delivery of the first plan."""
    deliver_layout(keeper, Delivery(folder, form, (PLAN,), fault))
    return sorted(folder.iterdir())


def read(path: Path, profile: Profile) -> Outcome:
    """What a profile reads."""
    return outcome_of(FileReading(path, profile))


def alike(value: object) -> object:
    """Numbers by their value; texts as they are, and so what begins with a zero that counts."""
    text = None if value is None else str(value)
    return Decimal(text) if text and re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text) else text


def told_census(profile: Profile, person: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """What a layout has to say of a person's census; a value for which it has no code is not known."""
    flat = person | {f"address_{name}": person["address"][name] for name in ("line1", "line2")} | person["address"]
    for one in (one for record in profile.details for one in record.fields if one.into in flat):
        value = flat[str(one.into)]
        codes = profile.codes.get(one.codes or "")
        if codes is not None and value not in codes.values():
            value = None
        if one.into == "phone" and one.length:
            value = value.replace("+1", "").replace("-", "")
        yield str(one.into), alike(value.replace("-", "") if one.into == "ssn" else value)


def told_items(form: str, table: str, person: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    """What a layout has to say of one of a person's lists."""
    columns, words = LISTS[form][table], SOURCES[form]
    for entry in person[table]:
        is_said = "amount" in columns or entry.get("percent", "") is not None
        if is_said and entry.get("source", "PRE") in words:
            known = entry | ({"source": words[entry["source"]]} if "source" in entry else {})
            yield tuple(alike(known[column]) for column in columns)


def spells(profile: Profile, person: dict[str, Any]) -> list[tuple[object, ...]]:
    """A person's employment; the last spell where the layout has no date of rehire."""
    told = [(one["hire_date"], one["termination_date"]) for one in person["employment"]]
    has_rehire = any(one.into == "rehire_date" for record in profile.details for one in record.fields)
    return list(told if has_rehire else told[-1:])


def test_every_layout_is_written() -> None:
    """RK-6: The simulator writes every layout that ships, and the tables of this file name each of them and each fault."""
    assert set(layout_names()) == set(shipped_profiles()) == set(SOURCES) == set(LISTS)
    assert set(LAYOUT_FAULTS) == set(ENDS)


@pytest.mark.parametrize("form", sorted(shipped_profiles()))
def test_a_delivery_is_read_back_as_the_recordkeeper_has_it(keeper: Recordkeeper, tmp_path: Path, form: str) -> None:
    """RK-6: What the simulator writes, the shipped profile reads without a problem, with each value that the format carries."""
    profile = shipped_profile(form)
    (path,) = deliver(keeper, tmp_path / "out", form)
    names = profile.file_names.live
    assert not names or any(re.fullmatch(pattern, path.name) for pattern in names)
    outcome = read(path, profile)
    assert (outcome.problems, outcome.warnings, outcome.file_problem, outcome.closing) == ([], [], None, [])
    people = {person["ssn"].replace("-", ""): person for _, person in keeper.people(PLAN)}
    people |= {person["participant_id"]: person for person in people.values()}
    found = {one["ssn"] or one["participant_id"]: one for one in outcome.people}
    assert len(found) > 20
    if "census" in profile.carries or form == "ofx-401k":
        assert len(found) == len(people) // 2
    assert {one["plan_id"] for one in outcome.people} == {"10001" if form.startswith("michigan") else PLAN}
    for key, one in found.items():
        if "census" in profile.carries:
            for column, value in told_census(profile, people[key]):
                assert alike(one[column]) == value, (key, column)
        if "employment" in profile.carries:
            held = [(item["hire_date"], item["termination_date"]) for item in outcome.of(key, "employment")]
            assert held == spells(profile, people[key])
    for table, columns in LISTS[form].items():
        told = Counter(
            (key, *row) for key in people for row in told_items(form, table, people[key]) if is_key(profile, key)
        )
        rows = Counter((row["person"], *(alike(row[column]) for column in columns)) for row in outcome.items[table])
        assert rows == told, table
        assert told, table


def is_key(profile: Profile, text: str) -> bool:
    """Whether a text is of the kind by which a profile names people."""
    return (profile.key == "ssn") == text.isdecimal()


def test_vesting_is_that_of_the_match(keeper: Recordkeeper, tmp_path: Path) -> None:
    """RK-6: The one vesting percent of an OFX statement is that of the employer's money, where somebody has any."""
    outcome = read(deliver(keeper, tmp_path / "out", "ofx-401k")[0], shipped_profile("ofx-401k"))
    told = {
        (key, "MATCH", person["vesting"][0]["percent"])
        for key, person in keeper.people(PLAN)
        if person["vesting"] and any(one["source"] == "MATCH" for one in person["balances"])
    }
    assert {(one["person"], one["source"], one["percent"]) for one in outcome.items["vesting"]} == told


def test_the_money_of_a_payday_adds_up(keeper: Recordkeeper, tmp_path: Path) -> None:
    """RK-6: A payroll file has each person's deferral: the rate of the pay of one of 26 periods."""
    outcome = read(deliver(keeper, tmp_path / "out", "empower-pdi")[0], shipped_profile("empower-pdi"))
    people = {one["ssn"].replace("-", ""): one for _, one in keeper.people(PLAN) if one["status"] == "active"}
    paid = {one["person"]: Decimal(one["amount"]) for one in outcome.items["contributions"] if one["source"] == "PRE"}
    whole = 0
    for key, person in people.items():
        percents = [Decimal(one["percent"]) for one in person["contribution_rates"] if one["source"] == "PRE"]
        if percents and Decimal(person["ytd"][0]["amount"]) < 20_000:
            pay = Decimal(person["annual_compensation"]) / 26
            assert abs(paid[key] - pay * percents[0] / 100) < Decimal("0.02")
            whole += 1
    assert whole > 10


def faults() -> Iterator[tuple[str, str]]:
    """Each layout with each fault that it can have."""
    for form, profile in ((form, shipped_profile(form)) for form in sorted(shipped_profiles())):
        for fault, (_, formats) in LAYOUT_FAULTS.items():
            can_lie = profile.totals or profile.format == "ofx" if fault == "lying_totals" else profile.totals
            if profile.format in formats and (can_lie or not fault.startswith("lying")):
                yield form, fault


@pytest.mark.parametrize(("form", "fault"), list(faults()))
def test_each_fault_is_told_by_the_reader(keeper: Recordkeeper, tmp_path: Path, form: str, fault: str) -> None:
    """RK-6: A delivery with a fault is told by the reader under its code, and all other rows are read."""
    profile = shipped_profile(form)
    sound = read(deliver(keeper, tmp_path / "sound", form)[0], profile)
    paths = deliver(keeper, tmp_path / "faulty", form, fault)
    outcome = read(paths[0], profile)
    ends = ENDS[fault]
    codes = ends.get(form) or ends.get(profile.format) or ends.get("") or ""
    rows = {one for _, one in outcome.problems + outcome.warnings}
    assert rows | {*outcome.closing, outcome.file_problem} - {None} == set(codes.split())
    if fault == "broken_row":
        assert len({line for line, _ in outcome.problems}) == 1
        assert len(sound.people) - len(outcome.people) in {0, 1}
    if fault == "reordered_rows":
        assert [one["ssn"] for one in outcome.people] == [one["ssn"] for one in reversed(sound.people)]
    if fault == "duplicate_rows":
        assert outcome.records == sound.records + 1
    if fault == "duplicate":
        first, second = paths
        assert first.read_bytes() == second.read_bytes()
        names = profile.file_names.live
        assert not names or any(re.fullmatch(pattern, second.name) for pattern in names)


@pytest.mark.parametrize(
    ("form", "fault", "said"),
    [
        ("pigeon", None, "excel-census"),
        ("/nowhere/own.yaml", None, "own.yaml is no profile"),
        ("ascensus-360", "lying_totals", "ascensus-360 cannot have it"),
        ("empower-pdi", "lying_count", "empower-pdi cannot have it"),
        ("excel-census", "wrong_encoding", "half_file"),
        ("ofx-401k", "no_such_fault", "lying_totals"),
    ],
)
def test_what_cannot_be_written_says_why(
    keeper: Recordkeeper, tmp_path: Path, form: str, fault: str | None, said: str
) -> None:
    """RK-6: A form or fault that there is not is refused with those that there are, and nothing is written."""
    with pytest.raises(DeliveryRefusedError, match=said):
        deliver_layout(keeper, Delivery(tmp_path / "out", form, (PLAN,), fault))
    assert not (tmp_path / "out").exists()


def test_defects_are_delivered_as_they_are(tmp_path: Path) -> None:
    """RK-6: Somebody with a defect is written with it, and the reader puts just that row aside."""
    keeper = open_recordkeeper(tmp_path / "keeper.sqlite", Size(1, 10), today=date(2026, 11, 21))
    break_people(keeper, PLAN, ["DATE_INVALID", "NUMBER_INVALID", "SSN_MISSING"], 3)
    for form in layout_names():
        assert deliver(keeper, tmp_path / form, form)
    outcome = read(deliver(keeper, tmp_path / "excel-census", "excel-census")[0], shipped_profile("excel-census"))
    assert sorted(code for _, code in outcome.problems) == ["DATE_INVALID", "NUMBER_INVALID", "VALUE_MISSING"]
    assert len(outcome.people) == 7
