"""The first journey: from the one-time link to a plan that is synced."""

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import (
    RECORDKEEPER,
    Place,
    expect_no_axe_findings,
    sign_in_first_admin,
    take_pictures,
    wait_until,
)
from tests.journeys.steps import SAVED, SOON


def look(page: Page, name: str) -> None:
    """The page has no barrier and fits both widths."""
    expect_no_axe_findings(page)
    take_pictures(page, name)


def test_from_the_link_to_a_synced_plan(page: Page, place: Place) -> None:
    """PS-1, PL-1, US-1: the first Admin signs in, sees no plan, adds one from the recordkeeper's list, and sees it synced."""
    page.goto(place.first_admin)
    look(page, "invitation")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("alert")).to_be_focused()
    look(page, "invitation-errors")
    sign_in_first_admin(page, place)
    expect(page.get_by_text("No plan yet")).to_be_visible()
    look(page, "plans-empty")
    page.goto(f"{place.url}/plans/add/")
    expect(page.get_by_text("No recordkeeper yet")).to_be_visible()
    look(page, "plans-add-no-recordkeeper")
    place.connect()
    page.goto(f"{place.url}/plans/")
    page.get_by_role("link", name="Add plans").first.click()
    expect(page.get_by_label("Recordkeeper")).to_contain_text(RECORDKEEPER)
    page.get_by_role("button", name=re.compile("Pick from")).click()
    page.get_by_label(re.compile("910001")).check()
    look(page, "plans-add")
    page.get_by_role("button", name="Add plans").click()
    expect(page.get_by_text("1 plan added.")).to_be_visible()
    wait_until(page, lambda: is_synced(page))
    look(page, "plans-one")


def is_synced(page: Page) -> bool:
    """Whether the only plan's first Plan Sync has ended well, after a reload."""
    page.reload()
    return page.locator("tbody tr", has_text="910001").get_by_text("Successful", exact=True).count() == 1


def test_other_pages_of_the_layout(page: Page, place: Place) -> None:
    """PL-8: a name saves by itself and says so; pages of signing in, not found and forbidden have no barrier."""
    page.goto(f"{place.url}/plans/")
    look(page, "sign-in")
    sign_in_first_admin(page, place)
    page.goto(f"{place.url}/settings/")
    name = page.get_by_label("Name", exact=True)
    name.fill("Ada Lovely")
    name.press("Tab")
    expect(page.get_by_text(SAVED)).to_be_visible(timeout=SOON)
    look(page, "profile")
    page.keyboard.press("Control+K")
    page.get_by_label("Find a plan, a person or a run").fill("nothing of the sort")
    expect(page.get_by_text("Nothing that you see begins with")).to_be_visible()
    look(page, "find")
    for path, name_of_page in (
        ("/nothing", "not-found"),
        ("/accounts/2fa/", "security"),
        ("/accounts/sessions/", "sessions"),
        ("/accounts/password/change/", "password"),
    ):
        page.goto(f"{place.url}{path}")
        look(page, name_of_page)
