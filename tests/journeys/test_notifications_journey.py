"""The journey of a notification: switched on, worded, tried on oneself, refused by the mail server, and sent again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import begin_with_plan, open_plan
from tests.journeys.conftest import Place, wait_until
from tests.journeys.steps import SAVED, SOON, look
from tests.mail_sink import MailSink, mail_sink

OWN_ADDRESS = "ada@example.test"


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailSink]:
    """A mail server that the installation knows; asked for before it."""
    with mail_sink() as server:
        monkeypatch.setenv("PLANBRIDGE_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        yield server


def test_from_nobody_is_told_to_a_mail(sink: MailSink, page: Page, place: Place) -> None:
    """NO-1, PL-2, AM-7: by keyboard from a tab that says nobody is told, to a mail refused, reprocessed and delivered."""
    begin_with_plan(page, place)
    open_plan(page, place)
    page.get_by_role("link", name="Notifications", exact=True).click()
    expect(page.get_by_text("Nobody is told of anything yet")).to_be_visible()
    look(page, "notifications-empty")
    switch_on(page)
    expect(page.get_by_text("Nobody is told of anything yet")).to_have_count(0)
    look(page, "notifications-on")
    page.locator("#event-rate_changed").get_by_role("link", name="Words for the participant").press("Enter")
    write_words(page)
    sink.replies_to_data = ["554 We do not want that"]
    page.get_by_role("button", name="Send a test to me").press("Enter")
    expect(page.get_by_text(f"A test is on its way to {OWN_ADDRESS}")).to_be_visible()
    page.get_by_role("link", name="All notifications").click()
    wait_until(page, lambda: has_ended(page, "Error"))
    look(page, "notifications-failed")
    page.locator("tbody").get_by_role("link", name="Error").click()
    expect(page.get_by_text("The mail server refused the mail for good").first).to_be_visible()
    look(page, "notification-entry")
    page.get_by_role("button", name="Reprocess").press("Enter")
    expect(page.get_by_text("It is sent again.")).to_be_visible()
    wait_until(page, lambda: has_ended(page, "Successful"))
    assert [(mail["To"], mail["Subject"]) for mail in sink.mails] == [(OWN_ADDRESS, "Test: Rate of Ada Example")]


def switch_on(page: Page) -> None:
    """Switch an event on by keyboard, and type an address, wrong at first."""
    event = page.locator("#event-rate_changed")
    event.get_by_role("switch").press("Space")
    expect(event.get_by_text(SAVED)).to_be_visible()
    expect(event.get_by_role("switch")).to_be_focused()
    addresses = event.get_by_label("Further e-mail addresses")
    addresses.fill("office at example")
    addresses.press("Tab")
    expect(event.get_by_text("is not an e-mail address")).to_be_visible()
    look(page, "notifications-refused")
    addresses.fill("office@example.test")
    addresses.press("Tab")
    expect(event.get_by_text(SAVED)).to_be_visible()


def write_words(page: Page) -> None:
    """Write a subject with a name that there is not, then with one that there is."""
    subject = page.get_by_label("Subject")
    subject.fill("Rate of {{ ssn }}")
    subject.press("Tab")
    expect(page.get_by_text("{{ ssn }} is not known here")).to_be_visible()
    subject.fill("Rate of {{ participant_name }}")
    subject.press("Tab")
    expect(page.get_by_text(SAVED)).to_be_visible(timeout=SOON)
    expect(page.get_by_text("Rate of Ada Example")).to_be_visible()
    look(page, "notification-words")


def has_ended(page: Page, status: str) -> bool:
    """Whether the tab shows the only mail with this status."""
    page.reload()
    return page.locator("tbody").get_by_role("link", name=status, exact=True).count() == 1
