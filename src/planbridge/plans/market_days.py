"""The days on which the New York Stock Exchange trades (NYSE rule 7.2: its holidays and how they are observed)."""

from datetime import date, timedelta
from functools import cache

MONDAY, THURSDAY, SATURDAY, SUNDAY = 0, 3, 5, 6
JUNETEENTH_FIRST_YEAR = 2022
KING_FIRST_YEAR = 1998
# Days of mourning and storms; the exchange announces them a few days ahead.
EXTRAORDINARY_CLOSURES = frozenset(
    {date(2012, 10, 29), date(2012, 10, 30), date(2018, 12, 5), date(2025, 1, 9)},
)


def is_market_day(day: date) -> bool:
    """Whether the exchange trades on a day."""
    return day.weekday() < SATURDAY and day not in market_holidays(day.year) and day not in EXTRAORDINARY_CLOSURES


def market_day_back(day: date, steps: int) -> date:
    """The market day that lies so many market days before the last one up to and including `day`."""
    remaining = steps
    while True:
        if is_market_day(day):
            if remaining == 0:
                return day
            remaining -= 1
        day -= timedelta(days=1)


@cache
def market_holidays(year: int) -> frozenset[date]:
    """The weekdays of a year on which the exchange is closed as a rule."""
    holidays = [
        _nth_weekday(year, 2, MONDAY, 3),  # Washington's Birthday
        easter_sunday(year) - timedelta(days=2),  # Good Friday
        _nth_weekday(year, 6, MONDAY, 1) - timedelta(days=7),  # Memorial Day, the last Monday of May
        _observed(date(year, 7, 4)),
        _nth_weekday(year, 9, MONDAY, 1),  # Labor Day
        _nth_weekday(year, 11, THURSDAY, 4),  # Thanksgiving
        _observed(date(year, 12, 25)),
    ]
    # A New Year's Day on a Saturday closes no day: the Friday before ends the books of a year.
    if date(year, 1, 1).weekday() != SATURDAY:
        holidays.append(_observed(date(year, 1, 1)))
    if year >= KING_FIRST_YEAR:
        holidays.append(_nth_weekday(year, 1, MONDAY, 3))
    if year >= JUNETEENTH_FIRST_YEAR:
        holidays.append(_observed(date(year, 6, 19)))
    return frozenset(holidays)


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the algorithm of Meeus, Jones and Butcher)."""
    golden = year % 19
    century, year_of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    moon_correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30
    leap_years, leap_rest = divmod(year_of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leap_years - epact - leap_rest) % 7
    late_moon = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late_moon + 114, 31)
    return date(year, month, day + 1)


def _nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))


def _observed(day: date) -> date:
    """The Friday before a Saturday, the Monday after a Sunday, otherwise the day itself."""
    return day + timedelta(days={SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))
