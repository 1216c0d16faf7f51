"""Changes on a phone and what became of them at the recordkeeper: a rate, opting out, a rejection, no effect, no answer."""

from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import address_of_database
from tests.journeys.enrollment_acts import (
    Site,
    apply_and_sync,
    change_rate,
    come_in_invited,
    enrollment_site,
    expect_in_log,
    expect_state,
    look,
    mails_to,
    receipts_on,
    switch_notifications_on,
    sync_people,
)
from tests.journeys.steps import PLAN, SOON

SAVER, OPTING_OUT, REFUSED, NOT_APPLIED, TIMED_OUT = (f"{PLAN}-{number:06d}" for number in (6, 13, 30, 10, 26))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One installation for all of these journeys."""
    with enrollment_site(tmp_path_factory.mktemp("recordkeeper")) as running:
        yield running


@pytest.fixture
def phone(site: Site) -> Iterator[Page]:
    """A phone; whatever a journey switched on at the recordkeeper is off afterwards."""
    with site.phone() as page:
        yield page
    site.place.simulator.clear_faults()


def percent_saved(site: Site, participant_id: str) -> str:
    """What somebody saves before tax at the recordkeeper."""
    rates = site.person(participant_id)["contribution_rates"]
    return next(str(one["percent"]) for one in rates if one["source"] == "PRE")


def test_a_rate_is_changed(site: Site, phone: Page) -> None:
    """EN-1, SB-1, SB-2: a new rate is accepted, taken over at the recordkeeper, and seen there by the next sync."""
    come_in_invited(site, phone, SAVER)
    phone.goto(f"{site.place.url}/enroll/rate/")
    box = phone.get_by_role("textbox", name="How much into Employee pre-tax")
    expect(box).to_have_value("8")
    box.fill("80")
    phone.get_by_role("button", name="Continue", exact=True).last.click()
    expect(phone.get_by_role("alert")).to_be_focused()
    expect(box).to_have_value("80")
    look(phone, "rate-above")
    change_rate(site, phone, "9")
    expect_state(phone, "Accepted")
    assert percent_saved(site, SAVER) == "8"
    apply_and_sync(site)
    expect_state(phone, "Seen at the recordkeeper")
    assert percent_saved(site, SAVER) == "9"
    expect_in_log(site, SAVER, "Confirmed")


def test_somebody_does_not_want_to_enroll(site: Site, phone: Page) -> None:
    """EN-2: "I don't want to enroll" is asked about once more, submits 0 %, and is seen when it is in effect."""
    come_in_invited(site, phone, OPTING_OUT)
    phone.get_by_role("link", name="I don't want to enroll").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Are you sure")
    look(phone, "decline")
    phone.get_by_role("button", name="Yes, save nothing from my pay").click()
    phone.wait_for_url("**/enroll/receipt/")
    expect_state(phone, "Accepted")
    look(phone, "receipt-declined")
    apply_and_sync(site)
    expect_state(phone, "Seen at the recordkeeper")
    assert percent_saved(site, OPTING_OUT) == "0"


def test_a_rejection_is_explained(site: Site, phone: Page) -> None:
    """SB-2: a rejected change is said so with the recordkeeper's reason; choosing again leads to one that is taken."""
    switch_notifications_on(site, "submission_rejected")
    come_in_invited(site, phone, REFUSED)
    site.place.simulator.fault("submission_rejected", times=1, call="submit")
    change_rate(site, phone, "7")
    expect_state(phone, "Not accepted")
    expect(phone.get_by_role("heading", level=1)).to_have_text("A change was not accepted")
    expect(phone.locator("main")).to_contain_text("Reason: refused by command")
    expect(phone.locator("main")).to_contain_text("or ask your employer what to do.")
    look(phone, "receipt-rejected")
    expect_in_log(site, REFUSED, "Rejected")
    phone.get_by_role("link", name="Choose again").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("How much do you want to save?")
    change_rate(site, phone, "7")
    expect_state(phone, "Accepted")
    assert site.taken(REFUSED) == ["rejected", "accepted"]
    texts = [one["text"] for one in mails_to(site, site.person(REFUSED)["email"])]
    assert [one for one in texts if "refused by command" in one], texts


def test_both_are_shown_until_they_agree(site: Site, phone: Page) -> None:
    """PT-11, SB-2: what was accepted and not applied is shown beside what is held, and told of when its day is over."""
    come_in_invited(site, phone, NOT_APPLIED)
    site.place.simulator.fault("submission_not_applied", times=1, call="submit")
    change_rate(site, phone, "6")
    expect_state(phone, "Accepted")
    apply_and_sync(site)
    phone.reload()
    expect_state(phone, "Accepted")
    phone.goto(f"{site.place.url}/enroll/greeting/")
    expect(phone.locator("main")).to_contain_text("Your account does not show them yet.")
    look(phone, "greeting-pending")
    with site.portal() as page:
        page.goto(f"{site.plan_url}participants/{NOT_APPLIED}/")
        pending = page.get_by_role("region", name="Asked for, not yet in the recordkeeper's data")
        expect(pending).to_contain_text("5 %")
        expect(pending).to_contain_text("6 %")
    with psycopg.connect(address_of_database(site.place.home)) as connection:
        connection.execute("UPDATE submission SET due_on = due_on - 60 WHERE participant_id = %s", [NOT_APPLIED])
    sync_people(site)
    with site.portal() as page:
        page.goto(f"{site.place.url}/activity/?participant={NOT_APPLIED}")
        expect(page.locator("main")).to_contain_text("Submission not confirmed", timeout=SOON)


def test_no_answer_is_asked_about_and_never_sent_twice(site: Site, phone: Page) -> None:
    """SB-1, SB-2: a change that was applied without an answer is asked about by its key, and came once."""
    come_in_invited(site, phone, TIMED_OUT)
    site.place.simulator.fault("submission_timeout", times=1, call="submit")
    change_rate(site, phone, "14")
    expect_state(phone, "Accepted")
    look(phone, "receipt-asked")
    assert site.taken(TIMED_OUT) == ["applied"]
    [receipt] = receipts_on(phone)
    with site.portal() as page:
        page.goto(f"{site.place.url}/activity/submissions/?receipt={receipt}")
        page.get_by_role("link", name=receipt).click()
        attempts = page.get_by_role("region", name="Attempts").locator("tbody tr")
        expect(attempts.filter(has_text="POST")).to_have_count(1)
        expect(attempts.filter(has_text="GET").first).to_be_visible()
    sync_people(site)
    expect_state(phone, "Seen at the recordkeeper")
    assert percent_saved(site, TIMED_OUT) == "14"
    assert site.taken(TIMED_OUT) == ["applied"]
