"""Plan Details > Notifications: who is told of what, in which words, and what was sent."""

import pytest
from django.test import Client
from django.urls import reverse

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.notifications.event import Audience, Event
from planbridge.notifications.event_setting import DEFAULT_SETTING, EventSetting, settings_of
from planbridge.notifications.models import Notification
from planbridge.notifications.template import TemplatePlace, shipped_wordings, template_of
from planbridge.plans.models import PlanContact
from planbridge.security.user import Role
from tests.notifications.conftest import work_jobs
from tests.portal.conftest import Cast, SignIn

RATE = Event.RATE_CHANGED
ON = {"is_on": "on", "has_recipients": "1"}


@pytest.fixture
def advisor(own: Cast, browser: SignIn) -> Client:
    """An Advisor's browser."""
    PlanContact.objects.create(
        plan_id=own.plan.pk, position=0, role="primary", name="Grace Vale", email="grace@example.test"
    )
    return browser(own.users[Role.ADVISOR])


def address(own: Cast, name: str, *more: str) -> str:
    """The address of a page of the cast's plan."""
    return reverse(f"notifications:{name}", args=[own.plan.pk, *more])


def place(own: Cast) -> TemplatePlace:
    """The words for participants who changed a rate."""
    return TemplatePlace(own.plan.pk, RATE, Audience.PARTICIPANT)


def test_nobody_is_told_at_first(advisor: Client, own: Cast) -> None:
    """NO-1, PL-2: the tab says that nobody is told of anything yet, and that nothing was sent."""
    page = advisor.get(address(own, "events")).content.decode()
    assert "Nobody is told of anything yet" in page
    assert "Nothing was sent yet" in page
    assert "No mail server is configured" in page
    assert all(event.label in page for event in Event)


def test_a_switch_saves_by_itself(advisor: Client, own: Cast) -> None:
    """NO-1, PL-8: switching an event on saves it, shows who is told, and is activity with before and after."""
    sent = {"is_on": "on", "version": DEFAULT_SETTING.version}
    answer = advisor.post(address(own, "event", RATE), sent)
    text = answer.content.decode()
    assert (answer.status_code, "Saved " in text, "Grace Vale, grace@example.test" in text) == (200, True, True)
    assert settings_of(own.plan.pk)[RATE] == EventSetting(is_on=True)
    entry = ActivityEntry.objects.get(verb=Verb.NOTIFICATION_SETTINGS_CHANGED)
    assert (entry.detail["before"]["is_on"], entry.detail["after"]["is_on"]) == (False, True)
    assert "Nobody is told" not in advisor.get(address(own, "events")).content.decode()


def test_recipients_are_roles_addresses_and_the_participant(advisor: Client, own: Cast) -> None:
    """NO-1: what the form says is kept: roles ticked, addresses typed with commas or lines, the participant or not."""
    sent = ON | {
        "roles": ["advisor", "primary"],
        "addresses": "a@example.test, b@example.test\nA@example.test",
        "version": DEFAULT_SETTING.version,
    }
    assert advisor.post(address(own, "event", RATE), sent).status_code == 200
    kept = settings_of(own.plan.pk)[RATE]
    assert kept == EventSetting(
        is_on=True,
        to_participant=False,
        roles=("primary", "advisor"),
        addresses=("a@example.test", "b@example.test"),
    )


