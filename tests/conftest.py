"""The tests' database: a real PostgreSQL - the embedded server in a passing folder, or DATABASE_URL."""

import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest
from hypothesis import settings as hypothesis_settings

from planbridge.config.embedded_postgres import EmbeddedServer, attach, release

# The same examples for everybody in continuous integration; new ones on every run elsewhere.
hypothesis_settings.register_profile("ci", derandomize=True)
if os.environ.get("CI") == "true":
    hypothesis_settings.load_profile("ci")

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
    # It takes longest: the other processes go through the rest beside it.
    items.sort(key=lambda item: item.path.name != "test_replay.py")


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """An empty drop folder."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder
