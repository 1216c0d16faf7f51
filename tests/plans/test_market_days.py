"""The exchange's calendar, held against the days the exchange published."""

from datetime import date

import pytest

from planbridge.plans.market_days import easter_sunday, is_market_day, market_day_back, market_holidays

PUBLISHED = {
    2022: "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26",
    2024: "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25",
    2025: "01-01 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25",
    2026: "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
    2027: "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24",
    2028: "01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25",
}


@pytest.mark.parametrize("year", PUBLISHED)
def test_holidays_are_those_published(year: int) -> None:
    """Each year's holidays are the ones that the exchange published; a Saturday's New Year closes no day."""
    published = {date.fromisoformat(f"{year}-{day}") for day in PUBLISHED[year].split()}
    assert market_holidays(year) == published


def test_easter() -> None:
    """Easter Sunday of years early, late and usual."""
    assert [easter_sunday(year) for year in (1943, 2008, 2026, 2038)] == [
        date(1943, 4, 25),
        date(2008, 3, 23),
        date(2026, 4, 5),
        date(2038, 4, 25),
    ]


def test_weekends_and_days_of_mourning_are_no_market_days() -> None:
    """Saturday, Sunday and the day of mourning of 2025 are closed; the Friday after Thanksgiving is not."""
    closed = [date(2026, 11, 21), date(2026, 11, 22), date(2025, 1, 9)]
    assert [is_market_day(day) for day in closed] == [False, False, False]
    assert is_market_day(date(2026, 11, 27))


def test_going_back_skips_what_is_closed() -> None:
    """Five market days before Monday 30 November 2026 is Friday the 20th: Thanksgiving and a weekend lie between."""
    assert market_day_back(date(2026, 11, 30), 5) == date(2026, 11, 20)
    assert market_day_back(date(2026, 11, 29), 0) == date(2026, 11, 27)
