"""The pages of managed-account providers: added, described field by field, complete or not."""

import pytest
from django.test import Client

from planbridge.activity.conflict import version_of
from planbridge.plans.models import Plan, PlanVersion
from planbridge.plans.provider import ManagedAccountProvider
from planbridge.plans.providers import add_provider
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn

LIST = "/settings/providers/"
PART = {"HX-Request": "true"}


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


def test_from_an_empty_list_to_a_complete_provider(admin: Client) -> None:
    """IP-1: the empty list says what to do; a provider is added by name, described, and then complete."""
    assert "No provider yet" in admin.get(LIST).content.decode()
    assert admin.post(f"{LIST}new/", {"name": ""}).status_code == 422
    added = admin.post(f"{LIST}new/", {"name": "Steady Hand Advice"})
    page = added.headers["Location"]
    assert "methodology, fee, disclosure are missing" in admin.get(page).content.decode()
    for field, text in (("methodology", "By age."), ("fee_percent", "0.35"), ("disclosure", "No promise.")):
        said = admin.post(page, {field: text, "version": version_of("")}, headers=PART).content.decode()
        assert "Saved" in said
    assert "Nothing is missing: plans can offer Steady Hand Advice." in said
    assert '<span id="provider-heading" hx-swap-oob="true">' in said
    listed = admin.get(LIST).content.decode()
    assert "<span>Complete</span>" in listed
    assert "0.35 %" in listed
    again = admin.post(f"{LIST}new/", {"name": "Steady Hand Advice"})
    assert (again.status_code, "there already" in again.content.decode()) == (422, True)


def test_what_cannot_be_saved_is_said(admin: Client, own: Cast) -> None:
    """PL-8: a fee that is none is refused beside what was typed, and two editors see both values."""
    one = add_provider(own.firm, "Steady Hand Advice", actor="ada")
    page = f"{LIST}{one.pk}/"
    refused = admin.post(page, {"fee_percent": "cheap", "version": version_of("")}, headers=PART)
    assert refused.status_code == 422
    assert 'value="cheap"' in refused.content.decode()
    assert "A fee is a number from 0 to 10" in refused.content.decode()
    admin.post(page, {"is_active": "no", "version": version_of("yes")}, headers=PART)
    conflict = admin.post(page, {"is_active": "no", "version": version_of("yes")}, headers=PART)
    assert conflict.status_code == 409
    assert "Now it is <strong>no</strong>" in conflict.content.decode()
    assert "<span>Not offered</span>" in admin.get(LIST).content.decode()


def test_an_advisor_reads(own: Cast, browser: SignIn) -> None:
    """IP-1: an Advisor reads what plans may take over and which plans name it, changes nothing; a Viewer sees nothing."""
    one = add_provider(own.firm, "Steady Hand Advice", actor="ada")
    paths = {"provider": {"provider_id": one.pk}}
    PlanVersion.objects.create(plan_id=own.plan.pk, number=1, made_at="2026-11-22T00:00Z", paths=paths)
    Plan.objects.filter(pk=own.plan.pk).update(live_version=1, name="Northwind 401(k) Plan")
    advisor, page = browser(own.users[Role.ADVISOR]), f"{LIST}{one.pk}/"
    text = advisor.get(page).content.decode()
    assert "Not known yet" in text
    assert "Northwind 401(k) Plan" in text
    assert "hx-post" not in text.partition("<main")[2]
    assert advisor.post(page, {"methodology": "x"}).status_code == 403
    assert browser(own.users[Role.VIEWER]).get(LIST).status_code == 403
    assert ManagedAccountProvider.objects.get().methodology == ""
