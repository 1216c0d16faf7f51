"""Fund prices: one row a plan, fund and day, written only where it is new or differs."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from planbridge.activity.run_id import new_run_id
from planbridge.plans.fund import FundPrice
from planbridge.plans.lifecycle import write_prices

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
FIRST, SECOND = new_run_id(), new_run_id()


def held() -> dict[tuple[int, str, date], tuple[Decimal | None, UUID]]:
    """Every price with the run that wrote it."""
    return {(one.plan_id, one.fund, one.price_date): (one.price, one.run_id) for one in FundPrice.objects.all()}


def test_prices_are_written_once() -> None:
    """PS-9: the same prices again write nothing and keep their run; one that differs is written alone."""
    rows = [
        (1, "TD45", FRIDAY, Decimal("18.4210")),
        (1, "EQ3", FRIDAY, Decimal("58.5185")),
        (2, "EQ3", FRIDAY, Decimal(9)),
    ]
    assert write_prices(rows, run_ids={1: FIRST, 2: FIRST}) == 3
    assert write_prices(rows, run_ids={1: SECOND, 2: SECOND}) == 0
    rows[1] = (1, "EQ3", FRIDAY, Decimal("58.52"))
    assert write_prices(rows, run_ids={1: SECOND, 2: SECOND}) == 1
    assert held() == {
        (1, "TD45", FRIDAY): (Decimal("18.4210"), FIRST),
        (1, "EQ3", FRIDAY): (Decimal("58.52"), SECOND),
        (2, "EQ3", FRIDAY): (Decimal(9), FIRST),
    }


def test_each_day_has_its_own_price() -> None:
    """PT-2: a new day's price is a row beside the old one."""
    write_prices([(1, "EQ3", FRIDAY, Decimal(58))], run_ids={1: FIRST})
    assert write_prices([(1, "EQ3", MONDAY, Decimal(58))], run_ids={1: SECOND}) == 1
    assert len(held()) == 2


def test_the_last_of_several_prices_counts() -> None:
    """A fund and day that stand twice in a batch are one row, with the price given last."""
    rows = [(1, "EQ3", FRIDAY, Decimal(58)), (1, "EQ3", FRIDAY, Decimal(59))]
    assert write_prices(rows, run_ids={1: FIRST}) == 1
    assert held() == {(1, "EQ3", FRIDAY): (Decimal(59), FIRST)}


def test_any_number_of_digits_is_kept() -> None:
    """A price is stored with every digit that was delivered."""
    price = Decimal("0.000000123456789012345678901234567890")
    write_prices([(1, "EQ3", FRIDAY, price)], run_ids={1: FIRST})
    assert held() == {(1, "EQ3", FRIDAY): (price, FIRST)}


def test_no_prices_write_nothing() -> None:
    """An empty batch is no statement."""
    assert write_prices([], run_ids={}) == 0
