"""What saving does to a paycheck, and what the employer adds."""

from decimal import Decimal

import pytest

from planbridge.enrollment.match import Tier, match_of, tiers_of
from planbridge.enrollment.paycheck import paycheck_effect
from planbridge.enrollment.saver import PayFrequency
from tests.enrollment.savers import KINDS, amount, percent, saver

TIERS = tiers_of({"match": {"tiers": [{"contribution_percent": "3", "match_percent": "100"},
                                      {"contribution_percent": "2", "match_percent": "50"}]}})  # fmt: skip


@pytest.mark.parametrize(
    ("rate", "captured", "left"),
    [
        ("0", "0", "2400"),
        ("2", "1200", "1200"),
        ("3", "1800", "600"),
        ("4", "2100", "300"),
        ("5", "2400", "0"),
        ("50", "2400", "0"),
    ],
)
def test_match_by_tiers(rate: str, captured: str, left: str) -> None:
    """EN-1: of $60,000, the first 3 % are matched in full and the next 2 % by half; the rest is left on the table."""
    match = match_of(TIERS, Decimal(rate), Decimal(60000))
    assert (match.captured_usd, match.left_usd) == (Decimal(captured), Decimal(left))
    assert match.most_usd == 2400
    assert match.full_percent == 5


def test_match_of_odd_plans() -> None:
    """EN-1: a plan without match adds nothing, a last tier of 0 % asks for nothing, and pay counts up to the limit."""
    assert match_of((), Decimal(6), Decimal(60000)).most_usd == 0
    assert tiers_of({}) == tiers_of({"match": None}) == ()
    assert match_of((*TIERS, Tier(Decimal(9), Decimal(0))), Decimal(5), Decimal(60000)).full_percent == 5
    assert match_of(TIERS, Decimal(5), Decimal(500000), compensation_usd=Decimal(360000)).captured_usd == 14400


@pytest.mark.parametrize(
    ("frequency", "saved"),
    [("weekly", "69.23"), ("biweekly", "138.46"), ("semimonthly", "150.00"), ("monthly", "300.00"),
     ("quarterly", "900.00"), ("annual", "3600.00")],
)  # fmt: skip
def test_savings_by_pay_frequency(frequency: str, saved: str) -> None:
    """EN-1: 6 % of $60,000 a paycheck, in cents, for every pay frequency."""
    one = saver("60000", pay_frequency=PayFrequency(frequency))
    assert paycheck_effect(one, {"PRE": percent("6")}, KINDS).saved_usd == Decimal(saved)


def test_take_home_pay() -> None:
    """EN-1: pre-tax savings lower the tax at the rate that is assumed or given, and Roth savings do not."""
    rates = {"PRE": percent("6"), "ROTH": amount("50")}
    effect = paycheck_effect(saver("60000"), rates, KINDS)
    assert effect.saved_by_source_usd == {"PRE": Decimal("138.46"), "ROTH": Decimal("50.00")}
    assert (effect.tax_saved_usd, effect.take_home_less_usd) == (Decimal("16.62"), Decimal("171.84"))  # 12 % of 138.46
    other = paycheck_effect(saver("60000"), rates, KINDS, tax_percent=Decimal(22))
    assert other.take_home_less_usd == Decimal("158.00")  # 188.46 - 30.46
    roth = paycheck_effect(saver("60000"), {"ROTH": percent("6")}, KINDS)
    assert (roth.tax_saved_usd, roth.take_home_less_usd) == (Decimal(0), Decimal("138.46"))
