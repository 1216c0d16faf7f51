"""Rejected people: why, who mends it, the record masked, and trying them again."""

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from planbridge.plans.models import Plan
from planbridge.security.user import Role
from planbridge.sync.run import SyncRun
from tests.cast import bea, changed
from tests.portal.conftest import Cast, SignIn
from tests.portal.people.conftest import delivered
from tests.syncing import sync_people, worked

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(own: Cast, browser: SignIn) -> Client:
    """An Advisor's browser."""
    return browser(own.users[Role.ADVISOR])


def test_why_and_who_mends_it(
    plan: Plan, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """PT-4: a rejected person stands there with the problem in words, who mends it, and the record with its SSN masked."""
    with django_assert_max_num_queries(12):
        page = client.get(reverse("people:rejected", args=[plan.pk])).content.decode()
    for text in ("P-0002", "2090-01-01", "BIRTH_DATE_FUTURE", "recordkeeper", "***-**-0002", "Retry rejected"):
        assert text in page
    assert "900110002" not in page
    with django_assert_max_num_queries(12):
        person = client.get(reverse("people:person", args=[plan.pk, "P-0002"])).content.decode()
    assert "last good data" in person
    assert "2090-01-01" in person
    assert "Apr 5, 1980" in person


def test_retry(plan: Plan, client: Client) -> None:
    """PT-4: Retry rejected asks for the rejected alone, whichever runs rejected them; once all are taken in it says so."""
    address = reverse("people:retry", args=[plan.pk])
    assert b"Queued" in client.post(address, headers=HTMX).content
    run = SyncRun.objects.filter(plan_id=plan.pk).latest("id")
    assert run.participants == ["P-0002"]
    assert worked(run).rejected == 1
    assert client.post(address).status_code == 302


def test_a_mended_person_is_rejected_no_more(plan: Plan, own: Cast, inbox: Path, client: Client) -> None:
    """PT-4: after a sync took the mended record in, nobody is rejected and a retry says so."""
    delivered(inbox, own, [changed(bea(), first_name="Bee")], 3)
    Plan.objects.filter(pk=plan.pk).update(people_loss_percent_max=100, money_move_percent_max=100)
    run = sync_people(plan)
    assert run.status == "successful", run.status
    page = client.get(reverse("people:rejected", args=[plan.pk])).content
    assert b"Nobody is rejected" in page
    assert b"Retry rejected" not in page
    client.post(reverse("people:retry", args=[plan.pk]))
    assert b"Nobody of this plan is rejected any more" in client.get(reverse("people:list", args=[plan.pk])).content


def test_somebody_never_held(empty_plan: Plan, own: Cast, inbox: Path, client: Client) -> None:
    """PT-3: who was rejected from the first day on has a page, too: Never synced, with the reason."""
    assert sync_people(empty_plan).status == "successful"
    delivered(inbox, own, [changed(bea(), participant_id="P-0042", ssn="900-11-0042", birth_date=None)], 2)
    Plan.objects.filter(pk=empty_plan.pk).update(people_loss_percent_max=100, money_move_percent_max=100)
    sync_people(empty_plan)
    page = client.get(reverse("people:person", args=[empty_plan.pk, "P-0042"])).content
    assert b"Never synced" in page
    assert b"BIRTH_DATE_MISSING" in page
    assert b"Reveal" not in page
