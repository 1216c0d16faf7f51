"""Business days (Monday to Friday) and the times of day at which the simulated recordkeeper closes its books."""

from datetime import UTC, date, datetime, time, timedelta

_SATURDAY = 5
_CLOSE_OF_BUSINESS = time(22, 0, tzinfo=UTC)


def business_day_before(day: date) -> date:
    """Return the last business day before a day."""
    earlier = day - timedelta(days=1)
    while earlier.weekday() >= _SATURDAY:
        earlier -= timedelta(days=1)
    return earlier


def business_day_after(day: date, days: int = 1) -> date:
    """Return the first business day that is at least so many calendar days after a day."""
    later = day + timedelta(days=days)
    while later.weekday() >= _SATURDAY:
        later += timedelta(days=1)
    return later


def close_of(day: date) -> datetime:
    """Return the moment, in UTC, at which a day's books are closed."""
    return datetime.combine(day, _CLOSE_OF_BUSINESS)


def text_of_time(moment: datetime) -> str:
    """Return a moment as RFC 3339 text in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
