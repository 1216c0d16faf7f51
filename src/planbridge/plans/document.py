"""Reading a plan document into values."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from planbridge.activity.problem import Problem
from planbridge.plans.document_contract import BOOKKEEPING_FIELDS, PRICE_FIELDS, Walked, as_json, walk_document
from planbridge.plans.terms import Contact, DefaultFund, Fund, Lineup, PlanTerms, Price, Source

__all__ = [
    "Contact",
    "DefaultFund",
    "Fund",
    "Lineup",
    "PlanTerms",
    "Price",
    "Source",
    "content_digest",
    "document_content",
    "read_document",
    "unknown_fields",
]

Fields = Mapping[str, Any]  # values that the walk has read: Any, because the contract and not mypy knows their types


def read_document(document: dict[str, Any]) -> tuple[PlanTerms | None, list[Problem]]:
    """What a plan document says, and what in it cannot be read.

    Numbers come as text, int or Decimal. The terms are None when the document is not built as agreed
    (PLAN_DOCUMENT_INVALID); a value that is no number or date (NUMBER_INVALID, DATE_INVALID) is taken as not known.
    """
    walked = walk_document(document)
    if any(problem.code == "PLAN_DOCUMENT_INVALID" for problem in walked.problems):
        return None, walked.problems
    return _terms(walked), walked.problems


def unknown_fields(document: dict[str, Any]) -> tuple[str, ...]:
    """The names of the fields that the contract does not have, as "employer.foo", each once, in delivered order."""
    return tuple(walk_document(document).unknown)


def document_content(document: dict[str, Any]) -> dict[str, Any]:
    """What counts of a document, as JSON: without as_of, revision and prices; numbers in one form; no nulls."""
    values = {name: value for name, value in walk_document(document).values.items() if name not in BOOKKEEPING_FIELDS}
    if "funds" in values.get("lineup", {}):
        funds = [
            {name: value for name, value in fund.items() if name not in PRICE_FIELDS}
            for fund in values["lineup"]["funds"]
        ]
        values["lineup"] = values["lineup"] | {"funds": funds}
    content: dict[str, Any] = as_json(values)
    return content


def content_digest(document: dict[str, Any]) -> str:
    """SHA-256 (hexadecimal) of what counts of a document, of the names of unknown fields and of what is unreadable."""
    walked = walk_document(document)
    faults = sorted((problem.field or "", problem.code, problem.value or "") for problem in walked.problems)
    whole = [document_content(document), sorted(walked.unknown), faults]
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _terms(walked: Walked) -> PlanTerms:
    values = walked.values
    employer, lineup = values.get("employer", {}), values.get("lineup", {})
    funds = lineup.get("funds", [])
    return PlanTerms(
        name=values.get("name", ""),
        plan_type=values.get("type", ""),
        plan_number=values.get("plan_number", ""),
        year_end=values.get("year_end", ""),
        recordkeeper_status=values.get("status", ""),
        employer_name=employer.get("name", ""),
        ein=employer.get("ein", ""),
        phone=employer.get("phone", ""),
        revision=values.get("revision", ""),
        as_of=values.get("as_of"),
        contacts=tuple(_contact(one) for one in values.get("contacts", [])),
        provisions=as_json(values.get("provisions", {})),
        sources=tuple(_source(one) for one in values.get("sources", [])),
        lineup=_lineup(lineup),
        prices=tuple(_price(one) for one in funds if "price" in one and "price_date" in one),
        undated_prices=tuple(one["fund"] for one in funds if "price" in one and "price_date" not in one),
        unknown_fields=tuple(walked.unknown),
        unreadable=walked.unreadable,
    )


def _contact(one: Fields) -> Contact:
    return Contact(one.get("role", ""), one.get("name", ""), one.get("email", ""), one.get("phone", ""))


def _source(one: Fields) -> Source:
    return Source(one["source"], one.get("name", ""), one.get("kind", ""), one.get("vesting_group", ""))


def _price(one: Fields) -> Price:
    return Price(one["fund"], one["price"], one["price_date"])


def _lineup(lineup: Fields) -> Lineup:
    return Lineup(
        funds=tuple(_fund(one) for one in lineup.get("funds", [])),
        default_investment=tuple(
            DefaultFund(one["fund"], one.get("retirement_from"), one.get("retirement_to"))
            for one in lineup.get("default_investment", [])
        ),
        effective_date=lineup.get("effective_date"),
    )


def _fund(one: Fields) -> Fund:
    return Fund(
        fund=one["fund"],
        name=one.get("name", ""),
        ticker=one.get("ticker", ""),
        cusip=one.get("cusip", ""),
        asset_class=one.get("asset_class", ""),
        expense_percent=one.get("expense_percent"),
        status=one.get("status", ""),
        mapped_to=one.get("mapped_to", ""),
    )
