"""The defects a participant record can be given on purpose, each named by the problem code it should be reported as."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date

from planbridge.simulator.plans import Document

_FAR_FUTURE_YEAR = 2999


def _field(name: str, value: object) -> Callable[[Document, str], None]:
    def set_field(person: Document, _other_ssn: str) -> None:
        person[name] = value

    return set_field


def _item(part: str, field: str, value: object, *, otherwise: Document) -> Callable[[Document, str], None]:
    """Return a defect of the first item of a list; a person without such an item gets one."""

    def set_item(person: Document, _other_ssn: str) -> None:
        if not person[part]:
            person[part].append(dict(otherwise))
        person[part][0][field] = value

    return set_item


def _set_first_hire(value: object) -> Callable[[Document, str], None]:
    def set_hire(person: Document, _other_ssn: str) -> None:
        person["employment"][0]["hire_date"] = value

    return set_hire


def _leave_before_hire(person: Document, _other_ssn: str) -> None:
    spell = person["employment"][0]
    hired = date.fromisoformat(spell["hire_date"])
    spell["termination_date"] = hired.replace(year=hired.year - 1, day=min(hired.day, 28)).isoformat()


def _share_ssn(person: Document, other_ssn: str) -> None:
    person["ssn"] = other_ssn


def _contradict_status(person: Document, _other_ssn: str) -> None:
    person["status"] = "terminated" if person["employment"][-1]["termination_date"] is None else "active"


def _double_rate(person: Document, _other_ssn: str) -> None:
    person["contribution_rates"] = [{"source": "PRE", "percent": "5", "amount": "50.00"}]


def _one_rate(percent: str) -> Callable[[Document, str], None]:
    def set_rate(person: Document, _other_ssn: str) -> None:
        person["contribution_rates"] = [{"source": "PRE", "percent": percent, "amount": None}]

    return set_rate


def _allocate_99(person: Document, _other_ssn: str) -> None:
    fund = person["allocations"][0]["fund"] if person["allocations"] else "LC500"
    kept = [item for item in person["allocations"] if item["source"] != "PRE"]
    person["allocations"] = [{"source": "PRE", "fund": fund, "percent": "99"}, *kept]


def _repeat_loan(person: Document, _other_ssn: str) -> None:
    loan = person["loans"][0] if person["loans"] else dict(_LOAN)
    person["loans"] = [loan, dict(loan)]


_LOAN: Document = {
    "loan_id": "1", "type": "general",
    "origination_date": "2025-02-03", "original_amount": "5000.00",
    "balance": "3120.44", "payment": "101.19", "frequency": "biweekly", "rate": "8.5",
    "maturity_date": "2030-02-03", "status": "current",
}  # fmt: skip
_BALANCE: Document = {
    "source": "PRE", "fund": "LC500", "units": "10.000000", "price": "10.0000", "market_value": "100.00",
    "price_date": "2026-01-02",
}  # fmt: skip
_VESTING: Document = {"source": "MATCH", "percent": "100"}
_BENEFICIARY: Document = {"class": "primary", "name": "Noor Byron", "relationship": "other", "percent": "100"}

DEFECTS: dict[str, Callable[[Document, str], None]] = {
    "SSN_MISSING": _field("ssn", None),
    "SSN_INVALID": _field("ssn", "900-00-0000"),
    "SSN_DUPLICATE": _share_ssn,
    "SSN_NEVER_ISSUED": _field("ssn", "666-12-3456"),
    "NAME_MISSING": _field("last_name", None),
    "BIRTH_DATE_MISSING": _field("birth_date", None),
    "BIRTH_DATE_FUTURE": _field("birth_date", f"{_FAR_FUTURE_YEAR}-01-01"),
    "AGE_IMPLAUSIBLE": _field("birth_date", "1890-01-01"),
    "DATE_INVALID": _field("birth_date", "1970-02-30"),
    "HIRE_DATE_MISSING": _set_first_hire(None),
    "DATES_OUT_OF_ORDER": _leave_before_hire,
    "STATUS_UNKNOWN": _field("status", "vacationing"),
    "STATUS_CONTRADICTS_DATES": _contradict_status,
    "EMAIL_INVALID": _field("email", "not an address"),
    "COMPENSATION_NEGATIVE": _field("annual_compensation", "-1.00"),
    "NUMBER_INVALID": _field("annual_compensation", "12,3x"),
    "PAY_FREQUENCY_UNKNOWN": _field("pay_frequency", "fortnightly"),
    "SOURCE_UNKNOWN": _item("balances", "source", "NOSUCH", otherwise=_BALANCE),
    "FUND_UNKNOWN": _item("balances", "fund", "NOSUCH", otherwise=_BALANCE),
    "UNITS_NEGATIVE": _item("balances", "units", "-1.000000", otherwise=_BALANCE),
    "VALUE_MISMATCH": _item("balances", "market_value", "0.77", otherwise=_BALANCE),
    "PRICE_MISSING": _item("balances", "price", None, otherwise=_BALANCE),
    "ALLOCATION_NOT_100": _allocate_99,
    "RATE_BOTH_PERCENT_AND_AMOUNT": _double_rate,
    "RATE_OUT_OF_RANGE": _one_rate("101"),
    "RATE_ABOVE_PLAN_MAXIMUM": _one_rate("99"),
    "VESTING_OUT_OF_RANGE": _item("vesting", "percent", "120", otherwise=_VESTING),
    "LOAN_DUPLICATE": _repeat_loan,
    "LOAN_BALANCE_NEGATIVE": _item("loans", "balance", "-5.00", otherwise=_LOAN),
    "BENEFICIARY_NOT_100": _item("beneficiaries", "percent", "99", otherwise=_BENEFICIARY),
}


def broken_by(code: str, person: Document, other_ssn: str) -> Document:
    """Return a copy of a good participant document with a defect; `other_ssn` is a namesake's, for SSN_DUPLICATE."""
    broken = deepcopy(person)
    DEFECTS[code](broken, other_ssn)
    return broken
