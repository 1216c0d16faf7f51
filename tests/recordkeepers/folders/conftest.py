"""Fixtures of tests of drop folders; a file with others of the same names has its own."""

from pathlib import Path

import pytest
from django.conf import settings as product

from planbridge.plans.models import Plan
from tests.packing import set_up
from tests.syncing import added_plan, connected


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The installation's folder, in which files are opened."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(product, "PLANBRIDGE_HOME", tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def plan(inbox: Path) -> Plan:
    """A plan of which nothing was read yet, whose folder does not wait between two looks."""
    made = added_plan(connected(inbox))
    set_up(made)
    return made
