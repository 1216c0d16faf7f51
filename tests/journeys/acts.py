"""What journeys of held and failed runs do on the way: begin with a synced plan, sync its people, let a colleague in."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.cli.processes import call
from tests.journeys.conftest import RECORDKEEPER, WIDE, Place, sign_in_first_admin
from tests.journeys.steps import PLAN, SOON

PASSWORD = "four quiet words here"


def begin_with_plan(page: Page, place: Place) -> None:
    """Connect the simulator and add its first plan by the command line, until it is synced; sign the first Admin in."""
    place.connect()
    added = call(place.home, "plan", "add", "--connection", RECORDKEEPER, PLAN, "--wait")
    assert added.returncode == 0, added
    sign_in_first_admin(page, place)


def open_plan(page: Page, place: Place) -> None:
    """Go to the plan, from Plan Summary."""
    page.goto(f"{place.url}/plans/")
    page.locator("tbody tr", has_text=PLAN).get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/plans/\d+/"))


def sync_participants(page: Page, place: Place, ends: str) -> None:
    """Start a Participant Sync of everybody by the menu, and stay until it shows this status."""
    open_plan(page, place)
    page.get_by_role("link", name="Participants", exact=True).click()
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("list").get_by_role("button", name="Sync participants").click()
    page.get_by_role("dialog").get_by_role("button", name="Sync Participants").click()
    expect(page.locator("#sync").get_by_role("link", name=ends, exact=True)).to_be_visible(timeout=SOON)


def invite_colleague(page: Page, place: Place, name: str, role: str) -> Page:
    """Invite a user without flags who sees all plans; answers a page of a browser in which they are signed in."""
    email = f"{name.lower()}@example.test"
    page.goto(f"{place.url}/settings/users/")
    page.get_by_role("link", name="Invite user").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Name", exact=True).fill(f"{name} Example")
    page.get_by_label("Role").select_option(label=role)
    page.get_by_label("All plans of the firm").check()
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.get_by_label(f"One-time link of {name} Example").input_value()
    assert page.context.browser is not None
    theirs = page.context.browser.new_page(viewport=WIDE, locale="en-US", reduced_motion="reduce")
    theirs.goto(link)
    theirs.get_by_label("Password", exact=True).fill(PASSWORD)
    theirs.get_by_label("Password, once more").fill(PASSWORD)
    theirs.get_by_role("button", name="Set password").click()
    sign_in(theirs, email)
    theirs.wait_for_url(f"{place.url}/plans/")
    return theirs


def sign_in(page: Page, email: str) -> None:
    """Sign in on the page that asks for it."""
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def address_of_database(home: Path) -> str:
    """The address of an installation's embedded database, as its server's own file says it."""
    (file,) = home.rglob("postmaster.pid")
    _, _, _, port, socket, *_ = file.read_text().splitlines()
    return f"postgresql://planbridge@:{port}/planbridge?host={socket}"
