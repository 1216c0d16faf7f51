"""Reading a plan document: exact values in, terms out, and what is wrong as problems that name the place."""

import copy
import json
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planbridge.plans.document import (
    Contact,
    DefaultFund,
    Fund,
    Price,
    Source,
    content_digest,
    document_content,
    read_document,
    unknown_fields,
)
from planbridge.plans.terms import PlanTerms

Document = dict[str, Any]
EXAMPLE = Path(__file__).parent / "plan_document.json"
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=True) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def readable(document: Document) -> PlanTerms:
    """The terms of a document that reads without any problem."""
    terms, problems = read_document(document)
    assert terms is not None
    assert problems == []
    return terms


def put(document: Document, place: str, value: object) -> None:
    """Set a value at a place of a document, as "lineup.funds.0.price"."""
    *path, last = [int(name) if name.isdigit() else name for name in place.split(".")]
    spot: Any = document
    for name in path:
        spot = spot[name]
    spot[last] = value


def test_every_field_is_read(document: Document) -> None:
    """PS-3: name, type, employer, contacts, provisions, sources, lineup, default investment and prices are read."""
    terms = readable(document)
    assert (terms.name, terms.plan_type, terms.plan_number) == ("Northwind 401(k) Plan", "401k", "001")
    assert (terms.year_end, terms.recordkeeper_status) == ("12-31", "active")
    assert (terms.employer_name, terms.ein, terms.phone) == ("Northwind LLC", "00-1234567", "+1-555-555-0100")
    assert (terms.revision, terms.as_of) == ("r41", datetime(2026, 11, 20, 22, tzinfo=UTC))
    assert terms.contacts[1] == Contact("advisor", "Grace Byron", "grace@example.test")
    assert terms.sources[2] == Source("MATCH", "Match", "match", "employer")
    assert terms.lineup.effective_date == date(2026, 7, 1)
    assert terms.lineup.funds[0] == Fund(
        "TD45", "Target 2045 Fund", "TDXLX", "99A000014", "target_date", Decimal("0.12"), "open"
    )
    assert terms.lineup.default_investment == (DefaultFund("TD45", None, 2047), DefaultFund("TD50", 2048, None))
    assert terms.prices[0] == Price("TD45", Decimal("18.4210"), date(2026, 11, 20))
    assert terms.provisions is not None
    assert terms.provisions["auto_enroll"] == {"percent": "6", "increase_percent": "1", "cap_percent": "10"}
    assert terms.provisions["balance_transfer"] is True


def test_absent_and_null_mean_not_known(document: Document) -> None:
    """A field that is absent and one that is null read alike, and neither is a problem."""
    for name in ("plan_number", "employer", "contacts", "revision", "as_of"):
        document[name] = None
    document["provisions"]["auto_enroll"] = None
    absent = {name: value for name, value in document.items() if value is not None}
    absent["provisions"] = {name: value for name, value in document["provisions"].items() if value is not None}
    assert readable(document) == readable(absent)
    assert readable(document).employer_name == ""


@pytest.mark.parametrize("value", ["0.120", Decimal("0.12"), Decimal("12E-2"), "+.12"])
def test_numbers_are_exact(document: Document, value: object) -> None:
    """A percent is the same number as text of any form and as a JSON number, never a float."""
    put(document, "lineup.funds.0.expense_percent", value)
    assert readable(document).lineup.funds[0].expense_percent == Decimal("0.12")


