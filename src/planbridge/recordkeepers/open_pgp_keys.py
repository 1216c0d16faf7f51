"""The OpenPGP keys of a drop folder: made here, sealed in the connection, the public part shown to give away.

A key that is replaced is retired: files encrypted to it are still read, until a person removes it.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.folder_opening import OpeningKeys
from planbridge.recordkeepers.folder_settings import OPEN_PGP_KEY, RETIRED_KEYS
from planbridge.recordkeepers.open_pgp import KeyPair, key_pair_of, make_key_pair
from planbridge.security.credentials import seal_credentials, unseal_credentials


class NoDropFolder(ValueError):  # noqa: N818 - says what happened
    """A connection that gets no files has no OpenPGP key."""


@dataclass(frozen=True)
class RetiredKey:
    """A key that was replaced, and when."""

    pair: KeyPair
    retired_at: datetime


def key_of(connection: Connection) -> KeyPair | None:
    """The connection's key pair; None when it has none."""
    private_key = secrets_of(connection).get(OPEN_PGP_KEY)
    return key_pair_of(private_key) if private_key else None


def retired_keys_of(connection: Connection) -> list[RetiredKey]:
    """The keys that were replaced and not removed yet, the newest first."""
    listed = json.loads(secrets_of(connection).get(RETIRED_KEYS, "[]"))
    found = [RetiredKey(key_pair_of(key), datetime.fromisoformat(at)) for key, at in listed]
    return sorted(found, key=lambda one: one.retired_at, reverse=True)


def opening_keys(connection: Connection) -> OpeningKeys:
    """The private keys by which the connection's files are decrypted."""
    secrets = secrets_of(connection)
    retired = tuple(key for key, _ in json.loads(secrets.get(RETIRED_KEYS, "[]")))
    return OpeningKeys(secrets.get(OPEN_PGP_KEY, ""), retired)


def make_open_pgp_key(connection: Connection, *, actor: str) -> KeyPair:
    """Give a drop folder a new key pair, one it has is retired; from now on all single files must be encrypted.

    Raises NoDropFolder.
    """
    if connection.kind != ConnectionKind.FILES:
        message = "Only a drop folder has an OpenPGP key."
        raise NoDropFolder(message)
    pair = make_key_pair(connection.name)
    with transaction.atomic():
        locked = locked_connection(connection)
        before, retired = key_of(locked), retired_keys_of(locked)
        if before is not None:
            retired.append(RetiredKey(before, timezone.now()))
        put_keys(locked, pair, retired)
        record_change(locked, [before.fingerprint if before else None, pair.fingerprint], actor=actor)
    return pair


def remove_open_pgp_key(connection: Connection, *, actor: str) -> None:
    """Remove the key a drop folder has: from now on its files may be plain. Retired keys stay."""
    with transaction.atomic():
        locked = locked_connection(connection)
        before = key_of(locked)
        if before is not None:
            put_keys(locked, None, retired_keys_of(locked))
            record_change(locked, [before.fingerprint, None], actor=actor)


def remove_retired_key(connection: Connection, fingerprint: str, *, actor: str) -> bool:
    """Remove a retired key: what is encrypted to it cannot be read any more. False where there is no such key."""
    with transaction.atomic():
        locked = locked_connection(connection)
        retired = retired_keys_of(locked)
        left = [one for one in retired if one.pair.fingerprint != fingerprint]
        if len(left) == len(retired):
            return False
        put_keys(locked, key_of(locked), left)
        record_change(locked, [fingerprint, None], actor=actor, name="retired_open_pgp_key")
    return True


def secrets_of(connection: Connection) -> dict[str, str]:
    """The connection's secrets by name."""
    return unseal_credentials(connection.pk, connection.credentials_sealed)


def locked_connection(connection: Connection) -> Connection:
    """The connection's row, locked until the caller's transaction ends."""
    return Connection.objects.select_for_update(of=("self",)).get(pk=connection.pk)


def put_keys(connection: Connection, pair: KeyPair | None, retired: list[RetiredKey]) -> None:
    """Store the keys beside the other secrets."""
    secrets = {name: text for name, text in secrets_of(connection).items() if name not in {OPEN_PGP_KEY, RETIRED_KEYS}}
    if pair is not None:
        secrets[OPEN_PGP_KEY] = pair.private_key
    if retired:
        listed = [[one.pair.private_key, one.retired_at.isoformat()] for one in retired]
        secrets[RETIRED_KEYS] = json.dumps(listed)
    connection.credentials_sealed = seal_credentials(connection.pk, secrets) if secrets else None
    connection.save(update_fields=["credentials_sealed"])


def record_change(connection: Connection, change: list[str | None], *, actor: str, name: str = "open_pgp_key") -> None:
    """Record a change of a key by its fingerprint, before and after."""
    detail = {"name": connection.name, "changed": {name: change}, "has_new_credentials": True}
    record_activity(Happening(Verb.CONNECTION_CHANGED, actor, connection_id=connection.pk, detail=detail))
