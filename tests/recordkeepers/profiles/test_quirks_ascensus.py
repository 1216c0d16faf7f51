"""Quirks of the Ascensus 360 and 180 files, one test each."""

from pathlib import Path

from tests.recordkeepers.profiles.reading import read

HEAD = (
    "RecordType,PlanId,EmployeeLastName,EmployeeFirstName,EmployeeMiddleInitial,EmployeeSSN,EffectiveDate,"
    "ContributionCode,DeferralPercent,DeferralAmount,EmployeeEligibilityDate,LoanNumber,LoanPaymentAmount,TotalLoanAmount\n"
)
NOOR = "900110001"
RATE = "D,900123-00001,OMARA,NOOR,,900110001,11062026,401K,9.00,0.00,07012010,,,\n"
LOAN = "L,900123-00001,OMARA,NOOR,,900110001,11132026,401L,,,,{},{} ,00000005524.17\n"


def rate(code: str = "401K", percent: str = "9.00", amount: str = "0.00", ssn: str = NOOR, after: str = ",,") -> str:
    """A contribution row."""
    return f"D,900123-00001,OMARA,NOOR,,{ssn},11062026,{code},{percent},{amount},07012010,{after}\n"


def test_a1_blank_fields_beyond_the_header(tmp_path: Path) -> None:
    """A row with one comma more than the header is read, one with a value there is put aside."""
    outcome = read("ascensus-360", HEAD + RATE.replace("\n", ",\n") + RATE.replace("\n", ",x\n"), tmp_path)
    assert outcome.of(NOOR, "contribution_rates") == [{"source": "401K", "percent": "9.00", "amount": None}]
    assert outcome.problems == [(3, "RECORD_FIELD_COUNT")]


def test_a2_lost_leading_zero_of_a_date(tmp_path: Path) -> None:
    """A date of seven digits gets its zero back with a warning and is never guessed: 1112022 is 11 January."""
    row = RATE.replace("07012010", "1112022")
    outcome = read("ascensus-360", HEAD + row + row.replace("1112022", "5102022"), tmp_path)
    assert outcome.people[0]["eligibility_date"] == "2022-01-11"
    assert outcome.warnings == [(2, "DATE_PADDED"), (3, "DATE_PADDED")]


def test_a3_date_in_the_column_of_loan_numbers(tmp_path: Path) -> None:
    """A contribution row whose eligibility date stands under LoanNumber is shifted, and put aside."""
    outcome = read("ascensus-360", HEAD + RATE.replace("07012010,,", ",07012010,"), tmp_path)
    assert outcome.problems == [(2, "VALUE_UNEXPECTED")]
    assert outcome.people == []


def test_a4_effective_date_is_never_made_up(tmp_path: Path) -> None:
    """A row without its effective date is put aside: neither the eligibility date nor today takes its place."""
    assert read("ascensus-360", HEAD + RATE.replace("11062026", ""), tmp_path).problems == [(2, "VALUE_MISSING")]


def test_a5_percent_and_amount_both_given(tmp_path: Path) -> None:
    """A row with a percent and an amount is an error, whichever of the two texts is greater."""
    outcome = read(
        "ascensus-360", HEAD + rate(percent="9.00", amount="10.00") + rate(percent="10.00", amount="9.00"), tmp_path
    )
    assert outcome.problems == [(2, "RATE_BOTH_PERCENT_AND_AMOUNT"), (3, "RATE_BOTH_PERCENT_AND_AMOUNT")]


def test_a6_both_zero_is_a_stop(tmp_path: Path) -> None:
    """Percent and amount of zero are the explicit rate of 0 percent."""
    outcome = read("ascensus-360", HEAD + rate(percent="0.00", amount="0"), tmp_path)
    assert outcome.of(NOOR, "contribution_rates") == [{"source": "401K", "percent": "0", "amount": None}]


def test_a7_no_row_is_dropped_without_a_word(tmp_path: Path) -> None:
    """An empty cell, an unknown code and a bad date each put their row aside with a reason, and are counted."""
    rows = rate(percent="") + rate(amount="") + rate(code="401X") + RATE.replace("11062026", "13062026") + RATE
    outcome = read("ascensus-360", HEAD + rows, tmp_path)
    assert outcome.problems == [(2, "VALUE_MISSING"), (3, "VALUE_MISSING"), (4, "CODE_UNKNOWN"), (5, "DATE_INVALID")]
    assert (outcome.records, outcome.refused_lines) == (5, [2, 3, 4, 5])


