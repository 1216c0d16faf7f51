"""The journey of a held run: seen, understood, refused to whom it is not given, discarded, and applied."""

from playwright.sync_api import Page, expect

from tests.journeys.acts import begin_with_plan, invite_colleague, sync_participants
from tests.journeys.conftest import Place
from tests.journeys.steps import PLAN, SOON, look

LOST = 6


def test_a_held_run(page: Page, place: Place) -> None:
    """PT-6, AM-5, US-1: a sync that would lose people is held with the difference shown; who has the flag decides."""
    begin_with_plan(page, place)
    sync_participants(page, place, "Successful")
    people = len(place.simulator.people(PLAN))
    place.simulator.admin("remove-people", plan_id=PLAN, count=LOST)
    sync_participants(page, place, "Held for review")
    page.locator("#sync").get_by_role("link", name="See the run").click()
    held = page.get_by_role("region", name="Why it is held")
    expect(held).to_contain_text("MASS_DISAPPEARANCE")
    expect(held).to_contain_text(f"{LOST} of {people} people (50.0 %) are missing; the limit is 5 %")
    look(page, "run-held")
    held.get_by_role("link", name="Compare the totals").click()
    proof = page.get_by_role("row", name="People")
    expect(proof).to_contain_text(str(people - LOST))
    expect(page.get_by_text("would be held once this run is applied")).to_be_visible()
    look(page, "run-held-proof")
    refuse_without_flag(page, place)
    discard(page)
    sync_participants(page, place, "Held for review")
    page.locator("#sync").get_by_role("link", name="See the run").click()
    page.get_by_role("button", name="Apply anyway").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("there is no way back but a later sync")
    look(page, "run-held-ask")
    dialog.get_by_role("button", name="Apply anyway").click()
    sentence = page.locator(".run-sentence")
    expect(sentence).to_contain_text("successful", timeout=SOON)
    look(page, "run-held-applied")
    page.get_by_role("link", name="Activity", exact=False).first.click()
    expect(page.locator("tbody tr", has_text="Run applied")).to_have_count(1)
    expect(page.locator("tbody tr", has_text="Run discarded")).to_have_count(1)


def refuse_without_flag(page: Page, place: Place) -> None:
    """An Advisor without the flag reads why both buttons are off, and pressing one does nothing."""
    theirs = invite_colleague_at(page, place)
    expect(theirs.get_by_text("an Admin of your firm gives that right").first).to_be_visible()
    button = theirs.get_by_role("button", name="Apply anyway")
    expect(button).to_have_attribute("aria-disabled", "true")
    button.click(force=True)
    expect(theirs.get_by_role("dialog")).to_have_count(0)
    look(theirs, "run-held-refused")
    theirs.context.close()


def invite_colleague_at(page: Page, place: Place) -> Page:
    """The same run in the browser of an Advisor without flags."""
    run = page.url.partition("?")[0]
    theirs = invite_colleague(page, place, "Bea", "Advisor")
    page.goto(run)
    theirs.goto(run)
    return theirs


def discard(page: Page) -> None:
    """Nothing of the run is applied, and everybody is as they were."""
    page.get_by_role("button", name="Discard").click()
    page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(page.get_by_text("The run is discarded; nothing of it was applied.")).to_be_visible()
    expect(page.locator(".run-status")).to_contain_text("Canceled")
    look(page, "run-held-discarded")
