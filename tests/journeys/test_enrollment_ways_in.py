"""Ways into the Enrollment site: the recordkeeper's own sign-in, a look at it as an advisor, and links that do not work."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import NARROW
from tests.journeys.enrollment_acts import (
    Site,
    change_rate,
    come_in_invited,
    command,
    enrollment_site,
    expect_no_barrier,
    expect_state,
    look,
)
from tests.journeys.steps import PLAN, SOON

INVITED, SIGNED_IN, LOOKED_AT = (f"{PLAN}-{number:06d}" for number in (6, 23, 30))
CLIENT_ID = "planbridge-enrollment"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One installation for all of these journeys."""
    with enrollment_site(tmp_path_factory.mktemp("recordkeeper")) as running:
        yield running


@pytest.fixture
def phone(site: Site) -> Iterator[Page]:
    """A phone."""
    with site.phone() as page:
        yield page


def set_sign_in(site: Site) -> str:
    """Tell Planbridge of the recordkeeper's provider; answers the link for participants that the page shows."""
    simulator = site.place.simulator
    with site.portal() as page:
        page.goto(f"{site.place.url}/recordkeepers/")
        page.get_by_role("link", name="Example Recordkeeper").first.click()
        page.get_by_role("link", name="Participant sign-in").click()
        page.get_by_label("Issuer").fill(simulator.url)
        page.get_by_label("Client id").fill(CLIENT_ID)
        page.get_by_label("Client secret").fill(simulator.token)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Participants can sign in from the recordkeeper's site.")).to_be_visible()
        return page.locator("dl.facts > div", has_text="Link for participants").locator("dd").inner_text()


def test_somebody_signs_in_at_the_recordkeeper(site: Site, phone: Page) -> None:
    """EN-1: by OpenID Connect from the recordkeeper's site somebody is known, changes a rate, signs out, and in again."""
    link = set_sign_in(site)
    sign_in_at_recordkeeper(phone, link)
    expect(phone.get_by_role("heading", level=1)).to_contain_text(site.person(SIGNED_IN)["first_name"])
    look(phone, "greeting-signed-in")
    change_rate(site, phone, "9")
    expect_state(phone, "Accepted")
    phone.get_by_role("button", name="Sign out").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("You are signed out")
    look(phone, "signed-out-provider")
    phone.goto(f"{site.place.url}/enroll/receipt/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("You are signed out")
    again = phone.get_by_role("link", name="Sign in again").get_attribute("href") or ""
    sign_in_at_recordkeeper(phone, f"{site.place.url}{again}")
    phone.get_by_role("link", name="See your receipt").click()
    expect_state(phone, "Accepted")


def sign_in_at_recordkeeper(phone: Page, link: str) -> None:
    """From the link to the recordkeeper's page, pick who one is, and be back."""
    phone.goto(link)
    phone.get_by_label("Name or id").fill(SIGNED_IN)
    phone.get_by_role("button", name="Search").click()
    phone.locator("li", has_text=SIGNED_IN).get_by_role("button").click()
    phone.wait_for_url("**/enroll/greeting/")


def test_nobody_gets_in_by_an_answer_nobody_asked_for(site: Site, phone: Page) -> None:
    """EN-1: an answer that this browser did not ask for lets nobody in, and says where to begin again."""
    phone.goto(f"{site.place.url}/enroll/sign-in/answer/?code=abc&state=def")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Signing in did not work")
    look(phone, "sign-in-failed")
    phone.goto(f"{site.place.url}/enroll/check/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("You are signed out")


def test_an_advisor_looks_at_the_site_as_a_participant(site: Site) -> None:
    """EN-1: Launch as participant shows each page and takes nothing; ending it leads back to the Participants tab."""
    with site.portal() as page:
        page.goto(f"{site.plan_url}participants/{LOOKED_AT}/")
        page.get_by_role("button", name="Launch as participant").click()
        page.wait_for_url("**/enroll/greeting/")
        expect(page.get_by_role("status")).to_contain_text("nothing can be changed")
        page.set_viewport_size(NARROW)
        look(page, "preview-greeting")
        for slug in ("personal", "goal", "rate", "path", "transfer", "beneficiaries", "check"):
            page.locator("main .buttons a.button").click()
            page.wait_for_url(f"**/enroll/{slug}/")
            expect_no_barrier(page)
        expect(page.get_by_role("button", name="Confirm", exact=True)).to_have_count(0)
        look(page, "preview-check")
        page.get_by_role("button", name="End preview").click()
        page.wait_for_url("**/participants/")
        page.goto(f"{site.place.url}/activity/?participant={LOOKED_AT}")
        expect(page.locator("main")).to_contain_text("preview", timeout=SOON, ignore_case=True)


def test_a_plan_without_an_open_site_says_so(site: Site, phone: Page) -> None:
    """EN-1: whoever is inside while the plan is deactivated finds a plain page, and all again when it is active."""
    come_in_invited(site, phone, INVITED)
    command(site.place, "plan", "deactivate", PLAN, "--reason", "Moving to another recordkeeper")
    phone.goto(f"{site.place.url}/enroll/rate/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Your plan is not open here")
    look(phone, "plan-closed")
    command(site.place, "plan", "activate", PLAN)
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_have_text("How much do you want to save?")
