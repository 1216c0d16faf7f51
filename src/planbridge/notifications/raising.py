"""Raising an event: a notification for everybody who is to be told, and the job that sends it, in the caller's transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from planbridge.activity.run_id import new_run_id
from planbridge.jobs.queue import enqueue
from planbridge.notifications.event import Audience, Event
from planbridge.notifications.event_setting import EventSetting, PlanNotification, setting_of
from planbridge.notifications.notification import TEST, NotificationAttachment, attachment_place
from planbridge.notifications.statements import statement
from planbridge.notifications.template import (
    ENGLISH,
    PlanNotificationTemplate,
    TemplatePlace,
    shipped_wordings,
    template_of,
)
from planbridge.notifications.wording import Wording, examples_of, filled
from planbridge.security.sealing import seal

TASK = "planbridge.notifications.send_notification"
ATTEMPTS = 5  # tries until a notification is given up, and again as many each time that somebody asks for it

Key = tuple[int, str]  # plan id, event
PlaceKey = tuple[int, str, str]  # plan id, event, audience


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail."""

    file_name: str
    content: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True)
class Raised:
    """Something happened that somebody may want to be told of.

    `dedup_key` names the happening within its plan and event: raised twice, it is told once. `values` are those of the
    event's placeholders (placeholders_of). `contacts` are the e-mail addresses of the plan's contacts by role, whether
    they are to be told or not: the plan's settings choose. Of happenings with one `told_as` and `dedup_key`, raised
    together, each address is told of the first alone. `language` is the participant's, in which they are told in the
    words that are shipped, with `values_told`; everybody else is told in English, with `values`.
    """

    plan_id: int
    event: Event
    dedup_key: str
    values: Mapping[str, str]
    participant_id: str = ""
    participant_email: str = ""
    contacts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    attachment: Attachment | None = None
    told_as: str = ""
    language: str = ENGLISH
    values_told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Mail:
    """A notification to be written."""

    plan_id: int
    event: str
    audience: str
    to_address: str
    wording: Wording
    dedup_key: str
    participant_id: str = ""
    attachment_id: UUID | None = None
    id: UUID = field(default_factory=new_run_id)


def raise_event(raised: Raised, *, now: datetime) -> int:
    """Tell who is to be told, in the caller's transaction; answers how many notifications were written."""
    return raise_events([raised], now=now)


def raise_events(raised: Sequence[Raised], *, now: datetime) -> int:
    """As raise_event, for many; two statements where nobody is to be told.

    Someone without an address gets nothing; an address that is none becomes a notification that fails, for all to see.
    """
    settings = settings_on(raised)
    told = [one for one in raised if (one.plan_id, one.event.value) in settings]
    if not told:
        return 0
    own = own_wordings(told)
    mails: list[_Mail] = []
    attachments: dict[UUID, tuple[int, Attachment]] = {}
    for one in told:
        attachment_id = new_run_id() if one.attachment else None
        if one.attachment and attachment_id:
            attachments[attachment_id] = (one.plan_id, one.attachment)
        setting = settings[one.plan_id, one.event.value]
        mails += [mail_of(one, audience, address, own, attachment_id) for audience, address in recipients(one, setting)]
    return write_mails(mails, attachments, now)


def tell_participant(raised: Raised, *, now: datetime) -> int:
    """As raise_event, for the participant alone, who asks for it: whether the plan tells them of it by itself or not."""
    address = raised.participant_email.strip()
    if not address:
        return 0
    attachments = {new_run_id(): (raised.plan_id, raised.attachment)} if raised.attachment else {}
    attachment_id = next(iter(attachments), None)
    mail = mail_of(raised, Audience.PARTICIPANT, address, own_wordings([raised]), attachment_id)
    return write_mails([mail], attachments, now)


def send_test(place: TemplatePlace, address: str, *, now: datetime) -> UUID:
    """Send a template with invented values to whoever asks, in the caller's transaction; answers the notification's id."""
    words = filled(template_of(place).wording, examples_of(place.event))
    mail = _Mail(
        place.plan_id,
        place.event.value,
        TEST,
        address,
        Wording(f"Test: {words.subject}", words.body),
        dedup_key=f"{TEST}/{new_run_id()}",
    )
    write_mails([mail], {}, now)
    return mail.id


