"""May somebody save at these rates: the plan's rules, and the law's limits of the year."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from planbridge.enrollment.deferral import room_of
from planbridge.enrollment.saver import Rate, Saver
from tests.enrollment.savers import amount, codes, objections, percent, rules, saver

ABOVE = ["DEFERRAL_ABOVE_LIMIT"]
ROTH_ONLY = ["CATCH_UP_MUST_BE_ROTH"]
NOT_PERMITTED = ["RATE_NOT_PERMITTED"]


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ({"PRE": percent("24.5")}, []),
        ({"PRE": percent("24.51")}, ABOVE),
        ({"PRE": percent("20"), "ROTH": percent("4.5")}, []),
        ({"PRE": percent("20"), "ROTH": percent("4.51")}, ABOVE),
        ({"PRE": amount("942.30")}, []),  # x 26 = 24,499.80
        ({"PRE": amount("942.31")}, ABOVE),  # x 26 = 24,500.06
        ({"PRE": percent("24.5"), "AFTER": percent("10")}, []),  # after-tax is no elective deferral
    ],
)
def test_elective_deferrals_of_a_year(rates: dict[str, Rate], expected: list[str]) -> None:
    """EN-3: pre-tax and Roth together stay within the year's 402(g) limit, to the cent."""
    assert codes(saver(), rates) == expected


def test_the_message_names_the_limit() -> None:
    """EN-3: who is above the limit reads what they would save, the year, the limit and what to do."""
    (found,) = objections(saver(), {"PRE": percent("30")})
    assert found.message == (
        "At these rates you would save $30,000 in 2026. The most the law allows you in 2026 is $24,500. "
        "Choose a lower rate."
    )
    assert found.as_problem("P-1").as_json()["code"] == "DEFERRAL_ABOVE_LIMIT"


def test_what_went_in_this_year_counts() -> None:
    """EN-3: in a year that is under way what went in and the paychecks left count; unknown, the rate of a whole year."""
    july = rules(date(2026, 7, 2))  # 183 of 365 days left: 13.04 paychecks, so 14
    rates = {"PRE": percent("40")}  # $1,538.46 a paycheck, $21,538.46 in 14
    assert codes(saver(year_to_date_usd={"PRE": Decimal(2961)}), rates, july) == []
    assert codes(saver(year_to_date_usd={"PRE": Decimal(2962)}), rates, july) == ABOVE
    assert codes(saver(year_to_date_usd={"ROTH": Decimal(2962)}), rates, july) == ABOVE
    assert codes(saver(year_to_date_usd=None), rates, july) == ABOVE
    assert codes(saver(year_to_date_usd=None), {"PRE": percent("24.5")}, july) == []
    assert codes(saver(year_to_date_usd=None, hired_on=date(2026, 7, 2)), rates, july) == []
    assert codes(saver(year_to_date_usd=None, hired_on=date(2019, 7, 2)), rates, july) == ABOVE
    # Whoever stops is never refused for what went in before.
    assert codes(saver(year_to_date_usd={"PRE": Decimal(30000)}), {"PRE": percent("0")}, july) == []


@pytest.mark.parametrize(
    ("year", "born", "most"),
    [
        (2026, date(1977, 1, 1), 24500),  # 49 by 31 December
        (2026, date(1976, 12, 31), 32500),  # 50 on 31 December
        (2026, date(1967, 1, 1), 32500),  # 59
        (2026, date(1966, 12, 31), 35750),  # 60 on 31 December
        (2026, date(1963, 1, 1), 35750),  # 63
        (2026, date(1962, 12, 31), 32500),  # 64 on 31 December
        (2026, date(1976, 2, 29), 32500),  # born on 29 February: 50 in a year without that day
        (2026, date(1964, 2, 29), 35750),
        (2025, date(1964, 2, 29), 34750),
        (2024, date(1964, 2, 29), 30500),  # no other catch-up at 60 before 2025
        (2023, date(1964, 2, 29), 30000),
    ],
)
def test_catch_up_by_age_attained(year: int, born: date, most: int) -> None:
    """EN-3: catch-up goes by the age attained by 31 December: from 50, and at 60 to 63 the larger one instead."""
    assert room_of(saver(born=born), rules(date(year, 1, 1))).most_usd == most


