"""The journey of a scheduled task: made by the form for all plans, run by a worker when its time comes, found afterwards."""

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.acts import address_of_database, begin_with_plan
from tests.journeys.conftest import Place, wait_until
from tests.journeys.steps import PLAN, look

BRING_FORWARD = "UPDATE schedule SET due_at = now(), next_run_at = now() WHERE is_on RETURNING id"


@pytest.mark.usefixtures("quick_worker")
def test_a_daily_task(page: Page, place: Place) -> None:
    """TS-1, TS-2, TS-3, AM-7: a Participant Sync of all plans, daily, runs by itself and stands in the Activity Monitor."""
    begin_with_plan(page, place)
    page.get_by_role("link", name="Activity", exact=True).click()
    page.get_by_role("link", name="Task Scheduling").click()
    expect(page.get_by_text("No task is scheduled")).to_be_visible()
    look(page, "tasks-empty")
    schedule_daily(page)
    expect(page.get_by_text("It has not run yet")).to_be_visible()
    page.get_by_role("link", name="Task Scheduling").click()
    task = page.locator("tbody tr", has_text="Participant Sync")
    expect(task).to_contain_text("All plans")
    expect(task).to_contain_text("Never run")
    look(page, "tasks-one")
    bring_forward(place)
    wait_until(page, lambda: has_succeeded(page))
    look(page, "tasks-run")
    task.get_by_role("link", name="Participant Sync", exact=True).click()
    runs = page.get_by_role("region", name="Runs so far")
    expect(runs).to_contain_text("Asked for 1 Participant Sync.")
    expect(runs).to_contain_text("The task itself")
    look(page, "task")
    page.get_by_role("link", name="Activity", exact=True).click()
    entry = page.locator("tbody tr", has_text="Schedule run")
    expect(entry).to_have_count(1)
    sync = page.locator("tbody tr", has_text="Participant Sync")
    expect(sync).to_contain_text(PLAN)
    look(page, "activity-of-task")
    entry.get_by_role("link", name="Successful").click()
    expect(page.get_by_text("A scheduled task ran")).to_be_visible()
    look(page, "activity-entry")


def schedule_daily(page: Page) -> None:
    """Fill the form in, a mistake first, and save it."""
    page.get_by_role("link", name="Schedule New Task").first.click()
    page.get_by_label("Task type").select_option(label="Participant Sync")
    page.get_by_label("Frequency").select_option(label="Weekly")
    expect(page.get_by_label("Day", exact=True)).to_be_visible()
    page.get_by_label("Frequency").select_option(label="Daily")
    expect(page.get_by_label("Day", exact=True)).to_have_count(0)
    time = page.get_by_label("Desired Processing Time")
    time.fill("")
    page.get_by_role("button", name="Schedule task").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Fill it in")
    look(page, "task-form-error")
    time.fill("02:30")
    page.get_by_label("Plans", exact=True).select_option(label="All plans")
    page.get_by_label("Window in minutes").fill("0")
    expect(page.locator("#next-runs li")).to_have_count(5)
    look(page, "task-form")
    page.get_by_role("button", name="Schedule task").click()


def bring_forward(place: Place) -> None:
    """Let the task's time be now: nobody waits for half past two."""
    with psycopg.connect(address_of_database(place.home)) as database:
        assert len(database.execute(BRING_FORWARD).fetchall()) == 1


def has_succeeded(page: Page) -> bool:
    """Whether the task's row shows its last run's syncs as successful, after a reload."""
    page.reload()
    return page.locator("tbody tr", has_text="Participant Sync").get_by_text("Successful 1").count() == 1
