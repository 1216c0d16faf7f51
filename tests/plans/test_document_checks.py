"""The rules of a plan document: each finds its defect at its place, and nothing where there is none."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import CATALOGUE, Severity
from planbridge.plans.document import read_document
from planbridge.plans.document_checks import RULES, check_terms

Document = dict[str, Any]
FRIDAY = datetime(2026, 11, 20, 22, tzinfo=UTC)


def check(document: Document, *, money: dict[str, Decimal] | None = None, live: tuple[str, ...] = ()) -> list[Problem]:
    """Every problem of a document: of reading it and of the rules."""
    terms, problems = read_document(document)
    assert terms is not None
    return problems + check_terms(terms, delivered_as_of=FRIDAY, money_by_fund=money or {}, live_funds=live)


def found(problems: list[Problem]) -> list[tuple[str, str | None, str | None]]:
    """Code, place and value of problems."""
    return [(problem.code, problem.field, problem.value) for problem in problems]


def fund(document: Document, code: str) -> Document:
    """A fund of a document."""
    return next(one for one in document["lineup"]["funds"] if one["fund"] == code)


def ranges(document: Document, *ends: tuple[int | None, int | None]) -> None:
    """Give the default investment these ranges of years, the lineup's funds in turn."""
    codes = ("TD45", "TD50", "EQ3", "STBL")
    document["lineup"]["default_investment"] = [
        {"fund": code, "retirement_from": first, "retirement_to": last}
        for code, (first, last) in zip(codes, ends, strict=False)
    ]


