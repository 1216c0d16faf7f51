"""Quiet hours end when the firm's clocks say so, also in the nights in which the clocks are changed."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.quiet_hours import quiet_note, quiet_seconds
from planbridge.security.firm import Firm

NEW_YORK = ZoneInfo("America/New_York")


def connection(until: time = time(6)) -> Connection:
    """A connection with quiet hours from ten in the evening in New York."""
    return Connection(name="rk", quiet_from=time(22), quiet_until=until, firm=Firm(time_zone="America/New_York"))


@pytest.mark.parametrize(
    ("evening", "hours", "zone"),
    [
        (datetime(2026, 10, 31, 23, tzinfo=NEW_YORK), 8, "EST"),
        (datetime(2027, 3, 13, 23, tzinfo=NEW_YORK), 6, "EDT"),
        (datetime(2026, 11, 20, 23, tzinfo=NEW_YORK), 7, "EST"),
    ],
)
def test_a_night_may_have_an_hour_more_or_less(evening: datetime, hours: int, zone: str) -> None:
    """RK-1: quiet hours till six end at six by the clock, whatever happened to the clocks in between."""
    now = evening.astimezone(UTC)
    assert quiet_seconds(connection(), now) == hours * 3600
    assert f"until 6:00 AM {zone}" in quiet_note(connection(), now)


def test_within_the_hour_that_comes_twice_the_wait_is_never_negative() -> None:
    """RK-1: quiet hours that end in the hour that comes twice end in the first of them, and in the second again."""
    first, second = (datetime(2026, 11, 1, 1, 15, fold=fold, tzinfo=NEW_YORK).astimezone(UTC) for fold in (0, 1))
    assert [quiet_seconds(connection(time(1, 30)), now) for now in (first, second)] == [900, 900]
