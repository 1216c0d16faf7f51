"""The Participants tab: empty, filled, searched, filtered; and what it starts."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from planbridge.participants.participant import EmploymentStatus
from planbridge.plans.models import Plan
from planbridge.security.user import Role
from planbridge.sync.rules import STATUSES
from planbridge.sync.run import SyncRun
from tests.cast import crowd
from tests.portal.conftest import Cast, SignIn
from tests.portal.people.conftest import HOSTILE, delivered
from tests.syncing import sync_people, sync_plan, worked

HTMX = {"HX-Request": "true"}


@pytest.fixture
def client(own: Cast, browser: SignIn) -> Client:
    """An Advisor's browser."""
    return browser(own.users[Role.ADVISOR])


def list_of(plan: Plan) -> str:
    """The tab's address."""
    return reverse("people:list", args=[plan.pk])


def ids_on(content: bytes) -> list[str]:
    """The participant ids that a list can select, in its order."""
    return re.findall(r'name="person" value="([^"]+)"', content.decode())


def newest_run(plan: Plan) -> SyncRun:
    """The run that was asked for last."""
    return SyncRun.objects.filter(plan_id=plan.pk, kind="participants").latest("id")


def test_first_sync(empty_plan: Plan, client: Client) -> None:
    """PT-1: a new plan's tab is empty and says what to do; the confirmed sync shows how it gets on and what it brought."""
    page = client.get(list_of(empty_plan)).content
    for word in (b"No participants yet", b">Actions<", b"Sync participants", b">Sync Participants<"):
        assert word in page
    state = client.post(reverse("people:sync", args=[empty_plan.pk]), headers=HTMX)
    assert b"Queued" in state.content
    run = newest_run(empty_plan)
    address = reverse("people:progress", args=[empty_plan.pk, run.pk[1]])
    assert f"{address}?seen=queued".encode() in client.get(list_of(empty_plan)).content
    assert client.get(address, {"seen": "queued"}, headers=HTMX).status_code == 204
    worked(run)
    ended = client.get(address, {"seen": "queued"}, headers=HTMX)
    assert b"6 people read, 6 changed" in ended.content
    assert "people-synced" in ended.headers["HX-Trigger"]
    assert b"hx-trigger" not in ended.content
    assert len(ids_on(client.get(list_of(empty_plan)).content)) == 6


def test_statuses_and_filters(plan: Plan, client: Client) -> None:
    """PT-3: each person shows a status in words, and the address filters by it and by employment."""
    page = client.get(list_of(plan)).content
    for word in (b"Synced", b"Synced with warnings", b"Error", b"Not at recordkeeper"):
        assert b"<span>" + word in page
    for query, ids in (
        ({"synchronization": "error"}, ["P-0002"]),
        ({"synchronization": "synced_with_warnings"}, ["P-0003"]),
        ({"synchronization": "not_at_recordkeeper"}, ["P-0005"]),
        ({"employment": "terminated"}, ["P-0003"]),
        ({"q": "o'n"}, ["P-0001"]),
        ({"q": "P-000", "sort": "participant_id", "order": "descending"}, [f"P-000{n}" for n in (5, 4, 3, 2, 1)]),
        ({"q": "zz\x00"}, []),
    ):
        assert ids_on(client.get(list_of(plan), query).content) == ids, query
    assert b"Nobody fits" in client.get(list_of(plan), {"q": "zz"}).content
    assert client.get(list_of(plan), {"after": "nonsense"}).status_code == 404


def test_an_ssn_stays_out_of_addresses(plan: Plan, client: Client) -> None:
    """US-2: an SSN in full finds a person, but by POST alone, and neither address nor page repeats it."""
    found = client.post(list_of(plan), {"q": "900-11-0002", "synchronization": ""}, headers=HTMX)
    assert ids_on(found.content) == ["P-0002"]
    assert found.headers["HX-Push-Url"] == list_of(plan)
    assert "no-store" in found.headers["Cache-Control"]
    for digits in (b"900-11-0002", b"900110002"):
        assert digits not in found.content
    assert b"Select all" not in found.content
    assert ids_on(client.post(list_of(plan), {"q": "900-11-00"}, headers=HTMX).content) == []
    assert len(ids_on(client.get(list_of(plan), {"q": "900-11-0002"}).content)) == 6
    shared = client.post(list_of(plan), {"q": "ada", "employment": "active", "size": "10"}, headers=HTMX)
    assert shared.headers["HX-Push-Url"] == f"{list_of(plan)}?q=ada&employment=active&size=10"