def test_a8_loans_keep_their_numbers(tmp_path: Path) -> None:
    """Two loans of a person stay two, each with its number and payment."""
    rows = LOAN.format("20261031922A", "00000000101.19") + LOAN.format("20240817923B", "00000000061.30")
    loans = read("ascensus-360", HEAD + rows, tmp_path).of(NOOR, "loans")
    assert [(one["loan_id"], one["payment"]) for one in loans] == [
        ("20261031922A", "101.19"),
        ("20240817923B", "61.30"),
    ]


def test_a9_leading_zeros_of_an_ssn(tmp_path: Path) -> None:
    """An SSN stays text with its zeros; one that lost them is put aside, for it would be somebody else's."""
    outcome = read("ascensus-360", HEAD + rate(ssn="000010002") + rate(ssn="10002"), tmp_path)
    assert [one["ssn"] for one in outcome.people] == ["000010002"]
    assert outcome.problems == [(3, "SSN_INVALID")]


def test_a10_codes_are_exact(tmp_path: Path) -> None:
    """ROTH and lower-case codes are unknown; catch-up codes stay apart from their base."""
    rows = "".join(rate(code=code) for code in ("ROTH", "401k", "4ROTH", "4ROTC", "401KC", "401O"))
    outcome = read("ascensus-360", HEAD + rows, tmp_path)
    assert outcome.problems == [(2, "CODE_UNKNOWN"), (3, "CODE_UNKNOWN")]
    assert [one["source"] for one in outcome.of(NOOR, "contribution_rates")] == ["4ROTH", "4ROTC", "401KC", "401O"]


NAMES = (
    "SOCIAL SECURITY,LAST NAME,FIRST NAME,MI,DIVISIONAL CODE,TOTAL COMPENSATION,EMPLOYEE 401(K),ROTH 401(K),"
    "LOAN PAYMENT AMOUNT,MATCH,PROFIT SHARING,SAFE HARBOR MATCH,SAFE HARBOR NEC,CLIENT SPECIFIC,CLIENT SPECIFIC,"
    "CLIENT SPECIFIC,HOURS,ADDRESS 1,ADDRESS 2,CITY,STATE,ZIP,DATE OF BIRTH,CURRENT DATE OF HIRE,"
    "EMPLOYEE ELIGIBILITY DATE,CURRENT DATE OF TERM,PRIOR DATE OF HIRE,PRIOR DATE OF TERM,ESTIMATED ANNUAL COMPENSATION,"
    "EMPLOYMENT STATUS,HCE CODE,KEY EE CODE,ENROLLMENT ELIGIBILITY,UNION STATUS CODE,EMPLOYEE WORK EMAIL\n"
)
PRE_HEADER = "900123,11/06/2026,D,1\n"
PAID = (
    "900-11-0001,O'Mara,Noor,,EAST,2958.58,266.27,50.00,101.19,115.38,,,,a,b,c,80,12 Alder Ct,,Topeka,KS,66603,"
    "03/07/1971,06/14/2010,07/01/2010,,,,76923.10,A,N,N,Y,N,noor@example.test\n"
)


def test_a11_three_columns_of_one_name(tmp_path: Path) -> None:
    """Columns are read by position, so that three of the same name do not shift what follows them."""
    outcome = read("ascensus-180", PRE_HEADER + NAMES + PAID, tmp_path)
    assert outcome.people[0]["city"] == "Topeka"
    assert outcome.people[0]["email"] == "noor@example.test"
    assert {"CLIENT SPECIFIC 1", "CLIENT SPECIFIC 2", "CLIENT SPECIFIC 3"} <= set(outcome.unread)


def test_a12_names_stand_on_the_second_line(tmp_path: Path) -> None:
    """The line above the names says the plan of every row; without it the file is refused."""
    outcome = read("ascensus-180", PRE_HEADER + NAMES + PAID, tmp_path)
    assert outcome.people[0]["plan_id"] == "900123"
    assert read("ascensus-180", NAMES + PAID, tmp_path).file_problem == "HEADER_MISSING"


def test_a13_employer_money_by_its_column(tmp_path: Path) -> None:
    """The employer's money is the source of the column it stands in, and a loan payment has no source."""
    money = read("ascensus-180", PRE_HEADER + NAMES + PAID, tmp_path).of("900-11-0001", "contributions")
    assert {(one["use"], one["source"], one["amount"]) for one in money} == {
        ("contribution", "401K", "266.27"), ("contribution", "4ROTH", "50.00"), ("contribution", "MATCH", "115.38"),
        ("loan", None, "101.19"),
    }  # fmt: skip
    moved = PAID.replace("115.38,,,,", ",,115.38,,")
    again = read("ascensus-180", PRE_HEADER + NAMES + moved, tmp_path).of("900-11-0001", "contributions")
    assert ("SAFE_MATCH", "115.38") in {(one["source"], one["amount"]) for one in again}
