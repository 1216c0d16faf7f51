"""Enrolling on a phone from the invitation to the receipt, and until the data show it; on each path, by keys alone, in Spanish."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.cli.processes import environment
from tests.journeys.acts import address_of_database
from tests.journeys.enrollment_acts import (
    Site,
    apply_and_sync,
    come_in,
    come_in_invited,
    confirm,
    enrollment_site,
    expect_in_log,
    expect_state,
    go_on,
    invite,
    look,
    mails_to,
    receipts_on,
    switch_notifications_on,
)
from tests.journeys.offered_paths import DISCLOSURE, PROVIDER
from tests.journeys.steps import PLAN, SOON
from tests.journeys.test_keyboard_journey import go_to, press, write

NEWLY_HIRED, MARRIED, BY_KEYS, HELPED, MANAGED = (f"{PLAN}-{number:06d}" for number in (31, 25, 23, 32, 6))
RATE, PATH, ALLOCATION, BENEFICIARIES, CONSENT, CHECK = (
    f"/enroll/{slug}/" for slug in ("rate", "path", "allocation", "beneficiaries", "consent", "check")
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One installation for all of these journeys."""
    with enrollment_site(tmp_path_factory.mktemp("recordkeeper")) as running:
        yield running


@pytest.fixture(scope="module")
def all_paths(site: Site) -> None:
    """All four investment paths are offered."""
    start = (
        "import django; django.setup(); from tests.journeys.offered_paths import offer_all_paths as offer; offer(%r)"
    )
    home = site.place.home
    settings = {"DATABASE_URL": address_of_database(home), "DJANGO_SETTINGS_MODULE": "planbridge.config.settings"}
    subprocess.run([sys.executable, "-c", start % PLAN], env=environment(home, **settings), check=True, timeout=120)


@pytest.fixture
def phone(site: Site) -> Iterator[Page]:
    """A phone."""
    with site.phone() as page:
        yield page


def effect(page: Page, text: str) -> None:
    """What the answer comes to is said at once."""
    expect(page.locator("#effect")).to_contain_text(text, timeout=SOON)


def test_somebody_newly_hired_enrolls(site: Site, phone: Page) -> None:
    """EN-1, EN-4, SB-1, SB-2: from the mailed link over each question to the receipt; applied, synced, and seen by both sides."""
    switch_notifications_on(site, "enrollment")
    link = invite(site, NEWLY_HIRED)
    phone.goto(link)
    look(phone, "invitation")
    come_in(phone, link)
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Hello Isabel")
    look(phone, "greeting")
    go_on(phone, "personal", button="Start")
    look(phone, "personal")
    go_on(phone, "goal")
    answer_goal(phone)
    answer_rate(phone)
    choose_funds(phone)
    name_beneficiary(phone)
    check_back_and_forth(phone)
    expect(phone.locator("section.change")).to_have_count(5)
    look(phone, "check", is_zoomed=True)
    confirm(phone)
    expect_state(phone, "Accepted", 5)
    look(phone, "receipt", is_zoomed=True)
    receipts = receipts_on(phone)
    assert len(set(receipts)) == 5
    phone.goto(link)
    expect(phone.get_by_role("heading", level=1)).to_have_text("This link does not work any more")
    look(phone, "invitation-used")
    phone.goto(f"{site.place.url}/enroll/receipt/")
    apply_and_sync(site)
    expect_state(phone, "Seen at the recordkeeper", 5)
    look(phone, "receipt-confirmed")
    expect_in_log(site, NEWLY_HIRED, "Confirmed")
    expect_report(site, receipts)
    person = site.person(NEWLY_HIRED)
    assert [(one["source"], one["percent"]) for one in person["contribution_rates"] if one["percent"] != "0"] == [
        ("PRE", "6")
    ]


def answer_goal(phone: Page) -> None:
    """The goal of somebody who saves nothing yet: there is nothing to draw, and another age says another thing."""
    effect(phone, "from age 67")
    effect(phone, "You save nothing yet")
    look(phone, "goal")
    phone.get_by_role("textbox", name="At what age do you want to retire?").fill("70")
    effect(phone, "from age 70")
    phone.get_by_text("What we assume, and change it").click()
    look(phone, "goal-assumptions")
    go_on(phone, "rate")


