"""Adds, changes and removes connections: the only writer of the table connection but for its rate-limit slot."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import RestrictedError

from planbridge.activity.conflict import refuse_if_changed, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.folder_place import FolderKind, folder_place, overlaps
from planbridge.recordkeepers.folder_settings import OPEN_PGP_KEY, RETIRED_KEYS, folder_fault, profile_names
from planbridge.recordkeepers.rest_settings import origin
from planbridge.recordkeepers.sql_settings import is_other_server, sql_fault
from planbridge.security.credentials import seal_credentials, unseal_credentials
from planbridge.security.firm import Firm

NAME_CHARACTERS_MAX = 100
PROFILES = profile_names()


class ConnectionRefused(ValueError):  # noqa: N818 - says what happened
    """A connection that cannot be added, changed or removed; `field` names what is to be mended, where it is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class NewConnection:
    """What a person says of a connection; `credentials` empty on a change: those stored stay."""

    name: str
    kind: ConnectionKind
    settings: dict[str, Any]
    credentials: dict[str, str] = field(default_factory=dict)
    requests_per_minute: int | None = None
    concurrent_requests_max: int = 4
    quiet_hours: tuple[time, time] | None = None


def parse_quiet_hours(text: str | None) -> tuple[time, time] | None:
    """'22:00-06:00' as two times of day; raises ConnectionRefused."""
    if text is None:
        return None
    start, _, end = text.partition("-")
    try:
        return time.fromisoformat(start.strip()), time.fromisoformat(end.strip())
    except ValueError as error:
        message = f"Quiet hours are written HH:MM-HH:MM, for example 22:00-06:00, not {text!r}."
        raise ConnectionRefused(message) from error


def add_connection(firm: Firm, new: NewConnection, *, actor: str) -> Connection:
    """Add a connection to a firm, its credentials sealed; raises ConnectionRefused."""
    connection = Connection(firm=firm, kind=new.kind)
    check(new, is_new=True)
    check_folder(connection, new)
    if new.kind is ConnectionKind.REST and not new.credentials:
        message = "A Recordkeeper API needs a token, or a client id and secret with the address that gives tokens."
        raise ConnectionRefused(message, "token")
    with named_once(new.name), transaction.atomic():
        put_values(connection, new)
        connection.save()
        if new.credentials:
            connection.credentials_sealed = seal_credentials(connection.pk, new.credentials)
            connection.save(update_fields=["credentials_sealed"])
        record_activity(Happening(Verb.CONNECTION_ADDED, actor, connection_id=connection.pk, detail={"name": new.name}))
    return connection


def edit_connection(connection: Connection, new: NewConnection, *, seen: str, actor: str) -> Connection:
    """Change a connection; without credentials those stored stay. Raises ConnectionRefused, ChangedMeanwhile.

    `seen` is the token (seen_as) of what was shown. The kind stays, whatever `new` says.
    """
    check(new)
    with named_once(new.name), transaction.atomic():
        locked = Connection.objects.select_for_update(of=("self",)).select_related("firm").get(pk=connection.pk)
        refuse_if_changed(seen, *facts_of(locked))
        check_folder(locked, new)
        check_secret_stays_home(locked, new)
        before = values_of(locked)
        put_values(locked, new)
        if new.credentials:
            locked.credentials_sealed = seal_credentials(locked.pk, kept_key(locked) | new.credentials)
        locked.save()
        after = values_of(locked)
        changed = {name: [before[name], value] for name, value in after.items() if before[name] != value}
        detail = {"name": locked.name, "changed": changed, "has_new_credentials": bool(new.credentials)}
        if changed or new.credentials:
            record_activity(Happening(Verb.CONNECTION_CHANGED, actor, connection_id=locked.pk, detail=detail))
    return locked


def kept_key(connection: Connection) -> dict[str, str]:
    """The connection's OpenPGP keys: they have a page of their own and stay when other secrets are typed anew."""
    secrets = unseal_credentials(connection.pk, connection.credentials_sealed)
    return {name: text for name, text in secrets.items() if name in {OPEN_PGP_KEY, RETIRED_KEYS}}


def put_values(connection: Connection, new: NewConnection) -> None:
    """Set a connection's fields but for its credentials; nothing is written."""
    connection.name = new.name
    connection.settings = new.settings
    connection.requests_per_minute = new.requests_per_minute
    connection.concurrent_requests_max = new.concurrent_requests_max
    connection.quiet_from, connection.quiet_until = new.quiet_hours or (None, None)


def values_of(connection: Connection) -> dict[str, Any]:
    """What a person may know of a connection, as JSON; no secrets."""
    return {
        "name": connection.name,
        **connection.settings,
        "requests_per_minute": connection.requests_per_minute,
        "concurrent_requests_max": connection.concurrent_requests_max,
        "quiet_from": connection.quiet_from and connection.quiet_from.isoformat("minutes"),
        "quiet_until": connection.quiet_until and connection.quiet_until.isoformat("minutes"),
    }


