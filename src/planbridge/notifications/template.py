"""The words of a plan's mails: its own where it has any, else those that are shipped; the only writer of its own."""

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from django.db import models, transaction

from planbridge.activity.conflict import refuse_if_changed, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.notifications.event import Audience, Event
from planbridge.notifications.event_setting import lock_settings
from planbridge.notifications.wording import Wording, checked_wording

ENGLISH, SPANISH = "en", "es"
SHIPPED = Path(__file__).parent / "default_templates.toml"
SHIPPED_IN = {SPANISH: Path(__file__).parent / "default_templates_es.toml"}  # for participants alone

Wordings = dict[tuple[Event, Audience], Wording]


class PlanNotificationTemplate(models.Model):
    """A plan's own words for an event and an audience."""

    pk = models.CompositePrimaryKey("plan_id", "event", "audience")
    plan_id = models.BigIntegerField()
    event = models.TextField()  # one of Event
    audience = models.TextField()  # one of Audience
    subject = models.TextField()
    body = models.TextField()

    class Meta:
        db_table = "plan_notification_template"


@dataclass(frozen=True)
class TemplatePlace:
    """Which template: of a plan, an event and an audience."""

    plan_id: int
    event: Event
    audience: Audience


@dataclass(frozen=True)
class Template:
    """The words at a place, and whether they are the plan's own."""

    wording: Wording
    is_own: bool

    @property
    def version(self) -> str:
        """The token of the words as they are."""
        return version_of(asdict(self.wording))


@cache
def shipped_wordings(language: str = ENGLISH) -> Wordings:
    """The words that are shipped, by event and audience: in a language, where they are there in it, else in English."""
    english = read_wordings(SHIPPED)
    return english | read_wordings(SHIPPED_IN[language]) if language in SHIPPED_IN else english


def read_wordings(file: Path) -> Wordings:
    """The words of a file, checked."""
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        (Event(event), Audience(audience)): checked_wording(Event(event), Wording(**texts))
        for event, audiences in tables.items()
        for audience, texts in audiences.items()
    }


def template_of(place: TemplatePlace) -> Template:
    """The words of a place."""
    own = PlanNotificationTemplate.objects.filter(**asdict(place)).first()
    if own is not None:
        return Template(Wording(own.subject, own.body), is_own=True)
    return Template(shipped_wordings()[place.event, place.audience], is_own=False)


def set_template(place: TemplatePlace, wanted: Wording, *, seen: str, actor: str) -> Template:
    """Give a plan words of its own; answers them as they were saved. Those that are shipped, word for word, are not its own.

    `seen` is the token of the words that were shown. Raises WordingRefused, and ChangedMeanwhile when they were changed
    since.
    """
    checked = checked_wording(place.event, wanted)
    if checked == shipped_wordings()[place.event, place.audience]:
        return reset_template(place, seen=seen, actor=actor)
    with transaction.atomic():
        lock_settings(place.plan_id, place.event)
        before = template_of(place)
        refuse_if_changed(seen, asdict(before.wording))
        if before.wording != checked:
            own = PlanNotificationTemplate.objects.filter(**asdict(place))
            if not own.update(**asdict(checked)):
                PlanNotificationTemplate.objects.create(**asdict(place), **asdict(checked))
            record_change(place, before.wording, checked, actor)
    return Template(checked, is_own=True)


def reset_template(place: TemplatePlace, *, seen: str, actor: str) -> Template:
    """Take the words that are shipped again. Raises ChangedMeanwhile when they were changed since `seen`."""
    shipped = shipped_wordings()[place.event, place.audience]
    with transaction.atomic():
        lock_settings(place.plan_id, place.event)
        before = template_of(place)
        refuse_if_changed(seen, asdict(before.wording))
        if before.is_own:
            PlanNotificationTemplate.objects.filter(**asdict(place)).delete()
            record_change(place, before.wording, shipped, actor)
    return Template(shipped, is_own=False)


def record_change(place: TemplatePlace, before: Wording, after: Wording, actor: str) -> None:
    """Record that the words of a place were changed, in the caller's transaction."""
    detail = {
        "event": place.event.label,
        "audience": place.audience.label,
        "before": asdict(before),
        "after": asdict(after),
    }
    record_activity(Happening(Verb.NOTIFICATION_SETTINGS_CHANGED, actor, plan_id=place.plan_id, detail=detail))
