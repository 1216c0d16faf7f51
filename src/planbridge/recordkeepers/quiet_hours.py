"""Quiet hours: the time of day in which a recordkeeper does not want to be asked."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from planbridge.recordkeepers.connection import Connection


def quiet_seconds(connection: Connection, now: datetime) -> float:
    """Seconds until the connection's quiet hours end, in its firm's time zone; 0 outside of them."""
    if connection.quiet_from is None or connection.quiet_until is None:
        return 0
    local = now.astimezone(ZoneInfo(connection.firm.time_zone))
    if not is_within(local.time(), connection.quiet_from, connection.quiet_until):
        return 0
    end = datetime.combine(local.date(), connection.quiet_until, local.tzinfo)
    if end <= local:
        end = datetime.combine(local.date() + timedelta(days=1), connection.quiet_until, local.tzinfo)
    return (end - local).total_seconds()


def is_within(moment: time, start: time, end: time) -> bool:
    """Whether a time of day lies in [start, end), also over midnight."""
    return start <= moment < end if start <= end else moment >= start or moment < end
