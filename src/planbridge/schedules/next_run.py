"""When a rule's next runs are: pure, exact at both changes of daylight-saving time, with the NYSE's market days."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from croniter import CroniterBadDateError, croniter

from planbridge.plans.market_days import is_market_day
from planbridge.schedules.rule import BusinessDays, Frequency, Rule, zone_of

SHOWN_RUNS = 5
# The longest move to a market day, and the longest gap of a time zone (a whole day left out), with room to spare.
DAYS_BACK = 15
# Every rule that ever runs does so within it: 29 February meets each day of the week within 40 years.
DAYS_AHEAD = 41 * 366
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Turn:
    """A time at which a rule says something: that its task runs, or that it does not because the market is closed."""

    at: datetime
    runs: bool


def next_run(after: datetime, rule: Rule) -> datetime | None:
    """The first run after a moment, in UTC; None when there is none any more."""
    return next((turn.at for turn in turns(after, rule) if turn.runs), None)


def next_runs(after: datetime, rule: Rule, count: int = SHOWN_RUNS) -> list[datetime]:
    """The next runs after a moment, in UTC, ascending; fewer than `count` when the rule ends before."""
    return list(islice((turn.at for turn in turns(after, rule) if turn.runs), count))


def next_turn(after: datetime, rule: Rule) -> Turn | None:
    """The first turn after a moment: a run, or a day on which the task is skipped (once for each such day)."""
    return next(turns(after, rule), None)


def turns(after: datetime, rule: Rule) -> Iterator[Turn]:
    """Every turn after a moment, ascending; a rule is asked for local days, and each time of a day becomes an instant."""
    zone, times = zone_of(rule), rule.times()
    began, last = after.astimezone(zone).date() - 2 * DAY, after
    for day, runs in days(rule, began - timedelta(days=DAYS_BACK)):
        if day < began or first_instant(datetime.combine(day, times[-1]), zone) <= last:
            continue
        for at in times if runs else times[:1]:
            instant = first_instant(datetime.combine(day, at), zone)
            # Several times in one gap are one instant, and several days moved to one market day are one day.
            if instant > last:
                last = instant
                yield Turn(instant, runs)


def days(rule: Rule, start: date) -> Iterator[tuple[date, bool]]:
    """(local day, whether the task runs then) from `start` on, ascending; days moved to one market day give it again."""
    for day in named_days(rule, start):
        moved = market_day_from(day) if rule.business_days is BusinessDays.NEXT else day
        yield moved, rule.business_days is not BusinessDays.SKIP or is_market_day(day)


def named_days(rule: Rule, start: date) -> Iterator[date]:
    """The days that a rule names from `start` on, before the market's calendar is asked."""
    if rule.frequency is Frequency.SPECIFIC_DATE:
        return iter([rule.on_date] if rule.on_date is not None and rule.on_date >= start else [])
    if rule.frequency is Frequency.CRON:
        return cron_days(rule.cron, start)
    if rule.frequency is Frequency.MONTHLY:
        return month_days(rule.day_of_month or 1, start)
    ahead = (start + timedelta(days=number) for number in range(days_left(start)))
    weekly = rule.frequency is Frequency.WEEKLY
    return (day for day in ahead if not weekly or day.weekday() == rule.weekday)


def month_days(day_of_month: int, start: date) -> Iterator[date]:
    """One day of each month: the last one of a month that is too short."""
    year, month = start.year, start.month
    end = start + timedelta(days=days_left(start))
    while (year, month) < (end.year, end.month):
        day = date(year, month, min(day_of_month, calendar.monthrange(year, month)[1]))
        if day >= start:
            yield day
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 - December


def cron_days(expression: str, start: date) -> Iterator[date]:
    """The days of a cron expression; its times of day are the same on each."""
    midnights = croniter(f"0 0 {' '.join(expression.split()[2:])}", datetime.combine(start - DAY, time()))
    end = start + timedelta(days=days_left(start))
    while True:
        try:
            day = midnights.get_next(datetime).date()
        except CroniterBadDateError:
            return  # no such day in the next fifty years, such as 30 February
        if day >= end:
            return
        yield day


def days_left(start: date) -> int:
    """How many days are looked at from `start` on: no calendar goes beyond the year 9999."""
    return min(DAYS_AHEAD, (date.max - start).days - DAYS_BACK)


def market_day_from(day: date) -> date:
    """The first market day from a day on."""
    while not is_market_day(day):
        day += DAY
    return day


def first_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """A local time as the instant at which it is reached, in UTC.

    A repeated time is its first occurrence; a time that clocks leap over is the first instant after the gap.
    """
    there = local.replace(tzinfo=zone)
    instant = there.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == local:
        return instant
    before = there.utcoffset()
    # With the offset after the leap the instant lies before it, with the one before the leap at it or after it.
    low, high = there.replace(fold=1).astimezone(UTC), instant
    while high - low > SECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
