"""What `planbridge doctor` checks of the database: whether it answers, its version, its tables, its clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db import OperationalError, connection

from planbridge.cli.doctor_finding import Finding
from planbridge.cli.schema import missing_migrations

SERVER_MAJOR_MIN = 15
VERSION_STEP = 10_000  # server_version_num of PostgreSQL 15.2 is 150002
CLOCK_SECONDS_MAX = 5.0


def database_findings(fault: str | None) -> Iterator[Finding]:
    """The findings about the database; `fault` says why the embedded one does not start."""
    if fault is not None:
        yield Finding("database", is_well=False, said=fault, remedy="Mend that first; nothing works without it.")
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('server_version_num')::integer, clock_timestamp()")
            version, now = cursor.fetchone()
    except OperationalError as error:
        cause = str(error).strip().splitlines()[0]
        remedy = "Start the server that DATABASE_URL names, or mend DATABASE_URL."
        yield Finding("database", is_well=False, said=f"it does not answer: {cause}", remedy=remedy)
        return
    yield Finding(
        "database", is_well=True, said="the embedded one" if settings.IS_DATABASE_EMBEDDED else "DATABASE_URL"
    )
    yield version_finding(version // VERSION_STEP)
    yield clock_finding(abs((datetime.now(UTC) - now).total_seconds()))
    yield tables_finding(missing_migrations())


def version_finding(major: int) -> Finding:
    """Whether the server is new enough."""
    remedy = (
        None if major >= SERVER_MAJOR_MIN else f"Planbridge needs PostgreSQL {SERVER_MAJOR_MIN} or newer: upgrade it."
    )
    return Finding("server version", remedy is None, f"PostgreSQL {major}", remedy)


def clock_finding(seconds: float) -> Finding:
    """Whether this machine's clock agrees with the database's: heartbeats and schedules are read by both."""
    remedy = None if seconds <= CLOCK_SECONDS_MAX else "Set both clocks by NTP: dead workers are told by the time."
    return Finding("clock", remedy is None, f"{seconds:.1f} seconds off the database's", remedy)


def tables_finding(lacking: list[str]) -> Finding:
    """Whether the tables are as this version wants them."""
    if lacking:
        return Finding(
            "tables", is_well=False, said=f"{len(lacking)} migrations are missing", remedy="planbridge migrate"
        )
    return Finding("tables", is_well=True, said="as this version wants them")