def answer_rate(phone: Page) -> None:
    """The rate: an empty one is asked for; 6 % says what it costs and what the employer adds."""
    phone.locator("main").get_by_role("button", name="Continue", exact=True).last.click()
    expect(phone.get_by_role("alert")).to_be_focused()
    look(phone, "rate-empty")
    phone.get_by_role("textbox", name="How much into Employee pre-tax").fill("6")
    effect(phone, "less take-home a paycheck")
    effect(phone, "more from your employer")
    look(phone, "rate", is_zoomed=True)
    go_on(phone, "path")


def choose_funds(phone: Page) -> None:
    """Choose Myself, and 60 to 40 over two funds: less than 100 is refused."""
    look(phone, "path")
    phone.get_by_label("Choose Myself").check()
    effect(phone, "The next page shows 15 funds.")
    go_on(phone, "allocation")
    phone.get_by_role("textbox", name="Large Company Index Fund").first.fill("60")
    effect(phone, "60 %")
    phone.locator("main").get_by_role("button", name="Continue", exact=True).last.click()
    expect(phone.get_by_role("alert")).to_be_focused()
    look(phone, "allocation-60")
    phone.get_by_role("textbox", name="Total Bond Index Fund").first.fill("40")
    effect(phone, "100 %")
    look(phone, "allocation", is_zoomed=True)
    go_on(phone, "beneficiaries")


def name_beneficiary(phone: Page) -> None:
    """A main beneficiary of somebody who is not married, and a second row that is taken out again."""
    look(phone, "beneficiaries-empty")
    phone.get_by_role("button", name="Add a main beneficiary").click()
    expect(phone.get_by_role("group", name="Person 2")).to_be_visible()
    phone.get_by_role("button", name="Take out Main beneficiaries, 2").click()
    expect(phone.get_by_role("group", name="Person 2")).to_have_count(0)
    phone.get_by_label("Full name").fill("Noor Example")
    phone.get_by_label("Who is it?").select_option(label="Child")
    phone.locator("#id_primary-0-percent").fill("100")
    phone.get_by_role("radio", name="No", exact=True).check()
    effect(phone, "100 %")
    look(phone, "beneficiaries")
    go_on(phone, "check")


def check_back_and_forth(phone: Page) -> None:
    """Back and forward keep all answers; one changed from check answers leads back there."""
    phone.locator("a.back").click()
    expect(phone.get_by_label("Full name")).to_have_value("Noor Example")
    phone.go_back()
    phone.get_by_role("link", name="Change Your name").click()
    phone.get_by_label("Last name").fill("Kowalska Example")
    go_on(phone, "check", button="Save")
    expect(phone.locator("main")).to_contain_text("Kowalska Example")


def expect_report(site: Site, receipts: list[str]) -> None:
    """The mail with the confirmation report came, and quotes a receipt."""
    [mail] = [one for one in mails_to(site, site.person(NEWLY_HIRED)["email"]) if one["files"]]
    assert mail["files"][0].endswith(".pdf")
    assert receipts[0] in mail["text"]


