"""The sealing keys beside a backup: written and put back only where that is asked for, and tried on what they open."""

import json
import os
from pathlib import Path

from django.conf import settings
from django.db import connection

from planbridge.cli.output import CommandFailed, Exit
from planbridge.security.keys import KeysUnusable, parse_keys
from planbridge.security.sealing import SealBroken
from planbridge.security.ssn import unseal_ssn

A_SEALED_SSN = "SELECT ssn_sealed, plan_id, participant_id FROM participant LIMIT 1"


def key_file() -> Path:
    """Where the keys of this installation lie, unless PLANBRIDGE_KEYS has them."""
    return Path(settings.PLANBRIDGE_HOME) / "keys.json"


def keys_beside(backup: Path) -> Path:
    """Where the keys of a backup lie, if they were asked for."""
    return backup.with_name(f"{backup.name}.keys.json")


def kept_keys() -> dict[str, str]:
    """The keys as they are kept: version to base64; raises CommandFailed when there are none."""
    if settings.SEALING_KEYS:
        items = (item.strip().partition(":") for item in settings.SEALING_KEYS.split(","))
        return {version: secret for version, _, secret in items}
    if not key_file().exists():
        raise CommandFailed(Exit.NOT_FOUND, f"There are no keys yet: {key_file()} is made with the first secret.")
    return read_keys(key_file())


def read_keys(file: Path) -> dict[str, str]:
    """The keys of a file; raises CommandFailed when it is none."""
    try:
        kept: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
        parse_keys(",".join(f"{version}:{secret}" for version, secret in kept.items()))
    except (OSError, ValueError, AttributeError, KeysUnusable) as error:
        raise CommandFailed(Exit.REFUSED, f"{file} cannot be read as a key file; it is needed whole.") from error
    return kept


def put_keys_back(backup: Path) -> None:
    """Make the keys beside a backup this installation's; raises CommandFailed where it has others."""
    found = read_keys(keys_beside(backup))
    if settings.SEALING_KEYS or key_file().exists():
        if kept_keys() != found:
            message = "This installation has other keys; they are never written over. Use an empty PLANBRIDGE_HOME."
            raise CommandFailed(Exit.REFUSED, message)
        return
    write_private(key_file(), found)


def write_private(file: Path, keys: dict[str, str]) -> None:
    """Write a key file with mode 0600."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
        json.dump(keys, written)
        written.flush()
        os.fsync(written.fileno())


def do_keys_open() -> bool | None:
    """Whether this installation's keys open the SSNs of the database; None when it holds none. Makes no keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('participant') IS NOT NULL")
        (is_there,) = cursor.fetchone()
        if not is_there:
            return None
        cursor.execute(A_SEALED_SSN)
        row = cursor.fetchone()
    if row is None:
        return None
    if not settings.SEALING_KEYS and not key_file().exists():
        return False
    try:
        unseal_ssn(*row)
    except (SealBroken, KeysUnusable):
        return False
    return True
