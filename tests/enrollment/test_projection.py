"""The projection: hand-reckoned examples, and what must hold of every one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbridge.enrollment.assumptions import ASSUMPTIONS
from planbridge.enrollment.projection import Outlook, monthly_income_usd, project
from planbridge.enrollment.social_security import full_age_months, social_security_usd

WAGE_BASE = Decimal(184500)
TODAY = date(2026, 7, 1)
BASE = Outlook(
    birth_date=date(1961, 3, 1),
    today=TODAY,
    annual_pay_usd=Decimal(60000),
    balances_usd={("PRE", "STOCK"): Decimal(10000), ("MATCH", "ODD"): Decimal(1000)},
    own_percents={"PRE": Decimal(10)},
    employer_percents={"MATCH": Decimal(5)},
    allocations={"PRE": {"STOCK": Decimal(100)}, "MATCH": {"ODD": Decimal(100)}},
    asset_classes={"STOCK": "us_equity"},
)
# Nothing moves: what goes in is what there is.
STILL = replace(
    ASSUMPTIONS,
    pay_growth_percent=Decimal(0),
    inflation_percent=Decimal(0),
    spread_percent=Decimal(0),
    retired_return_percent=Decimal(0),
    unknown_return_percent=Decimal(0),
    return_percent={},
)


def test_two_years_by_hand() -> None:
    """EN-1: two years of growth, contributions and match come out to the cent, and a fund of unknown class earns 2 %."""
    found = project(BASE, ASSUMPTIONS, wage_base_usd=WAGE_BASE)
    # PRE: 10,000 x 1.065 + 6,000 x 1.0325 = 16,845.00; then x 1.065 + 6,180 x 1.0325 = 24,320.775.
    # MATCH: 1,000 x 1.02 + 3,000 x 1.01 = 4,050.00; then x 1.02 + 3,090 x 1.01 = 7,251.90.
    assert [(one.year, one.age, one.balance_usd) for one in found.middle.points] == [
        (2026, 65, Decimal(11000)),
        (2027, 66, Decimal("20895.00")),
        (2028, 67, Decimal("31572.68")),
    ]
    assert found.middle.balance_by_source_usd == {"PRE": Decimal("24320.78"), "MATCH": Decimal("7251.90")}
    assert (found.middle.own_usd, found.middle.employer_usd) == (Decimal("12180.00"), Decimal("6090.00"))
    assert found.middle.balance_today_usd == Decimal("30051.33")  # / 1.025 squared
    assert found.goal_monthly_usd == Decimal("4000.00")  # 80 % of 60,000 / 12
    assert found.lower.balance_usd < found.middle.balance_usd < found.higher.balance_usd


def test_nothing_moves() -> None:
    """EN-1: without growth, return and inflation the balance is what was there and what was put in, spread over the years."""
    found = project(BASE, STILL, wage_base_usd=WAGE_BASE)
    assert found.middle == found.lower == found.higher
    assert found.middle.balance_usd == 11000 + 2 * 6000 + 2 * 3000
    assert found.middle.savings_monthly_usd == Decimal("96.67")  # 29,000 over 25 years of 12 months


def test_nothing_at_all() -> None:
    """EN-1: no pay and no savings give 0 and a goal that is reached."""
    nobody = Outlook(birth_date=date(1990, 1, 1), today=TODAY, annual_pay_usd=Decimal(0))
    found = project(nobody, ASSUMPTIONS, wage_base_usd=WAGE_BASE)
    assert {one.balance_usd for one in found.middle.points} == {0}
    assert found.income_monthly_usd == found.gap_monthly_usd == 0
    assert found.goal_reached_percent == 100


def test_past_the_retirement_age() -> None:
    """EN-1: who is past the age stands there today, and the money lasts for the years that are left."""
    older = replace(BASE, birth_date=date(1956, 7, 2))  # 69
    found = project(older, STILL, wage_base_usd=WAGE_BASE)
    assert [one.age for one in found.middle.points] == [69]
    assert found.middle.savings_monthly_usd == Decimal("39.86")  # 11,000 over 23 years


def test_savings_stay_within_the_law() -> None:
    """EN-1: a projection puts in no more than the law lets the person save, which grows with inflation."""
    much = replace(BASE, own_percents={"PRE": Decimal(50), "ROTH": Decimal(50)}, own_most_usd=Decimal(30000))
    found = project(much, replace(STILL, inflation_percent=Decimal(10)), wage_base_usd=WAGE_BASE)
    assert found.middle.own_usd == 30000 + 33000


def test_income_from_a_balance() -> None:
    """EN-1: 4 % of return and 4 % of inflation cancel out; a return of 10 % pays the level annuity."""
    flat = replace(ASSUMPTIONS, inflation_percent=Decimal(4))
    assert monthly_income_usd(Decimal(120000), 10, flat) == Decimal("1000.00")
    steep = replace(ASSUMPTIONS, retired_return_percent=Decimal(10), inflation_percent=Decimal(0))
    assert monthly_income_usd(Decimal(12000), 2, steep) == Decimal("576.19")  # 12,000 / 1.735537 / 12


@pytest.mark.parametrize(
    ("pay", "born", "age", "benefit"),
    [
        # 5,000 a month: 0.9 x 1,286 + 0.32 x 3,714 = 2,345.88, down to 2,345.80.
        ("60000", 1990, 67, "2345.80"),
        ("60000", 1990, 70, "2908.79"),  # x 1.24
        ("60000", 1990, 62, "1642.06"),  # x 0.70
        ("60000", 1954, 66, "2345.80"),  # full age 66
        # 15,375 a month: 1,157.40 + 2,068.16 + 1,143.90; more pay than the wage base adds nothing.
        ("184500", 1990, 67, "4369.40"),
        ("999999", 1990, 67, "4369.40"),
        ("0", 1990, 67, "0.00"),
        # 23 of 35 years by 45: 3,285 a month, 1,797.00 at full age, x 0.70 at 62.
        ("60000", 1990, 45, "1257.90"),
    ],
)
def test_social_security(pay: str, born: int, age: int, benefit: str) -> None:
    """EN-1: the estimate follows the formula of 2026 with its bend points, the wage base, and the age of claiming."""
    points = ASSUMPTIONS.bend_points_of(2026)
    assert social_security_usd(Decimal(pay), born, age, points=points, wage_base_usd=WAGE_BASE) == Decimal(benefit)


def test_full_retirement_age() -> None:
    """EN-1: the full age is 66 for those born until 1954, two months more a year, and 67 from 1960 on."""
    assert [full_age_months(year) for year in (1943, 1954, 1955, 1959, 1960, 1999)] == [792, 792, 794, 802, 804, 804]


def test_bend_points_of_an_unknown_year() -> None:
    """EN-1: for a later year the estimate takes the newest bend points it has, and names their year."""
    assert ASSUMPTIONS.bend_points_of(2031).year == 2026
    assert ASSUMPTIONS.bend_points_of(1999).year == 2023


percents = st.decimals(0, 100, places=2)


@settings(deadline=None, max_examples=60)
@given(percents, percents, st.integers(1962, 2004))
def test_more_saved_is_never_less(one: Decimal, other: Decimal, born: int) -> None:
    """EN-1: a higher rate never gives a smaller balance or income, in any case and year."""
    base = replace(BASE, birth_date=date(born, 3, 1))
    less, more = (
        project(replace(base, own_percents={"PRE": rate}), ASSUMPTIONS, wage_base_usd=WAGE_BASE)
        for rate in sorted((one, other))
    )
    for first, second in ((less.lower, more.lower), (less.middle, more.middle), (less.higher, more.higher)):
        assert all(a.balance_usd <= b.balance_usd for a, b in zip(first.points, second.points, strict=True))
        assert first.savings_monthly_usd <= second.savings_monthly_usd


@settings(deadline=None, max_examples=60)
@given(st.decimals(0, 20, places=2), st.decimals(0, 20, places=2), st.integers(1962, 2004))
def test_more_return_is_never_less(one: Decimal, other: Decimal, born: int) -> None:
    """EN-1: a higher return never gives a smaller balance, and the middle lies between the lower and the higher line."""
    base = replace(BASE, birth_date=date(born, 3, 1))
    less, more = (
        project(base, replace(ASSUMPTIONS, return_percent={"us_equity": rate}), wage_base_usd=WAGE_BASE)
        for rate in sorted((one, other))
    )
    pairs = zip(less.middle.points, more.middle.points, strict=True)
    assert all(a.balance_usd <= b.balance_usd for a, b in pairs)
    assert less.lower.balance_usd <= less.middle.balance_usd <= less.higher.balance_usd
