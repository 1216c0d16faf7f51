"""The plan that the tests of its pages begin with."""

from pathlib import Path

import pytest
from django.test import Client

from planbridge.plans.plan import Plan
from planbridge.security.user import Role
from tests.cast import deliver, everybody, plan_document
from tests.portal.conftest import Cast, SignIn
from tests.portal.plans.reviewing import PLAN_ID, changed_plan
from tests.syncing import sync_people, sync_plan


@pytest.fixture
def waiting(own: Cast, inbox: Path) -> Plan:
    """The firm's plan with its people, active, and a draft in which a fund was replaced at the recordkeeper."""
    deliver(inbox, everybody(), plans=[plan_document(plan_id=PLAN_ID)])
    assert sync_plan(own.plan).status == "successful"
    assert sync_people(own.plan).status == "successful"
    return changed_plan(Plan.objects.get(pk=own.plan.pk))


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser: another person than the Advisor."""
    return browser(own.users[Role.ADMIN])


@pytest.fixture
def advisor(own: Cast, browser: SignIn) -> Client:
    """An Advisor's browser."""
    return browser(own.users[Role.ADVISOR])