def seen_as(connection: Connection) -> str:
    """The token of a connection as it is."""
    return version_of(*facts_of(connection))


def facts_of(connection: Connection) -> tuple[dict[str, Any], str]:
    """All that an edit may change: what a person may know, and the sealed credentials as text."""
    return values_of(connection), bytes(connection.credentials_sealed or b"").hex()


@contextmanager
def named_once(name: str) -> Iterator[None]:
    """Turns the database's refusal of a second connection of one name into words."""
    try:
        yield
    except IntegrityError as error:
        message = f"A connection named {name!r} is there already; choose another name or remove that one."
        raise ConnectionRefused(message, "name") from error


def check(new: NewConnection, *, is_new: bool = False) -> None:
    """Raises ConnectionRefused for settings that cannot work."""
    if not new.name.strip() or len(new.name) > NAME_CHARACTERS_MAX:
        message = f"A connection needs a name of 1 to {NAME_CHARACTERS_MAX} characters."
        raise ConnectionRefused(message, "name")
    if new.quiet_hours and new.quiet_hours[0] == new.quiet_hours[1]:
        raise ConnectionRefused(
            "Quiet hours that begin and end at one time are none; choose another end.", "quiet_until"
        )
    if new.kind is ConnectionKind.FILES:
        fault = folder_fault(new.settings, new.credentials, is_new=is_new)
        if fault is not None:
            raise ConnectionRefused(*fault)
        return
    if new.kind is ConnectionKind.SQL:
        fault = sql_fault(new.settings)
        if fault is not None:
            raise ConnectionRefused(*fault)
        return
    parts = urlsplit(str(new.settings.get("url") or ""))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "A Recordkeeper API needs its address, for example https://recordkeeper.example.test."
        raise ConnectionRefused(message, "url")
    if parts.username or parts.password:
        message = "Give secrets apart, not in the address: an address is shown and logged."
        raise ConnectionRefused(message, "url")


def check_folder(connection: Connection, new: NewConnection) -> None:
    """Raises ConnectionRefused for a drop folder that another firm reads, or that lies in one, or has one in it."""
    if new.kind is not ConnectionKind.FILES:
        return
    place = folder_place(new.settings)
    others = Connection.objects.filter(kind=ConnectionKind.FILES).exclude(firm_id=connection.firm_id)
    for path in others.values_list("settings__path", flat=True):
        if overlaps(place, folder_place({"path": path})):
            raise ConnectionRefused("This folder is not free for this connection; give another folder.", "path")


def check_secret_stays_home(connection: Connection, new: NewConnection) -> None:
    """Raises ConnectionRefused when stored credentials would go to a host that they were not given for."""
    if new.credentials:
        return
    if new.kind is ConnectionKind.FILES:
        check_folder_secret(connection, new)
        return
    if new.kind is ConnectionKind.SQL:
        if is_other_server(connection.settings, new.settings):
            message = "The address leads to another server. Type the password again, so that it goes only there."
            raise ConnectionRefused(message, "password")
        return
    if connection.credentials_sealed is None:
        raise ConnectionRefused("No token is stored yet; type one.", "token")
    for name in ("url", "token_url"):
        before, after = (str(one.get(name) or "") for one in (connection.settings, new.settings))
        if after and origin(before) != origin(after):
            message = (
                "The address leads to another host. Type the token again, so that it goes only where you mean it to."
            )
            raise ConnectionRefused(message, "token")


def check_folder_secret(connection: Connection, new: NewConnection) -> None:
    """Raises ConnectionRefused when a far folder's stored secret would go to another server."""
    before, after = folder_place(connection.settings), folder_place(new.settings)
    ways = [(one.kind, one.host, one.port) for one in (before, after)]
    endpoints = [str(one.get("endpoint") or "") for one in (connection.settings, new.settings)]
    if after.is_far and (ways[0] != ways[1] or endpoints[0] != endpoints[1]):
        message = (
            "The address leads to another server. Type the secret again, so that it goes only where you mean it to."
        )
        raise ConnectionRefused(message, "secret_key" if after.kind is FolderKind.S3 else "password")


def remove_connection(connection: Connection, *, actor: str) -> None:
    """Remove a connection that has no plans; raises ConnectionRefused."""
    gone = Happening(
        Verb.CONNECTION_REMOVED,
        actor,
        connection_id=connection.pk,
        firm_id=connection.firm_id,
        detail={"name": connection.name},
    )
    try:
        with transaction.atomic():
            connection.delete()
            record_activity(gone)
    except RestrictedError as error:
        message = (
            f"Connection {connection.name} has plans or scheduled tasks; a connection is removed only when it has none."
        )
        raise ConnectionRefused(message) from error
