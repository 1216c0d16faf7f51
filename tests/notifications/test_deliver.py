"""Delivery of mails by SMTP: tried again where that can help, given up where it cannot, never sent twice."""

from datetime import UTC, datetime
from socket import create_server
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.entry_words import entry_sentence
from planbridge.notifications.deliver import PAUSES_SECONDS, ReprocessRefused, deliver, reprocess_notification
from planbridge.notifications.event import Event
from planbridge.notifications.event_setting import EventSetting
from planbridge.notifications.models import Notification, NotificationAttachment
from planbridge.notifications.raising import ATTEMPTS, Attachment, raise_event
from planbridge.plans.models import Plan
from planbridge.security.sealing import seal
from tests.mail_sink import MailSink
from tests.notifications.conftest import rate_change, switch_on, use_server, waiting_jobs, work_jobs

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OFFICE = EventSetting(is_on=True, to_participant=False, roles=(), addresses=("office@example.test",))
LATER, NEVER = "451 Greylisted, come again", "554 We do not want that"


def waiting(plan: Plan, setting: EventSetting = OFFICE, **more: Any) -> Notification:
    """A notification of a plan that waits for its first try."""
    switch_on(plan, Event.RATE_CHANGED, setting)
    raise_event(rate_change(plan, **more), now=NOW)
    return Notification.objects.get(plan_id=plan.pk)


def entries(plan: Plan, verb: Verb) -> list[ActivityEntry]:
    """The activity entries of a plan with a verb, in order."""
    return list(ActivityEntry.objects.filter(plan_id=plan.pk, verb=verb).order_by("id"))


def test_a_mail_arrives_as_it_was_written(plan: Plan, sink: MailSink) -> None:
    """NO-1, SB-4: the mail server gets sender, address, subject, text and report; the entry says so, with the address masked."""
    notification = waiting(plan, attachment=Attachment("report.pdf", b"%PDF-1.7"))
    assert work_jobs() == 1
    (mail,) = sink.mails
    assert (mail["To"], mail["From"]) == ("office@example.test", "planbridge@firm.example.test")
    assert mail["Subject"] == "Northwind 401(k) Plan: Ada Example changed their contribution rate"
    assert mail["Message-ID"] == f"<{notification.id}@firm.example.test>"
    text, report = mail.iter_parts()
    assert "Pre-tax: from 6 % to 8 %" in text.get_content()
    assert (report.get_filename(), report.get_content()) == ("report.pdf", b"%PDF-1.7")
    notification.refresh_from_db()
    assert (notification.status, notification.attempts) == ("sent", 1)
    (entry,) = entries(plan, Verb.NOTIFICATION_SENT)
    assert (entry.id, entry.status, entry.firm_id) == (notification.entry_id, "successful", plan.firm_id)
    assert entry.participant_id == "P-0001"
    assert entry_sentence(entry.verb, entry.actor, "Northwind", entry.detail) == (
        "The mail server took a mail to o***@example.test: Contribution rate changed, of Northwind."
    )


def test_what_was_sent_is_not_sent_again(plan: Plan, sink: MailSink) -> None:
    """NO-1: a job that comes again after the mail went out does nothing, and Reprocess is refused."""
    notification = waiting(plan)
    for _ in range(3):
        deliver(plan.pk, notification.id)
    assert len(sink.mails) == 1
    assert len(entries(plan, Verb.NOTIFICATION_SENT)) == 1
    with pytest.raises(ReprocessRefused, match="not sent twice"):
        reprocess_notification(plan.pk, notification.id, actor="test")


def test_a_server_that_asks_to_come_again_gets_the_mail_later(plan: Plan, sink: MailSink) -> None:
    """NO-1: a passing refusal is tried again after a minute, and when the mail then goes there is one entry and no error."""
    notification = waiting(plan)
    sink.replies_to_data = [LATER]
    work_jobs()
    notification.refresh_from_db()
    assert (notification.status, notification.problem_code) == ("queued", "MAIL_DEFERRED")
    assert LATER in notification.problem
    assert [job.delay_seconds for job in waiting_jobs()] == [pytest.approx(PAUSES_SECONDS[0], abs=2)]
    work_jobs()
    notification.refresh_from_db()
    assert (notification.status, notification.attempts, notification.problem) == ("sent", 2, "")
    assert len(sink.mails) == 1
    assert entries(plan, Verb.NOTIFICATION_FAILED) == []


