"""What a connection to a drop folder has to say: the place, and how a far one is reached."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import asyncssh

from planbridge.recordkeepers.folder_place import FolderKind, folder_place
from planbridge.recordkeepers.profile_load import shipped_profiles

CANONICAL = "canonical"
# The secrets of each kind of place; each may stand beside a key that opens encrypted files.
SECRETS = {
    FolderKind.LOCAL: (),
    FolderKind.SFTP: ("password", "private_key", "passphrase"),
    FolderKind.S3: ("access_key", "secret_key"),
}
OPEN_PGP_KEY = "open_pgp_key"
RETIRED_KEYS = "open_pgp_retired"  # keys that were replaced: JSON, a list of [key, since when]


def profile_names() -> tuple[str, ...]:
    """The profiles that a drop folder can have: canonical deliveries alone, or beside them files of a layout."""
    return (CANONICAL, *shipped_profiles())


def folder_fault(
    settings: Mapping[str, Any], credentials: Mapping[str, str], *, is_new: bool
) -> tuple[str, str] | None:
    """What is wrong with the settings of a drop folder and the field to mend; None when all is well.

    Without credentials those stored stay, unless the connection `is_new`.
    """
    try:
        place = folder_place(dict(settings))
    except ValueError as error:
        return str(error), "path"
    if place.kind is FolderKind.LOCAL:
        if not place.path or not Path(place.path).is_absolute() or not Path(place.path).is_dir():
            return (
                f"The drop folder {place.path or None} is not there; make it on the server, or give another folder.",
                "path",
            )
    elif place.kind is FolderKind.SFTP:
        fault = sftp_fault(settings, credentials, is_new=is_new)
        if fault is not None:
            return fault
    elif bool(credentials.get("access_key")) != bool(credentials.get("secret_key")):
        return "Object storage needs the access key and the secret key, both anew.", "secret_key"
    if settings.get("profile") not in profile_names():
        return (
            f"No file profile is named {settings.get('profile')!r}; there is {', '.join(profile_names())}.",
            "profile",
        )
    return None


def sftp_fault(settings: Mapping[str, Any], credentials: Mapping[str, str], *, is_new: bool) -> tuple[str, str] | None:
    """What an SFTP folder lacks; the host key may be given later, and nothing is read until it is."""
    if not settings.get("user"):
        return "An SFTP server needs a user.", "user"
    if is_new and not credentials.get("password") and not credentials.get("private_key"):
        return "An SFTP server needs a password or a private key.", "password"
    if settings.get("host_key"):
        try:
            asyncssh.import_public_key(str(settings["host_key"]))
        except asyncssh.KeyImportError:
            return "A host key is written as the server has it: ssh-ed25519, a blank, and the key.", "host_key"
    if credentials.get("private_key"):
        try:
            asyncssh.import_private_key(credentials["private_key"], credentials.get("passphrase") or None)
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            return (
                "The private key cannot be read: the whole text of the key file is needed, and its passphrase.",
                "private_key",
            )
    return None
