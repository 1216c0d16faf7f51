"""What journeys of the Enrollment site do on the way: a running plan with people, phones, invitations, and what came of a change."""

import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, StorageState, expect, sync_playwright

from tests.cli.processes import call
from tests.journeys.acts import address_of_database
from tests.journeys.conftest import (
    CHROMIUM,
    NARROW,
    SCREENSHOTS,
    WIDE,
    Place,
    axe_findings,
    is_foreign,
    running,
    sign_in_first_admin,
    take_pictures,
)
from tests.journeys.steps import PLAN, SAVED, SOON, expect_nothing_lost_when_zoomed
from tests.limit_years import write_coming_years
from tests.simulator_process import start_simulator

PEOPLE = 30
MAIL_VARIABLE = "PLANBRIDGE_SMTP_URL"
# A recordkeeper that is silent is waited for so long: the usual minute would be all of a journey.
TIMEOUT_SECONDS = 3
LINK = re.compile(r"http://\S+/enroll/invitation/\S+/")

Person = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """An installation with an active plan of the simulator and its people, a browser, and the first Admin's sign-in."""

    place: Place
    browser: Browser
    admin: StorageState
    plan_url: str

    @contextmanager
    def portal(self) -> Iterator[Page]:
        """A page 1440 wide of a browser in which the first Admin is signed in."""
        context = self.browser.new_context(
            viewport=WIDE, locale="en-US", reduced_motion="reduce", storage_state=self.admin
        )
        yield context.new_page()
        context.close()

    @contextmanager
    def phone(self, *, locale: str = "en-US") -> Iterator[Page]:
        """A page 390 wide of somebody's own browser; what its policy forbids or comes from elsewhere fails the test."""
        context = self.browser.new_context(viewport=NARROW, locale=locale, reduced_motion="reduce")
        page = context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        page.on("request", lambda asked: complaints.append(asked.url) if is_foreign(asked.url) else None)
        yield page
        context.close()
        assert complaints == []

    def person(self, participant_id: str) -> Person:
        """A person as the recordkeeper has them now."""
        return next(one for one in self.place.simulator.people(PLAN) if one["participant_id"] == participant_id)

    def taken(self, participant_id: str) -> list[str]:
        """The states of all that the recordkeeper took in for a person, in its order."""
        with closing(sqlite3.connect(self.place.simulator.store)) as store:
            rows = store.execute(
                "SELECT status FROM submission WHERE participant_id = ? ORDER BY rowid", (participant_id,)
            ).fetchall()
        return [status for (status,) in rows]

    def asked_of(self, participant_id: str, kind: str) -> list[dict[str, Any]]:
        """What the recordkeeper took in of one kind for a person, as it was sent, in its order."""
        with closing(sqlite3.connect(self.place.simulator.store)) as store:
            rows = store.execute(
                "SELECT body FROM submission WHERE participant_id = ? ORDER BY rowid", (participant_id,)
            ).fetchall()
        return [body for body in (json.loads(text) for (text,) in rows) if body["type"] == kind]


@contextmanager
def enrollment_site(folder: Path) -> Iterator[Site]:
    """An installation with everything until the end; one for all journeys of a file, each of which has its own person."""
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}: scripts/browser puts it there")
    # Not below pytest's folder: the user whose the database is has to pass through, and every start of pytest shuts it.
    outer = Path(tempfile.mkdtemp(prefix="planbridge-enrollment-"))
    home = outer / "home"
    home.mkdir()
    write_coming_years(home / "limits.toml")
    try:
        with start_simulator(folder, plans=1, people=PEOPLE) as simulator, pytest.MonkeyPatch.context() as patch:
            patch.setenv(MAIL_VARIABLE, simulator.mail)
            simulator.admin("hire", plan_id=PLAN, count=2)
            with running(home) as said, sync_playwright() as driver:
                place = Place(said["url"], said["first_admin"], home, simulator)
                bring_plan(place)
                browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
                yield signed_in(place, browser)
                browser.close()
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def bring_plan(place: Place) -> None:
    """Connect the simulator, add its plan, activate it, and sync its people, by the command line."""
    place.connect()
    with psycopg.connect(address_of_database(place.home)) as connection:
        connection.execute(
            "UPDATE connection SET settings = settings || jsonb_build_object('timeout_seconds', %s::int)",
            [TIMEOUT_SECONDS],
        )
    for words in (
        ("plan", "add", "--connection", "Example Recordkeeper", PLAN, "--wait"),
        ("plan", "activate", PLAN),
        ("sync", "participants", PLAN, "--wait"),
    ):
        command(place, *words)


def command(place: Place, *words: str) -> None:
    """A command of the installation, to its good end."""
    answer = call(place.home, *words)
    assert answer.returncode == 0, f"{answer.stdout}{answer.stderr}"


