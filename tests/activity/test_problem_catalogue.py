"""The catalogue of problem codes: each says what, how severe and who mends it, and has a test that provokes it."""

from pathlib import Path

import pytest

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import CATALOGUE, ProblemKind, Severity

TESTS = Path(__file__).parents[1]
GROUPS = {"Connection", "File", "Plan", "Activation", "Participant", "Run", "Submission", "Notification"}
# Where a code is provoked, by its group; a code found nowhere there needs a test, or an entry in LATER.
PROVOKED = {
    "Connection": ("recordkeepers", "faults", "sync", "simulator"),
    "File": ("sync", "recordkeepers"),
    "Plan": ("sync", "plans", "recordkeepers"),
    "Activation": ("plans",),
    "Participant": ("sync", "recordkeepers", "faults"),
    "Run": ("sync", "activity", "faults"),
    "Notification": ("notifications",),
}
# Quiet hours let a sync wait, which the Activity Monitor says without a problem.
LATER = {"RK_QUIET_HOURS"}
DOMAIN_PARTICIPANT = (
    "PARTICIPANT_DUPLICATE SSN_MISSING SSN_INVALID SSN_NEVER_ISSUED SSN_DUPLICATE SSN_CHANGED NAME_MISSING "
    "BIRTH_DATE_MISSING BIRTH_DATE_FUTURE AGE_IMPLAUSIBLE HIRE_DATE_MISSING DATES_OUT_OF_ORDER STATUS_UNKNOWN "
    "STATUS_CONTRADICTS_DATES EMAIL_INVALID COMPENSATION_NEGATIVE PAY_FREQUENCY_UNKNOWN DATE_INVALID NUMBER_INVALID "
    "SOURCE_UNKNOWN FUND_UNKNOWN UNITS_NEGATIVE VALUE_MISMATCH PRICE_MISSING ALLOCATION_NOT_100 "
    "RATE_BOTH_PERCENT_AND_AMOUNT RATE_OUT_OF_RANGE RATE_ABOVE_PLAN_MAXIMUM VESTING_OUT_OF_RANGE LOAN_DUPLICATE "
    "LOAN_BALANCE_NEGATIVE BENEFICIARY_NOT_100"
).split()
DOMAIN_WARNINGS = (
    "SSN_NEVER_ISSUED SSN_CHANGED AGE_IMPLAUSIBLE STATUS_CONTRADICTS_DATES EMAIL_INVALID PAY_FREQUENCY_UNKNOWN "
    "VALUE_MISMATCH RATE_ABOVE_PLAN_MAXIMUM BENEFICIARY_NOT_100"
).split()
DOMAIN_RUN = (
    "TOTALS_DIFFER MASS_DISAPPEARANCE MASS_VALUE_CHANGE EMPTY_FEED RUN_SUPERSEDED RUN_INTERRUPTED RUN_CANCELED"
).split()


@pytest.mark.parametrize("kind", CATALOGUE.values(), ids=CATALOGUE)
def test_every_code_says_what_and_who_mends_it(kind: ProblemKind) -> None:
    """PR-1: a code has a group, a severity, a sentence that describes it and one that says who mends it where."""
    assert kind.group in GROUPS
    assert kind.code == kind.code.upper()
    for sentence in (kind.description, kind.fix):
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert len(sentence) > 15


def test_the_agreed_codes_are_there_with_their_severity() -> None:
    """PR-1: every participant and run code agreed on exists; those marked as warnings, and no others, are warnings."""
    assert {CATALOGUE[code].group for code in DOMAIN_PARTICIPANT} == {"Participant"}
    assert {CATALOGUE[code].group for code in DOMAIN_RUN} == {"Run"}
    warnings = {code for code in DOMAIN_PARTICIPANT if CATALOGUE[code].severity is Severity.WARNING}
    assert warnings == set(DOMAIN_WARNINGS)


def test_a_problem_as_json() -> None:
    """PR-1: code, severity, participant, field, masked value, message and fix."""
    problem = Problem("EMAIL_INVALID", value="900-11-0001", field="email", participant_id="P-1")
    assert problem.as_json() == {
        "code": "EMAIL_INVALID",
        "severity": "warning",
        "participant_id": "P-1",
        "field": "email",
        "value": "***-**-0001",
        "message": "The e-mail address is not one (email: '***-**-0001').",
        "fix": CATALOGUE["EMAIL_INVALID"].fix,
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("900110001", "***-**-0001"),
        ("x 900 11 0001 y", "x ***-**-0001 y"),
        ("1234567890", "1234567890"),
        ("a\x00b\nc", "a\ufffdb\ufffdc"),
        ("x" * 300, "x" * 199 + "…"),
        (None, None),
    ],
)
def test_values_at_fault_are_shown_safely(value: str | None, shown: str | None) -> None:
    """PR-1: a value is shown with SSNs masked, control characters visible, and cut to 200 characters."""
    assert Problem("EMAIL_INVALID", value=value).as_json()["value"] == shown


@pytest.mark.parametrize(
    "code", [code for code, kind in CATALOGUE.items() if kind.group in PROVOKED and code not in LATER]
)
def test_every_code_has_a_test_that_provokes_it(code: str) -> None:
    """PR-1: each code of connections, files, plans, participants and runs stands in a test of its part."""
    folders = PROVOKED[CATALOGUE[code].group]
    files = [path for folder in folders for path in (TESTS / folder).rglob("*.py")]
    assert any(f'"{code}"' in path.read_text(encoding="utf-8") for path in files)