def test_a_change_by_keyboard(site: Site, phone: Page) -> None:
    """EN-1: with keys alone somebody comes in, changes their rate, checks, confirms, and signs out; the focus is always seen."""
    phone.goto(invite(site, BY_KEYS))
    press(phone, phone.get_by_role("button", name="Begin", exact=True))
    phone.wait_for_url("**/enroll/greeting/")
    phone.keyboard.press("Tab")
    expect(phone.get_by_role("link", name="Skip to content")).to_be_focused()
    phone.keyboard.press("Enter")
    for slug in ("personal", "goal", "rate"):
        press(phone, phone.locator("main .buttons button"))
        phone.wait_for_url(f"**/enroll/{slug}/")
    rate = phone.get_by_role("textbox", name="How much into Employee pre-tax")
    write(phone, rate, "")
    rate.press("Control+A")
    phone.keyboard.type("9")
    press(phone, phone.get_by_role("button", name="More: How much into Employee pre-tax"))
    expect(rate).to_have_value("10")
    effect(phone, "less take-home a paycheck")
    rate.press("Enter")
    phone.wait_for_url(f"**{PATH}")
    phone.keyboard.press("Tab")
    for slug in ("transfer", "beneficiaries", "check"):
        press(phone, phone.locator("main .buttons button"))
        phone.wait_for_url(f"**/enroll/{slug}/")
    press(phone, phone.get_by_role("button", name="Confirm", exact=True))
    phone.wait_for_url("**/enroll/receipt/")
    expect_state(phone, "Accepted")
    press(phone, phone.get_by_role("button", name="Sign out"))
    expect(phone.get_by_role("heading", level=1)).to_have_text("You are signed out")
    look(phone, "signed-out")


def test_the_site_speaks_spanish(site: Site) -> None:
    """EN-1, EN-4: a phone that asks for Spanish gets it on every page, in what is refused, with a spouse's consent, and on the receipt."""
    with site.phone(locale="es-MX") as phone:
        come_in(phone, invite(site, MARRIED), button="Empezar")
        expect(phone.locator("html")).to_have_attribute("lang", "es")
        look(phone, "es-greeting")
        go_on(phone, "personal", button="Empezar")
        go_on(phone, "goal", button="Continuar")
        expect(phone.locator("[data-projection][data-is-drawn]")).to_be_visible()
        look(phone, "es-goal", is_zoomed=True)
        go_on(phone, "rate", button="Continuar")
        phone.get_by_role("textbox", name="Cuánto en Employee pre-tax").fill("90")
        phone.locator("main").get_by_role("button", name="Continuar", exact=True).last.click()
        expect(phone.get_by_role("alert")).to_contain_text("Hay un problema")
        look(phone, "es-rate-above")
        phone.get_by_role("textbox", name="Cuánto en Employee pre-tax").fill("11")
        effect(phone, "menos en la mano por pago")
        phone.get_by_role("button", name="English").click()
        expect(phone.get_by_role("textbox", name="How much into Employee pre-tax")).to_have_value("11")
        phone.get_by_role("button", name="Español").click()
        expect(phone.get_by_role("textbox", name="Cuánto en Employee pre-tax")).to_have_value("11")
        go_on(phone, "path", button="Continuar")
        look(phone, "es-path")
        phone.locator("#path-default_investment").check()
        go_on(phone, "transfer", button="Continuar")
        phone.locator("input[name=choice][value=like_new]").check()
        look(phone, "es-transfer")
        go_on(phone, "beneficiaries", button="Continuar")
        agree_of_spouse(phone)
        look(phone, "es-check")
        phone.get_by_role("button", name="Confirmar", exact=True).click()
        phone.wait_for_url("**/enroll/receipt/")
        expect(phone.locator("main strong.state-accepted").first).to_have_text("Aceptado", timeout=SOON)
        look(phone, "es-receipt")
        phone.get_by_role("button", name="English").click()
        expect(phone.get_by_role("heading", level=1)).to_have_text("We have your changes")


def agree_of_spouse(phone: Page) -> None:
    """A married person names a child: the next page asks for the spouse's consent, and refuses an empty one."""
    phone.locator("#id_primary-0-name").fill("Noor Example")
    phone.locator("#id_primary-0-relationship").select_option("child")
    phone.locator("#id_primary-0-percent").fill("100")
    look(phone, "es-beneficiaries")
    go_on(phone, "consent", button="Continuar")
    phone.locator("main").get_by_role("button", name="Continuar", exact=True).last.click()
    expect(phone.get_by_role("alert")).to_be_focused()
    look(phone, "es-consent-empty")
    phone.locator("#id_is_signed").check()
    phone.locator("#id_spouse_name").fill("Sam Example")
    phone.locator("#id_given_on").fill("2026-11-01")
    phone.locator("input[name=witness]").first.check()
    phone.locator("#id_witness_name").fill("Alex Example")
    go_on(phone, "check", button="Continuar")


