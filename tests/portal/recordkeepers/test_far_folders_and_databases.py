"""Pages of drop folders that are far, of their OpenPGP keys, and of databases."""

import asyncssh
import pytest
from django.test import Client
from django.urls import reverse

from planbridge.activity.entry import ActivityEntry
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connections import seen_as
from planbridge.recordkeepers.open_pgp_keys import key_of
from planbridge.security.credentials import unseal_credentials
from planbridge.security.user import Role
from tests.portal.conftest import Cast, SignIn

pytestmark = pytest.mark.django_db
HOST_KEY = " ".join(asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[:2])
SFTP = {
    "name": "Far",
    "path": "sftp://files.example.test:2222/outbox",
    "user": "planbridge",
    "password": "s3cret-word",
    "host_key": HOST_KEY,
    "profile": "ascensus-360",
    "source_codes": "401K = PRE\n4ROTH = ROTH",
    "concurrent_requests_max": "4",
}


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An administrator of the firm."""
    return browser(own.users[Role.ADMIN])


def added(admin: Client, form: dict[str, str], kind: str) -> Connection:
    """A connection that a form added."""
    answer = admin.post(f"/recordkeepers/new/?kind={kind}", form)
    assert answer.status_code == 302, answer.context["form"].errors
    return Connection.objects.get(name=form["name"])


def test_a_far_folder_is_added_and_keeps_its_secret(admin: Client) -> None:
    """RK-3: an SFTP folder has user, host key and a sealed password that an edit keeps and no page shows."""
    connection = added(admin, SFTP, "files")
    assert connection.settings["source_codes"] == {"401K": "PRE", "4ROTH": "ROTH"}
    edit = reverse("recordkeepers:edit", args=[connection.pk])
    page = admin.get(edit).content.decode()
    assert "s3cret-word" not in page
    assert "401K = PRE" in page
    kept = SFTP | {"password": "", "name": "Farther", "seen": seen_as(connection)}
    assert admin.post(edit, kept).status_code == 302
    connection.refresh_from_db()
    assert unseal_credentials(connection.pk, connection.credentials_sealed) == {"password": "s3cret-word"}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"path": "ftp://files.example.test/outbox"}, "path"),
        ({"path": "sftp://user:secret@files.example.test/outbox"}, "path"),
        ({"path": "sftp://files.example.test"}, "path"),
        ({"user": ""}, "user"),
        ({"password": ""}, "password"),
        ({"host_key": "what is this"}, "host_key"),
        ({"private_key": "no key"}, "private_key"),
        ({"source_codes": "401K PRE"}, "source_codes"),
        ({"path": "s3://bucket/x", "password": "", "access_key": "a"}, "secret_key"),
    ],
)
def test_errors_of_far_folders_stand_at_their_fields(admin: Client, typed: dict[str, str], field: str) -> None:
    """RK-3: what cannot work is refused at its field."""
    answer = admin.post("/recordkeepers/new/?kind=files", SFTP | typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_an_open_pgp_key_is_made_shown_replaced_and_removed(admin: Client) -> None:
    """RK-3: a key pair is made here; its public part is shown, its private part never; other secrets stay."""
    connection = added(admin, SFTP, "files")
    page, remove = (reverse(f"recordkeepers:{name}", args=[connection.pk]) for name in ("open_pgp", "open_pgp_remove"))
    assert "Make a key" in admin.get(page).content.decode()
    admin.post(page)
    connection.refresh_from_db()
    first = key_of(connection)
    assert first is not None
    text = admin.get(page).content.decode()
    assert first.spoken_fingerprint in text
    assert "BEGIN PGP PUBLIC KEY BLOCK" in text
    assert "PRIVATE" not in text
    admin.post(page)
    connection.refresh_from_db()
    second = key_of(connection)
    assert second is not None
    assert second.fingerprint != first.fingerprint
    text = admin.get(page).content.decode()
    assert "Replaced keys" in text
    assert first.spoken_fingerprint in text
    assert "PRIVATE" not in text
    edit = reverse("recordkeepers:edit", args=[connection.pk])
    assert admin.post(edit, SFTP | {"password": "another", "seen": seen_as(connection)}).status_code == 302
    connection.refresh_from_db()
    assert key_of(connection) == second
    retired = reverse("recordkeepers:retired_key_remove", args=[connection.pk])
    assert admin.post(retired, {"fingerprint": second.fingerprint}).status_code == 404
    assert admin.post(retired, {"fingerprint": first.fingerprint}).status_code == 302
    assert "Replaced keys" not in admin.get(page).content.decode()
    admin.post(remove)
    connection.refresh_from_db()
    assert unseal_credentials(connection.pk, connection.credentials_sealed) == {"password": "another"}
    told = [str(one.detail) for one in ActivityEntry.objects.filter(connection_id=connection.pk)]
    assert any(second.fingerprint in one for one in told)
    assert not any("PRIVATE" in one for one in told)


def test_a_database_is_added(admin: Client) -> None:
    """RK-5: a database has an address without secrets, a sealed password and a profile; another server needs it anew."""
    form = {
        "name": "Books",
        "url": "postgresql://reader@db.example.test/relius",
        "password": "s3cret-word",
        "profile": "relius",
        "concurrent_requests_max": "4",
    }
    connection = added(admin, form, "sql")
    shown = admin.get(reverse("recordkeepers:connection", args=[connection.pk])).content.decode()
    assert "db.example.test" in shown
    assert "s3cret-word" not in shown
    moved = form | {"url": "postgresql://reader@elsewhere.example.test/relius", "password": ""}
    answer = admin.post(reverse("recordkeepers:edit", args=[connection.pk]), moved | {"seen": seen_as(connection)})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["password"])
