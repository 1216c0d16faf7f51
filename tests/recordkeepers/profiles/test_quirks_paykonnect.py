"""Quirks of the PayKonnect 360 and 180 files, one test each."""

from pathlib import Path

from planbridge.recordkeepers.profile_load import shipped_profile
from tests.recordkeepers.profiles.reading import read

HEAD = (
    "Record Type,Plan Number,SSN,Effective Date,Eligibility Date,Transaction Date,Transaction Type,Code,Value Type,Value,"
    "Loan Reference Number,Loan Goal\n"
)
RATE = "D,900123-00001,900110001,11062026,07012010,10312026,,401K,Percent,9.00,,\n"
LOAN = "L,900123-00001,900110001,11132026,,10312026,,401L,Amount,101.19,20261031922A,5524.17\n"
NOOR = "900110001"


def test_b1_value_type_is_exact(tmp_path: Path) -> None:
    """A value type that is neither Percent nor Amount to the letter is refused, and never read as dollars."""
    rows = RATE + RATE.replace("Percent", "PERCENT") + RATE.replace("401K,Percent", "4ROTC,Amount") + LOAN
    outcome = read("paykonnect-360", HEAD + rows, tmp_path)
    assert outcome.of(NOOR, "contribution_rates") == [
        {"source": "401K", "percent": "9.00", "amount": None},
        {"source": "4ROTC", "percent": None, "amount": "9.00"},
    ]
    assert outcome.problems == [(3, "CODE_UNKNOWN")]
    assert outcome.of(NOOR, "loans")[0]["payment"] == "101.19"


def test_b2_loan_number_on_a_contribution(tmp_path: Path) -> None:
    """A contribution row with a loan's number and without an effective date is read, and makes no loan."""
    row = RATE.replace("11062026", "").replace("9.00,,", "9.00,20261031922A,")
    outcome = read("paykonnect-360", HEAD + row, tmp_path)
    assert (outcome.problems, outcome.items["loans"]) == ([], [])
    assert outcome.of(NOOR, "contribution_rates")[0]["percent"] == "9.00"


def test_b3_no_date_becomes_today(tmp_path: Path) -> None:
    """A row without dates keeps none; a wrong one puts the row aside."""
    bare = RATE.replace("11062026,07012010,10312026", ",,")
    outcome = read("paykonnect-360", HEAD + bare + RATE.replace("11062026", "11312026"), tmp_path)
    assert outcome.people[0]["eligibility_date"] is None
    assert outcome.problems == [(3, "DATE_INVALID")]


def payroll(**changes: str) -> str:
    """A 180 file of one row, every field quoted; % and $ in names of columns stand as they are."""
    fields = [one.name for one in shipped_profile("paykonnect-180").records[0].fields]
    given = {
        "Plan_Number": "900123", "SSN": "900-11-0001", "Last_Name": "O'Mara", "Hire_Date": "06/14/2010",
        "Gender": "Not Specified", "Employee_Status_Code": "Active", "Pay_Cycle": "Bi-Weekly",
        "CONT_Contribution_%_401K": "9.00", "CONT_Contribution_$_ROTH_401K_CATCHUP": "50.00", "CONT_YTD_401K": "4100.12",
        "CONT_Company_Match": "115.38", "LOAN_Amount": "101.19",
    } | changes  # fmt: skip
    row = [given.get(name, "").replace('"', '""') for name in fields]
    return "\n".join(",".join(f'"{one}"' for one in line) for line in (fields, row)) + "\n"


def test_180_has_rates_and_census(tmp_path: Path) -> None:
    """Of 87 quoted columns the percents and dollars become rates, the year's amounts and this payday's money."""
    assert len(shipped_profile("paykonnect-180").records[0].fields) == 87
    outcome = read("paykonnect-180", payroll(Last_Name='O"Mara, Jr'), tmp_path)
    assert (outcome.problems, outcome.warnings) == ([], [])
    assert outcome.people[0]["last_name"] == 'O"Mara, Jr'
    assert (outcome.people[0]["pay_frequency"], outcome.people[0]["gender"]) == ("biweekly", None)
    assert outcome.of("900-11-0001", "contribution_rates") == [
        {"source": "401K", "percent": "9.00", "amount": None},
        {"source": "ROTH_CATCHUP", "percent": None, "amount": "50.00"},
    ]
    assert outcome.of("900-11-0001", "ytd") == [{"source": "401K", "amount": "4100.12"}]
    assert {one["amount"] for one in outcome.of("900-11-0001", "contributions")} == {"115.38", "101.19"}
