"""A far drop folder, through fsspec: what lies there, its bytes, and moving things in it; every failure is named by its next step."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import asyncssh
import botocore.exceptions
import fsspec
from fsspec.asyn import get_loop, sync
from fsspec.exceptions import FSTimeoutError

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import ConnectorError, FixSettings, TryAgain
from planbridge.recordkeepers.folder_place import FolderKind, FolderPlace, folder_place
from planbridge.security.credentials import unseal_credentials

CONNECT_SECONDS = 20
IDLE_SECONDS = 30
REFUSING_CODES = {
    "403",
    "401",
    "AccessDenied",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthorizationHeaderMalformed",
}
ABSENT_CODES = {"NoSuchBucket", "NoSuchKey", "404"}


@dataclass(frozen=True)
class FarFile:
    """A file of a far folder: its path below the folder, bytes, and a text that changes when its content may have."""

    name: str
    bytes: int
    version: str
    changed_at: datetime


class FolderStore:
    """One far folder. Every method raises ConnectorError."""

    def __init__(self, place: FolderPlace, files: Any) -> None:  # noqa: ANN401 - fsspec has no types
        self.place = place
        self._files = files

    def path(self, name: str) -> str:
        """The store's own path of something in the folder."""
        return f"{self.place.path}/{name}" if name else self.place.path

    def listing(self, *, depth: int = 1) -> list[FarFile]:
        """All files in the folder and (depth 1) in the folders directly in it; the folder itself must be there."""
        with reaching(self.place):
            return list(self._level("", depth=depth))

    def _level(self, below: str, *, depth: int) -> Iterator[FarFile]:
        for entry in self._files.ls(self.path(below), detail=True):
            leaf = str(entry["name"]).rstrip("/").rsplit("/", 1)[-1]
            if leaf.startswith(".") or str(entry["name"]).rstrip("/") == self.path(below):
                continue
            name = f"{below}/{leaf}" if below else leaf
            if entry["type"] == "file":
                yield FarFile(name, int(entry["size"] or 0), version_of(entry), changed_at(entry))
            elif entry["type"] == "directory" and depth and name not in KEPT_APART:
                yield from self._level(name, depth=depth - 1)

    def files_in(self, below: str) -> list[FarFile]:
        """The files directly in a folder of the folder; none where it is not there."""
        with reaching(self.place):
            try:
                return list(self._level(below, depth=0))
            except FileNotFoundError:
                return []

    def look(self, name: str) -> FarFile:
        """A file as it is now."""
        with reaching(self.place):
            entry = self._files.info(self.path(name))
            return FarFile(name, int(entry["size"] or 0), version_of(entry), changed_at(entry))

    @contextmanager
    def opened(self, name: str) -> Iterator[BinaryIO]:
        """A file's bytes, from the beginning; it can be sought in."""
        with reaching(self.place), self._files.open(self.path(name), "rb") as file:
            yield cast("BinaryIO", file)

    def move(self, name: str, into: str, *, kept_as: str = "") -> None:
        """Move a file or folder into a folder beside it; one of its name there makes way. Gone already: nothing."""
        with reaching(self.place):
            target = f"{into}/{kept_as or name}"
            with suppress(FileNotFoundError):
                if self.place.kind is FolderKind.S3:
                    self._move_objects(name, target)
                    return
                if self._files.exists(self.path(target)):
                    self._files.rm(self.path(target), recursive=True)
                self._files.makedirs(self.path(into), exist_ok=True)
                self._rename(name, target)

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole: under another name first, where the store has renaming."""
        with reaching(self.place):
            if self.place.kind is FolderKind.S3:  # an object is there whole or not at all
                self._files.pipe_file(self.path(name), content)
                return
            folder, _, leaf = name.rpartition("/")
            scratch = f"{folder}/.{leaf}" if folder else f".{leaf}"
            self._files.makedirs(self.path(folder), exist_ok=True)
            with self._files.open(self.path(scratch), "wb") as file:
                file.write(content)
            self._rename(scratch, name)

    def send_folder(self, folder: Path, name: str) -> None:
        """Send a folder's files; the folder gets its name, or in object storage its manifest, last."""
        ordered = sorted(folder.iterdir(), key=lambda one: (one.name == "manifest.json", one.name))
        if self.place.kind is FolderKind.S3:
            for file in ordered:
                self.write(f"{name}/{file.name}", file.read_bytes())
            return
        above, _, leaf = name.rpartition("/")
        scratch = f"{above}/.{leaf}"
        for file in ordered:
            self.write(f"{scratch}/{file.name}", file.read_bytes())
        with reaching(self.place):
            self._rename(scratch, name)

    def _rename(self, old: str, new: str) -> None:
        """Give something on an SFTP server another name."""
        # sshfs falls back to a shell's cp and then removes the file whether or not that worked.
        sync(self._files.loop, renamed, self._files.client, self.path(old), self.path(new), timeout=CONNECT_SECONDS)

    def _move_objects(self, old: str, new: str) -> None:
        """Copy objects, then remove them: one broken off and begun again loses nothing. The manifest goes last."""
        found = self._files.find(self.path(old)) or [self.path(old)]
        found.sort(key=lambda one: (str(one).endswith("/manifest.json"), one))
        for one in found:
            self._files.cp_file(one, self.path(new) + str(one)[len(self.path(old)) :])
        for one in found:
            self._files.rm_file(one)


