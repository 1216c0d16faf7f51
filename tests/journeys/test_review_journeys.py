"""Journeys of a draft: a fund is replaced and activated, two people are needed, a date is set, and it is rolled back."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.cli.processes import call
from tests.journeys.acts import begin_with_plan, open_plan, sign_in
from tests.journeys.conftest import (
    SECONDS_MAX,
    WIDE,
    Place,
    expect_no_axe_findings,
    take_pictures,
    wait_until,
)
from tests.journeys.steps import PLAN, SAVED, SOON, change_at_recordkeeper, look
from tests.journeys.test_paths_journeys import edit_first_fund, open_paths, rename
from tests.journeys.test_quick_hands import slow_save

ACTIVATE = "Activate Latest Changes"
COLLEAGUE = "bea@example.test"
REMOVED, REMOVED_NAME = "BOND1", "Total Bond Index Fund"


def begin_active(page: Page, place: Place) -> None:
    """A plan with its people, active, at whose recordkeeper a fund is replaced; then a Plan Sync from its page."""
    begin_live(page, place)
    change_at_recordkeeper(page, place, "replace-fund", plan_id=PLAN, fund="")
    sync_plan(page, place)


def begin_live(page: Page, place: Place) -> None:
    """A plan with its people, active."""
    begin_with_plan(page, place)
    for words in (("sync", "participants", PLAN, "--wait"), ("plan", "activate", PLAN)):
        answer = call(place.home, *words)
        assert answer.returncode == 0, answer


def sync_plan(page: Page, place: Place) -> None:
    """A Plan Sync from the plan's page, that ends with something to review."""
    open_plan(page, place)
    page.get_by_role("link", name="Sync now").click()
    # How the sync before it ended stands there until this one is asked for, and then as long as it goes on.
    page.locator("#last-sync[hx-trigger]").wait_for()
    expect(page.locator("#last-sync[hx-trigger]")).to_have_count(0, timeout=SOON)
    last_sync = page.get_by_role("region", name="Last Sync")
    expect(last_sync).to_contain_text("Successful with warnings")


def open_review(page: Page, place: Place) -> None:
    """From Plan Summary to the review, in one click."""
    page.goto(f"{place.url}/plans/")
    page.get_by_role("link", name="Active with draft").first.click()
    expect(page.locator("#review-foot")).to_be_visible()


def decide_all(page: Page) -> None:
    """Accept each change, by keyboard; the bar counts."""
    count = page.locator('input[type="radio"][value="accept"]').count()
    assert count
    for number in range(count):
        page.locator('input[type="radio"][value="accept"]').first.press("Space")
        expect(page.locator(".review-count")).to_contain_text(f"{number + 1} of {count} decided")
    expect(page.locator("tr .btn", has_text="Undo").last).to_be_focused()


def test_a_fund_is_replaced_reviewed_and_activated(page: Page, place: Place) -> None:
    """PS-6, PL-3, PL-4, PL-5: from the warning of a Plan Sync to what participants see, each change decided by keyboard."""
    begin_active(page, place)
    open_review(page, place)
    look(page, "review")
    page.reload()
    page.get_by_role("button", name=ACTIVATE).press("Enter")
    errors = page.get_by_role("alert").filter(has_text="to mend first")
    expect(errors).to_be_focused()
    look(page, "review-errors")
    errors.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"#item-"))
    decide_all(page)
    look(page, "review-decided")
    page.reload()
    page.locator("tr .btn", has_text="Undo").first.press("Enter")
    expect(page.locator('input[type="radio"][value="accept"]').first).to_be_visible()
    page.get_by_role("button", name="undecided").press("Enter")
    expect(page.get_by_role("button", name="undecided")).to_have_count(0)
    page.get_by_role("button", name=ACTIVATE).press("Enter")
    expect(page.get_by_role("alertdialog")).to_contain_text("NOTIFICATIONS_NONE")
    look(page, "review-warnings")
    page.get_by_role("alertdialog").get_by_role("button", name="OK").click()
    expect(page.get_by_text("Activated. Participants see version 2.")).to_be_visible()
    open_plan(page, place)
    page.get_by_role("link", name="Activation", exact=True).click()
    look(page, "review-none")
    roll_back(page)


def test_a_remark_half_typed_outlives_a_decision(page: Page, place: Place) -> None:
    """PL-4: what is typed in a row's Comment box stays there when the row is decided, and when the whole review comes anew."""
    begin_active(page, place)
    open_review(page, place)
    row = page.locator("tr", has=page.locator('input[type="radio"][value="accept"]')).first
    row = page.locator(f"tr#{row.get_attribute('id')}")
    box, remark = row.get_by_role("textbox"), "As announced in"
    row.get_by_text("Comment", exact=True).click()
    box.fill(remark)
    row.locator('input[type="radio"][value="accept"]').check()
    expect(row.locator(".btn", has_text="Undo")).to_be_focused()
    expect(box).to_be_visible()
    expect(box).to_have_value(remark)
    page.locator("#draft-comment").fill("Looks well")
    with slow_save(page, "**/comment/", saves=1):
        page.locator("#draft-comment + button").click()
        box.press_sequentially(" May")
    expect(page.get_by_role("region", name="Comments on the draft")).to_contain_text("Looks well")
    expect(page.locator("#draft-comment")).to_have_value("")
    expect(box).to_be_focused()
    expect(box).to_have_value(re.compile(f"^{remark}"))
    row.get_by_role("button", name="Save comment").click()
    expect(row.locator(".comment-new")).not_to_have_attribute("open", "")
    expect(row).to_contain_text("May")