def test_catch_up_as_the_plan_allows() -> None:
    """EN-3: without the plan's leave there is no catch-up, nor the larger one at 60 to 63, nor any without a birth date."""
    born = date(1964, 2, 29)
    assert room_of(saver(born=born), rules(super_catch_up=False)).most_usd == 32500
    assert room_of(saver(born=born), rules(super_catch_up=None)).most_usd == 32500
    assert room_of(saver(born=born), rules(catch_up=False)).most_usd == 24500
    assert room_of(Saver(annual_pay_usd=Decimal(100000)), rules()).most_usd == 24500


@pytest.mark.parametrize(
    ("wages", "rates", "expected"),
    [
        ("150000.00", {"PRE": percent("32.5")}, []),  # not strictly above
        ("150000.01", {"PRE": percent("32.5")}, ROTH_ONLY),
        ("150000.01", {"PRE": percent("24.5"), "ROTH": percent("8")}, []),
        ("150000.01", {"PRE": percent("24.51"), "ROTH": percent("7.99")}, ROTH_ONLY),
        ("150000.01", {"ROTH": percent("32.5")}, []),
        ("150000.01", {"PRE": percent("24.5"), "ROTH": percent("8.01")}, ABOVE),
        ("150000.01", {"PRE": percent("24.5"), "CATCH": percent("1")}, ROTH_ONLY * 2),  # the source, and the sum
        ("150000.01", {"PRE": percent("10"), "CATCH": percent("1")}, ROTH_ONLY),
        ("150000.01", {"PRE": percent("24.5"), "RCATCH": percent("8")}, []),
        ("150000.00", {"PRE": percent("24.5"), "CATCH": percent("8")}, []),
        ("150000.00", {"PRE": percent("10"), "CATCH": percent("8.01")}, ABOVE),
    ],
)
def test_catch_up_must_be_roth(wages: str, rates: dict[str, Rate], expected: list[str]) -> None:
    """EN-3: with FICA wages of the year before strictly above the number, what is above 402(g) must be Roth."""
    one = saver(born=date(1970, 5, 5), prior_year_fica_wages_usd=Decimal(wages))
    assert codes(one, rates) == expected


def test_roth_catch_up_began_in_2026() -> None:
    """EN-3: in 2025 no wages made catch-up Roth."""
    one = saver(born=date(1970, 5, 5), prior_year_fica_wages_usd=Decimal(400000))
    assert codes(one, {"PRE": percent("31")}, rules(date(2025, 1, 1))) == []
    assert codes(one, {"PRE": percent("31")}, rules(date(2026, 1, 1))) == ROTH_ONLY


def test_wages_that_are_not_known() -> None:
    """EN-3: unknown wages are those of today's pay, but none for whoever was hired this year."""
    rates = {"PRE": percent("16")}  # of $160,000: $25,600
    born = date(1970, 5, 5)
    assert codes(saver("160000", born=born, hired_on=date(2015, 3, 1)), rates) == ROTH_ONLY
    assert codes(saver("160000", born=born), rates) == ROTH_ONLY
    assert codes(saver("160000", born=born, hired_on=date(2026, 1, 1)), rates) == []
    assert codes(saver("150000", born=born), {"PRE": percent("17")}) == []


def test_a_plan_without_roth_has_no_catch_up_for_them() -> None:
    """EN-3: who must save catch-up in Roth has none where the plan has no Roth."""
    one = saver(born=date(1970, 5, 5), prior_year_fica_wages_usd=Decimal(200000))
    assert codes(one, {"PRE": percent("24.5")}, rules(roth=False)) == []
    assert codes(one, {"PRE": percent("24.6")}, rules(roth=False)) == ABOVE


def test_annual_additions() -> None:
    """EN-3: the person's, after-tax and the employer's money stay within 415(c), with catch-up on top of it."""
    with_match = rules(match=[("4", "100")])  # of $200,000: $8,000
    pre = {"PRE": percent("12.25")}  # $24,500
    assert codes(saver("200000"), {**pre, "AFTER": percent("19.75")}, with_match) == []  # 24,500 + 39,500 + 8,000
    assert codes(saver("200000"), {**pre, "AFTER": percent("19.76")}, with_match) == ABOVE
    assert codes(saver("200000"), {**pre, "AFTER": percent("19.76")}) == []
    older = saver("200000", born=date(1970, 5, 5), prior_year_fica_wages_usd=Decimal(1))
    assert codes(older, {"PRE": percent("16.25"), "AFTER": percent("19.75")}, with_match) == []  # $8,000 on top
    shared = saver("200000", year_to_date_usd={"MATCH": Decimal(8001), "ROLL": Decimal(90000)})
    assert codes(shared, {**pre, "AFTER": percent("19.75")}) == ABOVE