async def renamed(client: asyncssh.SSHClientConnection, old: str, new: str) -> None:
    """Rename on an SFTP server, as every one of them can."""
    async with client.start_sftp_client() as channel:
        try:
            await channel.rename(old, new)
        except asyncssh.SFTPNoSuchFile as error:
            raise FileNotFoundError(old) from error


KEPT_APART = {"archive", "refused", "submissions"}


def version_of(entry: dict[str, Any]) -> str:
    """What changes when a file's content may have changed: its entity tag, or its time of change."""
    return str(entry.get("ETag") or entry.get("mtime") or entry.get("LastModified") or "").strip('"')


def changed_at(entry: dict[str, Any]) -> datetime:
    """When a file was last changed, as its store says."""
    moment = entry.get("mtime") or entry.get("LastModified")
    return moment if isinstance(moment, datetime) else datetime.fromtimestamp(0, UTC)


@contextmanager
def open_store(connection: Connection) -> Iterator[FolderStore]:
    """The far folder of a connection, reached with its credentials until the end of the block; raises ConnectorError."""
    place = folder_place(connection.settings)
    secrets = unseal_credentials(connection.pk, connection.credentials_sealed)
    if place.kind is FolderKind.S3:
        with reaching(place):
            files = fsspec.filesystem("s3", **s3_options(connection.settings, secrets))
        yield FolderStore(place, files)
        return
    with reaching(place):
        files = fsspec.filesystem("ssh", **sftp_options(connection.settings, place, secrets))
    try:
        yield FolderStore(place, files)
    finally:
        files.loop.call_soon_threadsafe(files.client.close)


def sftp_options(settings: dict[str, Any], place: FolderPlace, secrets: dict[str, str]) -> dict[str, Any]:
    """How an SFTP server is reached: the given user, secret and host key, and nothing of this machine's own keys."""
    host_key = str(settings.get("host_key") or "").strip()
    if not host_key:
        detail = "The connection has no host key; test the connection to see the key that the server shows."
        raise FixSettings(Problem("RK_HOST_KEY", detail=detail))
    keys = None
    if secrets.get("private_key"):
        keys = [asyncssh.import_private_key(secrets["private_key"], secrets.get("passphrase") or None)]
    return {
        "host": place.host,
        "port": place.port,
        "username": str(settings.get("user") or ""),
        "password": secrets.get("password") or None,
        "client_keys": keys,
        "known_hosts": asyncssh.import_known_hosts(f"{known_name(place)} {host_key}\n"),
        "agent_path": None,
        "config": (),
        "gss_host": None,
        "connect_timeout": CONNECT_SECONDS,
        "login_timeout": CONNECT_SECONDS,
        "keepalive_interval": IDLE_SECONDS,
        "skip_instance_cache": True,
    }


