"""Freshness on Plan Summary: shown with its reason, filtered and sorted by."""

from datetime import timedelta

from django.utils import timezone

from planbridge.plans.models import Plan, PlanFigures
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn
from tests.syncing import added_plan


def test_freshness_is_shown_filtered_and_sorted(own: Cast, browser: SignIn) -> None:
    """TS-5, PL-1: Plan Summary says why a plan is Stale, finds plans by state, and puts the longest overdue first."""
    fresh = added_plan(own.connection, "FRESH1")
    PlanFigures.objects.create(plan=fresh, people_synced_at=timezone.now())
    Plan.objects.filter(pk=own.plan.pk).update(created_at=timezone.now() - timedelta(days=9))
    admin = browser(own.users[Role.ADMIN])
    stale = admin.get("/plans/?freshness=stale").content.decode()
    assert "Never synced; added 9 days ago" in stale
    assert "No task that is on will sync it." in stale
    assert own.plan.external_plan_id in stale
    assert "FRESH1" not in stale
    assert "No plan fits" in admin.get("/plans/?freshness=late").content.decode()
    by_need = [row.external_plan_id for row in admin.get("/plans/?sort=freshness").context["page"].rows]
    assert by_need == [own.plan.external_plan_id, "FRESH1"]
