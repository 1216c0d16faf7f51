"""Plan defaults of the firm and the limits of one plan, saved field by field."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from planbridge.activity.conflict import version_of
from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.models import Plan
from planbridge.portal.settings.limits import APPROVER
from planbridge.security.firm import Firm
from planbridge.security.user import Role, User
from tests.portal.conftest import Cast, SignIn
from tests.syncing import added_plan

DEFAULTS = "/settings/plan-defaults/"
ON, OFF = (version_of(one) for one in (True, False))
NO_CHOICE = '<option value="no"'


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


def test_only_an_admin_switches_the_second_person_off(admin: Client, own: Cast, browser: SignIn) -> None:
    """PL-6: an Advisor who may activate switches the second person on and never off; an Admin switches it off."""
    User.objects.filter(pk=own.users[Role.ADVISOR].pk).update(may_activate_plans=True)
    advisor, address = browser(own.users[Role.ADVISOR]), reverse("settings:plan_limits", args=[own.plan.pk])
    for client in (advisor, admin):
        assert NO_CHOICE in client.get(address).content.decode()
    on = advisor.post(address, {APPROVER: "yes", "version": OFF})
    assert (on.status_code, NO_CHOICE in on.content.decode()) == (200, False)
    shown = advisor.get(address).content.decode()
    assert (NO_CHOICE in shown, "Only an Admin switches this off." in shown) == (False, True)
    refused = advisor.post(address, {APPROVER: "no", "version": ON})
    assert refused.status_code == 422
    assert "Not saved. Only an Admin switches this off." in refused.content.decode()
    assert needs_second_approver(own) == (True, 1)
    assert "Only an Admin" not in admin.get(address).content.decode()
    assert admin.post(address, {APPROVER: "no", "version": ON}).status_code == 200
    assert needs_second_approver(own) == (False, 2)


def test_who_may_not_switch_the_second_person_off_changes_the_other_limits(own: Cast, browser: SignIn) -> None:
    """PL-6, TS-5: the held choice of the second person keeps no other field of the page from being saved."""
    advisor, address = browser(own.users[Role.ADVISOR]), reverse("settings:plan_limits", args=[own.plan.pk])
    assert advisor.post(address, {"freshness_hours": "6", "version": version_of(None)}).status_code == 200
    assert Plan.objects.get(pk=own.plan.pk).freshness_hours == 6


def needs_second_approver(own: Cast) -> tuple[bool, int]:
    """Whether the plan needs a second person, and how often that was changed."""
    changes = ActivityEntry.objects.filter(verb=Verb.SECOND_APPROVER_CHANGED, plan_id=own.plan.pk)
    return Plan.objects.get(pk=own.plan.pk).needs_second_approver, changes.count()
