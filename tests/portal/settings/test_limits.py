"""Plan defaults of the firm and the limits of one plan, saved field by field."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from planbridge.activity.conflict import version_of
from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.models import Plan
from planbridge.security.firm import Firm
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn
from tests.syncing import added_plan

DEFAULTS = "/settings/plan-defaults/"


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


def test_new_plans_begin_with_the_firms_limits(admin: Client, own: Cast) -> None:
    """PT-6: the firm's limits are those of plans added from then on; plans that are there keep theirs."""
    answer = admin.post(DEFAULTS, {"people_loss_percent_max": "2.5", "version": version_of(Decimal("5.00"))})
    assert answer.status_code == 200
    assert "Saved" in answer.content.decode()
    new = added_plan(Firm.objects.get(pk=own.firm.pk).connection_set.get(), "LATER1")
    limits = Plan.objects.filter(pk__in=[own.plan.pk, new.pk]).order_by("pk")
    assert list(limits.values_list("people_loss_percent_max", flat=True)) == [Decimal(5), Decimal("2.5")]
    assert ActivityEntry.objects.get(verb=Verb.FIRM_CHANGED).firm_id == own.firm.pk


def test_the_freshness_target_is_the_firms_or_the_plans(admin: Client, own: Cast) -> None:
    """TS-5: the firm's target counts for plans without their own, and a plan's own is set and cleared on its page."""
    admin.post(DEFAULTS, {"freshness_hours": "48", "version": version_of(30)})
    address = reverse("settings:plan_limits", args=[own.plan.pk])
    assert "48 hours" in admin.get(address).content.decode()
    assert admin.post(address, {"freshness_hours": "6", "version": version_of(None)}).status_code == 200
    own.plan.refresh_from_db()
    assert own.plan.freshness_hours == 6
    assert admin.post(address, {"freshness_hours": "", "version": version_of(6)}).status_code == 200
    own.plan.refresh_from_db()
    assert own.plan.freshness_hours is None


def test_a_plans_limits_are_its_own(own: Cast, browser: SignIn) -> None:
    """PT-6, PL-8: an Advisor sets the limits of a plan; what is no percentage is refused, what changed meanwhile is shown."""
    advisor, address = browser(own.users[Role.ADVISOR]), reverse("settings:plan_limits", args=[own.plan.pk])
    before = version_of(Decimal("10.00"))
    assert advisor.post(address, {"money_move_percent_max": "101", "version": before}).status_code == 422
    assert advisor.post(address, {"money_move_percent_max": "25", "version": before}).status_code == 200
    conflict = advisor.post(address, {"money_move_percent_max": "30", "version": before})
    assert conflict.status_code == 409
    assert "Now it is <strong>25</strong>" in conflict.content.decode()
    own.plan.refresh_from_db()
    assert own.plan.money_move_percent_max == Decimal(25)
