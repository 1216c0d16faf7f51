"""Steps that several journeys take: adding a plan, changing something at the recordkeeper, looking at a page."""

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.journeys.conftest import (
    RECORDKEEPER,
    SCREENSHOTS,
    SECONDS_MAX,
    WIDE,
    Place,
    expect_no_axe_findings,
    take_pictures,
)

PLAN = "910001"
SOON = SECONDS_MAX * 1000
# What an edit in place says when it is kept; the page says "saved" elsewhere, too.
SAVED = re.compile(r"Saved \d+:\d\d [AP]M")
# 1440 wide at 200 %, and the narrowest that must do without scrolling sideways: 1280 wide at 400 %.
ZOOMED: Sequence[ViewportSize] = ({"width": 720, "height": 450}, {"width": 320, "height": 256})
# What sticks out on the right where the page scrolls sideways.
WIDER = """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *")]
    .filter(one => one.getBoundingClientRect().right > innerWidth).map(one => one.outerHTML.slice(0, 90)).slice(0, 5)"""
CONTROLS = "main a, main button, main input, main select, main textarea"


def look(page: Page, name: str) -> None:
    """The page has no barrier, fits both widths, and loses nothing when it is magnified."""
    expect_no_axe_findings(page)
    take_pictures(page, name)
    expect_nothing_lost_when_zoomed(page, name)


def expect_nothing_lost_when_zoomed(page: Page, name: str) -> None:
    """Every visible link, button and box of the content is there at 200 % and 400 %, without scrolling sideways."""
    wide = words_of_controls(page)
    for size in ZOOMED:
        page.set_viewport_size(size)
        wider = page.evaluate(WIDER)
        assert not wider, f"{name} scrolls sideways at {size}: {wider}"
        assert wide - words_of_controls(page) == set(), f"{name} loses something at {size}"
    page.set_viewport_size(WIDE)
    if SCREENSHOTS:
        page.evaluate("document.documentElement.dataset.bsTheme = 'dark'")
        page.screenshot(path=f"{SCREENSHOTS}/{name}-dark.png", full_page=True)
        page.evaluate("document.documentElement.dataset.bsTheme = 'light'")


def words_of_controls(page: Page) -> set[str]:
    """The words of what can be used in the content now, but for the table headings that sort."""
    words: list[str] = page.locator(CONTROLS).evaluate_all(
        """all => all.filter(one => one.checkVisibility({visibilityProperty: true}) && !one.closest("thead"))
                     .map(one => (one.getAttribute("aria-label") ?? one.innerText ?? "").trim() || one.id)"""
    )
    return set(words)


def add_plan(page: Page, place: Place) -> None:
    """From Plan Summary: add the first plan by its external plan id, and open it."""
    page.get_by_role("link", name="Add plans").first.click()
    page.get_by_label("Recordkeeper").select_option(label=RECORDKEEPER)
    page.get_by_label("Plan ids").fill(PLAN)
    page.get_by_role("button", name="Add plans").click()
    expect(page.get_by_text("1 plan added.")).to_be_visible()
    page.locator("tbody tr", has_text=PLAN).get_by_role("link").first.click()
    page.wait_for_url(f"{place.url}/plans/*/")


def change_at_recordkeeper(page: Page, place: Place, action: str, **fields: str) -> None:
    """Fill in the form of an action on the simulator's own page, in a window of its own, and send it."""
    assert page.context.browser is not None
    window = page.context.browser.new_page()
    window.goto(place.simulator.url)
    form = window.locator("form").filter(has=window.get_by_role("button", name=action, exact=True))
    for label, value in fields.items():
        box = form.get_by_label(label, exact=True)
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    form.get_by_role("button", name=action, exact=True).click()
    expect(window.get_by_role("status")).to_contain_text(f"{action}:")
    window.close()


def fact(page: Page, label: str) -> Locator:
    """The value of one of the facts under the title."""
    return page.locator("dl.facts > div", has=page.get_by_text(label, exact=True)).locator("dd")


def open_run(page: Page, place: Place, part: Locator) -> None:
    """Follow the status in a part of the page to its run."""
    part.locator("a.status-badge").first.click()
    page.wait_for_url(re.compile(f"{re.escape(place.url)}/activity/.*"))