def test_a_server_that_is_away_is_tried_five_times_in_an_hour(plan: Plan, settings: Settings) -> None:
    """NO-1: a server that does not answer is asked five times, with longer and longer pauses, then the mail is given up."""
    with create_server(("127.0.0.1", 0)) as taken:  # a port that nobody answers at once it is closed
        port = taken.getsockname()[1]
    use_server(settings, port)
    notification = waiting(plan)
    pauses = []
    while work_jobs():
        pauses += [job.delay_seconds for job in waiting_jobs()]
    assert pauses == [pytest.approx(pause, abs=2) for pause in PAUSES_SECONDS]
    assert sum(PAUSES_SECONDS) == 3600
    notification.refresh_from_db()
    assert (notification.status, notification.attempts) == ("failed", ATTEMPTS)
    (entry,) = entries(plan, Verb.NOTIFICATION_FAILED)
    assert (entry.status, entry.detail["code"]) == ("error", "MAIL_SERVER_UNREACHABLE")


@pytest.mark.parametrize("way", ["data", "recipient"])
def test_a_final_refusal_is_not_tried_again_by_itself(way: str, plan: Plan, sink: MailSink) -> None:
    """NO-1: what the server refuses for good fails at once, with what it said; Reprocess sends it as a new attempt."""
    notification = waiting(plan)
    if way == "data":
        sink.replies_to_data = [NEVER]
    else:
        sink.refused_recipients = {"office@example.test": NEVER}
    work_jobs()
    notification.refresh_from_db()
    assert (notification.status, notification.problem_code, notification.attempts) == ("failed", "MAIL_REFUSED", 1)
    assert NEVER in entries(plan, Verb.NOTIFICATION_FAILED)[0].detail["reason"]
    assert waiting_jobs() == []
    sink.refused_recipients.clear()
    reprocess_notification(plan.pk, notification.id, actor="ann@example.test")
    with pytest.raises(ReprocessRefused, match="already"):
        reprocess_notification(plan.pk, notification.id, actor="ann@example.test")
    assert work_jobs() == 1
    notification.refresh_from_db()
    assert (notification.status, notification.attempts, len(sink.mails)) == ("sent", 2, 1)
    assert entries(plan, Verb.NOTIFICATION_REPROCESSED)[0].actor == "ann@example.test"


def test_a_reprocessed_mail_gets_five_tries_again(plan: Plan, sink: MailSink) -> None:
    """NO-1: whoever asks for a mail again gets the same tries and pauses as at first."""
    notification = waiting(plan)
    sink.replies_to_data = [NEVER, LATER, LATER]
    work_jobs()
    reprocess_notification(plan.pk, notification.id, actor="test")
    pauses = []
    while work_jobs():
        pauses += [job.delay_seconds for job in waiting_jobs()]
    assert pauses == [pytest.approx(pause, abs=2) for pause in PAUSES_SECONDS[:2]]
    notification.refresh_from_db()
    assert (notification.status, notification.attempts) == ("sent", 4)


def test_without_a_mail_server_the_mail_fails_and_says_who_mends_it(plan: Plan, settings: Settings) -> None:
    """NO-1: where no mail server is configured the notification fails with a code, and can be reprocessed later."""
    settings.IS_MAIL_CONFIGURED = False
    notification = waiting(plan)
    work_jobs()
    notification.refresh_from_db()
    assert (notification.status, notification.problem_code) == ("failed", "MAIL_NOT_CONFIGURED")
    assert entries(plan, Verb.NOTIFICATION_FAILED)[0].status == "error"
    reprocess_notification(plan.pk, notification.id, actor="test")
    assert len(waiting_jobs()) == 1


def test_an_address_that_is_none_fails_for_all_to_see(plan: Plan, sink: MailSink) -> None:
    """NO-1: a contact's address that is none is not dropped in silence: its notification fails, and no server is asked."""
    setting = EventSetting(is_on=True, to_participant=False, roles=("primary",))
    notification = waiting(plan, setting, contacts={"primary": ["grace at example"]})
    work_jobs()
    notification.refresh_from_db()
    assert (notification.status, notification.problem_code) == ("failed", "MAIL_ADDRESS_INVALID")
    assert sink.connections == 0


def test_a_password_that_is_refused_is_the_operators(plan: Plan, sink: MailSink, settings: Settings) -> None:
    """NO-1: when the server refuses user and password the mail fails at once, and the password is nowhere shown."""
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "planbridge", "four quiet words"
    sink.reply_to_sign_in = "535 Who are you"
    notification = waiting(plan)
    work_jobs()
    notification.refresh_from_db()
    assert (notification.status, notification.problem_code) == ("failed", "MAIL_SIGN_IN_REFUSED")
    assert "quiet" not in notification.problem
    assert sink.mails == []


def test_a_report_that_does_not_open_is_not_left_out(plan: Plan, sink: MailSink) -> None:
    """SB-4: a mail whose report cannot be opened is not sent without it: it fails, and says who gives back the key."""
    notification = waiting(plan, attachment=Attachment("report.pdf", b"%PDF-1.7"))
    NotificationAttachment.objects.update(content_sealed=seal(b"%PDF-1.7", "another place"))
    work_jobs()
    notification.refresh_from_db()
    assert (notification.status, notification.problem_code) == ("failed", "MAIL_ATTACHMENT_UNREADABLE")
    assert sink.connections == 0
