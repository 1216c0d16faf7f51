"""Quirks of the Empower PDI file of 577, one test each."""

from pathlib import Path

import pytest

from planbridge.recordkeepers.profile_load import SHIPPED, ProfileRefused, parse_profile, shipped_profile
from tests.recordkeepers.profiles.reading import read

FIELDS = {one.name: (one.at or 0, one.length or 0) for one in shipped_profile("empower-pdi").records[0].fields}
NOOR = {
    "Plan number": "900123-01", "SSN": "900110001", "Last name": "O'Mara-Diaz", "First name": "Noor",
    "Birth date": "03/07/1971", "Gender": "F", "Marital": "M", "Address 1": "12 Alder Ct", "City": "Topeka",
    "State": "KS", "ZIP": "66603", "Hire date": "06/14/2010", "Check date": "10/16/2026",
    "Contribution amount 1": "    384.62", "Contribution amount 3": "     96.15", "Salary amount": "100000.00",
}  # fmt: skip


def record(**changes: str) -> str:
    """A record of 577 characters; changes name fields with _ for blanks."""
    values = NOOR | {name.replace("_", " "): value for name, value in changes.items()}
    line = [" "] * 577
    for name, value in values.items():
        at, length = FIELDS[name]
        line[at - 1 : at - 1 + length] = value.ljust(length)
    return "".join(line) + "\r\n"


def test_d1_a_wrong_published_position_is_found() -> None:
    """A profile whose Address 1 stands where the published article has it does not tile, and says the line."""
    text = (SHIPPED / "empower-pdi.yaml").read_text(encoding="utf-8")
    wrong = text.replace("{name: Address 1, at: 147, length: 35", "{name: Address 1, at: 174, length: 8")
    with pytest.raises(ProfileRefused) as refused:
        parse_profile(wrong.encode(), "own.yaml")
    line = text[: text.index("{name: Address 1")].count("\n") + 1
    gaps = [one for one in refused.value.problems if one.code == "PROFILE_GAP"]
    assert gaps[0].value == f"own.yaml, line {line}"
    assert "147 to 173" in gaps[0].message
    overlapping = text.replace("{name: Address 1, at: 147, length: 35", "{name: Address 1, at: 140, length: 42")
    with pytest.raises(ProfileRefused) as again:
        parse_profile(overlapping.encode(), "own.yaml")
    assert {one.code for one in again.value.problems} == {"PROFILE_OVERLAP"}


def test_d2_blank_money_is_not_zero(tmp_path: Path) -> None:
    """A blank amount is no contribution, 0.00 is one of zero."""
    outcome = read("empower-pdi", record(Contribution_amount_1="", Contribution_amount_2="0.00"), tmp_path)
    money = outcome.of("900110001", "contributions")
    assert [(one["source"], one["amount"]) for one in money] == [("MATCH", "0.00"), (None, "96.15")]


def test_d3_negative_corrections(tmp_path: Path) -> None:
    """A correction keeps its minus."""
    outcome = read("empower-pdi", record(Contribution_amount_1="    -25.00"), tmp_path)
    assert outcome.of("900110001", "contributions")[0]["amount"] == "-25.00"


def test_d4_trimmed_records_and_letters_of_two_bytes(tmp_path: Path) -> None:
    """Records whose trailing blanks were trimmed, and names longer in bytes than in letters, are read; others are not."""
    by_letters = record(Last_name="Núñez")
    by_bytes = record(Last_name="Núñez").replace("Núñez  ", "Núñez")
    assert len(by_bytes.encode()) == 579
    text = record().rstrip() + "\r\n" + by_letters + by_bytes + record().replace("\r\n", "x\r\n")
    outcome = read("empower-pdi", text, tmp_path)
    assert [(one["last_name"], one["city"]) for one in outcome.people] == [
        ("O'Mara-Diaz", "Topeka"), ("Núñez", "Topeka"), ("Núñez", "Topeka"),
    ]  # fmt: skip
    assert outcome.problems == [(4, "RECORD_LENGTH")]


def test_d5_several_plans_in_one_file(tmp_path: Path) -> None:
    """Suffixes of a plan number are plans of their own."""
    outcome = read("empower-pdi", record() + record(Plan_number="900123-02"), tmp_path)
    assert [one["plan_id"] for one in outcome.people] == ["900123-01", "900123-02"]


def test_d6_rehire_makes_a_second_spell(tmp_path: Path) -> None:
    """Hire, termination and rehire are two spells."""
    text = record(Termination_date="01/31/2015", Rehire_date="03/01/2017")
    assert read("empower-pdi", text, tmp_path).of("900110001", "employment") == [
        {"hire_date": "2010-06-14", "termination_date": "2015-01-31"},
        {"hire_date": "2017-03-01", "termination_date": None},
    ]


def test_d7_leap_days(tmp_path: Path) -> None:
    """29 February is a date in leap years alone."""
    outcome = read("empower-pdi", record(Birth_date="02/29/1964") + record(Birth_date="02/29/1965"), tmp_path)
    assert [one["birth_date"] for one in outcome.people] == ["1964-02-29"]
    assert outcome.problems == [(2, "DATE_INVALID")]


def test_d8_province_in_the_state(tmp_path: Path) -> None:
    """A foreign address is read as it stands."""
    outcome = read("empower-pdi", record(City="Guelph", State="ON", ZIP="", Country="CA"), tmp_path)
    assert (outcome.people[0]["state"], outcome.people[0]["country"], outcome.problems) == ("ON", "CA", [])


def test_d9_employee_id_with_letters(tmp_path: Path) -> None:
    """An employer's id of letters puts no record aside."""
    name = "Employer-assigned id"
    assert read("empower-pdi", record(**{name: "A-77"}), tmp_path).problems == []


def test_d10_terminated_with_money(tmp_path: Path) -> None:
    """Somebody who has left and is paid in the same file keeps both, the date and the money."""
    outcome = read("empower-pdi", record(Termination_date="10/02/2026"), tmp_path)
    assert outcome.of("900110001", "employment")[0]["termination_date"] == "2026-10-02"
    assert outcome.of("900110001", "contributions")[0]["amount"] == "384.62"