def shown_host_key(place: FolderPlace) -> str:
    """The key that an SFTP server shows, as the setting host_key has it; nothing is believed by asking. Raises ConnectorError."""
    with reaching(place):
        key = sync(get_loop(), asyncssh.get_server_host_key, place.host, place.port, config=(), timeout=CONNECT_SECONDS)
    return "" if key is None else " ".join(key.export_public_key().decode().split()[:2])


def known_name(place: FolderPlace) -> str:
    """A server as a file of known hosts names it."""
    return place.host if place.port == 22 else f"[{place.host}]:{place.port}"  # noqa: PLR2004 - SSH's own port


def s3_options(settings: dict[str, Any], secrets: dict[str, str]) -> dict[str, Any]:
    """How object storage is reached: the given keys, and nothing of this machine's own."""
    client = {"region_name": settings.get("region") or "us-east-1"}
    if settings.get("endpoint"):
        client["endpoint_url"] = str(settings["endpoint"])
    return {
        "key": secrets.get("access_key") or None,
        "secret": secrets.get("secret_key") or None,
        "anon": not secrets.get("access_key"),
        "client_kwargs": client,
        "config_kwargs": {
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": IDLE_SECONDS,
            "retries": {"max_attempts": 2},
        },
        "use_listings_cache": False,
        "skip_instance_cache": True,
    }


@contextmanager
def reaching(place: FolderPlace) -> Iterator[None]:
    """Turns what the libraries raise into ConnectorError."""
    try:
        yield
    except ConnectorError:
        raise
    except asyncssh.HostKeyNotVerifiable as error:
        detail = "Nothing was sent. If the recordkeeper confirms the new key, put it into the connection's settings."
        raise FixSettings(Problem("RK_HOST_KEY", detail=detail)) from error
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        detail = "The private key or the host key of the connection cannot be read."
        raise FixSettings(Problem("RK_AUTH_FAILED", detail=detail)) from error
    except (asyncssh.PermissionDenied, asyncssh.SFTPPermissionDenied, PermissionError) as error:
        detail = f"{place.host or place.path} refused the user, the secret or the folder."
        raise FixSettings(Problem("RK_AUTH_FAILED", detail=detail)) from error
    except FileNotFoundError as error:
        detail = f"{place.path} is not there; the operator checks the connection's folder."
        raise FixSettings(Problem("RK_UNREACHABLE", detail=detail)) from error
    except botocore.exceptions.ClientError as error:
        raise of_client_error(place, error) from error
    except (TimeoutError, FSTimeoutError, botocore.exceptions.ReadTimeoutError) as error:
        raise TryAgain(Problem("RK_TIMEOUT", detail=f"{place.host or place.path} did not answer in time.")) from error
    except (OSError, asyncssh.Error, botocore.exceptions.BotoCoreError) as error:
        raise of_broken_line(place, error) from error


def of_client_error(place: FolderPlace, error: botocore.exceptions.ClientError) -> ConnectorError:
    """What object storage refused, and what is to be done."""
    code = str(error.response.get("Error", {}).get("Code", ""))
    if code in REFUSING_CODES:
        return FixSettings(Problem("RK_AUTH_FAILED", detail=f"The object storage refused the keys ({code})."))
    if code in ABSENT_CODES:
        return FixSettings(Problem("RK_UNREACHABLE", detail=f"{place.path} is not there ({code})."))
    return TryAgain(Problem("RK_UNREACHABLE", detail=f"The object storage answered {code}."))


def of_broken_line(place: FolderPlace, error: Exception) -> ConnectorError:
    """A line that broke or never was; a full disk of this machine is no matter of the line."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return TryAgain(Problem("SPOOL_FULL"))
    said = type(error).__name__
    return TryAgain(Problem("RK_UNREACHABLE", detail=f"{place.host or place.path} cannot be read ({said})."))
