"""A rule: when a task runs, as a value - frequency, day, time of day, time zone, and what a closed market day means."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from croniter import CroniterError, croniter

CRON_FIELDS = 5  # croniter would take a sixth one as seconds
LAST_AND_NEAREST = ("l", "w", "lw")
CRON_WORDS = frozenset(
    (*(name.lower() for name in (*calendar.month_abbr[1:], *calendar.day_abbr)), *LAST_AND_NEAREST),
)
DAYS_OF_MONTH = range(1, 32)
DAYS_OF_WEEK = range(7)


class Frequency(StrEnum):
    """How often a task runs."""

    DAILY = "daily"
    WEEKLY = "weekly"  # on one day of the week
    MONTHLY = "monthly"  # on one day of the month; 31 is the last day of a shorter one
    SPECIFIC_DATE = "specific_date"  # once
    CRON = "cron"  # five fields: minute, hour, day of month, month, day of week


class BusinessDays(StrEnum):
    """What happens on a day on which the New York Stock Exchange is closed."""

    ANY = "any"  # the task runs all the same
    NEXT = "next"  # it runs on the next market day instead
    SKIP = "skip"  # it does not run


class RuleInvalid(ValueError):  # noqa: N818 - says what is wrong
    """A rule that cannot be kept; the message says why and what to write."""


@dataclass(frozen=True)
class Rule:
    """When a task runs; only what the frequency asks for is given. `weekday` counts from Monday, 0."""

    frequency: Frequency
    time_zone: str
    at: time | None = None
    weekday: int | None = None
    day_of_month: int | None = None
    on_date: date | None = None
    cron: str = ""
    business_days: BusinessDays = BusinessDays.ANY

    def times(self) -> tuple[time, ...]:
        """The times of day at which it runs, ascending: the same on each of its days."""
        return cron_times(self.cron) if self.frequency is Frequency.CRON else (self.at or time(),)


def check_rule(rule: Rule) -> None:
    """Raises RuleInvalid for what cannot be kept, or says more or less than its frequency needs."""
    if rule.time_zone not in known_time_zones():
        raise RuleInvalid(f"No time zone is named {rule.time_zone!r}; write one such as America/New_York.")
    needed = {
        Frequency.DAILY: (),
        Frequency.WEEKLY: ("weekday",),
        Frequency.MONTHLY: ("day_of_month",),
        Frequency.SPECIFIC_DATE: ("on_date",),
        Frequency.CRON: ("cron",),
    }[rule.frequency]
    words = rule.frequency.value.replace("_", " ")
    for name, said in WORDS.items():
        is_given = getattr(rule, name) not in (None, "")
        if is_given and name not in needed and not (name == "at" and rule.frequency is not Frequency.CRON):
            raise RuleInvalid(f"A {words} task takes no {said}.")
        if not is_given and (name in needed or (name == "at" and rule.frequency is not Frequency.CRON)):
            raise RuleInvalid(f"A {words} task needs a {said}.")
    check_values(rule)


WORDS = {
    "at": "time of day, such as 02:00",
    "weekday": "day of the week",
    "day_of_month": "day of the month, 1 to 31",
    "on_date": "date, such as 2027-01-15",
    "cron": "cron expression, such as '0 2 * * 1-5'",
}


def check_values(rule: Rule) -> None:
    """Raises RuleInvalid for a value outside of its range."""
    if rule.weekday is not None and rule.weekday not in DAYS_OF_WEEK:
        raise RuleInvalid("A day of the week is Monday to Sunday.")
    if rule.day_of_month is not None and rule.day_of_month not in DAYS_OF_MONTH:
        raise RuleInvalid("A day of the month is 1 to 31; in a shorter month its last day stands for what it lacks.")
    if rule.cron:
        check_cron(rule.cron)


def check_cron(expression: str) -> None:
    """Raises RuleInvalid for what is not a cron expression of five fields with a fixed meaning."""
    fields = expression.split()
    if len(fields) != CRON_FIELDS:
        message = "A cron expression has five fields: minute, hour, day of month, month, day of week; "
        raise RuleInvalid(f"{message}{expression!r} has {len(fields)}.")
    # croniter also knows H and R: times drawn by chance.
    odd = [word for word in re.findall("[A-Za-z]+", expression) if word.lower() not in CRON_WORDS]
    if odd:
        raise RuleInvalid(f"A cron expression knows names of days and months, not {odd[0]!r}.")
    try:
        croniter.expand(expression)
    except CroniterError as error:
        raise RuleInvalid(f"The cron expression {expression!r} cannot be read: {error}.") from error


@cache
def cron_times(expression: str) -> tuple[time, ...]:
    """The times of day of a checked cron expression, ascending."""
    minutes, hours = croniter.expand(expression)[0][:2]
    return tuple(time(hour, minute) for hour in numbers(hours, 24) for minute in numbers(minutes, 60))


def numbers(field: Sequence[int | str], count: int) -> list[int]:
    """The numbers that a field of a cron expression stands for."""
    return list(range(count)) if "*" in field else sorted({int(value) for value in field})


@cache
def known_time_zones() -> frozenset[str]:
    """The names of the time zones that this machine's data has."""
    return frozenset(name for name in available_timezones() if not name.startswith(("posix", "right", "local")))


def in_words(rule: Rule) -> str:
    """A rule as a sentence's part: 'Weekly on Monday at 02:00 America/New_York, market days only'."""
    at = "" if rule.at is None else f" at {rule.at:%H:%M}"
    return f"{frequency_in_words(rule)}{at} {rule.time_zone}{closed_days_in_words(rule)}"


def frequency_in_words(rule: Rule) -> str:
    """The days of a rule: 'Weekly on Monday'."""
    return {
        Frequency.DAILY: "Daily",
        Frequency.WEEKLY: f"Weekly on {calendar.day_name[rule.weekday or 0]}",
        Frequency.MONTHLY: f"Monthly on day {rule.day_of_month}",
        Frequency.SPECIFIC_DATE: f"On {rule.on_date}",
        Frequency.CRON: f"By cron {rule.cron}",
    }[rule.frequency]


def closed_days_in_words(rule: Rule) -> str:
    """What a rule does on closed market days, to follow its days: ', market days only'; empty when it runs all the same."""
    return {
        BusinessDays.ANY: "",
        BusinessDays.NEXT: ", on a closed market day the next market day",
        BusinessDays.SKIP: ", market days only",
    }[rule.business_days]


def zone_of(rule: Rule) -> ZoneInfo:
    """The rule's time zone."""
    return ZoneInfo(rule.time_zone)