def test_names_are_text(plan: Plan, client: Client) -> None:
    """A name that is markup is shown as text, and an id of any characters leads to its person."""
    page = client.get(list_of(plan)).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    address = reverse("people:person", args=[plan.pk, HOSTILE])
    assert address in page
    assert re.fullmatch(r"[\w/~-]+", address, re.ASCII)
    person = client.get(address)
    assert person.status_code == 200
    assert "<script>alert" not in person.content.decode()
    for odd in ("~FF/", "~00/", "P-0099/", "a~2fb/"):
        assert client.get(list_of(plan) + odd).status_code == 404


def test_whom_to_sync(plan: Plan, client: Client) -> None:
    """PT-9: the whole plan, the ticked, all that fit but the unticked, or one person."""
    address = reverse("people:sync", args=[plan.pk])
    selected = {"whom": "selected", "shown": ["P-0001", "P-0002", "P-0003"]}
    for form, people in (
        ({}, []),
        (selected | {"person": ["P-0001", "P-0003", "P-9999"]}, ["P-0001", "P-0003"]),
        (selected | {"person": selected["shown"], "all": "1"}, []),
        (selected | {"person": ["P-0001", "P-0003"], "all": "1", "q": "P-0"}, ["P-0001", "P-0003", "P-0004", "P-0005"]),
    ):
        client.post(address, form, headers=HTMX)
        run = newest_run(plan)
        assert run.participants == people, form
        worked(run)
    assert client.post(address, selected, headers=HTMX).status_code == 422
    client.post(reverse("people:sync_one", args=[plan.pk, HOSTILE]), headers=HTMX)
    assert newest_run(plan).participants == [HOSTILE]


def test_dry_run(empty_plan: Plan, client: Client) -> None:
    """PT-8: the tab starts a dry run, which says what a sync would change and changes nothing."""
    client.post(reverse("people:sync", args=[empty_plan.pk]), {"dry_run": "1"}, headers=HTMX)
    run = worked(newest_run(empty_plan))
    assert run.is_dry_run
    ended = client.get(reverse("people:progress", args=[empty_plan.pk, run.pk[1]]), headers=HTMX)
    assert b"dry run" in ended.content
    assert b"No participants yet" in client.get(list_of(empty_plan)).content


def test_viewers_only_look(plan: Plan, own: Cast, browser: SignIn) -> None:
    """US-1: a Viewer sees the list and nothing that starts a sync."""
    page = browser(own.users[Role.VIEWER]).get(list_of(plan)).content
    assert b"P-0001" in page
    for word in (b"Actions", b"Sync selected", b"Sync Participants"):
        assert word not in page


def test_large_lists(
    own: Cast, inbox: Path, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """PT-3: a list of many people comes in pages, offers to select all, and asks the database at most 12 times."""
    delivered(inbox, own, crowd(130), 1)
    assert sync_plan(own.plan).status == "successful"
    assert sync_people(own.plan).status == "successful"
    for query, ids in (({"size": "100"}, 100), ({"size": "30", "q": "pat"}, 30), ({"q": "pat exa"}, 20)):
        with django_assert_max_num_queries(12):
            page = client.get(list_of(own.plan), query).content
        assert len(ids_on(page)) == ids
        assert b"Select all 130" in page
    after = re.findall(r"after=([\w-]+)", client.get(list_of(own.plan), {"size": "100"}).content.decode())[0]
    assert len(ids_on(client.get(list_of(own.plan), {"size": "100", "after": after}).content)) == 30


def test_employment_statuses() -> None:
    """PT-3: the filter has every employment status that a record may have."""
    assert set(EmploymentStatus.values) == set(STATUSES)
