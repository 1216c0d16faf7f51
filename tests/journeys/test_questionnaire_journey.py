"""Risk questionnaires and managed-account providers in the browser: made, edited while saved, final, tried."""

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Place, sign_in_first_admin
from tests.journeys.steps import SAVED, SOON, look


def test_a_questionnaire_from_clone_to_final(page: Page, place: Place) -> None:
    """IP-4, PL-8: the default is cloned, every edit is saved as it is typed, what is missing is named, final stays final."""
    sign_in_first_admin(page, place)
    page.goto(f"{place.url}/settings/")
    page.get_by_role("link", name="Risk questionnaires").click()
    look(page, "questionnaires-empty")
    page.get_by_role("button", name="Clone the default").click()
    edit_questions(page)
    look(page, "questionnaire-draft")
    page.get_by_role("button", name="Finalize").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nothing in it can be changed from then on")
    page.get_by_role("dialog").get_by_role("button", name="Finalize").click()
    expect(page.get_by_text("Growth questions is final.")).to_be_visible()
    expect(page.locator("main textarea")).to_have_count(0)
    look(page, "questionnaire-final")
    try_questions(page)
    page.goto(f"{place.url}/settings/questionnaires/")
    look(page, "questionnaires")


def edit_questions(page: Page) -> None:
    """Rename, retype, add and remove; a button pressed while a text is being saved loses nothing of it."""
    page.get_by_role("textbox", name="Name").fill("Growth questions")
    page.get_by_role("textbox", name="Name").press("Tab")
    expect(page.get_by_text(SAVED).first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Growth questions")
    page.get_by_label("Text of question 1").fill("When will you need this money?")
    page.get_by_role("button", name="Add question").click()
    new = page.get_by_label("Text of question 8")
    expect(new).to_be_focused()
    expect(page.get_by_label("Text of question 1")).to_have_value("When will you need this money?")
    missing = page.locator("#questionnaire-state")
    expect(missing).to_contain_text("Question 8 has no text.")
    look(page, "questionnaire-missing")
    page.reload()  # taking a picture leaves styles in fields, which their next saving would take along
    second = page.get_by_role("group", name="Question 2")
    second.get_by_label("Points of answer 3").fill("200")
    second.get_by_label("Points of answer 3").press("Tab")
    expect(second).to_contain_text("Points are a whole number from 0 to 100.")
    second.get_by_label("Points of answer 3").fill("30")
    second.get_by_label("Points of answer 3").press("Tab")
    expect(second).not_to_contain_text("Not saved")
    eighth = page.get_by_role("group", name="Question 8")
    eighth.get_by_role("button", name="Remove question").click()
    expect(eighth).to_have_count(0)
    expect(page.get_by_role("heading", name="Questions", exact=True)).to_be_focused()
    expect(missing).to_contain_text("from 0 to 120")


def try_questions(page: Page) -> None:
    """The preview gives the score once every question is answered; nothing of it is kept."""
    page.get_by_role("link", name="Preview").click()
    for group in page.locator("fieldset").all():
        group.get_by_role("radio").last.check()
    expect(page.locator("#score")).to_contain_text("Score 120", timeout=SOON)
    look(page, "questionnaire-preview")


def test_a_provider_becomes_complete(page: Page, place: Place) -> None:
    """IP-1, PL-8: a provider is added by its name and described field by field until nothing is missing."""
    sign_in_first_admin(page, place)
    page.goto(f"{place.url}/settings/providers/")
    look(page, "providers-empty")
    page.get_by_role("link", name="Add provider").click()
    look(page, "provider-new")
    page.get_by_role("textbox", name="Name").fill("Steady Hand Advice")
    page.get_by_role("button", name="Add provider").click()
    state = page.locator("#provider-state")
    expect(state).to_contain_text("methodology, fee, disclosure are missing")
    look(page, "provider-incomplete")
    page.reload()  # taking a picture leaves styles in fields, which their next saving would take along
    page.get_by_label("Methodology").fill("Your age and balance decide how much of it is in stocks.")
    page.get_by_label("Fee, in percent").fill("0.35")
    page.get_by_label("Disclosure").fill("Advice costs a fee and can be wrong. You can leave at any time.")
    page.get_by_label("Disclosure").press("Tab")
    expect(state).to_contain_text("Nothing is missing")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Complete")
    look(page, "provider-complete")
    page.get_by_role("navigation").get_by_role("link", name="Settings").click()
    page.get_by_role("link", name="Managed-account providers").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("0.35 %")
    look(page, "providers")