def roll_back(page: Page) -> None:
    """Back to the first version, with a reason; what the recordkeeper says waits again."""
    page.get_by_role("link", name="Roll back to version 1").click()
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_role("alert")).to_contain_text("Not rolled back")
    for box in page.locator("select[name^=map-]").all():
        box.select_option("leave_money")
    page.locator("#id_reason").fill("The letter to participants is late")
    look(page, "review-roll-back")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Rolled back. Participants see version 3")).to_be_visible()
    page.get_by_role("link", name="Versions").click()
    look(page, "review-versions")


def test_a_removed_fund_is_mapped_and_seen_only_after_activation(page: Page, place: Place) -> None:
    """PS-5, PL-4, PL-5: a fund leaves without successor: who holds it is said, its money mapped; the preview follows last."""
    begin_live(page, place)
    change_at_recordkeeper(page, place, "replace-fund", plan_id=PLAN, fund="LC500")
    change_at_recordkeeper(page, place, "remove-fund", plan_id=PLAN, fund=REMOVED)
    sync_plan(page, place)
    expect_seen(page, REMOVED_NAME, not_seen="Large Company Index Fund II")
    open_review(page, place)
    row = page.locator("tr", has_text=REMOVED_NAME)
    expect(row).to_contain_text(re.compile(r"[1-9]\d* (person|people), \$[1-9]"))
    look(page, "review-mapping")
    page.reload()
    page.get_by_role("button", name=ACTIVATE).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("MAPPING_UNDECIDED")
    choice = page.get_by_label(f"Where the money of {REMOVED_NAME} goes")
    choice.select_option("map_to:STBL1")
    expect(page.locator("tr", has_text=REMOVED_NAME)).to_contain_text("Money mapped to STBL1")
    page.get_by_role("button", name="undecided").press("Enter")
    look(page, "review-mapped")
    page.goto(f"{page.url}print/")
    look(page, "review-print")
    open_review(page, place)
    activate(page)
    expect_seen(page, "Large Company Index Fund II", not_seen=REMOVED_NAME)


def expect_seen(page: Page, name: str, *, not_seen: str) -> None:
    """What a participant of the plan is shown, by the preview page."""
    here = page.url
    page.goto(f"{re.match('.*/plans/[0-9]+/', here).group()}preview/")
    expect(page.get_by_text(name, exact=True).first).to_be_visible()
    expect(page.get_by_text(not_seen, exact=True)).to_have_count(0)
    page.goto(here)


def activate(page: Page) -> None:
    """By the button and its warning, OK."""
    page.get_by_role("button", name=ACTIVATE).press("Enter")
    page.get_by_role("alertdialog").get_by_role("button", name="OK").click()
    expect(page.get_by_text("Activated. Participants see version 2.")).to_be_visible()


def test_a_conflict_is_decided(page: Page, place: Place) -> None:
    """PS-10, PL-4: what an advisor edited and a sync changed stands on top; either way is undone, ours is kept, the rest too."""
    begin_live(page, place)
    open_paths(page, place)
    page.get_by_role("button", name="Create Draft").press("Enter")
    code = edit_first_fund(page)
    rename(page, code, "Our own words")
    expect(page.get_by_text(SAVED).first).to_be_visible()
    change_at_recordkeeper(page, place, "rename-fund", plan_id=PLAN, fund=code, name="Words of the recordkeeper")
    change_at_recordkeeper(page, place, "move-default-years", plan_id=PLAN, years="1")
    sync_plan(page, place)
    open_review(page, place)
    conflicts = page.get_by_role("region", name="Decide first")
    for words in ("Our own words", "Words of the recordkeeper", "Edited by ada@example.test"):
        expect(conflicts).to_contain_text(words)
    look(page, "review-conflict")
    page.reload()
    page.get_by_role("button", name=ACTIVATE).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("DRAFT_CONFLICT_UNDECIDED")
    for choice in ("Take the recordkeeper's", "Keep ours"):
        conflicts.get_by_label(choice).press("Space")
        expect(conflicts).to_have_count(0)
        page.locator("tr", has_text=code).get_by_role("button", name="Undo").press("Enter")
        expect(conflicts).to_contain_text("Our own words")
    conflicts.get_by_label("Keep ours").press("Space")
    expect(conflicts).to_have_count(0)
    page.get_by_role("button", name="undecided").press("Enter")
    look(page, "review-conflict-decided")
    activate(page)
    expect_seen(page, "Our own words", not_seen="Words of the recordkeeper")
    deactivate(page)


