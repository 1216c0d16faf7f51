"""Wishes: written as the recordkeeper's contract has them, and refused when they could not be sent."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from planbridge.sync.submission_wish import (
    Wish,
    WishRefused,
    allocation_wish,
    beneficiaries_wish,
    name_wish,
    opt_out_wish,
    rate_wish,
    transfer_wish,
)

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
ALWAYS = {"receipt": "R", "requested_at": "2026-11-22T15:00:00+00:00", "effective": "next_payroll"}


@pytest.mark.parametrize(
    ("wish", "body"),
    [
        (rate_wish("PRE", percent=Decimal("7.50")), {"type": "contribution_rate", "source": "PRE", "percent": "7.5"}),
        (rate_wish("PRE", amount=Decimal(100)), {"type": "contribution_rate", "source": "PRE", "amount": "100"}),
        (
            allocation_wish("PRE", {"A": Decimal("33.33"), "B": Decimal("66.67"), "C": Decimal(0)}),
            {
                "type": "allocation",
                "source": "PRE",
                "allocations": [{"fund": "A", "percent": "33.33"}, {"fund": "B", "percent": "66.67"}],
            },
        ),
        (
            transfer_wish("PRE", {"A": Decimal(100)}),
            {"type": "balance_transfer", "source": "PRE", "allocations": [{"fund": "A", "percent": "100"}]},
        ),
        (opt_out_wish(), {"type": "opt_out"}),
        (name_wish(" Zoë ", "O'Neil"), {"type": "name", "first_name": "Zoë", "last_name": "O'Neil"}),
    ],
)
def test_body_is_as_the_contract_says(wish: Wish, body: dict[str, object]) -> None:
    """SB-1: a body has the fields of the contract, numbers as exact text."""
    assert wish.body("R", NOW) == body | ALWAYS


def test_a_day_may_be_named() -> None:
    """SB-1: a change may apply from a day on instead of the next payroll."""
    wish = rate_wish("PRE", percent=Decimal(5), effective=date(2027, 1, 1))
    assert wish.body("R", NOW)["effective"] == "2027-01-01"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: rate_wish("PRE"), "RATE_BOTH_PERCENT_AND_AMOUNT"),
        (lambda: rate_wish("PRE", percent=Decimal(1), amount=Decimal(1)), "RATE_BOTH_PERCENT_AND_AMOUNT"),
        (lambda: rate_wish("PRE", percent=Decimal("100.01")), "RATE_OUT_OF_RANGE"),
        (lambda: rate_wish("PRE", amount=Decimal("NaN")), "RATE_OUT_OF_RANGE"),
        (lambda: allocation_wish("PRE", {"A": Decimal("99.99")}), "ALLOCATION_NOT_100"),
        (lambda: transfer_wish("PRE", {"A": Decimal(110), "B": Decimal(-10)}), "ALLOCATION_NOT_100"),
        (lambda: beneficiaries_wish([{"class": "primary", "name": "Noor", "percent": "99"}]), "BENEFICIARY_NOT_100"),
        (lambda: beneficiaries_wish([]), "BENEFICIARY_NOT_100"),
        (lambda: name_wish("", "Byron"), "NAME_MISSING"),
    ],
)
def test_what_cannot_be_sent_is_refused(make: Callable[[], Wish], code: str) -> None:
    """SB-1: a wish against the rules that hold everywhere is refused with its problem code."""
    with pytest.raises(WishRefused) as refused:
        make()
    assert refused.value.code == code
