"""Where a drop folder lies: on this machine, on an SFTP server, or in S3-compatible object storage."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SFTP_PORT = 22


class FolderKind(StrEnum):
    """What holds a drop folder."""

    LOCAL = "local"  # a directory of this machine
    SFTP = "sftp"  # sftp://host:port/path
    S3 = "s3"  # s3://bucket/prefix


@dataclass(frozen=True)
class FolderPlace:
    """A drop folder's address; `path` is absolute on an SFTP server, bucket and prefix in object storage."""

    kind: FolderKind
    path: str
    host: str = ""
    port: int = SFTP_PORT

    @property
    def is_far(self) -> bool:
        """Whether its files have to be fetched."""
        return self.kind is not FolderKind.LOCAL


def folder_place(settings: dict[str, Any]) -> FolderPlace:
    """The place that a connection's setting `path` names; raises ValueError, in words, for one that is none."""
    text = str(settings.get("path") or "")
    if "://" not in text:
        return FolderPlace(FolderKind.LOCAL, text)
    parts = urlsplit(text)
    if parts.scheme not in {FolderKind.SFTP, FolderKind.S3}:
        message = "A folder is a path on the server, sftp://host/path or s3://bucket/prefix."
        raise ValueError(message)
    if parts.username or parts.password or parts.query or parts.fragment:
        message = "Give the user and secrets apart, not in the address: an address is shown and logged."
        raise ValueError(message)
    path = unquote(parts.path).rstrip("/")
    if not parts.hostname or ".." in path.split("/"):
        message = "The address names no server and folder, such as sftp://files.example.test/outbox."
        raise ValueError(message)
    if parts.scheme == FolderKind.S3:
        return FolderPlace(FolderKind.S3, f"{parts.netloc}{path}")
    if not path:
        message = "The address names no folder on the server, such as sftp://files.example.test/outbox."
        raise ValueError(message)
    return FolderPlace(FolderKind.SFTP, path, parts.hostname, parts.port or SFTP_PORT)


def overlaps(one: FolderPlace, other: FolderPlace) -> bool:
    """Whether two places are one folder, or one lies in the other."""
    if (one.kind, one.host, one.port) != (other.kind, other.host, other.port):
        return False
    first, second = (
        Path(place.path).resolve() if place.kind is FolderKind.LOCAL else Path(place.path) for place in (one, other)
    )
    return first == second or first in second.parents or second in first.parents
