"""`planbridge demo`: everything at work within half a minute, and nothing of it left afterwards."""

import re
import shlex
import signal
import subprocess
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from tests.cli.processes import PROGRAM, are_gone, call, environment, family, first_value, servers_below, started

SECONDS_MAX = 90


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of the user who tries the demo."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def test_the_demo_shows_everything_and_leaves_nothing(home: Path) -> None:
    """The demo syncs twice, has a draft and a rejected person, its next steps work, and SIGINT ends all with 0."""
    with started(home, "demo", "--json", "--plans", "2", "--people", "10") as process:
        story = first_value(process.stdout)
        assert story["seconds"] > 0
        assert_story(story)
        assert list(home.iterdir()) == []
        follow(story, home)
        assert_portal(story["portal"])
        assert_enrollment(story["enrollment"]["url"])
        pids = [one.pid for one in family(process.pid)]
        command_lines = [" ".join(one.cmdline()) for one in family(process.pid)]
        assert {"simulator", "worker", "serve"} <= {word for line in command_lines for word in line.split()}
        assert story["portal"]["password"] not in "".join(command_lines)
        assert story["simulator"]["token"] not in "".join(command_lines)
        assert servers_below(home.parent)
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS_MAX) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert are_gone(pids)
    assert servers_below(home.parent) == []
    assert not Path(story["home"]).exists()


def assert_story(story: dict[str, Any]) -> None:
    """The story is that of the second sync: a draft in the first plan, a rejected person in the last."""
    assert [plan["status"] for plan in story["plans"]] == ["active_with_draft", "draft"]
    assert all(float(plan["market_value"]) > 0 and plan["people"] for plan in story["plans"])
    assert [run["status"] for run in story["first_participant_syncs"]] == ["successful", "successful"]
    assert [run["draft"] for run in story["second_plan_syncs"]] == [True, False]
    rejected = story["second_participant_syncs"][1]
    assert (rejected["status"], rejected["rejected"]) == ("partly_successful", 1)
    assert [problem["code"] for problem in rejected["problems"]] == ["SSN_MISSING"]


def assert_portal(portal: dict[str, str]) -> None:
    """US-1: who is named there can sign in, and sees the plans."""
    with httpx.Client(base_url=portal["url"], follow_redirects=True, timeout=SECONDS_MAX) as browser:
        page = browser.get("/accounts/login/")
        token = page.text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {"csrfmiddlewaretoken": token, "login": portal["email"], "password": portal["password"]}
        page = browser.post("/accounts/login/", data=form)
        assert page.url.path == "/plans/", page.text
        assert "1 to 2 of 2 plans" in page.text


def assert_enrollment(address: str) -> None:
    """EN-1: whoever is picked on the simulator's page is signed in on the Enrollment site."""
    with httpx.Client(follow_redirects=True, timeout=SECONDS_MAX) as browser:
        page = browser.get(address)
        assert page.status_code == 200, page.text
        picked = page.text.partition("<li><form")[2].partition("</form>")[0]
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', picked))
        assert {"participant_id", "plan_id", "state"} <= fields.keys()
        page = browser.post(urljoin(str(page.url), "/sign-in"), data={name: unescape(fields[name]) for name in fields})
        assert page.url.path.startswith("/enroll/"), page.text
        assert page.status_code == 200, page.text
        assert "/enroll/decline/" in page.text


def follow(story: dict[str, Any], home: Path) -> None:
    """The next steps work as they are written, in another terminal: the draft is activated, the person taken in."""
    export, *steps = story["next"]
    demo_home = Path(export.removeprefix("export PLANBRIDGE_HOME="))
    for step in [steps[1], *steps[-2:]]:
        words = shlex.split(step)
        assert words[: len(PROGRAM)] == list(PROGRAM)
        answer = subprocess.run(words, env=environment(demo_home), capture_output=True, text=True, check=False)
        assert answer.returncode == 0, answer
    assert "SSN_MISSING" not in answer.stdout
    assert home.exists()


def test_a_taken_port_is_said(home: Path) -> None:
    """A demo whose port is taken ends with 5 and leaves nothing running."""
    with started(home, "simulator", "--json", "--port", "0", "--plans", "1", "--people", "1") as simulator:
        port = first_value(simulator.stdout)["url"].rpartition(":")[2]
        answer = call(home, "demo", "--port", port)
    assert answer.returncode == 5
    assert "--port" in answer.stderr
    assert servers_below(home.parent) == []
    assert list(home.parent.glob("planbridge-demo-*")) == []
