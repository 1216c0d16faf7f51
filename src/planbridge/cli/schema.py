"""The tables of the database against those that this version wants: told by one query, made by Django's migrations."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from planbridge.cli.output import CommandFailed, Exit

# Several commands may start at once on a new home; the others wait for the one that makes the tables.
MIGRATING_LOCK = 0x504C414E
IS_THERE = "SELECT to_regclass('django_migrations') IS NOT NULL"
APPLIED = "SELECT app, name FROM django_migrations"


def make_schema_current() -> None:
    """Make the tables of the embedded server as this version wants them; an outside one is left to `migrate`."""
    lacking = missing_migrations()
    if not lacking:
        return
    if not settings.IS_DATABASE_EMBEDDED:
        message = f"The database lacks {len(lacking)} migrations; run planbridge migrate once, then this again."
        raise CommandFailed(Exit.MACHINE_BROKEN, message)
    apply_migrations()


def missing_migrations() -> list[str]:
    """The shipped migrations that the database lacks ("app.name"), by their names alone: Django's own plan takes longer."""
    with connection.cursor() as cursor:
        cursor.execute(IS_THERE)
        found = cursor.fetchone()
        applied = set()
        if found and found[0]:
            cursor.execute(APPLIED)
            applied = set(cursor.fetchall())
    return [f"{app}.{name}" for app, name in shipped_migrations() if (app, name) not in applied]


def shipped_migrations() -> list[tuple[str, str]]:
    """Every migration of this version: (app, name)."""
    return [
        (app.label, file.stem)
        for app in apps.get_app_configs()
        for file in sorted(Path(app.path, "migrations").glob("[0-9]*.py"))
    ]


def apply_migrations() -> list[str]:
    """Apply what the database lacks; answers the names of what was applied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING_LOCK])
        try:
            lacking = missing_migrations()
            if lacking:
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING_LOCK])
    return lacking
