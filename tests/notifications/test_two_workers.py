"""Two workers at one mail, and a worker that dies while it sends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Signal
from threading import Thread
from urllib.parse import quote, urlencode

import pytest
from django.db import connection as database
from pytest_django.fixtures import Settings

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.notifications.deliver import deliver
from planbridge.notifications.event import Event
from planbridge.notifications.event_setting import EventSetting
from planbridge.notifications.models import Notification
from planbridge.notifications.raising import raise_event
from tests.mail_sink import MailSink, mail_sink
from tests.notifications.conftest import rate_change, switch_on, use_server
from tests.syncing import added_plan, connected

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OFFICE = EventSetting(is_on=True, to_participant=False, roles=(), addresses=("office@example.test",))
WAIT_SECONDS = 60
DELIVERS = """
import sys
from uuid import UUID
import django
django.setup()
from planbridge.notifications.deliver import deliver
deliver(int(sys.argv[1]), UUID(sys.argv[2]))
"""


@pytest.fixture
def slow_sink(settings: Settings) -> Iterator[MailSink]:
    """A mail server that takes a mail and answers only once it is told to."""
    with mail_sink() as sink:
        use_server(settings, sink.port)
        sink.go_on = Signal()
        yield sink


@pytest.fixture
def waiting(transactional_db: None, inbox: Path) -> Notification:  # noqa: ARG001 - a fixture's name asks for it
    """A notification that waits for its first try, committed."""
    plan = added_plan(connected(inbox))
    switch_on(plan, Event.RATE_CHANGED, OFFICE)
    raise_event(rate_change(plan), now=NOW)
    return Notification.objects.get(plan_id=plan.pk)


def deliver_apart(notification: Notification) -> None:
    """Deliver on a database connection of this thread's own, as another worker would."""
    try:
        deliver(notification.plan_id, notification.id)
    finally:
        database.close()


def test_two_workers_at_once_send_one_mail(waiting: Notification, slow_sink: MailSink) -> None:
    """NO-1: while one worker talks to the mail server another one waits, and then finds nothing left to do."""
    workers = [Thread(target=deliver_apart, args=[waiting]) for _ in range(2)]
    for worker in workers:
        worker.start()
    assert slow_sink.was_taken.wait(WAIT_SECONDS)
    workers[1].join(0.3)
    assert [worker.is_alive() for worker in workers] == [True, True]
    assert slow_sink.go_on is not None
    slow_sink.go_on.set()
    for worker in workers:
        worker.join(WAIT_SECONDS)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts, len(slow_sink.mails), slow_sink.connections) == ("sent", 1, 1, 1)
    assert ActivityEntry.objects.filter(verb=Verb.NOTIFICATION_SENT).count() == 1


def database_url() -> str:
    """The address of the tests' database, for another process."""
    parts = database.settings_dict
    user = f"{quote(parts['USER'])}:{quote(parts['PASSWORD'])}@" if parts["USER"] else ""
    query = urlencode({"host": parts["HOST"], "port": parts["PORT"] or "5432"})
    return f"postgresql://{user}/{parts['NAME']}?{query}"


def test_a_worker_killed_while_it_sends_loses_nothing(waiting: Notification, slow_sink: MailSink) -> None:
    """NO-1: killed after the mail server has the mail and before the commit, the next worker sends it again under its id."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "PLANBRIDGE_SMTP_URL": f"smtp://127.0.0.1:{slow_sink.port}",
        "PLANBRIDGE_MAIL_FROM": "planbridge@firm.example.test",
    }
    arguments = [sys.executable, "-c", DELIVERS, str(waiting.plan_id), str(waiting.id)]
    with subprocess.Popen(arguments, env=environment) as worker:
        assert slow_sink.was_taken.wait(WAIT_SECONDS)
        worker.send_signal(signal.SIGKILL)
        worker.wait(WAIT_SECONDS)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == ("queued", 0)
    assert slow_sink.go_on is not None
    slow_sink.go_on.set()
    deliver(waiting.plan_id, waiting.id)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == ("sent", 1)
    assert [mail["Message-ID"] for mail in slow_sink.mails] == [f"<{waiting.id}@firm.example.test>"] * 2
