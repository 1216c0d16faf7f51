"""When tasks run: days, time zones, both changes of daylight-saving time, market days, cron."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planbridge.plans.market_days import is_market_day
from planbridge.schedules.next_run import next_run, next_runs, next_turn
from planbridge.schedules.rule import BusinessDays, Frequency, Rule, RuleInvalid, check_rule
from tests.schedules.tasks import moment

NEW_YORK = "America/New_York"
# With gaps of an hour, half an hour, two hours, a whole day, at midnight, and with none.
ZONES = (
    NEW_YORK, "Europe/London", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia", "America/Sao_Paulo",
    "Asia/Beirut", "Africa/Casablanca", "Asia/Kolkata", "UTC",
)  # fmt: skip
MINUTE = timedelta(minutes=1)
UNHURRIED = settings(deadline=None)  # other tests use the same cores
zones = st.sampled_from(ZONES)
times = st.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))
moments = st.datetimes(datetime(2010, 1, 1), datetime(2032, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone stands beside


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def first_reached(day: date, at: time, zone: str) -> datetime:
    """The first minute at which clocks show a time of a day or a later one, found by looking at each minute."""
    wanted, there = datetime.combine(day, at), ZoneInfo(zone)
    minute = datetime.combine(day, at, UTC) - timedelta(hours=28)
    while minute.astimezone(there).replace(tzinfo=None) < wanted:
        minute += MINUTE
    return minute


@UNHURRIED
@given(zones, times, moments)
def test_daily_runs_once_a_day(zone: str, at: time, after: datetime) -> None:
    """TS-2: A daily task runs at the first minute of each day that shows its time or, in a gap, a later one."""
    start = after.astimezone(ZoneInfo(zone)).date() - timedelta(days=2)
    reached = [first_reached(start + timedelta(days=number), at, zone) for number in range(10)]
    expected = sorted({one for one in reached if one > after})[:5]
    assert next_runs(after, Rule(Frequency.DAILY, zone, at=at)) == expected


@pytest.mark.parametrize(
    ("zone", "after", "at", "expected"),
    [
        (NEW_YORK, "2026-03-07T12:00", "02:30", ["2026-03-08T07:00", "2026-03-09T06:30"]),  # leapt over
        (NEW_YORK, "2026-10-31T12:00", "01:30", ["2026-11-01T05:30", "2026-11-02T06:30"]),  # shown twice
        ("Australia/Lord_Howe", "2026-10-03T00:00", "02:15", ["2026-10-03T15:30", "2026-10-04T15:15"]),  # half an hour
        ("Pacific/Apia", "2011-12-29T12:00", "12:00", ["2011-12-29T22:00", "2011-12-30T10:00", "2011-12-30T22:00"]),
    ],
)
def test_clock_changes(zone: str, after: str, at: str, expected: list[str]) -> None:
    """TS-2: A time in a gap runs at the first instant after it, a repeated one at its first occurrence only."""
    rule = Rule(Frequency.DAILY, zone, at=time.fromisoformat(at))
    assert next_runs(utc(after), rule, len(expected)) == [utc(one) for one in expected]


@UNHURRIED
@given(zones, times, moments, st.integers(1, 31), st.sampled_from(BusinessDays))
def test_runs_follow_each_other(
    zone: str, at: time, after: datetime, day_of_month: int, business_days: BusinessDays
) -> None:
    """TS-3: The next five runs are what one would get by asking for the next run five times."""
    rule = Rule(Frequency.MONTHLY, zone, at=at, day_of_month=day_of_month, business_days=business_days)
    expected = [after]
    while len(expected) < 6:
        expected.append(moment(next_run(expected[-1], rule)))
    assert next_runs(after, rule) == expected[1:]
    assert expected == sorted(set(expected))


def test_day_31_is_the_last_of_a_shorter_month() -> None:
    """TS-2: Day 31 means the last day of a shorter month, 29 February in a leap year."""
    rule = Rule(Frequency.MONTHLY, "UTC", at=time(2), day_of_month=31)
    days = [one.date().isoformat() for one in next_runs(utc("2028-01-01"), rule)]
    assert days == ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]


def test_weekly_runs_on_its_day_of_the_local_week() -> None:
    """TS-1: A weekly task runs on its day as the time zone counts days, which may be another one in UTC."""
    rule = Rule(Frequency.WEEKLY, "America/Los_Angeles", at=time(22), weekday=0)
    assert next_runs(utc("2026-11-18T00:00"), rule, 2) == [utc("2026-11-24T06:00"), utc("2026-12-01T06:00")]


def test_specific_date_runs_once() -> None:
    """TS-1: A task of a specific date runs once and never again."""
    rule = Rule(Frequency.SPECIFIC_DATE, "UTC", at=time(2), on_date=date(2028, 2, 29))
    assert next_runs(utc("2026-01-01"), rule) == [utc("2028-02-29T02:00")]
    assert next_run(utc("2028-02-29T02:00"), rule) is None


@UNHURRIED
@given(zones, times, moments)
def test_skipping_keeps_market_days_only(zone: str, at: time, after: datetime) -> None:
    """TS-4: A daily task of market days runs on each of them and on no other day."""
    runs = next_runs(after, Rule(Frequency.DAILY, zone, at=at), 60)
    kept = next_runs(after, Rule(Frequency.DAILY, zone, at=at, business_days=BusinessDays.SKIP), 20)
    # A time in a gap that ends at midnight is reached on the next day.
    if all(one.astimezone(ZoneInfo(zone)).time() >= at for one in runs):
        days = [one for one in runs if is_market_day(one.astimezone(ZoneInfo(zone)).date())]
        assert kept == days[:20]


def test_next_market_day_instead() -> None:
    """TS-4: On a closed day a task may run on the next market day instead, once where several days come together."""
    daily = Rule(Frequency.DAILY, "UTC", at=time(2), business_days=BusinessDays.NEXT)
    days = [one.date().isoformat() for one in next_runs(utc("2026-11-25T12:00"), daily, 3)]
    assert days == ["2026-11-27", "2026-11-30", "2026-12-01"]  # Thanksgiving, a weekend
    cron = Rule(Frequency.CRON, "UTC", cron="0 8,20 29 11 *", business_days=BusinessDays.NEXT)
    assert next_runs(utc("2026-11-01"), cron, 2) == [utc("2026-11-30T08:00"), utc("2026-11-30T20:00")]


def test_a_skipped_day_is_a_turn_once() -> None:
    """TS-4: A day on which a task is skipped is known as one, and once however often the task would have run."""
    rule = Rule(Frequency.CRON, "UTC", cron="*/30 * * * *", business_days=BusinessDays.SKIP)
    turn = next_turn(utc("2026-11-20T23:30"), rule)
    assert (turn.at, turn.runs) == (utc("2026-11-21T00:00"), False)
    assert next_turn(turn.at, rule).at == utc("2026-11-22T00:00")
    assert next_turn(utc("2026-11-22T00:00"), rule).runs


FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
crons = st.tuples(*(st.none() | st.sets(st.integers(*span), min_size=1, max_size=3) for span in FIELDS))


@UNHURRIED
@given(crons, moments)
def test_cron_agrees_with_every_minute(fields: tuple[set[int] | None, ...], after: datetime) -> None:
    """TS-1: A cron expression runs at just the minutes that its five fields name; of two days, either."""
    minutes, hours, days, months, weekdays = fields
    text = " ".join("*" if one is None else ",".join(map(str, sorted(one))) for one in fields)
    end = after + timedelta(days=40)

    def names(day: date) -> bool:
        by_date, by_week = days is None or day.day in days, weekdays is None or day.isoweekday() % 7 in weekdays
        either = by_date or by_week if days is not None and weekdays is not None else by_date and by_week
        return either and (months is None or day.month in months)

    named = (
        minute_of_day
        for number in range(41)
        if names((after + timedelta(days=number)).date())
        for hour in sorted(hours or range(24))
        for minute in sorted(minutes or range(60))
        if after < (minute_of_day := datetime.combine((after + timedelta(days=number)).date(), time(hour, minute), UTC))
    )
    expected = list(islice((one for one in named if one <= end), 5))
    found = next_runs(after, Rule(Frequency.CRON, "UTC", cron=text), 5)
    assert [one for one in found if one <= end] == expected


def test_cron_hourly_over_both_changes() -> None:
    """TS-2: An hourly cron task runs at each local time once: not twice in the repeated hour, and once after the gap."""
    rule = Rule(Frequency.CRON, NEW_YORK, cron="30 * * * *")
    assert next_runs(utc("2026-11-01T05:00"), rule, 2) == [utc("2026-11-01T05:30"), utc("2026-11-01T07:30")]
    assert next_runs(utc("2026-03-08T06:00"), rule, 3) == [
        utc("2026-03-08T06:30"), utc("2026-03-08T07:00"), utc("2026-03-08T07:30"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Frequency.CRON, "UTC", cron="0 0 30 2 *"),
        Rule(Frequency.CRON, "UTC", cron="0 0 25 12 *", business_days=BusinessDays.SKIP),
    ],
)
def test_what_never_runs(rule: Rule) -> None:
    """TS-1: A rule that names no day that ever comes, or only days on which the market is closed, has no next run."""
    assert next_run(utc("2026-01-01"), rule) is None


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule(Frequency.DAILY, "Mars/Olympus", at=time(2)), "No time zone is named 'Mars/Olympus'"),
        (Rule(Frequency.DAILY, "UTC"), "A daily task needs a time of day"),
        (Rule(Frequency.DAILY, "UTC", at=time(2), weekday=1), "A daily task takes no day of the week"),
        (Rule(Frequency.WEEKLY, "UTC", at=time(2), weekday=7), "Monday to Sunday"),
        (Rule(Frequency.MONTHLY, "UTC", at=time(2), day_of_month=32), "1 to 31"),
        (Rule(Frequency.CRON, "UTC", cron="0 2 * * * 5"), "five fields"),
        (Rule(Frequency.CRON, "UTC", cron="R 2 * * *"), "not 'R'"),
        (Rule(Frequency.CRON, "UTC", cron="0 25 * * *"), "cannot be read"),
        (Rule(Frequency.CRON, "UTC", cron="0 2 * * *", at=time(2)), "A cron task takes no time of day"),
    ],
)
def test_rules_that_cannot_be_kept(rule: Rule, said: str) -> None:
    """TS-1: A rule that cannot be kept is refused with what is wrong."""
    with pytest.raises(RuleInvalid, match=said):
        check_rule(rule)