def test_the_employer_matches_pay_up_to_the_limit() -> None:
    """EN-3: the employer's money is reckoned from pay up to 401(a)(17): 4 % of $500,000 is $14,400 and not $20,000."""
    rates = {"PRE": percent("4.9"), "AFTER": percent("6.62")}  # $24,500 and $33,100, with $14,400 exactly $72,000
    assert codes(saver("500000"), rates, rules(match=[("4", "100")])) == []
    assert codes(saver("500000"), {**rates, "AFTER": percent("6.63")}, rules(match=[("4", "100")])) == ABOVE


def test_additions_are_no_more_than_pay() -> None:
    """EN-3: 415(c) also allows no more than the whole pay, the employer's money included."""
    small = saver("10000")
    everything = rules(maximum_percent="100", match=[("5", "100")])
    assert codes(small, {"PRE": percent("95")}, everything) == []
    assert codes(small, {"PRE": percent("96")}, everything) == ABOVE


@pytest.mark.parametrize(
    ("rates", "changed", "expected"),
    [
        ({"PRE": percent("0")}, {}, []),
        ({"PRE": percent("0.5")}, {}, NOT_PERMITTED),
        ({"PRE": percent("1")}, {}, []),
        ({"PRE": percent("15")}, {"maximum_percent": "15"}, []),
        ({"PRE": percent("10"), "ROTH": percent("5.01")}, {"maximum_percent": "15"}, NOT_PERMITTED),
        ({"PRE": amount("600")}, {"maximum_percent": "15"}, NOT_PERMITTED),  # 15.6 % of $3,846.15
        ({"PRE": percent("-1")}, {}, NOT_PERMITTED),
        ({"PRE": percent("NaN")}, {}, NOT_PERMITTED),
        ({"PRE": percent("101")}, {}, NOT_PERMITTED + ABOVE * 2),  # 402(g) and 415(c)
        ({"PRE": amount("1e400")}, {}, NOT_PERMITTED),
        ({"ROTH": percent("5")}, {"roth": False}, NOT_PERMITTED),
        ({"ROTH": percent("0")}, {"roth": False}, []),
        ({"ROTH": percent("5")}, {"roth": None}, []),  # not known: the source itself says that there is Roth
        ({"AFTER": percent("5")}, {"aftertax": False}, NOT_PERMITTED),
        ({"CATCH": percent("5")}, {"catch_up": False}, NOT_PERMITTED),
        ({"CATCH": percent("5")}, {"catch_up": None}, NOT_PERMITTED),
        ({"CATCH": percent("5")}, {}, NOT_PERMITTED),  # 36 years old
        ({"MATCH": percent("5")}, {}, NOT_PERMITTED),
        ({"NONE": percent("5")}, {}, NOT_PERMITTED),
        ({"PRE": Rate()}, {}, ["RATE_BOTH_PERCENT_AND_AMOUNT"]),
        ({"PRE": Rate(Decimal(5), Decimal(5))}, {}, ["RATE_BOTH_PERCENT_AND_AMOUNT"]),
    ],
)
def test_the_plan_permits_a_rate(rates: dict[str, Rate], changed: dict[str, Any], expected: list[str]) -> None:
    """EN-3: a rate keeps the plan's smallest and largest percent and its kinds of sources, and 0 % is always taken."""
    assert codes(saver(), rates, rules(**changed)) == expected


def test_every_objection_is_named_at_once() -> None:
    """EN-3: each source that is wrong is named, with its own name and what to choose."""
    found = objections(saver(), {"PRE": percent("0.5"), "MATCH": percent("3")})
    assert [(one.source, one.code) for one in found] == [("PRE", "RATE_NOT_PERMITTED"), ("MATCH", "RATE_NOT_PERMITTED")]
    assert found[0].message == (
        "You chose 0.5 % for Employee pre-tax. Your plan's smallest rate is 1 %. Choose that or more, or 0 % to stop."
    )
