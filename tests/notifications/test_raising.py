"""Who is told of an event, once, and in which words."""

from datetime import UTC, datetime

from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext

from planbridge.notifications.event import Event
from planbridge.notifications.event_setting import EventSetting, plan_has_notifications
from planbridge.notifications.models import Notification, NotificationAttachment
from planbridge.notifications.raising import Attachment, raise_event
from planbridge.plans.models import Plan
from tests.notifications.conftest import VALUES, rate_change, switch_on, waiting_jobs

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERYBODY = EventSetting(is_on=True, to_participant=True, roles=("primary",), addresses=("office@example.test",))


def told(plan: Plan) -> list[tuple[str, str]]:
    """(audience, address) of a plan's notifications."""
    return sorted(Notification.objects.filter(plan_id=plan.pk).values_list("audience", "to_address"))


def test_nobody_is_told_unless_somebody_said_so(plan: Plan) -> None:
    """NO-1: a plan's events are off at first, and then raising one writes nothing and costs one statement."""
    assert not plan_has_notifications(plan.pk)
    with CaptureQueriesContext(database) as captured:
        assert raise_event(rate_change(plan), now=NOW) == 0
    assert (told(plan), waiting_jobs(), len(captured)) == ([], [], 1)


def test_the_settings_choose_who_is_told(plan: Plan) -> None:
    """NO-1: the participant, the contacts of the roles chosen and the addresses typed in get a mail each, others none."""
    switch_on(plan, Event.RATE_CHANGED, EVERYBODY)
    assert plan_has_notifications(plan.pk)
    assert raise_event(rate_change(plan), now=NOW) == 3
    assert told(plan) == [
        ("contacts", "grace@example.test"),
        ("contacts", "office@example.test"),
        ("participant", "ada@example.test"),
    ]
    assert len(waiting_jobs()) == 3


def test_what_is_raised_twice_is_told_once(plan: Plan) -> None:
    """NO-1: the same happening raised again writes nothing and asks for no job; another one does."""
    switch_on(plan, Event.RATE_CHANGED, EVERYBODY)
    assert [raise_event(rate_change(plan, key), now=NOW) for key in ("1", "1", "2")] == [3, 0, 3]
    assert len(waiting_jobs()) == 6


def test_an_address_that_stands_there_twice_gets_one_mail(plan: Plan) -> None:
    """NO-1: a contact whose address is typed in too, or written otherwise, gets one mail."""
    setting = EventSetting(
        is_on=True, to_participant=False, roles=("primary", "advisor"), addresses=("Grace@Example.test",)
    )
    switch_on(plan, Event.RATE_CHANGED, setting)
    assert raise_event(rate_change(plan), now=NOW) == 2


def test_what_is_rolled_back_is_told_to_nobody(plan: Plan) -> None:
    """NO-1: notifications and their jobs are of the caller's transaction: undone, nobody hears of what did not happen."""
    switch_on(plan, Event.RATE_CHANGED, EVERYBODY)
    with transaction.atomic():
        assert raise_event(rate_change(plan), now=NOW) == 3
        transaction.set_rollback(True)
    assert (told(plan), waiting_jobs()) == ([], [])


def test_a_value_is_neither_template_nor_header_nor_ssn(plan: Plan) -> None:
    """NO-1: a participant's name with a line break or braces stays a name, and what looks like an SSN is masked."""
    switch_on(plan, Event.RATE_CHANGED, EventSetting(is_on=True, to_participant=False, addresses=("a@example.test",)))
    hostile = {
        "participant_name": "Ada\r\nBcc: thief@example.test {{ change }}",
        "change": "See 900-11-0001",
        "receipt": "900110001",
    }
    raise_event(rate_change(plan, values=VALUES | hostile, contacts={}), now=NOW)
    notification = Notification.objects.get(plan_id=plan.pk)
    assert notification.subject == (
        "Northwind 401(k) Plan: Ada Bcc: thief@example.test {{ change }} changed their contribution rate"
    )
    assert "See ***-**-0001" in notification.body
    assert "Receipt: 900110001" in notification.body


def test_an_attachment_is_sealed_and_kept_once(plan: Plan) -> None:
    """SB-4: a report that goes to several people is kept once, sealed, and not at all when nobody is told anew."""
    switch_on(plan, Event.RATE_CHANGED, EVERYBODY)
    report = Attachment("confirmation.pdf", b"%PDF-1.7 Ada saves 8 %")
    for _ in range(2):
        raise_event(rate_change(plan, attachment=report), now=NOW)
    (kept,) = NotificationAttachment.objects.filter(plan_id=plan.pk)
    assert b"Ada" not in bytes(kept.content_sealed)
    assert kept.content() == report.content
    assert set(Notification.objects.values_list("attachment_id", flat=True)) == {kept.id}
