"""What goes over the line: syncs and tests of a connection only GET, and a submission alone is sent with POST."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from planbridge.recordkeepers.registry import connector_for
from planbridge.sync.request import SyncOptions
from planbridge.sync.submission_wish import rate_wish
from tests.simulator_process import Simulator, start_simulator
from tests.sync.submitting import PERSON, PLAN, deliver_now, rest_plan, states, submitted
from tests.syncing import sync_people, sync_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[Simulator]:
    """A simulator of one plan."""
    with start_simulator(tmp_path, plans=1, people=8) as running:
        yield running


def test_only_a_submission_is_sent(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """RK-7: of everything that is asked of a recordkeeper, the one request that is no GET is the submission's POST."""
    asked: list[tuple[str, str]] = []
    send = httpx.Client.send

    def recorded(client: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        if not request.url.path.startswith("/admin/"):
            asked.append((request.method, request.url.path))
        return send(client, request, **options)

    monkeypatch.setattr(httpx.Client, "send", recorded)
    plan = rest_plan(simulator)
    connector = connector_for(plan.connection)
    assert all(check.passed for check in connector.test())
    assert len(list(connector.list_plans())) == 1
    for options in (SyncOptions(is_full=True), SyncOptions(is_dry_run=True), SyncOptions(participants=(PERSON,))):
        sync_people(plan, options)
    sync_plan(plan)
    assert {method for method, _ in asked} == {"GET"}
    (one,) = submitted(plan, rate_wish("PRE", percent=Decimal(9)))
    deliver_now(plan)
    deliver_now(plan)
    sync_people(plan)
    assert states(one) == ["accepted"]
    path = f"/v1/plans/{PLAN}/participants/{PERSON}/submissions"
    assert [(method, where) for method, where in asked if method != "GET"] == [("POST", path)]
