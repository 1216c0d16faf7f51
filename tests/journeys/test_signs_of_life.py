"""How the pages answer: a status at once, no full reload, nothing that jumps, and quiet where nothing runs."""

import re

import psycopg
from playwright.sync_api import Page, Request, expect

from tests.journeys.acts import address_of_database, begin_with_plan, open_plan
from tests.journeys.conftest import Place
from tests.journeys.steps import SOON

QUIET_SECONDS = 3.5  # longer than any page waits before it asks again; but for the badge, which goes on
SHIFT_MAX = 0.1  # what web.dev calls good
WATCH = """
() => {
  window.isSamePage = true
  window.shift = 0
  new PerformanceObserver(list => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shift += one.value
  }).observe({ type: "layout-shift", buffered: true })
}
"""


def test_syncs_show_signs_of_life_and_pages_stay(page: Page, place: Place) -> None:
    """AM-2, PS-2, PT-1: Sync now and Sync participants answer at once, their page fills without a reload, then asks no more."""
    begin_with_plan(page, place)
    open_plan(page, place)
    page.evaluate(WATCH)
    region = page.get_by_role("region", name="Last Sync")
    region.get_by_role("link", name="Sync now").click()
    page.locator("#last-sync[hx-trigger] [role=status] p").first.wait_for()
    expect(region.get_by_role("link", name="Sync now")).to_be_visible(timeout=SOON)
    expect_calm(page)
    page.get_by_role("navigation", name="Plan Details").get_by_role("link", name="Participants").click()
    expect(page.get_by_text("No participants yet")).to_be_visible()
    page.evaluate(WATCH)
    page.get_by_role("button", name="Actions").click()
    page.locator(".dropdown-menu").get_by_role("button", name="Sync participants").click()
    page.get_by_role("dialog").get_by_role("button", name="Sync Participants").click()
    page.locator("#sync .status-badge").first.wait_for()
    expect(page.locator("#sync").get_by_text("Successful", exact=True)).to_be_visible(timeout=SOON)
    expect_calm(page)
    expect_filters_without_reload(page, place)


def test_a_page_that_follows_a_run_leaves_its_reader_alone(page: Page, place: Place) -> None:
    """AM-2: on the page of a run that has not ended, the keyboard's place outlasts each look for news."""
    begin_with_plan(page, place)
    with psycopg.connect(address_of_database(place.home)) as connection:  # so that the run waits
        connection.execute("UPDATE connection SET quiet_from = '00:00:00', quiet_until = '23:59:59.999999'")
    open_plan(page, place)
    region = page.get_by_role("region", name="Last Sync")
    region.get_by_role("link", name="Sync now").click()
    page.locator("#last-sync[hx-trigger] [role=status] p").first.wait_for()
    region.locator("a.status-badge").last.click()
    page.wait_for_url(re.compile(f"{re.escape(place.url)}/activity/.*"))
    link = page.locator("#run-body dl.facts a")
    link.focus()
    for _ in range(2):
        part = page.locator("#run-body").element_handle()
        with page.expect_response(lambda answer: answer.url.split("?")[0] == page.url.split("?")[0]):
            pass
        part.wait_for_element_state("hidden")  # it was put in place anew
        expect(link).to_be_focused()
    expect(page.get_by_text("This page follows by itself.")).to_be_visible()


def expect_calm(page: Page) -> None:
    """Nothing jumped, the page was not loaded anew, and it does not ask again."""
    assert page.evaluate("window.isSamePage")
    assert page.evaluate("window.shift") < SHIFT_MAX
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.wait_for_timeout(1000 * QUIET_SECONDS)
    page.remove_listener("request", note)
    assert [one for one in asked if not one.split("?")[0].endswith("/activity/badge/")] == []


def expect_filters_without_reload(page: Page, place: Place) -> None:
    """Filters of both lists change the rows and the address, and nothing is loaded anew."""
    for path, box, empty in (
        ("/plans/", page.get_by_label(re.compile("^Search")), "No plan fits"),
        ("/activity/", page.get_by_label("Plan", exact=True), "Nothing fits"),
    ):
        page.goto(f"{place.url}{path}")
        expect(page.locator("tbody tr").first).to_be_visible()
        page.evaluate(WATCH)
        box.press_sequentially("zzzz")
        box.press("Enter")
        expect(page.get_by_text(empty)).to_be_visible()
        assert "zzzz" in page.url
        assert page.evaluate("window.isSamePage")
        assert page.evaluate("window.shift") < SHIFT_MAX
