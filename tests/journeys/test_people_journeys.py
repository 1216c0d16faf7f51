"""Journeys with a plan's people: some come broken, somebody reads why, has them mended, and tries them again."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Place, expect_no_axe_findings, sign_in_first_admin, take_pictures
from tests.journeys.steps import PLAN, SOON, add_plan, change_at_recordkeeper, fact, look, open_run


def test_three_broken_people_are_understood_mended_and_tried_again(page: Page, place: Place) -> None:
    """PT-1, PT-3, PT-4, AM-5, AM-6: three of a plan's people are rejected; why stands by code; mended, Retry rejected takes all in."""
    sign_in_first_admin(page, place)
    place.connect()
    page.reload()
    add_plan(page, place)
    expect(page.locator("#specifications")).to_contain_text("Fund lineup", timeout=SOON)
    sync_for_the_first_time(page)
    everybody = len(place.simulator.people(PLAN))
    expect_synced(page, everybody)
    change_at_recordkeeper(page, place, "break", plan_id=PLAN, kinds="SSN_MISSING", count="2")
    change_at_recordkeeper(page, place, "break", plan_id=PLAN, kinds="NAME_MISSING", count="1")
    sync_participants(page)
    expect(page.locator("#sync")).to_contain_text("Partly successful", timeout=SOON)
    expect(page.locator("#sync")).to_contain_text("3 rejected")
    expect(page.locator("#people")).to_contain_text("3 people are rejected")
    expect(page.locator("#people tbody").get_by_text("Error", exact=True)).to_have_count(3)
    look(page, "people-partly")
    read_why_of_people(page)
    open_run(page, place, fact(page, "Last Participant Sync"))
    read_why_of_run(page)
    change_at_recordkeeper(page, place, "mend", plan_id=PLAN)
    retry_rejected(page)
    fact(page, "Plan").get_by_role("link").click()
    page.get_by_role("navigation", name="Plan Details").get_by_role("link", name="Participants").click()
    expect_synced(page, everybody)
    look(page, "people-all-synced")


def sync_for_the_first_time(page: Page) -> None:
    """From a new plan: the Participants tab is empty and says what to do."""
    page.get_by_role("navigation", name="Plan Details").get_by_role("link", name="Participants").click()
    expect(page.get_by_text("No participants yet")).to_be_visible()
    look(page, "people-empty")
    sync_participants(page)
    expect(page.locator("#sync").get_by_text("Successful", exact=True)).to_be_visible(timeout=SOON)


def expect_synced(page: Page, everybody: int) -> None:
    """Everybody is in the list, and Synced."""
    expect(page.locator("#people tbody tr")).to_have_count(everybody)
    expect(page.locator("#people tbody").get_by_text("Synced", exact=True)).to_have_count(everybody)
    expect(fact(page, "Participants")).to_have_text(str(everybody))


def sync_participants(page: Page) -> None:
    """Actions, Sync participants, and the confirmation."""
    page.get_by_role("button", name="Actions").click()
    page.locator(".dropdown-menu").get_by_role("button", name="Sync participants").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nothing is sent to the recordkeeper")
    expect_no_axe_findings(page)
    take_pictures(page, "people-confirm")
    page.get_by_role("dialog").get_by_role("button", name="Sync Participants").click()


def read_why_of_people(page: Page) -> None:
    """The rejected people one by one: what is wrong, who mends it, the record as it was delivered."""
    page.get_by_role("link", name="See who, why, and who mends it").click()
    expect(page.get_by_role("heading", name="Rejected people")).to_be_visible()
    expect(page.locator("#rejected article")).to_have_count(3)
    expect(page.locator("#rejected").get_by_text("SSN_MISSING")).to_have_count(2)
    page.get_by_text("The record as delivered, SSN masked").first.click()
    expect(page.locator("#rejected pre").first).to_be_visible()
    look(page, "people-rejected")


def read_why_of_run(page: Page) -> None:
    """The run begins with a sentence; its problems are grouped by code with how many, who mends them, and where."""
    body = page.locator("#run-body")
    expect(body).to_contain_text("partly successful")
    expect(body).to_contain_text("3 rejected")
    page.get_by_role("link", name=re.compile("^Problems")).click()
    expect(body.locator(".problem-group")).to_have_count(2)
    group = body.locator(".problem-group", has_text="SSN_MISSING")
    expect(group).to_contain_text("2 problems, 2 people.")
    expect(group).to_contain_text("recordkeeper")
    look(page, "run-problems")
    group.get_by_role("link", name=re.compile("Show all 2")).click()
    expect(body.locator(".problem-people > li")).to_have_count(2)
    page.get_by_text("Record as it was delivered").first.click()
    look(page, "run-problem-people")
    page.get_by_role("link", name="Proof").click()
    expect(page.get_by_role("region", name="Proof")).to_contain_text("People")
    look(page, "run-proof")


def retry_rejected(page: Page) -> None:
    """Retry rejected, asked before, leads to its own run, which ends well."""
    page.get_by_role("button", name="Retry rejected").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page, "run-retry-confirm")
    page.get_by_role("dialog").get_by_role("button", name="Retry rejected").click()
    expect(page.locator("#run-body").get_by_text("an earlier run")).to_be_visible()
    expect(page.locator("#run-body").get_by_text("Successful", exact=True)).to_be_visible(timeout=SOON)
    look(page, "run-retried")