def test_an_address_that_is_none_is_refused(advisor: Client, own: Cast) -> None:
    """NO-1: a wrong address is named, what was typed stays in the box, and nothing is saved."""
    sent = ON | {"addresses": "a@example.test\nno address", "version": DEFAULT_SETTING.version}
    answer = advisor.post(address(own, "event", RATE), sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "&#x27;no address&#x27; is not an e-mail address" in text
    assert "a@example.test\nno address</textarea>" in text
    assert settings_of(own.plan.pk)[RATE] == DEFAULT_SETTING


def test_two_people_at_one_event_get_a_conflict(advisor: Client, own: Cast) -> None:
    """PL-8: who saves over somebody else's change sees both, and what they chose themselves wins only if they say so."""
    before = DEFAULT_SETTING.version
    advisor.post(address(own, "event", RATE), ON | {"addresses": "a@example.test", "version": before})
    mine = ON | {"addresses": "b@example.test", "version": before}
    answer = advisor.post(address(own, "event", RATE), mine)
    text = answer.content.decode()
    assert (answer.status_code, "a@example.test" in text, "b@example.test" in text) == (409, True, True)
    now = settings_of(own.plan.pk)[RATE]
    assert now.addresses == ("a@example.test",)
    assert advisor.post(address(own, "event", RATE), mine | {"version": now.version}).status_code == 200
    assert settings_of(own.plan.pk)[RATE].addresses == ("b@example.test",)


def test_words_are_edited_with_a_preview(advisor: Client, own: Cast) -> None:
    """NO-1: new words are saved and shown with invented values, and the original ones can be taken again."""
    assert "Ada Example" in advisor.get(address(own, "template", RATE, "participant")).content.decode()
    sent = {
        "subject": "Rate of {{ participant_name }}",
        "body": "Now: {{ change }}",
        "version": template_of(place(own)).version,
    }
    answer = advisor.post(address(own, "template", RATE, "participant"), sent)
    assert answer.status_code == 200
    assert "Rate of Ada Example" in answer.content.decode()
    kept = template_of(place(own))
    assert (kept.is_own, kept.wording.body) == (True, "Now: {{ change }}")
    assert advisor.post(address(own, "template", RATE, "participant"), sent | {"body": "x"}).status_code == 409
    advisor.post(address(own, "reset", RATE, "participant"), {"version": kept.version})
    assert template_of(place(own)).wording == shipped_wordings()[RATE, Audience.PARTICIPANT]


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("body", "Your SSN is {{ ssn }}", "{{ ssn }} is not known here"),
        ("body", "You have {{ balance }}", "{{ balance }} is not known here"),
        ("body", "{% include x %}", "braces without a name"),
        ("body", "  ", "It is empty"),
        ("subject", "Hello\r\nBcc: thief@example.test", "A subject is one line"),
        ("subject", "x" * 201, "at most 200"),
    ],
)
def test_words_that_cannot_be_sent_are_refused(field: str, text: str, said: str, advisor: Client, own: Cast) -> None:
    """NO-1: unknown names (SSN and balance among them), stray braces, nothing at all and a second header are refused."""
    before = template_of(place(own))
    sent = {"subject": "Hello", "body": "Hello", "version": before.version} | {field: text}
    answer = advisor.post(address(own, "template", RATE, "participant"), sent)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert template_of(place(own)) == before


def test_a_sync_has_no_words_for_participants(advisor: Client, own: Cast) -> None:
    """NO-1: a sync is about no participant: there is no such template, and nobody can be told so."""
    assert advisor.get(address(own, "template", Event.SYNC_FAILED, "participant")).status_code == 404
    sent = ON | {"to_participant": "on", "version": settings_of(own.plan.pk)[Event.SYNC_FAILED].version}
    assert advisor.post(address(own, "event", Event.SYNC_FAILED), sent).status_code == 422


def test_a_test_goes_to_whoever_asks(advisor: Client, own: Cast) -> None:
    """NO-1: Send a test to me writes a mail with invented values to one's own address and nobody else."""
    advisor.post(address(own, "test", RATE, "participant"))
    mail = Notification.objects.get(plan_id=own.plan.pk)
    assert mail.to_address == own.users[Role.ADVISOR].email
    assert mail.subject == "Test: Your contribution rate in Northwind 401(k) Plan"
    assert "Contribution rate changed (test)" in advisor.get(address(own, "events")).content.decode()


def test_a_failed_mail_is_reprocessed_from_its_entry(advisor: Client, own: Cast, browser: SignIn) -> None:
    """NO-1, AM-7: the entry of a mail that failed says why and counts as an error; Reprocess is for whoever may sync."""
    advisor.post(address(own, "test", RATE, "participant"))
    work_jobs()  # no mail server is configured
    mail = Notification.objects.get(plan_id=own.plan.pk)
    entry = reverse("activity:entry", args=[own.plan.pk, mail.entry_id])
    page = advisor.get(entry).content.decode()
    assert ("No mail server is configured" in page, "Reprocess</button>" in page) == (True, True)
    assert ">1<" in advisor.get(reverse("activity:badge")).content.decode()
    viewer = browser(own.users[Role.VIEWER])
    assert "Reprocess</button>" not in viewer.get(entry).content.decode()
    assert viewer.post(address(own, "reprocess", str(mail.id))).status_code == 403
    assert "Reprocess</button>" in advisor.get(address(own, "events")).content.decode()
    advisor.post(address(own, "reprocess", str(mail.id)))
    mail.refresh_from_db()
    assert mail.status == "queued"
    assert "Reprocess</button>" not in advisor.get(entry).content.decode()