Spoil = Callable[[Document], object]
DEFECTS: list[tuple[Spoil, str, str | None, str | None]] = [
    (lambda d: d.update(name=" "), "PLAN_NAME_MISSING", "name", None),
    (lambda d: d["employer"].update(ein="00-12345"), "EIN_INVALID", "employer.ein", "00-12345"),
    (lambda d: d["employer"].update(ein="123-45-6789"), "EIN_INVALID", "employer.ein", "123-45-6789"),
    (lambda d: d["contacts"][1].update(email="grace"), "CONTACT_EMAIL_INVALID", "contacts.1.email", "grace"),
    (lambda d: d.pop("sources"), "SOURCE_NONE", "sources", None),
    (lambda d: d["sources"][0].update(kind="gold"), "SOURCE_KIND_UNKNOWN", "sources.PRE.kind", "gold"),
    (lambda d: d["sources"].append(d["sources"][0]), "SOURCE_DUPLICATE", "sources", "PRE"),
    (lambda d: d["lineup"]["funds"].append(fund(d, "EQ3")), "FUND_DUPLICATE", "lineup.funds", "EQ3"),
    (lambda d: fund(d, "EQ3").update(status="new"), "FUND_STATUS_UNKNOWN", "lineup.funds.EQ3.status", "new"),
    (lambda d: fund(d, "EQ3").update(price=None), "FUND_PRICE_MISSING", "lineup.funds.EQ3.price", None),
    (lambda d: fund(d, "STBL").update(price=None), "FUND_PRICE_MISSING", "lineup.funds.STBL.price", None),
    (lambda d: fund(d, "EQ3").update(price_date=None), "FUND_PRICE_MISSING", "lineup.funds.EQ3.price_date", None),
    (
        lambda d: fund(d, "EQ3").update(price_date="2026-11-12"),
        "FUND_PRICE_STALE",
        "lineup.funds.EQ3.price_date",
        "2026-11-12",
    ),
    (lambda d: fund(d, "EQ3").update(mapped_to="EQ9"), "MAPPING_UNKNOWN_FUND", "lineup.funds.EQ3.mapped_to", "EQ9"),
    (lambda d: fund(d, "EQ3").update(mapped_to="EQ3"), "MAPPING_UNKNOWN_FUND", "lineup.funds.EQ3.mapped_to", "EQ3"),
    (lambda d: d["lineup"].pop("default_investment"), "DEFAULT_MISSING", "lineup.default_investment", None),
    (
        lambda d: d["lineup"]["default_investment"][0].update(fund="TD46"),
        "DEFAULT_FUND_NOT_IN_LINEUP",
        "lineup.default_investment",
        "TD46",
    ),
    (
        lambda d: ranges(d, (None, 2046), (2048, None)),
        "TARGET_DATE_GAP",
        "lineup.default_investment.TD50",
        "from 2048",
    ),
    (
        lambda d: ranges(d, (2047, 2043)),
        "TARGET_DATE_GAP",
        "lineup.default_investment.TD45",
        "2047 to 2043",
    ),
    (
        lambda d: ranges(d, (None, 2048), (2048, None)),
        "TARGET_DATE_OVERLAP",
        "lineup.default_investment.TD50",
        "from 2048",
    ),
    (
        lambda d: ranges(d, (2043, None), (2048, 2052)),
        "TARGET_DATE_OVERLAP",
        "lineup.default_investment.TD50",
        "2048 to 2052",
    ),
    (
        lambda d: ranges(d, (2043, 2047), (None, 2052)),
        "TARGET_DATE_OVERLAP",
        "lineup.default_investment.TD45",
        "2043 to 2047",
    ),
    (
        lambda d: d["provisions"]["match"]["tiers"][0].update(contribution_percent="0"),
        "MATCH_TIER_INVALID",
        "provisions.match.tiers.0.contribution_percent",
        "0",
    ),
    (
        lambda d: d["provisions"]["match"]["tiers"][1].update(contribution_percent="101"),
        "MATCH_TIER_INVALID",
        "provisions.match.tiers.1.contribution_percent",
        "101",
    ),
    (
        lambda d: d["provisions"]["match"]["tiers"][1].update(match_percent="half"),
        "MATCH_TIER_INVALID",
        "provisions.match.tiers.1.match_percent",
        "half",
    ),
    (
        lambda d: d["provisions"]["match"]["tiers"][1].pop("match_percent"),
        "MATCH_TIER_INVALID",
        "provisions.match.tiers.1.match_percent",
        None,
    ),
    (lambda d: d["employer"].update(foo=1, bar=2), "FIELD_UNKNOWN", None, "employer.foo, employer.bar"),
    (lambda d: fund(d, "EQ3").update(price="1,5"), "NUMBER_INVALID", "lineup.funds.EQ3.price", "1,5"),
    (lambda d: fund(d, "EQ3").update(price_date="x"), "DATE_INVALID", "lineup.funds.EQ3.price_date", "x"),
]


@pytest.mark.parametrize(("spoil", "code", "field", "value"), DEFECTS)
def test_a_defect_is_found_alone(
    document: Document, spoil: Spoil, code: str, field: str | None, value: str | None
) -> None:
    """PS-11: one defect gives its one problem, with the offending value and the place."""
    spoil(document)
    assert found(check(document)) == [(code, field, value)]


def test_a_document_without_funds(document: Document) -> None:
    """FUND_NONE: an absent lineup is named, and so is the default that auto-enrollment needs."""
    document["lineup"] = None
    assert [problem.code for problem in check(document)] == ["FUND_NONE", "DEFAULT_MISSING"]


def test_a_clean_document_has_no_problem(document: Document) -> None:
    """The example of the Recordkeeper API gives no problem and no warning."""
    assert check(document, money={"EQ3": Decimal(100)}, live=("EQ3", "TD45")) == []


