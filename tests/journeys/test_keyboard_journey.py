"""The journey by keyboard alone: signing in, the command menu, a sync of a plan and of one person."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Place, expect_no_axe_findings, sign_in_first_admin, take_pictures
from tests.journeys.steps import PLAN, SOON

TABS_MAX = 120
IS_FOCUSED = "one => one === document.activeElement"
# What shows where the focus is: an outline, or a shadow around the box.
IS_FOCUS_SEEN = """one => { const style = getComputedStyle(one);
    return style.outlineStyle !== "none" || style.boxShadow !== "none" }"""


def test_all_by_keyboard(page: Page, place: Place) -> None:
    """AM-5, PT-9, US-1: with keys alone somebody signs in, adds a plan, syncs it and its people, finds a person and syncs them."""
    sign_in_first_admin(page, place)
    place.connect()
    sign_out_and_in(page, place)
    add_plan_by_keys(page)
    find_by_keys(page, PLAN, page.get_by_role("option", name=re.compile(PLAN)))
    expect(page.locator("#specifications")).to_contain_text("Fund lineup", timeout=SOON)
    press(page, page.get_by_role("link", name="Sync now"))
    last_sync = page.get_by_role("region", name="Last Sync")
    expect(last_sync).to_contain_text("Nothing changed at the recordkeeper.", timeout=SOON)
    sync_people_by_keys(page)
    person = place.simulator.people(PLAN)[0]
    name = f"{person['first_name']} {person['last_name']}"
    find_by_keys(page, person["last_name"], page.get_by_role("option", name=re.compile(re.escape(name))).first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    press(page, page.get_by_role("button", name="Sync", exact=True))
    expect(page.locator("#sync")).to_contain_text("Successful", timeout=SOON)
    expect_no_axe_findings(page)
    take_pictures(page, "keyboard-person")


def sign_out_and_in(page: Page, place: Place) -> None:
    """Sign out from the menu of one's name, and in again."""
    page.goto(f"{place.url}/plans/")
    press(page, page.locator("details.person-menu > summary"))
    press(page, page.get_by_role("button", name="Sign out"))
    write(page, page.get_by_label("Email"), "ada@example.test")
    write(page, page.get_by_label("Password"), "four quiet words here")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{place.url}/plans/")


def add_plan_by_keys(page: Page) -> None:
    """Add the plan by its id."""
    press(page, page.get_by_role("link", name="Add plans").first)
    write(page, page.get_by_label("Plan ids"), PLAN)
    press(page, page.get_by_role("button", name="Add plans"))
    expect(page.get_by_text("1 plan added.")).to_be_visible()


def find_by_keys(page: Page, text: str, option: Locator) -> None:
    """Open the command menu, type, go to an option with the arrow, and take it."""
    page.keyboard.press("Control+K")
    box = page.get_by_label("Find a plan, a person or a run")
    expect(box).to_be_focused()
    page.keyboard.type(text)
    expect(option).to_be_visible()
    expect_no_axe_findings(page)
    take_pictures(page, f"keyboard-find-{text}")
    for _ in range(TABS_MAX):
        if option.evaluate(IS_FOCUSED):
            break
        page.keyboard.press("ArrowDown")
    expect(option).to_be_focused()
    page.keyboard.press("Enter")
    expect(box).to_be_hidden()


def sync_people_by_keys(page: Page) -> None:
    """Actions, Sync participants, and the confirmation; afterwards the focus is where it was."""
    press(page, page.get_by_role("navigation", name="Plan Details").get_by_role("link", name="Participants"))
    actions = page.get_by_role("button", name="Actions")
    choice = page.locator(".dropdown-menu").get_by_role("button", name="Sync participants")
    press(page, actions)
    press(page, choice)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(actions).to_be_focused()
    press(page, actions)
    press(page, choice)
    press(page, page.get_by_role("dialog").get_by_role("button", name="Sync Participants"))
    expect(page.locator("#sync")).to_contain_text("Successful", timeout=SOON)
    expect(actions).to_be_focused()


def go_to(page: Page, wanted: Locator) -> None:
    """Go on with Tab until the element has the focus, and shows it."""
    expect(wanted).to_be_visible()
    for _ in range(TABS_MAX):
        if wanted.evaluate(IS_FOCUSED):
            break
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()
    assert wanted.evaluate(IS_FOCUS_SEEN), f"nothing shows that {wanted} has the focus"


def press(page: Page, wanted: Locator) -> None:
    """Go to a link or button, and press Enter."""
    go_to(page, wanted)
    page.keyboard.press("Enter")


def write(page: Page, wanted: Locator, text: str) -> None:
    """Go to a box and type."""
    go_to(page, wanted)
    page.keyboard.type(text)