def deactivate(page: Page) -> None:
    """PL-7: with a reason; then the page says since when and why nobody sees the plan."""
    page.get_by_role("button", name="More actions").press("Enter")
    page.get_by_role("button", name="Deactivate").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("The plan moves to another recordkeeper")
    dialog.get_by_role("button", name="Deactivate").press("Enter")
    expect(page.get_by_text("Reason: The plan moves to another recordkeeper")).to_be_visible()
    page.get_by_role("link", name="Activation", exact=True).click()
    look(page, "review-inactive")


def test_two_approvers(page: Page, place: Place) -> None:
    """PL-6: with a second person needed one approves and reads why they cannot activate; the other one activates."""
    begin_active(page, place)
    open_plan(page, place)
    page.get_by_role("link", name=re.compile("second approver")).click()
    page.get_by_label("Activation needs a second person").select_option(label="Yes")
    expect(page.get_by_text(SAVED)).to_be_visible()
    open_review(page, place)
    page.get_by_role("button", name="undecided").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("You approved it; this plan needs a second person")).to_be_visible()
    look(page, "review-approved")
    theirs = invited(page, place)
    open_review(theirs, place)
    expect(theirs.locator(".review-count")).to_contain_text("Approved by ada@example.test")
    theirs.get_by_role("button", name=ACTIVATE).click()
    theirs.get_by_role("alertdialog").get_by_role("button", name="OK").click()
    expect(theirs.get_by_text("Activated. Participants see version 2.")).to_be_visible()
    theirs.context.close()


def invited(page: Page, place: Place) -> Page:
    """A colleague of the role Admin with the flag Activate plans, signed in in a browser of their own."""
    page.goto(f"{place.url}/settings/users/")
    page.get_by_role("link", name="Invite user").click()
    page.get_by_label("E-mail address").fill(COLLEAGUE)
    page.get_by_label("Name", exact=True).fill("Bea Example")
    page.get_by_label("Role").select_option(label="Admin")
    page.get_by_label("Activate plans").check()
    page.get_by_role("button", name="Invite", exact=True).click()
    link = page.get_by_label("One-time link of Bea Example").input_value()
    assert page.context.browser is not None
    theirs = page.context.browser.new_page(viewport=WIDE, locale="en-US", reduced_motion="reduce")
    theirs.goto(link)
    theirs.get_by_label("Password", exact=True).fill("four quiet words here")
    theirs.get_by_label("Password, once more").fill("four quiet words here")
    theirs.get_by_role("button", name="Set password").click()
    sign_in(theirs, COLLEAGUE)
    theirs.wait_for_url(f"{place.url}/plans/")
    return theirs


def test_a_dated_activation(quick_worker: None, page: Page, place: Place) -> None:  # noqa: ARG001 - asked for before the installation
    """PL-6: a date is set, stands on the page and is canceled; set anew for a minute ahead, the worker activates by itself."""
    begin_active(page, place)
    open_review(page, place)
    page.get_by_role("button", name="undecided").click()
    set_date(page, datetime.now(zone_of(page)) + timedelta(days=9))
    expect(page.get_by_text("To be activated")).to_be_visible()
    look(page, "review-dated")
    page.get_by_role("button", name="Cancel the date").click()
    expect(page.get_by_text("The date is canceled.")).to_be_visible()
    # A date is told to the minute; there has to be time to set it.
    set_date(page, datetime.now(zone_of(page)) + timedelta(seconds=80))
    expect(page.get_by_text("To be activated")).to_be_visible()
    wait_until(page, lambda: is_live(page), seconds=2 * SECONDS_MAX)
    page.goto(f"{place.url}/activity/")
    for kind in ("Activation", "Activation dated"):
        expect(page.get_by_role("cell", name=kind, exact=True).first).to_be_visible()


def is_live(page: Page) -> bool:
    """Whether nothing waits any more."""
    page.reload()
    return page.get_by_text("No draft waits").count() == 1


def zone_of(page: Page) -> ZoneInfo:
    """The firm's zone, as the box for the date says it."""
    text = str(page.locator("label[for=activate-at]").text_content())
    return ZoneInfo(text.removeprefix("Date and time in "))


def set_date(page: Page, moment: datetime) -> None:
    """Open the dialog by keyboard, type a date and time, and say OK to the warning."""
    page.get_by_role("button", name="Activate later").press("Enter")
    expect_no_axe_findings(page)
    take_pictures(page, "review-date-dialog")
    page.get_by_label(re.compile("Date and time in")).fill(moment.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Set the date").press("Enter")
    page.get_by_role("alertdialog").get_by_role("button", name="OK").click()
