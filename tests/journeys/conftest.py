"""A whole installation for a journey through the pages: home, database, web server, worker, simulator, and a browser."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Error, Page, ViewportSize, expect, sync_playwright

from tests.cli.made_home import put_made_home
from tests.cli.processes import call, family, first_value, started
from tests.simulator_process import Simulator, start_simulator

CHROMIUM = Path("/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
SCREENSHOTS = os.environ.get("PLANBRIDGE_SCREENSHOTS")
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}
SECONDS_MAX = 60.0
# How long a page has for what an assertion expects of it: a busy machine is no fault of the page.
EXPECT_SECONDS_MAX = 30.0
# Themes differ from each other in their colors alone.
FOUND = """async ({theme, isOnlyColors}) => {
    %s;
    const root = document.documentElement, before = root.dataset.bsTheme;
    if (theme) root.dataset.bsTheme = theme;
    const found = (await axe.run(isOnlyColors ? {runOnly: ["color-contrast"]} : {})).violations;
    if (before) root.dataset.bsTheme = before;
    return found.map(one => [one.id, one.nodes.map(node => node.html.slice(0, 200) + node.failureSummary)]);
}"""
TOKEN_VARIABLE = "JOURNEY_TOKEN"
RECORDKEEPER = "Example Recordkeeper"


@dataclass(frozen=True)
class Place:
    """A running installation: its portal, the link of its first Admin, its home, and the recordkeeper."""

    url: str
    first_admin: str
    home: Path
    simulator: Simulator

    def connect(self) -> None:
        """Add the simulator as a recordkeeper by the command line."""
        words = ("--kind", "rest", "--url", self.simulator.url, "--token-env", TOKEN_VARIABLE)
        token = {TOKEN_VARIABLE: self.simulator.token}
        answer = call(self.home, "connection", "add", RECORDKEEPER, *words, **token)
        assert answer.returncode == 0, answer


@pytest.fixture(scope="session", autouse=True)
def patience() -> None:
    """Assertions of every journey wait as long as a busy machine takes."""
    expect.set_options(timeout=EXPECT_SECONDS_MAX * 1000)


@pytest.fixture
def quick_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that look for due tasks and dead workers each second; asked for before the installation is."""
    for name, seconds in (("HEARTBEAT", "1"), ("STALE", "4"), ("RESCUE", "1")):
        monkeypatch.setenv(f"PLANBRIDGE_{name}_SECONDS", seconds)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """An installation with one Admin to be and a recordkeeper of two plans; all of it ends with the test."""
    # Not below pytest's folder: the user whose the database is has to pass through, and every start of pytest shuts it.
    folder = Path(tempfile.mkdtemp(prefix="planbridge-journey-"))
    try:
        with start_simulator(tmp_path, plans=2, people=12) as simulator, running(folder / "home") as said:
            yield Place(said["url"], said["first_admin"], folder / "home", simulator)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(home: Path) -> Iterator[dict[str, Any]]:
    """`planbridge up` until the end; what it said."""
    put_made_home(home)
    with started(home, "up", "--port", "0", "--json") as process:
        said = first_value(process.stdout)
        yield said
        own = family(process.pid)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_MAX)
        assert [one for one in own if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


@pytest.fixture
def page() -> Iterator[Page]:
    """A browser's page, 1440 wide; a script or style that the page's own policy forbids fails the test."""
    if not CHROMIUM.exists():
        pytest.skip(f"no {CHROMIUM}: scripts/browser puts it there")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        shown = browser.new_page(viewport=WIDE, locale="en-US", reduced_motion="reduce")
        complaints: list[str] = []
        shown.on("pageerror", lambda error: complaints.append(str(error)))
        shown.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        shown.on("request", lambda asked: complaints.append(asked.url) if is_foreign(asked.url) else None)
        yield shown
        browser.close()
        assert complaints == []


def is_foreign(address: str) -> bool:
    """Whether a page loads something from anywhere but this machine; pictures within a page are loaded from nowhere."""
    parts = urlsplit(address)
    return parts.scheme != "data" and parts.hostname not in {"127.0.0.1", "localhost"}


def expect_no_axe_findings(page: Page) -> None:
    """axe-core finds nothing on the page as it is now, in light and in dark."""
    assert axe_findings(page, theme="light") == []
    assert axe_findings(page, theme="dark", is_only_colors=True) == []


def axe_findings(page: Page, *, theme: str | None = None, is_only_colors: bool = False) -> list[Any]:
    """What axe-core finds on the page that stands, in a theme or in that which it has: each rule with its places."""
    # By the browser itself, past the page's policy: the page may load nothing of the sort.
    script, options = FOUND % AXE.read_text(), {"theme": theme, "isOnlyColors": is_only_colors}
    page.wait_for_load_state()
    try:
        return list(page.evaluate(script, options))
    except Error:
        # A page that goes on to the next one by itself left while it was looked at.
        page.wait_for_load_state()
        return list(page.evaluate(script, options))


def take_pictures(page: Page, name: str) -> None:
    """Pictures 1440 and 390 wide into the folder of PLANBRIDGE_SCREENSHOTS; none without it."""
    for size in (NARROW, WIDE):
        page.set_viewport_size(size)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways at {size}"
        if SCREENSHOTS:
            page.screenshot(path=f"{SCREENSHOTS}/{name}-{size['width']}.png", full_page=True)


def wait_until(page: Page, holds: Callable[[], bool], *, seconds: float = SECONDS_MAX) -> None:
    """Return when something holds; else the failure shows what stands on the page."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, page.locator("main").inner_text()
        page.wait_for_timeout(250)  # unlike sleep lets the browser tell what happened


def sign_in_first_admin(page: Page, place: Place) -> None:
    """Use the first Admin's link, then sign in with the password that was set."""
    page.goto(place.first_admin)
    page.get_by_label("E-mail address").fill("ada@example.test")
    page.get_by_label("Your name").fill("Ada Example")
    page.get_by_label("Password", exact=True).fill("four quiet words here")
    page.get_by_label("Password, once more").fill("four quiet words here")
    page.get_by_role("button", name="Set password").click()
    page.get_by_label("Email").fill("ada@example.test")
    page.get_by_label("Password").fill("four quiet words here")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{place.url}/plans/")