def signed_in(place: Place, browser: Browser) -> Site:
    """Sign the first Admin in and find the plan's address."""
    context = browser.new_context(viewport=WIDE, locale="en-US")
    page = context.new_page()
    sign_in_first_admin(page, place)
    address = page.locator("tbody tr", has_text=PLAN).get_by_role("link").first.get_attribute("href")
    state = context.storage_state()
    context.close()
    return Site(place, browser, state, f"{place.url}{address}")


def switch_notifications_on(site: Site, *names: str) -> None:
    """Switch events of the plan on, in its Notifications tab."""
    with site.portal() as page:
        page.goto(f"{site.plan_url}notifications/")
        for name in names:
            event = page.locator(f"#event-{name}")
            event.get_by_role("switch").press("Space")
            expect(event.get_by_text(SAVED)).to_be_visible()


def invite(site: Site, participant_id: str) -> str:
    """Invite somebody from their page in the Participants tab; answers the link of the mail that came."""
    address = site.person(participant_id)["email"]
    with site.portal() as page:
        page.goto(f"{site.plan_url}participants/{participant_id}/")
        page.once("dialog", lambda question: question.accept())
        page.get_by_role("button", name="Invite to enroll").click()
        expect(page.locator("#sync")).to_contain_text("1 link was mailed", timeout=SOON)
    return link_mailed_to(site, address)


def mails_to(site: Site, address: str) -> list[dict[str, Any]]:
    """The mails that came for an address, the latest last."""
    answer = httpx.get(f"{site.place.simulator.url}/admin/mails", timeout=30).raise_for_status()
    return sorted((one for one in answer.json()["mails"] if address in one["to"]), key=lambda one: one["number"])


def link_mailed_to(site: Site, address: str) -> str:
    """The link in the latest mail to an address."""
    found = LINK.search(mails_to(site, address)[-1]["text"])
    assert found, "the mail has no link"
    return found.group()


def come_in(page: Page, link: str, *, button: str = "Begin") -> None:
    """Open a link and press its button."""
    page.goto(link)
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_url("**/enroll/greeting/")


def come_in_invited(site: Site, page: Page, participant_id: str) -> None:
    """Invite somebody, and let them in on their phone."""
    come_in(page, invite(site, participant_id))


def go_on(page: Page, to: str, *, button: str = "Continue") -> None:
    """Press the button that goes on, and be on the page that follows."""
    page.locator("main").get_by_role("button", name=button, exact=True).last.click()
    page.wait_for_url(f"**/enroll/{to}/*")


def change_rate(site: Site, page: Page, percent: str) -> None:
    """Answer the question of the rate alone, and confirm it; the receipt is shown."""
    page.goto(f"{site.place.url}/enroll/rate/")
    page.get_by_role("textbox", name="How much into Employee pre-tax").fill(percent)
    page.locator("main").get_by_role("button", name="Continue", exact=True).last.click()
    page.wait_for_url("**/enroll/path/")
    page.goto(f"{site.place.url}/enroll/check/")
    confirm(page)


def confirm(page: Page) -> None:
    """Confirm; the receipt is shown."""
    page.get_by_role("button", name="Confirm", exact=True).click()
    page.wait_for_url("**/enroll/receipt/")


def receipts_on(page: Page) -> list[str]:
    """The receipt numbers of the page."""
    return page.locator("main dd.receipt").all_inner_texts()


def expect_state(page: Page, word: str, count: int = 1) -> None:
    """So many changes of the receipt have come to this state; the page looks by itself."""
    expect(page.locator("main strong.state", has_text=word)).to_have_count(count, timeout=SOON)


def apply_and_sync(site: Site) -> None:
    """The recordkeeper applies what it took, and a Participant Sync runs to its end."""
    site.place.simulator.admin("apply-submissions")
    sync_people(site)


def sync_people(site: Site) -> None:
    """A Participant Sync of the plan, by the command line."""
    command(site.place, "sync", "participants", PLAN, "--wait")


def expect_in_log(site: Site, participant_id: str, word: str) -> None:
    """The person's latest submission stands in the portal's log with this word."""
    with site.portal() as page:
        page.goto(f"{site.place.url}/activity/submissions/?participant={participant_id}")
        expect(page.locator("#submissions tbody tr").first).to_contain_text(word, timeout=SOON)


def look(page: Page, name: str, *, is_zoomed: bool = False) -> None:
    """The page has no barrier in light and dark, and fits 390 and 1440; asked for, it loses nothing when magnified."""
    expect_no_barrier(page)
    take_pictures(page, f"enrollment-{name}")
    if is_zoomed:
        expect_nothing_lost_when_zoomed(page, name)
    page.set_viewport_size(NARROW)


def expect_no_barrier(page: Page) -> None:
    """axe-core finds nothing in the colors of day and night, which follow the phone here."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        if SCREENSHOTS and scheme == "dark":
            page.screenshot(path=f"{SCREENSHOTS}/dark-{Path(urlsplit(page.url).path).name}.png", full_page=True)
        assert axe_findings(page, is_only_colors=scheme == "light") == [], f"{page.url} in {scheme}"
