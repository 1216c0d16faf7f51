"""Who of a plan is told of which event: the settings, and their only writer."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, models, transaction

from planbridge.activity.conflict import refuse_if_changed, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.notifications.event import Audience, ContactRole, Event, audiences_of

ADDRESSES_MAX = 20


class PlanNotification(models.Model):
    """One event of one plan. An event without a row is as DEFAULT_SETTING says: off."""

    pk = models.CompositePrimaryKey("plan_id", "event")
    plan_id = models.BigIntegerField()
    event = models.TextField()  # one of Event
    is_on = models.BooleanField()
    to_participant = models.BooleanField()
    roles = ArrayField(models.TextField())  # of ContactRole
    addresses = ArrayField(models.TextField())

    class Meta:
        db_table = "plan_notification"


@dataclass(frozen=True)
class EventSetting:
    """Whether anybody is told of an event, and who: contacts by role, addresses typed in, the participant."""

    is_on: bool = False
    to_participant: bool = True
    roles: tuple[str, ...] = (ContactRole.PRIMARY.value,)
    addresses: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The token of the setting as it is."""
        return version_of(asdict(self))

    @property
    def has_recipients(self) -> bool:
        """Whether it names anybody, on or off."""
        return self.to_participant or bool(self.roles) or bool(self.addresses)


DEFAULT_SETTING = EventSetting()


class EventSettingRefused(ValueError):  # noqa: N818 - says what happened
    """A setting that cannot be saved; the message says what to mend."""


def settings_of(plan_id: int) -> dict[Event, EventSetting]:
    """The setting of every event of a plan, in the order of Event; one statement."""
    rows = {row.event: setting_of(row) for row in PlanNotification.objects.filter(plan_id=plan_id)}
    return {event: rows.get(event.value, default_of(event)) for event in Event}


def default_of(event: Event) -> EventSetting:
    """How an event is before somebody said anything: off, and when it is switched on, for whom it is."""
    return EventSetting(to_participant=Audience.PARTICIPANT in audiences_of(event))


def setting_of(row: PlanNotification) -> EventSetting:
    """A row as a value."""
    return EventSetting(row.is_on, row.to_participant, tuple(row.roles), tuple(row.addresses))


def plan_has_notifications(plan_id: int) -> bool:
    """Whether anybody is told of anything of a plan: else activating it warns with NOTIFICATIONS_NONE."""
    rows = PlanNotification.objects.filter(plan_id=plan_id, is_on=True)
    return any(setting_of(row).has_recipients for row in rows)


def set_event(plan_id: int, event: Event, wanted: EventSetting, *, seen: str, actor: str) -> EventSetting:
    """Set who is told of an event; answers the setting as it was saved.

    `seen` is the token of the setting that was shown. Raises EventSettingRefused, and ChangedMeanwhile when it was
    changed since.
    """
    checked = checked_setting(event, wanted)
    with transaction.atomic():
        lock_settings(plan_id, event)
        row = PlanNotification.objects.filter(plan_id=plan_id, event=event).first()
        before = setting_of(row) if row else default_of(event)
        refuse_if_changed(seen, asdict(before))
        if before == checked:
            return checked
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(checked).items()}
        if row is None:
            PlanNotification.objects.create(plan_id=plan_id, event=event, **values)
        else:
            PlanNotification.objects.filter(plan_id=plan_id, event=event).update(**values)
        detail = {"event": event.label, "before": in_words(before), "after": in_words(checked)}
        record_activity(Happening(Verb.NOTIFICATION_SETTINGS_CHANGED, actor, plan_id=plan_id, detail=detail))
    return checked


def lock_settings(plan_id: int, event: Event) -> None:
    """Let one transaction at a time change an event of a plan, also one that has no row yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"planbridge notification {plan_id} {event}"])


def checked_setting(event: Event, wanted: EventSetting) -> EventSetting:
    """The setting with roles in order and addresses once, as they are to be saved. Raises EventSettingRefused."""
    unknown = set(wanted.roles) - set(ContactRole.values)
    if unknown:
        raise EventSettingRefused(f"There is no role {min(unknown)!r} of a plan's contacts.")
    if wanted.to_participant and Audience.PARTICIPANT not in audiences_of(event):
        raise EventSettingRefused("This event is about no participant.")
    roles = tuple(role for role in ContactRole.values if role in wanted.roles)
    return EventSetting(wanted.is_on, wanted.to_participant, roles, checked_addresses(wanted.addresses))


def checked_addresses(addresses: Iterable[str]) -> tuple[str, ...]:
    """E-mail addresses, trimmed, each once. Raises EventSettingRefused, with the first that is none."""
    found: dict[str, str] = {}
    for text in (address.strip() for address in addresses):
        if text and not is_address(text):
            raise EventSettingRefused(f"{text!r} is not an e-mail address; it looks like name@company.example.")
        if text:
            found.setdefault(text.lower(), text)
    if len(found) > ADDRESSES_MAX:
        raise EventSettingRefused(f"These are {len(found)} addresses; at most {ADDRESSES_MAX} fit. Use a mailing list.")
    return tuple(found.values())


def is_address(text: str) -> bool:
    """Whether mail can be sent there, as far as one sees by its looks."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def in_words(setting: EventSetting) -> dict[str, object]:
    """A setting as an activity entry shows it."""
    return {
        "is_on": setting.is_on,
        "to_participant": setting.to_participant,
        "roles": [str(ContactRole(role).label) for role in setting.roles],
        "addresses": list(setting.addresses),
    }