def settings_on(raised: Sequence[Raised]) -> dict[Key, EventSetting]:
    """The settings of those of the events that are on."""
    plan_ids, events = {one.plan_id for one in raised}, {one.event.value for one in raised}
    rows = PlanNotification.objects.filter(plan_id__in=plan_ids, event__in=events, is_on=True)
    return {(row.plan_id, row.event): setting_of(row) for row in rows}


def own_wordings(raised: Sequence[Raised]) -> dict[PlaceKey, Wording]:
    """The words that the plans have of their own."""
    plan_ids, events = {one.plan_id for one in raised}, {one.event.value for one in raised}
    rows = PlanNotificationTemplate.objects.filter(plan_id__in=plan_ids, event__in=events)
    return {(row.plan_id, row.event, row.audience): Wording(row.subject, row.body) for row in rows}


def recipients(raised: Raised, setting: EventSetting) -> list[tuple[Audience, str]]:
    """Who is told, each address once an audience."""
    found: dict[tuple[Audience, str], str] = {}
    if setting.to_participant and raised.participant_email.strip():
        address = raised.participant_email.strip()
        found[Audience.PARTICIPANT, address.lower()] = address
    by_role = [address for role in setting.roles for address in raised.contacts.get(role, ())]
    for address in (text.strip() for text in (*by_role, *setting.addresses)):
        if address:
            found.setdefault((Audience.CONTACTS, address.lower()), address)
    return [(audience, address) for (audience, _), address in found.items()]


def mail_of(
    raised: Raised, audience: Audience, address: str, own: Mapping[PlaceKey, Wording], attachment_id: UUID | None
) -> _Mail:
    """The mail to one address."""
    place = (raised.plan_id, raised.event.value, audience.value)
    is_translated = audience is Audience.PARTICIPANT and place not in own and raised.language != ENGLISH
    shipped = shipped_wordings(raised.language if is_translated else ENGLISH)[raised.event, audience]
    values = {**raised.values, **raised.values_told} if is_translated else raised.values
    return _Mail(
        raised.plan_id,
        raised.event.value,
        audience.value,
        address,
        filled(own.get(place, shipped), values),
        dedup_key=f"{raised.told_as or raised.event.value}/{raised.dedup_key}/{audience.value}/{address.lower()}",
        participant_id=raised.participant_id,
        attachment_id=attachment_id,
    )


def write_mails(mails: Sequence[_Mail], attachments: Mapping[UUID, tuple[int, Attachment]], now: datetime) -> int:
    """Write those mails that were not told yet, with their attachments and jobs; answers how many."""
    if not mails:
        return 0
    with connection.cursor() as cursor:
        records = json.dumps([record_of(mail) for mail in mails])
        cursor.execute(statement("write_notifications"), {"mails": records, "now": now, "attempts_max": ATTEMPTS})
        written = {row[0] for row in cursor.fetchall()}
    new = [mail for mail in mails if mail.id in written]
    needed = {mail.attachment_id for mail in new if mail.attachment_id}
    NotificationAttachment.objects.bulk_create(
        [sealed(attachment_id, *attachments[attachment_id]) for attachment_id in needed]
    )
    for mail in new:
        enqueue_delivery(mail.plan_id, mail.id)
    return len(new)


def enqueue_delivery(plan_id: int, notification_id: UUID, *, delay_seconds: float = 0) -> None:
    """The job that sends a notification, in the caller's transaction; one waits at most, one runs at a time."""
    enqueue(
        TASK,
        lock=f"notification:{notification_id}",
        arguments={"plan_id": plan_id, "notification": str(notification_id)},
        delay_seconds=delay_seconds,
    )


def record_of(mail: _Mail) -> dict[str, object]:
    """A mail as a record of sql/write_notifications.sql."""
    return {
        "plan_id": mail.plan_id,
        "id": str(mail.id),
        "event": mail.event,
        "audience": mail.audience,
        "participant_id": mail.participant_id,
        "to_address": mail.to_address,
        "subject": mail.wording.subject,
        "body": mail.wording.body,
        "attachment_id": str(mail.attachment_id) if mail.attachment_id else None,
        "dedup_key": mail.dedup_key,
    }


def sealed(attachment_id: UUID, plan_id: int, attachment: Attachment) -> NotificationAttachment:
    """An attachment as a row."""
    return NotificationAttachment(
        plan_id=plan_id,
        id=attachment_id,
        file_name=attachment.file_name,
        media_type=attachment.media_type,
        content_sealed=seal(attachment.content, attachment_place(plan_id, attachment_id)),
    )
