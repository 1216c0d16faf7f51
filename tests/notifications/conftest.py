"""A plan whose events are on, and a mail server that takes their mails."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection as database
from pytest_django.fixtures import Settings

from planbridge.notifications.deliver import deliver
from planbridge.notifications.event import Event
from planbridge.notifications.event_setting import EventSetting, default_of, set_event
from planbridge.notifications.models import Notification
from planbridge.notifications.raising import Raised
from planbridge.plans.models import Plan
from tests.mail_sink import MailSink, mail_sink
from tests.syncing import added_plan, connected

VALUES = {
    "plan_name": "Northwind 401(k) Plan",
    "participant_name": "Ada Example",
    "change": "Pre-tax: from 6 % to 8 %",
    "receipt": "R-0107",
    "happened_at": "Nov 22, 2026, 10:02 PM EST",
}
CONTACTS = {"primary": ["grace@example.test"], "advisor": ["noor@example.test"]}


@pytest.fixture
def plan(db: None, inbox: Path) -> Plan:  # noqa: ARG001 - a fixture's name asks for it
    """A plan of which nobody is told yet."""
    return added_plan(connected(inbox))


@pytest.fixture
def sink(settings: Settings) -> Iterator[MailSink]:
    """A mail server, to which mails go."""
    with mail_sink() as server:
        use_server(settings, server.port)
        yield server


def use_server(settings: Settings, port: int) -> None:
    """Send mails to a port of this machine, by SMTP."""
    settings.IS_MAIL_CONFIGURED = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "planbridge@firm.example.test"


def switch_on(plan: Plan, event: Event, setting: EventSetting) -> None:
    """Set an event of a plan that nobody set before."""
    set_event(plan.pk, event, setting, seen=default_of(event).version, actor="test")


def rate_change(plan: Plan, key: str = "1", **more: Any) -> Raised:
    """A participant changed a rate."""
    told = {"participant_email": "ada@example.test", "contacts": CONTACTS, "values": VALUES} | more
    return Raised(plan.pk, Event.RATE_CHANGED, key, participant_id="P-0001", **told)


@dataclass(frozen=True)
class WaitingJob:
    """A job of the queue that sends a notification."""

    notification: str
    delay_seconds: int


def waiting_jobs(*, take: bool = False) -> list[WaitingJob]:
    """The jobs that wait, in order; taken out of the queue with `take`, as a worker would."""
    found = (
        "SELECT id, args ->> 'notification', coalesce(extract(epoch FROM scheduled_at - now()), 0)::int"
        " FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE %s ORDER BY id"
    )
    with database.cursor() as cursor:
        cursor.execute(found, ["planbridge.notifications.%"])
        rows = cursor.fetchall()
        if take:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = ANY (%s)", [[row[0] for row in rows]])
    return [WaitingJob(row[1], row[2]) for row in rows]


def work_jobs() -> int:
    """Do the jobs that wait now, whenever they are due, as a worker would; answers how many there were."""
    jobs = waiting_jobs(take=True)
    for job in jobs:
        notification = Notification.objects.get(id=job.notification)
        deliver(notification.plan_id, notification.id)
    return len(jobs)
