"""Delivering a notification: one try after the other until it is sent or given up, and again when somebody asks."""

import smtplib
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import SUCCESSFUL, Happening, record_activity
from planbridge.notifications.event_setting import is_address
from planbridge.notifications.mail_failure import (
    ATTACHMENT_UNREADABLE,
    NOT_CONFIGURED,
    MailFailure,
    address_invalid,
    failure_of,
)
from planbridge.notifications.notification import Notification, NotificationAttachment, NotificationStatus
from planbridge.notifications.raising import ATTEMPTS, enqueue_delivery
from planbridge.security.keys import KeysUnusable
from planbridge.security.sealing import SealBroken

# Between one try and the next: an hour in all.
PAUSES_SECONDS = (60, 4 * 60, 15 * 60, 40 * 60)
ACTOR = "Planbridge"
ERROR = "error"


class ReprocessRefused(ValueError):  # noqa: N818 - says what happened
    """A notification that cannot be sent again now; the message says why."""


def deliver(plan_id: int, notification_id: UUID) -> None:
    """Try to send a notification that waits; nothing happens to one that was sent or given up.

    Its row stays locked from before the mail is handed over until the outcome is committed, so that two workers never
    send it both. If this process dies between the mail server's "accepted" and the commit, the job is taken over and the
    mail is sent once more, under the same Message-ID, by which mail programs show it once: a mail twice is better than
    none.
    """
    with transaction.atomic():
        waiting = Notification.objects.select_for_update().filter(status=NotificationStatus.QUEUED)
        notification = waiting.filter(plan_id=plan_id, id=notification_id).first()
        if notification is None:
            return
        failure = hand_over(notification)
        notification.attempts += 1
        if failure is None:
            note_sent(notification)
        elif failure.is_final or notification.attempts >= notification.attempts_max:
            note_failed(notification, failure)
        else:
            note_another_try(notification, failure)
        notification.save()


def hand_over(notification: Notification) -> MailFailure | None:
    """Give a mail to the mail server; answers why it was not taken, None when it was."""
    if not settings.IS_MAIL_CONFIGURED:
        return NOT_CONFIGURED
    if not is_address(notification.to_address):
        return address_invalid(notification.to_address)
    try:
        message = message_of(notification)
    except (SealBroken, KeysUnusable):
        return ATTACHMENT_UNREADABLE
    try:
        message.send()
    except (smtplib.SMTPException, OSError) as error:
        return failure_of(error)
    return None


def message_of(notification: Notification) -> EmailMessage:
    """The mail; its Message-ID is the same at each try. Raises SealBroken and KeysUnusable."""
    domain = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2].strip("> ") or "localhost"
    # The second says to answering machines that nobody reads an answer (RFC 3834).
    headers = {"Message-ID": f"<{notification.id}@{domain}>", "Auto-Submitted": "auto-generated"}
    message = EmailMessage(notification.subject, notification.body, None, [notification.to_address], headers=headers)
    if notification.attachment_id:
        attachments = NotificationAttachment.objects.filter(plan_id=notification.plan_id)
        attachment = attachments.get(id=notification.attachment_id)
        message.attach(attachment.file_name, attachment.content(), attachment.media_type)
    return message


def note_sent(notification: Notification) -> None:
    """The mail server has it."""
    notification.status = NotificationStatus.SENT
    notification.sent_at = timezone.now()
    notification.next_attempt_at = None
    notification.problem_code = notification.problem = ""
    record_outcome(notification, Verb.NOTIFICATION_SENT, SUCCESSFUL)


def note_failed(notification: Notification, failure: MailFailure) -> None:
    """It is given up, until somebody asks for it again."""
    notification.status = NotificationStatus.FAILED
    notification.next_attempt_at = None
    note_problem(notification, failure)
    record_outcome(notification, Verb.NOTIFICATION_FAILED, ERROR)


def note_another_try(notification: Notification, failure: MailFailure) -> None:
    """It waits for its next try."""
    tries = notification.attempts - (notification.attempts_max - ATTEMPTS)
    pause = PAUSES_SECONDS[min(tries, len(PAUSES_SECONDS)) - 1]
    notification.next_attempt_at = timezone.now() + timedelta(seconds=pause)
    note_problem(notification, failure)
    enqueue_delivery(notification.plan_id, notification.id, delay_seconds=pause)


def note_problem(notification: Notification, failure: MailFailure) -> None:
    """Why the last try went wrong."""
    notification.problem_code = failure.problem.code
    notification.problem = failure.problem.message


def record_outcome(notification: Notification, verb: Verb, status: str) -> None:
    """An entry of the Activity Monitor, to which the notification leads from then on."""
    happening = happening_of(notification, verb, ACTOR, status)
    notification.entry_id = happening.id
    record_activity(happening)


def happening_of(notification: Notification, verb: Verb, actor: str, status: str = SUCCESSFUL) -> Happening:
    """What is recorded of a notification; never its text."""
    detail = {
        "notification": str(notification.id),
        "event": notification.event_label,
        "to": notification.shown_address,
        "attempts": notification.attempts,
    }
    if notification.problem_code and status == ERROR:
        detail |= {"code": notification.problem_code, "reason": notification.problem}
    return Happening(
        verb,
        actor,
        plan_id=notification.plan_id,
        participant_id=notification.participant_id,
        detail=detail,
        status=status,
    )


def reprocess_notification(plan_id: int, notification_id: UUID, *, actor: str) -> None:
    """Try a notification again that was given up. Raises ReprocessRefused, and Notification.DoesNotExist."""
    with transaction.atomic():
        locked = Notification.objects.select_for_update()
        notification = locked.get(plan_id=plan_id, id=notification_id)
        if notification.status == NotificationStatus.SENT:
            raise ReprocessRefused("It was sent meanwhile, and is not sent twice.")
        if notification.status == NotificationStatus.QUEUED:
            raise ReprocessRefused("It waits for its next try already.")
        notification.status = NotificationStatus.QUEUED
        notification.attempts_max = notification.attempts + ATTEMPTS
        notification.save()
        record_activity(happening_of(notification, Verb.NOTIFICATION_REPROCESSED, actor))
        enqueue_delivery(plan_id, notification_id)
