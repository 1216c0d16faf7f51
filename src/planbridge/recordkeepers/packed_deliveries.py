"""Canonical deliveries that lie packed or encrypted in a drop folder: opened into the spool, where their plain files are read.

A delivery may be one zip (encrypted as a whole, or with encrypted files in it), or a folder whose files are encrypted one by one.
Its manifest speaks of the plain files.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection, Delivery
from planbridge.recordkeepers.connector import ConnectorError, DeliveryRefused, TooManyBytes, TryAgain
from planbridge.recordkeepers.folder_copies import FileInFolder, copy_file, is_gone, kept_name
from planbridge.recordkeepers.folder_mirror import (
    COPIES,
    FREE_BYTES_MIN,
    OPENED,
    alone_in,
    fetch_file,
    mark_used,
    mirror_folder,
    read_note,
    write_note,
)
from planbridge.recordkeepers.folder_opening import (
    ENCRYPTED_ENDINGS,
    ENDINGS,
    OpeningKeys,
    decrypt,
    decrypted_name,
    digest_of,
    is_packed,
    open_file,
)
from planbridge.recordkeepers.folder_place import folder_place
from planbridge.recordkeepers.folder_store import open_store
from planbridge.recordkeepers.formats.manifest import FILE_BYTES_MAX, MANIFEST
from planbridge.recordkeepers.open_pgp_keys import opening_keys
from planbridge.recordkeepers.settled_files import settled_files

PLAIN, OPENED_NOTE = "plain", "opened.json"


@dataclass(frozen=True)
class Package:
    """A file that holds a canonical delivery, and the folder where its plain files are."""

    file: FileInFolder
    folder: Path


def is_package(name: str) -> bool:
    """Whether a file may hold a delivery, by its name."""
    return name.casefold().endswith(ENDINGS)


def packages_in(connection: Connection) -> Iterator[tuple[FileInFolder, Package | Problem | None]]:
    """The settled files that may hold a delivery: opened, or why not, or None for one that holds something else.

    Raises ConnectorError.
    """
    keys = opening_keys(connection)
    for one in settled_files(connection, is_package):
        try:
            copy = copy_file(connection, one)
            files = [] if is_plainly_other(copy) else open_once(connection, copy, keys, bytes_max=FILE_BYTES_MAX)
        except DeliveryRefused as refused:
            yield one, refused.problem
            continue
        except (ConnectorError, FileNotFoundError):  # another worker, maybe of another machine, was first
            if not is_gone(connection, one):
                raise
            continue
        holds_delivery = any(file.name == MANIFEST for file in files)
        yield one, Package(one, files[0].parent) if holds_delivery else None


def is_plainly_other(path: Path) -> bool:
    """Whether a file is a zip, not encrypted as a whole, that has no manifest, as can be told without unpacking it."""
    try:
        if not is_packed(path):
            return False
        with ZipFile(path) as archive:
            return not any(decrypted_name(Path(name).name) == MANIFEST for name in archive.namelist())
    except (BadZipFile, NotImplementedError, UnicodeDecodeError):
        return False


def open_once(connection: Connection, copy: Path, keys: OpeningKeys, *, bytes_max: int) -> list[Path]:
    """The plain files of a file's copy, opened the first time and kept; raises DeliveryRefused, ConnectorError."""
    mirror = mirror_folder(connection)
    place = opened_folder(connection, digest_of(copy))
    note = place / OPENED_NOTE
    with alone_in(mirror):
        names: list[str] | None = read_note(note)
        if names is None:
            with room_for(copy.name, mirror, bytes_max) as allowed:
                names = [file.name for file in open_file(copy, place / PLAIN, keys, bytes_max=allowed)]
            write_note(note, names)
        mark_used(place)
    found = [place / PLAIN / name for name in names]
    if sum(file.stat().st_size for file in found) > bytes_max:
        raise DeliveryRefused(Problem("FILE_TOO_LARGE", value=copy.name))
    return found


@contextmanager
def room_for(name: str, folder: Path, bytes_max: int) -> Iterator[int]:
    """How many bytes a file may open to; raises TryAgain where it may have them and the disk has no room for them."""
    room = shutil.disk_usage(folder).free - FREE_BYTES_MIN
    try:
        yield min(bytes_max, room)
    except TooManyBytes as refused:
        if room < bytes_max and (refused.bytes_said is None or refused.bytes_said <= bytes_max):
            raise TryAgain(Problem("SPOOL_FULL", value=name)) from refused
        raise


def opened_folder(connection: Connection, digest: str) -> Path:
    """Where what is known of an opened file lies until nobody waits for it."""
    return mirror_folder(connection) / OPENED / digest


def plain_folder(connection: Connection, folder: Path) -> Path:
    """A delivery's folder, or where its files are in plain form when some of them are encrypted.

    Raises DeliveryRefused for one that cannot be decrypted.
    """
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.is_symlink())
    is_whole = any(decrypted_name(path.name) == MANIFEST for path in files)
    if not is_whole or not any(path.name.casefold().endswith(ENCRYPTED_ENDINGS) for path in files):
        return folder
    looks = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    place = mirror_folder(connection) / OPENED / f"folder-{folder.name}"
    note = place / OPENED_NOTE
    with alone_in(mirror_folder(connection)):
        if read_note(note) != [list(one) for one in looks]:
            shutil.rmtree(place, ignore_errors=True)
            (place / PLAIN).mkdir(mode=0o700, parents=True)
            for path in files:
                put_plain(path, place / PLAIN, opening_keys(connection))
            write_note(note, looks)
        mark_used(place)
    return place / PLAIN


def put_plain(path: Path, into: Path, keys: OpeningKeys) -> None:
    """Put a file of a delivery into a folder in its plain form; raises DeliveryRefused."""
    plain = into / decrypted_name(path.name)
    if plain.exists():
        detail = "It lies there both encrypted and plain."
        raise DeliveryRefused(Problem("FILE_UNSAFE_PATH", value=plain.name, detail=detail))
    with room_for(path.name, into, FILE_BYTES_MAX) as allowed:
        if path.name != plain.name:
            decrypt(path, plain, keys, allowed)
        elif path.stat().st_size > allowed:
            raise TooManyBytes(Problem("FILE_TOO_LARGE", value=path.name), path.stat().st_size)
        else:
            shutil.copyfile(path, plain)


def archived_folder(connection: Connection, row: Delivery) -> Path | None:
    """The plain files of an archived file that holds a delivery; None where it is not there or cannot be opened."""
    if row.as_of is None:
        return None
    name = kept_name(row.name, row.as_of)
    place = folder_place(connection.settings)
    mirror = mirror_folder(connection)
    try:
        if place.is_far:
            with alone_in(mirror), open_store(connection) as store:
                path = fetch_file(store, store.look(f"archive/{name}"), mirror / COPIES)
        else:
            path = Path(place.path) / "archive" / name
        if not path.is_file():
            return None
        files = open_once(connection, path, opening_keys(connection), bytes_max=FILE_BYTES_MAX)
    except (ConnectorError, DeliveryRefused):
        return None
    return files[0].parent
