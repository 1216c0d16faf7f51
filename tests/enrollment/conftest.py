"""An active plan with the cast as its participants, and phones in which they are signed in."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from planbridge.enrollment.invitation import invitation_path, invite_to_enroll
from planbridge.plans.models import Plan
from tests.cast import everybody
from tests.limit_years import write_coming_years
from tests.syncing import active_plan

Phone = Callable[[str], Client]


@pytest.fixture(autouse=True)
def coming_years(tmp_path: Path, settings: Settings) -> None:
    """Limits of this year and the next, also where the product ships none yet: pages go by today's date."""
    file = tmp_path / "coming_years.toml"
    write_coming_years(file)
    settings.LIMITS_FILE = str(file)


@pytest.fixture
def plan(db: None, inbox: Path) -> Plan:  # noqa: ARG001 - a fixture's name asks for it
    """An active plan, its people synced."""
    return Plan.objects.get(pk=active_plan(inbox, everybody()).pk)


@pytest.fixture
def phone(plan: Plan) -> Phone:
    """A phone in which a participant signed in by invitation."""

    def signed_in(participant_id: str) -> Client:
        [invited] = invite_to_enroll(plan, [participant_id], actor="test")
        client = Client()
        answer = client.post(invitation_path(invited.token))
        assert answer.headers["Location"] == "/enroll/"
        return client

    return signed_in