UNUSUAL: list[Spoil] = [
    lambda d: d.pop("contacts"),
    lambda d: d.pop("employer"),
    lambda d: d["employer"].update(ein="999999999"),
    lambda d: d["contacts"][0].update(email="jörg@bücher.example.test"),
    lambda d: d["contacts"][0].update(email="用户@例子.測試"),
    lambda d: d["contacts"][0].update(email='"Ada Byron"@example.test'),
    lambda d: (d["provisions"].pop("auto_enroll"), d["lineup"].pop("default_investment")),
    lambda d: d["provisions"].update(match=None),
    lambda d: d.pop("provisions"),
    lambda d: fund(d, "EQ3").update(status="closed", price=None, price_date=None),
    lambda d: fund(d, "EQ3").update(status="closed", mapped_to="STBL"),
    lambda d: fund(d, "EQ3").update(price_date="2026-11-13"),
    lambda d: fund(d, "EQ3").update(status="closed", price_date="2020-01-02"),
    lambda d: fund(d, "EQ3").update(ticker=None, asset_class=None, expense_percent=None, name=None),
    lambda d: ranges(d, (None, None)),
    lambda d: ranges(d, (2043, 2047)),
    lambda d: d["lineup"]["default_investment"].reverse(),
    lambda d: d["provisions"]["match"]["tiers"][0].update(contribution_percent=Decimal(100), match_percent=0),
]


@pytest.mark.parametrize("change", UNUSUAL)
def test_the_unusual_is_no_problem(document: Document, change: Spoil) -> None:
    """A delivery that is merely unusual gives no problem."""
    change(document)
    assert check(document) == []


@pytest.mark.parametrize(
    ("delivered", "is_stale"),
    [
        (datetime(2026, 11, 30, 23, tzinfo=UTC), False),
        (datetime(2026, 12, 1, 2, tzinfo=UTC), False),  # still 30 November in New York
        (datetime(2026, 12, 1, 23, tzinfo=UTC), True),
    ],
)
def test_a_price_may_be_five_business_days_old(document: Document, delivered: datetime, *, is_stale: bool) -> None:
    """FUND_PRICE_STALE counts New York's market days: over Thanksgiving, a week and three days are five of them."""
    terms, _ = read_document(document)
    assert terms is not None
    problems = check_terms(terms, delivered_as_of=delivered, money_by_fund={}, live_funds=())
    assert [problem.code for problem in problems] == ["FUND_PRICE_STALE"] * (4 if is_stale else 0)


@pytest.mark.parametrize(
    ("spoil", "money", "is_warned"),
    [
        (lambda d: d["lineup"]["funds"].remove(fund(d, "EQ3")), "12.50", True),
        (lambda d: d["lineup"]["funds"].remove(fund(d, "EQ3")), "0", False),
        (lambda d: fund(d, "EQ3").update(status="closed"), "12.50", True),
        (lambda d: fund(d, "EQ3").update(status="closed", mapped_to="STBL"), "12.50", False),
        (lambda d: fund(d, "EQ3").update(status="frozen"), "12.50", False),
    ],
)
def test_a_live_fund_that_leaves_with_money(document: Document, spoil: Spoil, money: str, *, is_warned: bool) -> None:
    """FUND_REMOVED_WITH_MONEY warns of a live fund that people hold and that leaves without a successor."""
    spoil(document)
    problems = check(document, money={"EQ3": Decimal(money), "OLD": Decimal(1)}, live=("EQ3", "TD45"))
    assert found(problems) == ([("FUND_REMOVED_WITH_MONEY", "lineup.funds", "EQ3")] if is_warned else [])
    assert all(problem.severity is Severity.WARNING for problem in problems)


def test_every_rule_has_its_code_in_the_catalogue() -> None:
    """Each row of the rule table names a code of the catalogue, once."""
    codes = [code for code, _ in RULES]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(CATALOGUE)


def test_problems_are_shown_as_json(document: Document) -> None:
    """PS-11: a problem's JSON has code, value, place, message and fix."""
    document["employer"]["ein"] = "1"
    shown = check(document)[0].as_json()
    assert json.loads(json.dumps(shown)) == shown
    assert (shown["code"], shown["field"], shown["value"]) == ("EIN_INVALID", "employer.ein", "1")
    assert shown["fix"]
