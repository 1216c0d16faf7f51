"""Quiet hours: the time of day in which a recordkeeper does not want to be asked."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from planbridge.recordkeepers.connection import Connection


def quiet_seconds(connection: Connection, now: datetime) -> float:
    """Seconds until the connection's quiet hours end, in its firm's time zone; 0 outside of them."""
    if connection.quiet_from is None or connection.quiet_until is None:
        return 0
    local = now.astimezone(ZoneInfo(connection.firm.time_zone))
    if not is_within(local.time(), connection.quiet_from, connection.quiet_until):
        return 0
    until = connection.quiet_until.replace(fold=local.fold)
    end = datetime.combine(local.date(), until, local.tzinfo)
    if end <= local:
        end = datetime.combine(local.date() + timedelta(days=1), until, local.tzinfo)
    # Times of one zone are subtracted as clocks show them: an hour off in the night in which the clocks are changed.
    return (end.astimezone(UTC) - now.astimezone(UTC)).total_seconds()


def quiet_note(connection: Connection, now: datetime) -> str:
    """What a run waits for in quiet hours, as a sentence with the firm's time; empty outside of them."""
    seconds = quiet_seconds(connection, now)
    if not seconds:
        return ""
    end = (now + timedelta(seconds=seconds)).astimezone(ZoneInfo(connection.firm.time_zone))
    moment = f"{end.hour % 12 or 12}:{end:%M %p} {end.tzname()}"
    return f"It waits until {moment}, when the quiet hours of {connection.name} are over."


def is_within(moment: time, start: time, end: time) -> bool:
    """Whether a time of day lies in [start, end), also over midnight."""
    return start <= moment < end if start <= end else moment >= start or moment < end
