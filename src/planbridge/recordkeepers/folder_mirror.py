"""A far drop folder's copy on this machine: fetched in pieces that can be taken up again, never half a file under its name."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import TryAgain
from planbridge.recordkeepers.folder_store import KEPT_APART, FarFile, FolderStore, open_store
from planbridge.recordkeepers.formats.canonical_spool import spool_folder
from planbridge.recordkeepers.formats.manifest import FILE_BYTES_MAX, MANIFEST

log = structlog.get_logger()
PIECE_BYTES = 4 << 20
FREE_BYTES_MIN = 1 << 30
VERSIONS = ".versions"
OPENED, COPIES = ".opened", ".files"
UNUSED_SECONDS = 24 * 3600.0


def mirror_folder(connection: Connection) -> Path:
    """Where the copy of a connection's far folder lies."""
    folder = spool_folder() / "folders" / str(connection.pk or "new")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def fetch_folder(connection: Connection) -> Path:
    """Bring the copy up to date with the far folder and answer where it lies; raises ConnectorError.

    The copy has the deliveries that wait there, as they are there: a delivery that is not whole is not whole here.
    """
    mirror = mirror_folder(connection)
    with alone_in(mirror), open_store(connection) as store:
        listing = [one for one in store.listing() if "/" in one.name]
        forget_gone(mirror, {one.name.split("/")[0] for one in listing})
        # The manifest comes last: whoever sees it finds all files that it names.
        for one in sorted(
            listing, key=lambda one: (one.name.split("/")[0], one.name.endswith(f"/{MANIFEST}"), one.name)
        ):
            fetch_file(store, one, mirror)
    return mirror


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keeps other processes of this machine out of a copy while it is brought up to date."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_note(path: Path, said: object) -> None:
    """Keep something as JSON, whole or not at all, whenever the process ends; the caller is alone_in the copy."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_text(json.dumps(said), encoding="utf-8")
    unfinished.replace(path)


def read_note(path: Path) -> Any:  # noqa: ANN401 - what write_note was given
    """What was kept there; None where nothing was, or what a machine that went down has left of it."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        log.warning("note cannot be read", note=path.name)
        return None


def forget_gone(mirror: Path, there: set[str]) -> None:
    """Remove the copies of deliveries that do not wait any more."""
    for path in mirror.iterdir():
        if path.is_dir() and path.name not in there | KEPT_APART and not path.name.startswith("."):
            shutil.rmtree(path, ignore_errors=True)
            shutil.rmtree(mirror / VERSIONS / path.name, ignore_errors=True)


def fetch_file(store: FolderStore, far: FarFile, mirror: Path) -> Path:
    """One file as it is there, unless its copy is that already; raises ConnectorError.

    What was fetched of the same version before is kept, and the rest fetched after it. A file that changes while it is
    fetched is not taken.
    """
    target = mirror / far.name
    note = mirror / VERSIONS / far.name
    said = f"{far.bytes} {far.version}"
    if target.is_file() and note.is_file() and note.read_text() == said and target.stat().st_size == far.bytes:
        return target
    if far.bytes > FILE_BYTES_MAX:
        raise TryAgain(Problem("FILE_TOO_LARGE", value=far.name))
    part = note.with_name(f".{hashlib.sha256(f'{far.name} {said}'.encode()).hexdigest()[:16]}.part")
    for folder in (target.parent, note.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    have = part.stat().st_size if part.is_file() else 0
    if have > far.bytes:
        part.unlink()
        have = 0
    if shutil.disk_usage(mirror).free < far.bytes - have + FREE_BYTES_MIN:
        raise TryAgain(Problem("SPOOL_FULL", value=far.name))
    fetch_rest(store, far, part, have)
    now = store.look(far.name)
    if (now.bytes, now.version) != (far.bytes, far.version) or part.stat().st_size != far.bytes:
        part.unlink()
        detail = "It changed while it was fetched."
        raise TryAgain(Problem("FILE_INCOMPLETE", value=far.name, detail=detail))
    note.unlink(missing_ok=True)
    part.replace(target)
    note.write_text(said)
    return target


def fetch_rest(store: FolderStore, far: FarFile, part: Path, have: int) -> None:
    """Fetch what is missing of a file, and put it on the disk for good."""
    with store.opened(far.name) as source, part.open("ab") as kept:
        if have:
            source.seek(have)
        left = far.bytes - have
        while left and (piece := source.read(min(PIECE_BYTES, left))):
            kept.write(piece)
            left -= len(piece)
        kept.flush()
        os.fsync(kept.fileno())


def fetch_archived(connection: Connection, name: str) -> None:
    """Fetch an archived delivery, where it is still there; raises ConnectorError."""
    mirror = mirror_folder(connection)
    with alone_in(mirror), open_store(connection) as store:
        for one in sorted(store.files_in(f"archive/{name}"), key=lambda one: one.name.endswith(f"/{MANIFEST}")):
            fetch_file(store, one, mirror)


def send_folder(connection: Connection, folder: Path, name: str) -> None:
    """Send a folder to the far one, there whole or not at all; raises ConnectorError."""
    with open_store(connection) as store:
        store.send_folder(folder, name)


def move_far(connection: Connection, name: str, into: str) -> None:
    """Move a delivery of the far folder into a folder beside it; raises ConnectorError."""
    with open_store(connection) as store:
        store.move(name, into)


def send_reason(connection: Connection, name: str, text: str) -> None:
    """Put a file of words into the far folder; raises ConnectorError."""
    with open_store(connection) as store:
        store.write(name, text.encode())


def drop_copies(folder: Path, *, but: Sequence[str]) -> None:
    """Keep the disk bounded: remove the copies in a folder that are not among the named ones."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name not in but:
            shutil.rmtree(path, ignore_errors=True)


def mark_used(copy: Path) -> None:
    """Say that a copy is read now, so that it stays for another day."""
    os.utime(copy)


def drop_unused(mirror: Path, *, now: float) -> None:
    """Remove what was copied or opened here and nobody read for a day before `now` (epoch seconds): what is still wanted is copied and opened anew.

    What is read and archived goes at once. This is for what was refused after it was opened, taken back from the folder,
    or read once more out of the archive.
    """
    before = now - UNUSED_SECONDS
    with alone_in(mirror):
        for copy in (mirror / OPENED).iterdir() if (mirror / OPENED).is_dir() else ():
            if copy.stat().st_mtime < before:
                shutil.rmtree(copy, ignore_errors=True)
        for copy in (mirror / COPIES).iterdir() if (mirror / COPIES).is_dir() else ():
            if copy.is_file() and copy.stat().st_ctime < before:  # its time of change is that of the original
                copy.unlink()
