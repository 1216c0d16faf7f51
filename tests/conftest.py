"""The tests' database: a real PostgreSQL - the embedded server in a passing folder, or DATABASE_URL."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.db import connection
from hypothesis import settings as hypothesis_settings

from planbridge.config.embedded_postgres import EmbeddedServer, attach, release
from planbridge.security.keys import keyring

# The same examples for everybody in continuous integration; new ones on every run elsewhere.
hypothesis_settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    hypothesis_settings.load_profile("ci")

# The folders of tests that start processes, and about how long a test takes there.
SECONDS = {"journeys": 30, "faults": 10, "cli": 3, "properties": 10}
GIVEN_URL = os.environ.get("DATABASE_URL")


def place() -> Path:
    """The folder that all processes of one test session share."""
    given = os.environ.get("PLANBRIDGE_TEST_FOLDER")
    if given:
        return Path(given)
    folder = Path(tempfile.mkdtemp(prefix="planbridge-tests-"))
    os.environ["PLANBRIDGE_TEST_FOLDER"] = str(folder)
    return folder


# The settings name the database, so it has to be there before Django is set up - here and not by pytest-django.
IS_FIRST = "PLANBRIDGE_TEST_FOLDER" not in os.environ
FOLDER = place()
os.environ["PLANBRIDGE_HOME"] = str(FOLDER / "home")
SERVER: EmbeddedServer | None = None
if GIVEN_URL is None or os.environ.get("PLANBRIDGE_TEST_EMBEDDED"):
    SERVER = attach(FOLDER / "postgres")
    os.environ["DATABASE_URL"] = SERVER.url
    os.environ["PLANBRIDGE_TEST_EMBEDDED"] = "1"
# An installation of the tests has a browser or two: one web process starts sooner than one a processor.
os.environ.setdefault("PLANBRIDGE_WEB_PROCESSES", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "planbridge.config.settings")
django.setup()


def pytest_unconfigure() -> None:
    """Let go of the server; the process that made the folder removes it."""
    if SERVER is not None:
        release(SERVER)
    if IS_FIRST:
        shutil.rmtree(FOLDER, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that use the database of the settings, so that `-m database` chooses them."""
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(fixtures):
            item.add_marker("database")
    items[:] = shared_out(items, int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def shared_out(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """The tests so that each process, which gets as many of them in a row, begins with a share of the slow files.

    What is quick comes last, because it is what a process that is done early takes from the others.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        if seconds_of(item):
            files.setdefault(item.path, []).append(item)
    shares: list[list[pytest.Item]] = [[] for _ in range(processes)]
    for own in sorted(files.values(), key=lambda own: -sum(map(seconds_of, own))):
        min(shares, key=lambda share: sum(map(seconds_of, share))).extend(own)
    quick = [item for item in items if not seconds_of(item)]
    for share in shares:
        lacking = max(len(items) // processes - len(share), 0)
        share.extend(quick[:lacking])
        del quick[:lacking]
    return [item for share in shares for item in share] + quick


def seconds_of(item: pytest.Item) -> int:
    """About how long a slow test takes; 0 for a quick one."""
    if item.path.name == "test_replay.py":
        return 60
    return next((SECONDS[name] for name in item.path.parts if name in SECONDS), 0)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An empty drop folder."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def keys_of_this_home() -> None:
    """Have the keys of the tests' home in use before a test gives itself another home: what was sealed stays readable."""
    keyring()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that commits: no job of it waits, and no session of its threads is open. Flushing spares both."""
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    if not commits and "transactional_db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    gc.collect()  # a thread that ended leaves its connection open until it is collected
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
