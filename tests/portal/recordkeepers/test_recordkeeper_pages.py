"""Recordkeepers as pages: adding, editing, testing, removing, and secrets that never come back."""

import time
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connections import seen_as
from planbridge.security.credentials import unseal_credentials
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn
from tests.recordkeepers.independent_recordkeeper import Answer, recordkeeper_that

SECRET = "kept-to-ourselves-900"
REST = {
    "name": "Relius",
    "url": "https://recordkeeper.example.test/api",
    "token": SECRET,
    "requests_per_minute": "600",
    "concurrent_requests_max": "8",
    "quiet_from": "22:00",
    "quiet_until": "06:00",
}


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


def added(admin: Client) -> Connection:
    """A Recordkeeper API, added on the page."""
    assert admin.post("/recordkeepers/new/?kind=rest", REST).status_code == 302
    return Connection.objects.get(name="Relius")


def test_a_recordkeeper_is_added_with_its_limits(admin: Client, own: Cast) -> None:
    """RK-1: name, kind, address, token, rate limit, concurrency limit and quiet hours are taken and shown, but the token."""
    connection = added(admin)
    assert (connection.firm, connection.requests_per_minute, connection.concurrent_requests_max) == (own.firm, 600, 8)
    assert unseal_credentials(connection.pk, connection.credentials_sealed) == {"token": SECRET}
    page = admin.get("/recordkeepers/").content.decode()
    assert "600 requests a minute, 8 at once, quiet 10:00 PM to 6:00 AM America/New York" in page
    assert "Never tested" in page


def test_secrets_never_come_back(admin: Client) -> None:
    """RK-1: a stored token stands on no page, in no answer to a faulty form and in no activity entry; an empty field keeps it."""
    connection = added(admin)
    edit = reverse("recordkeepers:edit", args=[connection.pk])
    kept = REST | {"token": "", "name": "Relius East", "seen": seen_as(connection)}
    pages = [
        admin.get(edit),
        admin.post(edit, REST | {"name": ""}),
        admin.get("/recordkeepers/"),
        admin.get("/activity/"),
    ]
    assert admin.post(edit, kept).status_code == 302
    assert all(SECRET not in page.content.decode() for page in pages)
    assert "A token is stored; type a new one to replace it." in pages[0].content.decode()
    connection.refresh_from_db()
    assert connection.name == "Relius East"
    assert unseal_credentials(connection.pk, connection.credentials_sealed) == {"token": SECRET}
    entries = ActivityEntry.objects.filter(connection_id=connection.pk)
    assert set(entries.values_list("verb", flat=True)) == {Verb.CONNECTION_ADDED, Verb.CONNECTION_CHANGED}
    assert all(SECRET not in str(entry.detail) for entry in entries)


def test_a_token_goes_to_no_other_host(admin: Client) -> None:
    """RK-1: an address on another host needs the token anew, so that a stored one is never sent to whom it was not given for."""
    connection = added(admin)
    edit = reverse("recordkeepers:edit", args=[connection.pk])
    moved = REST | {"url": "https://elsewhere.example.test", "token": "", "seen": seen_as(connection)}
    answer = admin.post(edit, moved)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["token"]
    assert admin.post(edit, moved | {"token": "another"}).status_code == 302


def test_two_editors_get_both_versions(admin: Client) -> None:
    """PL-8, RK-1: a recordkeeper that somebody else changed meanwhile is not overwritten; both versions are shown."""
    connection = added(admin)
    edit, seen = reverse("recordkeepers:edit", args=[connection.pk]), seen_as(connection)
    assert admin.post(edit, REST | {"token": "", "name": "Theirs", "seen": seen}).status_code == 302
    answer = admin.post(edit, REST | {"token": "", "name": "Mine", "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert Connection.objects.get(pk=connection.pk).name == "Theirs"
    assert admin.post(edit, dict(answer.context["typed"]) | {"seen": answer.context["seen"]}).status_code == 302
    assert Connection.objects.get(pk=connection.pk).name == "Mine"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": "example"}, "name"),
        ({"url": "recordkeeper"}, "url"),
        ({"url": "https://name:secret@recordkeeper.example.test"}, "url"),
        ({"token": ""}, "token"),
        ({"quiet_until": ""}, "quiet_until"),
        ({"quiet_until": "22:00"}, "quiet_until"),
        ({"concurrent_requests_max": "0"}, "concurrent_requests_max"),
        ({"token_url": "https://login.example.test", "client_id": "900"}, "client_secret"),
    ],
)
def test_errors_stand_at_their_fields(admin: Client, typed: dict[str, str], field: str) -> None:
    """RK-1: what cannot work is refused at its field."""
    answer = admin.post("/recordkeepers/new/?kind=rest", REST | typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_another_firms_drop_folder_is_not_free(admin: Client, other: Cast, tmp_path: Path) -> None:
    """US-1: a drop folder that another firm reads is refused, and so is one around or inside it."""
    theirs = Path(other.connection.settings["path"])
    inside = theirs / "archive"
    inside.mkdir()
    own_folder = tmp_path / "own"
    own_folder.mkdir()
    form = {"name": "Drop", "profile": "canonical", "concurrent_requests_max": "4"}
    statuses = [
        admin.post("/recordkeepers/new/?kind=files", form | {"path": str(path)}).status_code
        for path in (theirs, inside, theirs.parent, own_folder)
    ]
    assert statuses == [422, 422, 422, 302]


def test_a_recordkeeper_with_plans_stays(admin: Client, own: Cast) -> None:
    """RK-1: a recordkeeper that plans use is not removed and says why; one that nothing uses goes."""
    refused = admin.post(reverse("recordkeepers:remove", args=[own.connection.pk]), follow=True)
    assert "has plans or scheduled tasks" in refused.content.decode()
    unused = added(admin)
    assert (
        "Relius is removed."
        in admin.post(reverse("recordkeepers:remove", args=[unused.pk]), follow=True).content.decode()
    )
    assert not Connection.objects.filter(pk=unused.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_the_test_is_followed_to_the_step_that_fails(own: Cast, browser: SignIn) -> None:
    """RK-1: Test connection runs beside the request, is followed step by step, names the step that failed and what to do."""
    admin = browser(own.users[Role.ADMIN])
    with recordkeeper_that(lambda _: Answer(status=403)) as recordkeeper:
        url = recordkeeper.connector()._connection.settings["url"]  # noqa: SLF001 - where it listens
        admin.post("/recordkeepers/new/?kind=rest", REST | {"url": url})
        connection = Connection.objects.get(name="Relius")
        address = reverse("recordkeepers:test", args=[connection.pk])
        part = admin.post(address, headers={"HX-Request": "true"}).content.decode()
        assert "every 700ms" in part
        deadline = time.monotonic() + 30
        while "every 700ms" in part and time.monotonic() < deadline:
            time.sleep(0.1)
            part = admin.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<strong>Permission</strong> failed" in part
    assert "Ask the recordkeeper to give these credentials the right" in part
    assert part.count("Not tried") == 1
    entry = ActivityEntry.objects.get(verb=Verb.CONNECTION_TESTED)
    assert (entry.status, entry.detail["failed"], entry.firm_id) == ("error", "permission", own.firm.pk)
    assert "Failed: Permission" in admin.get("/recordkeepers/").content.decode()
