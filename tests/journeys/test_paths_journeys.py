"""Investment Paths in the browser: a draft edited while it is saved, undone, changed in two windows at once, and previewed."""

import re

from playwright.sync_api import Page, expect

from tests.cli.processes import call
from tests.journeys.acts import begin_with_plan, open_plan
from tests.journeys.conftest import Place
from tests.journeys.steps import PLAN, SAVED, look


def open_paths(page: Page, place: Place) -> None:
    """Go to the tab, from Plan Summary."""
    open_plan(page, place)
    page.get_by_role("link", name="Investment Paths", exact=True).click()
    page.wait_for_url(re.compile("/paths/"))


def test_paths_are_edited_by_keyboard_and_undone(page: Page, place: Place) -> None:
    """PL-8, IP-1, IP-2, IP-3: edits save themselves, what stops the activation is said at once, undo brings back."""
    begin_with_plan(page, place)
    activated = call(place.home, "plan", "activate", PLAN)
    assert activated.returncode == 0, activated
    open_paths(page, place)
    expect(page.get_by_role("heading", name="What participants see")).to_be_visible()
    look(page, "paths-live")
    page.get_by_role("button", name="Create Draft").press("Enter")
    expect(page.get_by_text("You are editing the draft")).to_be_visible()
    look(page, "paths-draft")
    page.reload()  # taking a picture leaves styles in fields, which their next saving would take along
    switch_help_me_choose(page)
    edit_default(page)
    add_portfolio(page)
    look(page, "paths-edited")
    page.get_by_role("link", name="Preview as a participant").click()
    expect(page.get_by_text("How would you like to invest?")).to_be_visible()
    expect(page.get_by_text("Help Me Choose")).to_have_count(0)
    page.get_by_label("Birth year").fill("1990")
    page.get_by_role("button", name="Show the fund").press("Enter")
    expect(page.get_by_role("status").filter(has_text="1990")).to_contain_text("2057")
    look(page, "paths-preview")


def switch_help_me_choose(page: Page) -> None:
    """On by the keyboard; what lacks is said at its place; off again by Undo."""
    form = page.get_by_role("form", name="Help Me Choose")
    off = form.get_by_role("radio", name="Off", exact=True)
    off.focus()
    page.keyboard.press("ArrowLeft")
    expect(form.get_by_text(SAVED)).to_be_visible()
    expect(page.locator("#checks-help")).to_contain_text("No questionnaire is chosen.")
    form.get_by_role("button", name=re.compile("Undo")).press("Enter")
    expect(off).to_be_checked()
    expect(off).to_be_focused()
    expect(page.locator("#checks-help")).not_to_contain_text("No questionnaire")


def edit_default(page: Page) -> None:
    """A year that is none is refused with words and stays as typed; an empty row is added and removed."""
    form = page.get_by_role("form", name="Default funds")
    first = form.get_by_label("To year of row 1")
    was = first.input_value()
    first.fill("soon")
    first.press("Tab")
    expect(form.get_by_text("A retirement year is a year")).to_be_visible()
    expect(first).to_have_value("soon")
    first.fill(was)
    first.press("Tab")
    expect(form.get_by_text("A retirement year is a year")).to_have_count(0)
    rows = form.get_by_role("row").count()
    form.get_by_role("button", name="Add row").press("Enter")
    expect(form.get_by_role("row")).to_have_count(rows + 1)
    expect(form.get_by_label(f"Fund of row {rows}")).to_be_focused()
    form.get_by_role("button", name=f"Remove row {rows}").press("Enter")
    expect(form.get_by_role("row")).to_have_count(rows)


def add_portfolio(page: Page) -> None:
    """A portfolio whose total stands beside its parts as they are typed."""
    page.get_by_role("button", name="Add portfolio").press("Enter")
    form = page.get_by_role("form", name="Portfolio 1")
    expect(form.get_by_label("Fund of row 1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    form.get_by_label("Fund of row 1").select_option(index=1)
    form.get_by_label("Percent of row 1").fill("60")
    expect(form.locator("output")).to_have_text("60")
    form.get_by_label("Percent of row 1").press("Tab")
    expect(form.get_by_text(SAVED)).to_be_visible()
    expect(page.locator("#checks-help")).to_contain_text("60 %")
    form.get_by_role("button", name="Add fund").press("Enter")
    form.get_by_label("Fund of row 2").select_option(index=2)
    form.get_by_label("Percent of row 2").fill("40")
    expect(form.locator("output")).to_have_text("100")
    form.get_by_label("Percent of row 2").press("Tab")
    expect(page.locator("#checks-help")).not_to_contain_text("60 %")


def test_what_changed_meanwhile_is_shown(page: Page, place: Place) -> None:
    """PL-8, PL-3: a fund renamed in two windows at once is a conflict that shows both names; nothing is overwritten."""
    begin_with_plan(page, place)
    activated = call(place.home, "plan", "activate", PLAN)
    assert activated.returncode == 0, activated
    open_paths(page, place)
    page.get_by_role("button", name="Create Draft").click()
    code = edit_first_fund(page)
    assert page.context.browser is not None
    second = page.context.browser.new_context(storage_state=page.context.storage_state()).new_page()
    second.goto(page.url)
    edit_first_fund(second)
    rename(second, code, "Words of a colleague")
    expect(second.get_by_text(SAVED)).to_be_visible()
    rename(page, code, "Our own words")
    expect(page.get_by_text("was changed by somebody else meanwhile")).to_be_visible()
    expect(page.get_by_text("Now it is Words of a colleague.")).to_be_visible()
    expect(page.get_by_role("textbox", name=f"Name of {code}")).to_have_value("Our own words")
    look(page, "paths-conflict")
    page.get_by_role("button", name="Save mine").press("Enter")
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.get_by_role("button", name="Done").press("Enter")
    expect(page.locator(".fund-row").first).to_contain_text("Our own words")
    page.goto(f"{page.url.removesuffix('paths/')}preview/")
    expect(page.get_by_text("Our own words")).to_have_count(0)


def edit_first_fund(page: Page) -> str:
    """Open the boxes of the first fund by keyboard; answers its code."""
    row = page.locator(".fund-row").first
    code = row.locator("td").first.locator(".text-secondary").inner_text()
    row.get_by_role("button", name=re.compile("^Edit")).press("Enter")
    expect(page.get_by_role("textbox", name=f"Name of {code}")).to_be_focused()
    return code


def rename(page: Page, code: str, name: str) -> None:
    """Type another name of a fund, and leave the box."""
    box = page.get_by_role("textbox", name=f"Name of {code}")
    box.fill(name)
    box.press("Tab")