@pytest.mark.usefixtures("all_paths")
def test_help_me_choose(site: Site, phone: Page) -> None:
    """EN-1, IP-4: the questions lead to a portfolio with its reason, and the portfolio to allocations that are taken in."""
    come_in_invited(site, phone, HELPED)
    phone.goto(f"{site.place.url}{RATE}")
    phone.get_by_role("textbox", name="How much into Employee pre-tax").fill("6")
    go_on(phone, "path")
    phone.locator("#path-help_me_choose").check()
    effect(phone, "The next page asks a few questions")
    go_on(phone, "questions")
    effect(phone, "Answer 7 more questions")
    phone.locator("main").get_by_role("button", name="Continue", exact=True).last.click()
    expect(phone.get_by_role("alert")).to_be_focused()
    look(phone, "questions-empty")
    for number, group in enumerate(phone.locator("main fieldset").all(), start=1):
        group.get_by_role("radio").last.check()
        effect(phone, f"Answer {7 - number} more question" if number < 7 else "Your mix of funds: Bold")
    effect(phone, "Why: your answers give 100 of 100 points.")
    look(phone, "questions", is_zoomed=True)
    go_on(phone, "beneficiaries")
    go_on(phone, "check")
    expect(phone.locator("section.change", has_text="Where new money goes").first).to_contain_text("75 %")
    confirm(phone)
    expect(phone.locator("main strong.state", has_text="Accepted").first).to_be_visible(timeout=SOON)
    bodies = [one["allocations"] for one in site.asked_of(HELPED, "allocation")]
    assert bodies
    assert {tuple(each["percent"] for each in one) for one in bodies} <= {("25", "75"), ("75", "25")}


@pytest.mark.usefixtures("all_paths")
def test_manage_it_for_me_by_keyboard(site: Site, phone: Page) -> None:
    """EN-1: with keys alone somebody reads fee and disclosure and agrees; without agreeing it does not go on."""
    come_in_invited(site, phone, MANAGED)
    phone.goto(f"{site.place.url}{PATH}")
    go_to(phone, phone.locator("main input[name=path]:checked"))
    choose_with_arrows(phone, phone.locator("#path-manage_it_for_me"))
    effect(phone, f"{PROVIDER} would manage your account.")
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/enroll/managed/")
    for words in ("0.35 % of your account a year", "In dollars", DISCLOSURE):
        expect(phone.locator("main")).to_contain_text(words)
    look(phone, "managed", is_zoomed=True)
    press(phone, phone.locator("main .buttons button"))
    expect(phone.get_by_role("alert")).to_be_focused()
    look(phone, "managed-not-agreed")
    go_to(phone, phone.locator("#id_is_accepted"))
    phone.keyboard.press("Space")
    press(phone, phone.locator("main .buttons button"))
    phone.wait_for_url(f"**{BENEFICIARIES}")
    phone.goto(f"{site.place.url}/enroll/managed/")
    expect(phone.locator("#id_is_accepted")).to_be_checked()
    phone.goto(f"{site.place.url}{CHECK}")
    expect(phone.locator("main")).to_contain_text("You changed nothing so far.")


def choose_with_arrows(phone: Page, wanted: Locator) -> None:
    """From the answer that has the focus to another of the same question."""
    for _ in range(8):
        if wanted.is_checked():
            break
        phone.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()
    expect(wanted).to_be_focused()


def test_answers_wait_for_another_phone(site: Site) -> None:
    """EN-1: what was answered on one phone is there on another, by a new link."""
    person = f"{PLAN}-000003"
    with site.phone() as first:
        come_in_invited(site, first, person)
        first.goto(f"{site.place.url}{RATE}")
        first.get_by_role("textbox", name="How much into Employee pre-tax").fill("8.25")
        go_on(first, "path")
    with site.phone() as second:
        come_in_invited(site, second, person)
        second.goto(f"{site.place.url}{RATE}")
        expect(second.get_by_role("textbox", name="How much into Employee pre-tax")).to_have_value("8.25")
