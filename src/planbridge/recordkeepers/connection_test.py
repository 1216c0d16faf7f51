"""Test connection, remembered: its steps as they pass, so that a page can follow them and a list can say how it ended."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.recordkeepers.connection import Connection, ConnectionKind, ConnectionTest
from planbridge.recordkeepers.connector import Check
from planbridge.recordkeepers.registry import connector_for

# A person waits for it: less patience than a sync has.
WAITS = {"timeout_seconds": 8, "wait_seconds_max": 8, "backoff_seconds": 0.2}
STEPS = {
    ConnectionKind.REST: ("name", "tls", "credentials", "permission", "contract"),
    ConnectionKind.FILES: ("folder", "deliveries"),
    ConnectionKind.SQL: ("database", "queries"),
}
FAILED, PASSED = "error", "successful"  # as the Activity Monitor shows it


def begin_test(connection: Connection, *, actor: str) -> UUID | None:
    """Begin a test: the id under which its steps are noted; None while another one runs, which is to be followed."""
    now, test_id = timezone.now(), uuid4()
    values = {"test_id": test_id, "asked_by": actor, "started_at": now, "finished_at": None, "steps": []}
    with transaction.atomic():
        Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        last = ConnectionTest.objects.filter(connection=connection).first()
        if last is not None and last.is_running(now):
            return None
        ConnectionTest.objects.update_or_create(connection=connection, defaults=values)
    return test_id


def run_test(connection: Connection, test_id: UUID, *, actor: str) -> None:
    """Try the connection step by step, noting each step as it passes; the end is an activity entry."""
    steps: list[Check] = []
    for check in checks_of(connection):
        steps.append(check)
        if not note_steps(test_id, steps):
            return
    conclude_test(connection, test_id, steps, actor=actor)


def checks_of(connection: Connection) -> Iterator[Check]:
    """The checks of a connection, with a person's patience and without its rate limit."""
    tried = replace_settings(connection)
    yield from connector_for(tried).test()


def replace_settings(connection: Connection) -> Connection:
    """A copy of a connection that waits no longer than a person does."""
    values = {one.attname: getattr(connection, one.attname) for one in connection._meta.concrete_fields}
    waits = WAITS if connection.kind == ConnectionKind.REST else {}
    return Connection(**values | {"settings": connection.settings | waits, "requests_per_minute": None})


def note_steps(test_id: UUID, steps: list[Check]) -> bool:
    """Note the steps so far; answers whether the test is still the one that is followed."""
    rows = ConnectionTest.objects.filter(test_id=test_id)
    return rows.update(steps=[asdict(one) for one in steps]) > 0


def conclude_test(connection: Connection, test_id: UUID, steps: list[Check], *, actor: str) -> None:
    """Note that a test is over, and record it."""
    failed = next((one for one in steps if not one.passed), None)
    with transaction.atomic():
        now = timezone.now()
        if not ConnectionTest.objects.filter(test_id=test_id, finished_at=None).update(finished_at=now):
            return
        detail = {"name": connection.name} | ({} if failed is None else {"failed": failed.step, "said": failed.said})
        happening = Happening(Verb.CONNECTION_TESTED, actor, connection_id=connection.pk, detail=detail)
        record_activity(replace(happening, status=FAILED if failed else PASSED))
