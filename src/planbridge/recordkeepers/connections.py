"""Adds and removes connections: the only writer of the table connection but for its rate-limit slot."""

from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import RestrictedError

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.security.credentials import seal_credentials
from planbridge.security.firm import Firm

NAME_CHARACTERS_MAX = 100


class ConnectionRefused(ValueError):  # noqa: N818 - says what happened
    """A connection that cannot be added or removed; the message says why."""


@dataclass(frozen=True)
class NewConnection:
    """What a person says of a new connection."""

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
    check(new)
    quiet_from, quiet_until = new.quiet_hours or (None, None)
    try:
        with transaction.atomic():
            connection = Connection.objects.create(
                firm=firm,
                name=new.name,
                kind=new.kind,
                settings=new.settings,
                requests_per_minute=new.requests_per_minute,
                concurrent_requests_max=new.concurrent_requests_max,
                quiet_from=quiet_from,
                quiet_until=quiet_until,
            )
            if new.credentials:
                connection.credentials_sealed = seal_credentials(connection.pk, new.credentials)
                connection.save(update_fields=["credentials_sealed"])
            record_activity(
                Happening(Verb.CONNECTION_ADDED, actor, connection_id=connection.pk, detail={"name": new.name})
            )
    except IntegrityError as error:
        message = f"A connection named {new.name!r} is there already; choose another name or remove that one."
        raise ConnectionRefused(message) from error
    return connection


def check(new: NewConnection) -> None:
    """Raises ConnectionRefused for settings that cannot work."""
    if not new.name.strip() or len(new.name) > NAME_CHARACTERS_MAX:
        message = f"A connection needs a name of 1 to {NAME_CHARACTERS_MAX} characters."
        raise ConnectionRefused(message)
    if new.kind is ConnectionKind.FILES:
        path = new.settings.get("path")
        if not path or not Path(path).is_dir():
            message = f"The drop folder {path} is not there; make it, or give another --path."
            raise ConnectionRefused(message)
        if new.settings.get("profile") != "canonical":
            message = f"No file profile is named {new.settings.get('profile')!r}; this version reads 'canonical'."
            raise ConnectionRefused(message)
        return
    parts = urlsplit(str(new.settings.get("url") or ""))
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "A rest connection needs --url, for example https://recordkeeper.example.test."
        raise ConnectionRefused(message)
    if parts.username or parts.password:
        message = "Give secrets by --token-env, not in the address: an address is shown and logged."
        raise ConnectionRefused(message)
    if not new.credentials:
        message = "A rest connection needs --token-env, or --token-url with --client-id and --client-secret-env."
        raise ConnectionRefused(message)


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
        message = f"Connection {connection.name} has plans or scheduled tasks; a connection is removed only when it has none."
        raise ConnectionRefused(message) from error