@pytest.mark.parametrize(
    ("place", "value", "code", "field"),
    [
        ("name", 7, "PLAN_DOCUMENT_INVALID", "name"),
        ("name", "x" * 301, "PLAN_DOCUMENT_INVALID", "name"),
        ("name", "a\x00b", "PLAN_DOCUMENT_INVALID", "name"),
        ("name", "a\ud800b", "PLAN_DOCUMENT_INVALID", "name"),
        ("employer", [], "PLAN_DOCUMENT_INVALID", "employer"),
        ("contacts", {}, "PLAN_DOCUMENT_INVALID", "contacts"),
        ("contacts.0", "Ada", "PLAN_DOCUMENT_INVALID", "contacts.0"),
        ("sources.0.source", None, "PLAN_DOCUMENT_INVALID", "sources.0.source"),
        ("lineup.funds.2.fund", " ", "PLAN_DOCUMENT_INVALID", "lineup.funds.2.fund"),
        ("lineup.funds.2.price", 58.5, "PLAN_DOCUMENT_INVALID", "lineup.funds.EQ3.price"),
        ("lineup.funds.2.price", True, "PLAN_DOCUMENT_INVALID", "lineup.funds.EQ3.price"),
        ("provisions.loans.permitted", "yes", "PLAN_DOCUMENT_INVALID", "provisions.loans.permitted"),
        ("provisions.vesting.0.schedule", [[1]], "PLAN_DOCUMENT_INVALID", "provisions.vesting.0.schedule"),
        ("lineup.funds.2.price", "58,50", "NUMBER_INVALID", "lineup.funds.EQ3.price"),
        ("lineup.funds.2.price", "NaN", "NUMBER_INVALID", "lineup.funds.EQ3.price"),
        ("lineup.funds.2.price", "-1", "NUMBER_INVALID", "lineup.funds.EQ3.price"),
        ("lineup.funds.2.price", "1e999", "NUMBER_INVALID", "lineup.funds.EQ3.price"),
        ("provisions.deferral.maximum_percent", "all", "NUMBER_INVALID", "provisions.deferral.maximum_percent"),
        (
            "lineup.default_investment.0.retirement_to",
            "soon",
            "NUMBER_INVALID",
            "lineup.default_investment.TD45.retirement_to",
        ),
        ("lineup.effective_date", "2026-02-30", "DATE_INVALID", "lineup.effective_date"),
        ("lineup.funds.2.price_date", "11/20/2026", "DATE_INVALID", "lineup.funds.EQ3.price_date"),
        ("as_of", "2026-11-20T22:00:00", "DATE_INVALID", "as_of"),
    ],
)
def test_a_value_that_cannot_be_read_is_named(
    document: Document, place: str, value: object, code: str, field: str
) -> None:
    """PS-11: a value of the wrong type, or no number or date, is one problem that gives the place."""
    put(document, place, value)
    terms, problems = read_document(document)
    assert [(problem.code, problem.field) for problem in problems] == [(code, field)]
    assert (terms is None) == (code == "PLAN_DOCUMENT_INVALID")
    assert problems[0].message


def test_unknown_fields_are_named_once(document: Document) -> None:
    """A field that the contract does not have is named by its place without list numbers, once."""
    document["color"] = "blue"
    document["employer"]["foo"] = {"deep": ["er"]}
    for fund in document["lineup"]["funds"]:
        fund["stars"] = 5
    assert unknown_fields(document) == ("employer.foo", "lineup.funds.stars", "color")
    assert readable(document).unknown_fields == unknown_fields(document)


def test_the_digest_counts_content_only(document: Document) -> None:
    """as_of, revision, prices, key order, nulls and the form of numbers do not change the digest."""
    digest = content_digest(document)
    other = copy.deepcopy(document)
    other |= {"as_of": "2026-11-23T22:00:00Z", "revision": "r42"}
    put(other, "lineup.funds.0.price", "99")
    put(other, "lineup.funds.0.price_date", "2026-11-23")
    put(other, "lineup.funds.0.expense_percent", Decimal("0.120"))
    del other["lineup"]["funds"][2]["cusip"]
    items = list(other.items())
    random.Random(1).shuffle(items)
    assert content_digest(dict(items)) == digest


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("plan_number", "1"),
        ("employer.phone", None),
        ("lineup.funds.0.expense_percent", "0.13"),
        ("provisions.match.tiers.0.match_percent", "99"),
        ("lineup.default_investment.0.retirement_to", 2046),
        ("another", "field"),
    ],
)
def test_the_digest_counts_every_other_field(document: Document, place: str, value: object) -> None:
    """Any other difference, a leading zero in a plan number too, changes the digest."""
    digest = content_digest(document)
    put(document, place, value)
    assert content_digest(document) != digest


def test_the_content_reads_as_the_document_without_prices(document: Document) -> None:
    """What is stored of a document reads back as the same terms, but for as_of, revision and prices."""
    stored, delivered = readable(document_content(document)), readable(document)
    assert (stored.lineup, stored.provisions, stored.contacts) == (
        delivered.lineup,
        delivered.provisions,
        delivered.contacts,
    )
    assert (stored.prices, stored.as_of, stored.revision) == ((), None, "")


PLACES = (
    "name",
    "as_of",
    "employer",
    "contacts",
    "provisions.match",
    "provisions.vesting.0.schedule",
    "sources.0",
    "lineup.funds.0.price",
    "lineup.funds.0.fund",
)


@given(place=st.sampled_from(PLACES), value=JSON_VALUES)
def test_any_json_reads_or_is_a_problem(place: str, value: object) -> None:
    """No JSON value at any place raises: it reads, or it is a problem with a message."""
    document: Document = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    put(document, place, value)
    terms, problems = read_document(document)
    assert terms is not None or problems
    assert all(problem.message for problem in problems)
    assert len(content_digest(document)) == 64
