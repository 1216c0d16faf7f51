"""Sealing keys: versioned secrets from PLANBRIDGE_KEYS or the file keys.json in PLANBRIDGE_HOME."""

import base64
import binascii
import json
import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32


class KeysUnusable(Exception):  # noqa: N818 - named by what is wrong
    """The sealing keys cannot be read or lack a version; the operator mends PLANBRIDGE_KEYS or keys.json."""


@dataclass(frozen=True)
class Keyring:
    """All key versions, oldest first: the newest seals, each opens what it sealed, the oldest keys the indexes."""

    secrets_by_version: dict[int, bytes]

    @property
    def newest(self) -> int:
        """The version that seals new values."""
        return max(self.secrets_by_version)

    def derive(self, purpose: str, version: int | None = None) -> bytes:
        """A 32-byte key for one purpose; without a version from the oldest secret, so that indexes stay stable."""
        number = min(self.secrets_by_version) if version is None else version
        secret = self.secrets_by_version.get(number)
        if secret is None:
            message = (
                f"Sealing key version {number} is missing: put it back into PLANBRIDGE_KEYS or keys.json, "
                "else what it sealed cannot be read."
            )
            raise KeysUnusable(message)
        return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)


def parse_keys(text: str) -> Keyring:
    """Read 'version:base64,...'; raises KeysUnusable without repeating any secret."""
    found: dict[int, bytes] = {}
    for position, item in enumerate(text.split(","), start=1):
        version, _, encoded = item.strip().partition(":")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            secret = b""
        if not version.isdigit() or len(secret) != KEY_BYTES:
            message = f"Item {position} of the sealing keys is not 'version:base64 of {KEY_BYTES} bytes'."
            raise KeysUnusable(message)
        found[int(version)] = secret
    return Keyring(found)


def read_or_make_key_file(path: Path) -> Keyring:
    """The keys of the file, which is made (mode 0600) with a first key when absent."""
    if not path.exists():
        first = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
        scratch = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump({"1": first}, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(scratch, path)  # fails when another process was first: its key is the key
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    try:
        kept = json.loads(path.read_text())
        return parse_keys(",".join(f"{version}:{secret}" for version, secret in kept.items()))
    except (ValueError, AttributeError) as error:
        message = f"{path} is not a key file: restore it from a backup. Without it sealed SSNs cannot be read."
        raise KeysUnusable(message) from error


@cache
def keyring() -> Keyring:
    """The keys of this installation."""
    if settings.SEALING_KEYS:
        return parse_keys(settings.SEALING_KEYS)
    return read_or_make_key_file(settings.PLANBRIDGE_HOME / "keys.json")
