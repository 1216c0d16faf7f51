"""Fields that save by themselves under hands that are quicker than the network: each change counts, and no other."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, Response, Route, expect

from tests.cli.processes import call
from tests.journeys.acts import begin_with_plan, open_plan
from tests.journeys.conftest import Place, wait_until
from tests.journeys.steps import PLAN, SAVED


@contextmanager
def slow_save(page: Page, address: str | re.Pattern[str], *, saves: int) -> Iterator[None]:
    """The first save to such an address is on its way until the block ends; then so many are answered in all."""
    held: list[Route] = []
    answered: list[int] = []

    def hold(route: Route) -> None:
        held.append(route)

    def note(answer: Response) -> None:
        if answer.request.method == "POST":
            answered.append(answer.status)

    page.route(address, hold, times=1)
    page.on("response", note)
    yield
    page.wait_for_timeout(200)
    assert len(held) == 1, "one save is on its way; what was done meanwhile waits for it"
    held[0].continue_()
    wait_until(page, lambda: len(answered) == saves)
    page.remove_listener("response", note)


def draft_portfolio(page: Page, place: Place) -> Locator:
    """The form of a new portfolio in the draft of an active plan, ready to be filled in."""
    begin_with_plan(page, place)
    activated = call(place.home, "plan", "activate", PLAN)
    assert activated.returncode == 0, activated
    open_plan(page, place)
    page.get_by_role("link", name="Investment Paths", exact=True).click()
    page.get_by_role("button", name="Create Draft").press("Enter")
    expect(page.get_by_text("You are editing the draft")).to_be_visible()
    page.get_by_role("button", name="Add portfolio").press("Enter")
    form = page.get_by_role("form", name="Portfolio 1")
    expect(form.get_by_label("Fund of row 1")).to_be_visible()
    page.wait_for_load_state("networkidle")
    return form


def test_a_portfolio_is_filled_in_while_it_is_saved(page: Page, place: Place) -> None:
    """IP-3: what is typed while a save is on its way is saved after it; a focus that rests on Remove removes nothing."""
    form = draft_portfolio(page, place)
    with slow_save(page, "**/paths/edit/", saves=2):
        form.get_by_label("Fund of row 1").select_option(index=1)
        form.get_by_label("Percent of row 1").fill("60")
        form.get_by_label("Percent of row 1").press("Tab")
        expect(form.get_by_role("button", name="Remove row 1")).to_be_focused()
    checks = page.locator("#checks-help")
    expect(checks).to_contain_text("60 %")
    with slow_save(page, "**/paths/edit/", saves=2):
        form.get_by_label("Percent of row 1").fill("70")
        form.get_by_role("button", name="Add fund").click()
        form.get_by_label("Name of the portfolio").fill("Careful")
        form.get_by_label("Description").focus()
    renamed = page.get_by_role("form", name="Careful").or_(form)
    expect(renamed.get_by_label("Fund of row 2")).to_be_focused()
    expect(renamed.get_by_label("Name of the portfolio")).to_have_value("Careful")
    expect(renamed.get_by_label("Percent of row 1")).to_have_value("70")
    expect(checks).to_contain_text("70 %")
    renamed.get_by_label("Percent of row 1").press("Enter")
    expect(renamed.get_by_text(SAVED)).to_be_visible()
    page.reload()
    expect(renamed.get_by_label("Percent of row 1")).to_have_value("70")
    expect(renamed.get_by_label("Name of the portfolio")).to_have_value("Careful")


def test_a_setting_is_changed_while_it_is_saved(page: Page, place: Place) -> None:
    """PL-3: a field that is changed again while its save is on its way keeps what was typed last, and saves it."""
    begin_with_plan(page, place)
    page.goto(f"{place.url}/settings/plan-defaults/")
    box = page.get_by_label("Freshness target in hours")
    with slow_save(page, "**/settings/plan-defaults/", saves=2):
        box.fill("41")
        box.press("Tab")
        box.fill("42")
        box.press("Tab")
    expect(page.get_by_text(SAVED)).to_be_visible()
    expect(box).to_have_value("42")
    page.reload()
    expect(box).to_have_value("42")
    with slow_save(page, "**/settings/plan-defaults/", saves=1):
        box.fill("43")
        box.press("Tab")
        box.fill("44")
    expect(box).to_have_value("44")
    box.press("Tab")
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.reload()
    expect(box).to_have_value("44")


def test_recipients_are_chosen_while_they_are_saved(page: Page, place: Place) -> None:
    """NO-1: two recipients checked one after the other are both kept, however slow the first save is."""
    begin_with_plan(page, place)
    open_plan(page, place)
    page.get_by_role("link", name="Notifications", exact=True).click()
    section = page.locator("section[id^=event-]").first
    switch = section.get_by_role("switch")
    if not switch.is_checked():
        switch.press("Space")
    boxes = section.get_by_role("group").get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    page.wait_for_load_state("networkidle")
    was = [boxes.nth(at).is_checked() for at in (0, 1)]
    with slow_save(page, re.compile("/notifications/[a-z_-]+/$"), saves=2):
        boxes.nth(0).press("Space")
        boxes.nth(1).press("Space")
    expect(section.get_by_text(SAVED)).to_be_visible()
    page.reload()
    assert [boxes.nth(at).is_checked() for at in (0, 1)] == [not one for one in was]
