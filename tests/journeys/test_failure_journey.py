"""Journeys of what fails: a sync while the recordkeeper is down, no worker, no database; each understood and mended."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from planbridge.cli.kept_process import is_live
from tests.cli.processes import SECONDS_MAX, are_gone, call, first_value, servers_below, started
from tests.journeys.acts import begin_with_plan, open_plan
from tests.journeys.conftest import Place, running, wait_until
from tests.journeys.steps import PLAN, SOON, look
from tests.simulator_process import start_simulator


def test_a_failed_sync(page: Page, place: Place) -> None:
    """AM-1, AM-5, AM-6, PR-1: a failed sync is found by the badge, understood, and run again once the cause is mended."""
    begin_with_plan(page, place)
    place.simulator.fault("server_error")
    failed = call(place.home, "sync", "plan", PLAN, "--wait")
    assert failed.returncode == 1, failed
    page.goto(f"{place.url}/plans/")
    badge = page.locator(".count-badge")
    expect(badge).to_have_text("11 error since you last looked")
    expect(page.locator("tbody tr", has_text=PLAN).get_by_text("Error", exact=True)).to_be_visible()
    look(page, "badge")
    page.get_by_role("link", name="Activity").click()
    row = page.locator("tbody tr", has_text="Plan Sync").filter(has_text="Error")
    look(page, "activity-error")
    row.get_by_role("link", name="Error", exact=True).click()
    expect(badge).to_have_count(0)
    sentence = page.locator(".run-sentence")
    expect(sentence).to_contain_text("error. Nothing was changed.")
    look(page, "run-error")
    page.get_by_role("link", name="Requests").click()
    expect(page.get_by_role("region", name="Requests")).to_contain_text("500")
    look(page, "run-error-requests")
    page.get_by_role("link", name="Problems", exact=False).first.click()
    page.locator(".problem-group").get_by_role("link", name=re.compile("^RK_")).click()
    expect(page.locator(":target")).to_be_visible()
    look(page, "problem-catalogue")
    page.go_back()
    place.simulator.clear_faults()
    page.get_by_role("button", name="Run again").click()
    page.get_by_role("dialog").get_by_role("button", name="Run again").click()
    expect(page.get_by_text("It is asked for again: this is the new run.")).to_be_visible()
    expect(sentence).to_contain_text("successful", timeout=SOON)
    look(page, "run-again")
    page.reload()
    expect(badge).to_have_count(0)


@pytest.fixture
def home() -> Iterator[Path]:
    """The home of an installation to be, through whose folder the user whose the database is may pass."""
    folder = Path(tempfile.mkdtemp(prefix="planbridge-journey-"))
    yield folder / "home"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.usefixtures("quick_worker")
def test_without_worker_and_database(page: Page, tmp_path: Path, home: Path) -> None:
    """AM-4, OP-2: without a worker pages go on and say why nothing begins; without the database they say what that means."""
    with start_simulator(tmp_path, plans=1, people=12) as simulator:
        with running(home) as said:
            place = Place(said["url"], said["first_admin"], home, simulator)
            begin_with_plan(page, place)
        with kept(home, "serve", "--port", "0", "--json") as web:
            place = replace(place, url=first_value(web.stdout)["url"])
            wait_until(page, lambda: is_live(place.url))
            open_plan(page, place)
            page.get_by_role("link", name="Sync now").click()
            see_no_worker(page, place)
            stop_database(home)
            see_no_database(page, place)
            with kept(home, "worker", "--json"):
                wait_until(page, lambda: is_answering(page))
                expect(page.locator(".run-sentence")).to_contain_text("successful", timeout=SOON)
                expect(page.get_by_text("No worker is alive")).to_have_count(
                    0, timeout=SOON
                )  # it goes with the next look at the badge
                look(page, "all-back")
    assert are_gone(servers_below(home))


def see_no_worker(page: Page, place: Place) -> None:
    """The plan's page, the run's and the Activity Monitor say that nobody does the work, and what to do."""
    notice = page.get_by_text("No worker is alive")
    expect(notice).to_be_visible(timeout=SOON)
    expect(notice).to_contain_text("planbridge up")
    look(page, "no-worker-plan")
    page.locator("#last-sync").get_by_role("link", name="Queued").click()
    expect(notice).to_be_visible()
    look(page, "no-worker-run")
    page.goto(f"{place.url}/activity/")
    expect(notice).to_be_visible()
    look(page, "no-worker-activity")
    page.locator("tbody tr", has_text="Queued").get_by_role("link", name="Queued").click()


def see_no_database(page: Page, place: Place) -> None:
    """A page that follows a run says so in place, one that is opened in whole; neither shows anything raw."""
    expect(page.get_by_text("The server does not answer. You can go on reading this page")).to_be_visible(timeout=SOON)
    look(page, "no-database-following")
    run = page.url
    page.goto(f"{place.url}/plans/")
    expect(page.get_by_role("heading", name="The database does not answer")).to_be_visible()
    expect(page.get_by_text("planbridge doctor")).to_be_visible()
    look(page, "no-database")
    page.goto(run)


def is_answering(page: Page) -> bool:
    """Whether the page stands again after a reload."""
    page.reload()
    return page.get_by_role("navigation", name="Sections").count() == 1


def stop_database(home: Path) -> None:
    """End the embedded server at once, under everybody who uses it."""
    (server,) = home.rglob("postmaster.pid")
    own = servers_below(home)
    os.kill(int(server.read_text().splitlines()[0]), signal.SIGINT)
    assert are_gone(own)


@contextmanager
def kept(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until the end of this, and then is asked to stop, as an operator would."""
    with started(home, *arguments) as process:
        yield process
        process.terminate()
        process.wait(SECONDS_MAX)
