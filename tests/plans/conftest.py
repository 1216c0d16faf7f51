"""The plan and document that the tests of plans begin with."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from planbridge.plans.plan import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm

DOCUMENT_TEXT = (Path(__file__).parent / "plan_document.json").read_text(encoding="utf-8")


@pytest.fixture
def document() -> dict[str, Any]:
    """The plan document of the Recordkeeper API's page, with three more funds; each test has its own copy."""
    return copy.deepcopy(json.loads(DOCUMENT_TEXT))


@pytest.fixture
def plan(db: None) -> Plan:  # noqa: ARG001 - asks for the database
    """A plan that was added and never synced."""
    firm = Firm.objects.create(name="Example Advisors")
    connection = Connection.objects.create(firm=firm, name="example", kind="rest")
    return Plan.objects.create(firm=firm, connection=connection, external_plan_id="900123")
