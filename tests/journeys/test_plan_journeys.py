"""Journeys with a plan: its first sync as it goes on, and a contact that changes at the recordkeeper."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import RECORDKEEPER, Place, sign_in_first_admin
from tests.journeys.steps import PLAN, SOON, add_plan, change_at_recordkeeper, fact, look, open_run


def test_a_changed_contact_is_seen_with_before_and_after(page: Page, place: Place) -> None:
    """PS-1, PS-2, PS-6, AM-5: the first sync of a plan is followed; a contact changes, and Sync now shows old and new."""
    sign_in_first_admin(page, place)
    place.connect()
    page.reload()
    add_plan(page, place)
    follow_first_sync(page, place)
    before = contact(page)
    assert re.search(r"@example\.test", before), before
    change_at_recordkeeper(
        page, place, "change-contact", plan_id=PLAN, role="primary", name="Wren Adler", email="wren.adler@example.test"
    )
    page.get_by_role("link", name="Sync now").click()
    last_sync = page.get_by_role("region", name="Last Sync")
    expect(last_sync).to_contain_text("1 change by this sync", timeout=SOON)
    expect(last_sync).to_contain_text("Wren Adler")
    expect(page.locator("#specifications")).to_contain_text("wren.adler@example.test")
    expect(last_sync.get_by_role("link", name="Sync now")).to_be_visible()
    look(page, "plan-changed-contact")
    open_run(page, place, last_sync)
    expect(page.locator("#run-body")).to_contain_text("Plan Sync of")
    page.get_by_role("link", name=re.compile("Changes")).click()
    row = page.locator("table.changes tbody tr", has_text="Wren Adler")
    expect(row).to_have_count(1)
    expect(row.locator("td").filter(has_text="@example.test").first).not_to_contain_text("wren.adler")
    look(page, "run-changed-contact")
    page.get_by_role("link", name="Requests").click()
    expect(page.get_by_text(f"/v1/plans/{PLAN}").first).to_be_visible()
    look(page, "run-requests")


def follow_first_sync(page: Page, place: Place) -> None:
    """The page of a plan that was just added fills by itself; its run tells the stages and one success."""
    last_sync = page.get_by_role("region", name="Last Sync")
    expect(page.locator("#specifications")).to_contain_text("Fund lineup", timeout=SOON)
    expect(fact(page, "Recordkeeper")).to_have_text(f"{RECORDKEEPER}, {PLAN}")
    expect(last_sync.get_by_text("Successful", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("401(k) Plan")
    look(page, "plan-first-sync")
    open_run(page, place, last_sync)
    expect(page.locator("#run-body")).to_contain_text("successful")
    expect(page.locator("ol.stages")).to_contain_text("Extract")
    expect(page.locator("table.changes tbody tr", has_text="EIN")).to_contain_text("00-")
    look(page, "run-first-sync")
    page.get_by_role("link", name=re.compile("^Task")).click()
    expect(page.get_by_label("Task as text")).to_contain_text(PLAN)
    fact(page, "Plan").get_by_role("link").click()
    expect(last_sync).to_be_visible()


def contact(page: Page) -> str:
    """What Specifications says of the primary contact."""
    return page.locator("#specifications .field-row", has_text=re.compile("primary", re.IGNORECASE)).first.inner_text()
