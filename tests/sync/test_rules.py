"""Every rule for participants: one smallest defect of one person gives exactly its code, on exactly this person."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from planbridge.activity.problem_catalogue import CATALOGUE, Severity
from planbridge.participants.lookup import person_now
from tests.cast import ada, changed, crowd, fund, lineup, loan, plan_document, position
from tests.syncing import counts, open_quarantine, problems, statuses, sync_people, synced_plan

WHO = "P-0101"
HIRED = "2010-06-14"
PRE = {"source": "PRE"}
PLAN = plan_document(
    lineup=lineup(
        fund("TD45"),
        fund("EQ3"),
        fund("STBL", status="frozen"),
        fund("OLD", status="closed", price=None, mapped_to="EQ3"),
    )
)


@dataclass(frozen=True)
class Defect:
    """What is wrong with the person, and the code that says so."""

    code: str
    changes: dict[str, Any]
    form: str = "csv"

    def __str__(self) -> str:
        return f"{self.code}-{self.form}-{self.changes}"


def spells(*dates: tuple[str | None, str | None]) -> dict[str, Any]:
    """Employment spells."""
    return {"employment": [{"hire_date": hire, "termination_date": left} for hire, left in dates]}


def balance(**changes: Any) -> dict[str, Any]:
    """One position with other values."""
    return {"balances": [position("PRE", "TD45", "100.5") | changes]}


def rate(percent: str | None, amount: str | None = None, source: str | None = "PRE") -> dict[str, Any]:
    """One contribution rate."""
    return {"source": source, "percent": percent, "amount": amount}


def share(percent: str | None, source: str | None = "PRE", fund_code: str | None = "TD45") -> dict[str, Any]:
    """One row of an allocation."""
    return {"source": source, "fund": fund_code, "percent": percent}


def heir(percent: str, kind: str = "primary") -> dict[str, Any]:
    """One beneficiary."""
    return {"class": kind, "name": "Noor", "relationship": "spouse", "percent": percent}


DEFECTS = [
    Defect("SSN_MISSING", {"ssn": None}),
    Defect("SSN_MISSING", {"ssn": "  "}),
    *(
        Defect("SSN_INVALID", {"ssn": ssn})
        for ssn in ("90011000", "9001100011", "900-1100-1A", "900-00-1234", "900-11-0000", "111-11-1111", "000000000")
    ),
    Defect("SSN_NEVER_ISSUED", {"ssn": "000-11-0001"}),
    Defect("SSN_NEVER_ISSUED", {"ssn": "666110001"}),
    Defect("NAME_MISSING", {"first_name": ""}),
    Defect("NAME_MISSING", {"last_name": None}),
    Defect("BIRTH_DATE_MISSING", {"birth_date": None}),
    Defect("BIRTH_DATE_FUTURE", {"birth_date": "2026-11-17"}),
    Defect("AGE_IMPLAUSIBLE", {"birth_date": "1901-01-01"}),
    Defect("AGE_IMPLAUSIBLE", {"birth_date": "2020-01-01"}),
    Defect("HIRE_DATE_MISSING", {"employment": []}),
    Defect("HIRE_DATE_MISSING", spells((None, None)), form="ndjson"),
    Defect("DATES_OUT_OF_ORDER", {"status": "terminated"} | spells((HIRED, "2010-06-13"))),
    Defect("DATES_OUT_OF_ORDER", spells((HIRED, "2015-01-31"), ("2015-01-30", None))),
    Defect("STATUS_UNKNOWN", {"status": "aktiv"}),
    Defect("STATUS_CONTRADICTS_DATES", spells((HIRED, "2026-11-16"))),
    Defect("STATUS_CONTRADICTS_DATES", {"status": "terminated"}),
    *(Defect("EMAIL_INVALID", {"email": email}) for email in ("pat", "pat@", "pat@example", "pat @example.test")),
    Defect("COMPENSATION_NEGATIVE", {"annual_compensation": "-0.01"}),
    Defect("PAY_FREQUENCY_UNKNOWN", {"pay_frequency": "fortnightly"}),
    Defect("CODE_UNKNOWN", {"gender": "Q"}),
    Defect("CODE_UNKNOWN", {"marital_status": "wed"}),
    *(
        Defect("DATE_INVALID", {"birth_date": day})
        for day in ("2025-02-29", "04/05/1980", "1980-4-5", "0000-00-00", "19800405", "1980-04-05T00:00:00")
    ),
    Defect("DATE_INVALID", spells(("2010-06-31", None))),
    Defect("DATE_INVALID", balance(price_date="yesterday")),
    Defect("DATE_INVALID", {"loans": [loan("1") | {"maturity_date": "2030-13-01"}]}),
    *(
        Defect("NUMBER_INVALID", {"annual_compensation": number})
        for number in ("12,000.00", "$12", "NaN", "inf", "twelve", "0.12345678901", "1e400", "1" * 40)
    ),
    *(
        Defect("NUMBER_INVALID", {"annual_compensation": number})
        for number in ("1e-11", "1.5E-10", "12345678901.25e-9", "9e-999999999999")
    ),
    Defect("NUMBER_INVALID", balance(units="1.2.3")),
    Defect("NUMBER_INVALID", balance(price="-1", market_value="-100.50")),
    Defect("NUMBER_INVALID", {"contribution_rates": [rate("6 %")]}),
    Defect("SOURCE_MISSING", {"contribution_rates": [rate("6", source=None)]}),
    Defect("SOURCE_MISSING", {"ytd": [{"source": None, "amount": "1"}]}),
    Defect("FUND_MISSING", balance(fund=None)),
    Defect("SOURCE_UNKNOWN", {"contribution_rates": [rate("6", source="XX")]}),
    Defect("SOURCE_UNKNOWN", {"allocations": [share("100", source="XX")]}),
    Defect("SOURCE_UNKNOWN", balance(source="XX")),
    Defect("SOURCE_UNKNOWN", {"vesting": [{"source": "XX", "percent": "1"}]}),
    Defect("SOURCE_UNKNOWN", {"ytd": [{"source": "XX", "amount": "1"}]}),
    Defect("FUND_UNKNOWN", {"allocations": [share("100", fund_code="XX")]}),
    Defect("FUND_UNKNOWN", balance(fund="XX")),
    Defect("UNITS_MISSING", balance(units=None)),
    Defect("UNITS_NEGATIVE", balance(units="-100.5", market_value="-1851.31")),
    Defect("POSITION_DUPLICATE", {"balances": [position("PRE", "TD45", "1"), position("PRE", "TD45", "2")]}),
    Defect("VALUE_MISMATCH", balance(market_value="1851.32")),
    Defect("PRICE_MISSING", balance(fund="OLD", price=None)),
    Defect("PRICE_CONFLICT", {"balances": [position("PRE", "TD45", "100.5", price="18.4211")]}),
    Defect("ALLOCATION_NOT_100", {"allocations": [share("99.99")]}),
    Defect("ALLOCATION_NOT_100", {"allocations": [share("100"), share("0.01", fund_code="EQ3")]}),
    Defect("ALLOCATION_NOT_100", {"allocations": [share("50"), share("50", source="ROTH")]}),
    Defect("ALLOCATION_OUT_OF_RANGE", {"allocations": [share("150"), share("-50", fund_code="EQ3")]}),
    Defect("ALLOCATION_OUT_OF_RANGE", {"allocations": [share("100.01"), share("-0.01", fund_code="EQ3")]}),
    Defect("ALLOCATION_DUPLICATE", {"allocations": [share("50"), share("50")]}),
    Defect("RATE_BOTH_PERCENT_AND_AMOUNT", {"contribution_rates": [rate("6", "50")]}),
    Defect("RATE_BOTH_PERCENT_AND_AMOUNT", {"contribution_rates": [rate("0", "0")]}),
    Defect("RATE_MISSING", {"contribution_rates": [rate(None)]}),
    Defect("RATE_DUPLICATE", {"contribution_rates": [rate("6"), rate("7")]}),
    Defect("RATE_OUT_OF_RANGE", {"contribution_rates": [rate("100.01")]}),
    Defect("RATE_OUT_OF_RANGE", {"contribution_rates": [rate("-0.01")]}),
    Defect("RATE_OUT_OF_RANGE", {"contribution_rates": [rate(None, "-0.01")]}),
    Defect("RATE_ABOVE_PLAN_MAXIMUM", {"contribution_rates": [rate("80.01")]}),
    Defect("VESTING_OUT_OF_RANGE", {"vesting": [{"source": "MATCH", "percent": "100.01"}]}),
    Defect("VESTING_OUT_OF_RANGE", {"vesting": [{"source": "MATCH", "percent": "-1"}]}),
    Defect("VESTING_DUPLICATE", {"vesting": [{"source": "MATCH", "percent": one} for one in ("20", "40")]}),
    Defect("YTD_DUPLICATE", {"ytd": [{"source": "PRE", "amount": amount} for amount in ("1", "2")]}),
    Defect("LOAN_ID_MISSING", {"loans": [loan("1") | {"loan_id": " "}]}),
    Defect("LOAN_ID_MISSING", {"loans": [loan("1") | {"loan_id": None}, loan("2") | {"loan_id": None}]}),
    Defect("LOAN_DUPLICATE", {"loans": [loan("1"), loan("1")]}),
    Defect("LOAN_BALANCE_NEGATIVE", {"loans": [loan("1") | {"balance": "-0.01"}]}),
    Defect("BENEFICIARY_OUT_OF_RANGE", {"beneficiaries": [heir("150"), heir("-50")]}),
    Defect("BENEFICIARY_NOT_100", {"beneficiaries": [heir("99.99")]}),
    Defect("BENEFICIARY_NOT_100", {"beneficiaries": [heir("100"), heir("50", "contingent")]}),
    Defect("RECORD_MALFORMED", {"first_name": "Pat\x00"}),
    Defect("RECORD_MALFORMED", {"first_name": "Pat\x00"}, form="ndjson"),
    Defect("RECORD_MALFORMED", {"first_name": "x" * 10_001}),
    Defect("RECORD_MALFORMED", {"first_name": ["Pat"], "balances": []}, form="ndjson"),
    Defect("RECORD_MALFORMED", {"loans": {"loan_id": "1"}, "balances": []}, form="ndjson"),
    Defect("RECORD_MALFORMED", {"address": "Topeka", "balances": []}, form="ndjson"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_one_defect_gives_its_code_on_its_person(inbox: Path, defect: Defect) -> None:
    """PT-4: an error rejects its person, a warning takes it, and nobody else is touched."""
    people = crowd(3)
    people[1] = changed(people[1], **defect.changes)
    plan = synced_plan(inbox, people, plan=PLAN, form=defect.form)
    run = sync_people(plan)
    assert problems(run) == [(defect.code, WHO)]
    healthy = {"P-0100": "synced", "P-0102": "synced"}
    if CATALOGUE[defect.code].severity is Severity.ERROR:
        assert (run.status, counts(run)) == ("partly_successful", (3, 2, 0, 1, 0))
        assert statuses(plan) == healthy
        assert open_quarantine(plan) == [(WHO, [defect.code])]
    else:
        assert (run.status, counts(run)) == ("successful_with_warnings", (3, 3, 0, 0, 0))
        assert statuses(plan) == healthy | {WHO: "synced_with_warnings"}
        assert open_quarantine(plan) == []


NEAR_MISSES: list[dict[str, Any]] = [
    {"ssn": "912-34-5678"},
    {"ssn": " 900 11 0009 "},
    {"birth_date": "1964-02-29"},
    {"birth_date": "2016-12-31"},
    {"birth_date": "1916-01-01"},
    *({"email": email} for email in ("zoë@exämple.test", "用户@例え.test", "o'neil+401k@mail.example.test", None)),
    {"contribution_rates": [rate("0")]},
    {"contribution_rates": [rate(None, "0")]},
    {"contribution_rates": [rate("80")]},
    {"contribution_rates": [rate("100", source="MATCH")]},
    {"contribution_rates": []},
    {"allocations": [share("33.333"), share("66.667", fund_code="EQ3")]},
    {"loans": [loan("1"), loan("2")]},
    {"loans": [loan("1") | {"balance": "0"}]},
    spells((HIRED, "2015-01-31"), ("2015-01-31", None)),
    spells((HIRED, "2026-11-17")),
    {"status": "terminated"} | spells((HIRED, HIRED)),
    {"status": "retired"} | spells((HIRED, "2020-01-01")),
    {"status": "deceased"},
    {"status": None},
    {"pay_frequency": None, "annual_compensation": "0"},
    {"address": ada()["address"]},
    balance(units="0.5", price="18.4210", market_value="9.2055"),
    balance(units="0.05", price="18.4210", market_value="0.92"),
    balance(units="1", price="18.4210", market_value="18.416"),
    balance(units="1", price="18.4210", market_value="18.426"),
    balance(price=None, market_value=None, price_date=None),
    balance(market_value=None),
    balance(units="0", market_value="0"),
    {"vesting": [{"source": "MATCH", "percent": "0"}, {"source": "PRE", "percent": "100"}]},
    {"beneficiaries": [heir("60"), heir("40")]},
    {"beneficiaries": [heir("100"), heir("100", "contingent")]},
    {"annual_compensation": "0.1234567890"},
    {"annual_compensation": "76923.1000000000000"},
    *({"annual_compensation": number} for number in ("1e-05", "1.50E-9", "7.69231e4", "2e+3")),
    {"middle_name": "x" * 10_000},
    {"middle_name": "=1+1\t| 'quoted', \"twice\" {curly} \\back\\ NULL"},
]


@pytest.mark.django_db
@pytest.mark.parametrize("changes", NEAR_MISSES, ids=str)
def test_what_is_merely_unusual_gives_no_problem(inbox: Path, changes: dict[str, Any]) -> None:
    """PT-4: what is allowed, however unusual, is taken without a word."""
    people = crowd(2)
    people[1] = changed(people[1], **changes)
    plan = synced_plan(inbox, people, plan=PLAN)
    run = sync_people(plan)
    assert problems(run) == []
    assert (run.status, counts(run)) == ("successful", (2, 2, 0, 0, 0))
    held = person_now(plan.pk, WHO)
    assert held is not None
    assert held["middle_name"] == changes.get("middle_name")
