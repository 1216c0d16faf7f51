"""Single files of a drop folder, near or far: what lies there, a copy of one, and putting one away."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import FixSettings, TryAgain
from planbridge.recordkeepers.folder_mirror import COPIES, FREE_BYTES_MIN, alone_in, fetch_file, mirror_folder
from planbridge.recordkeepers.folder_place import folder_place
from planbridge.recordkeepers.folder_store import FarFile, open_store

REASON = ".reason.txt"


@dataclass(frozen=True)
class FileInFolder:
    """A file that lies directly in a drop folder; `looks` is a text that changes when it may have changed."""

    name: str
    bytes: int
    changed_at: datetime
    looks: str


def files_in_folder(connection: Connection) -> list[FileInFolder]:
    """The files directly in the folder, hidden ones and links left out; raises ConnectorError."""
    place = folder_place(connection.settings)
    if place.is_far:
        with open_store(connection) as store:
            listed = store.listing(depth=0)
        return [FileInFolder(one.name, one.bytes, one.changed_at, f"{one.bytes} {one.version}") for one in listed]
    folder = Path(place.path)
    if not folder.is_dir():
        detail = f"The drop folder {folder} is not there or may not be read; the operator checks the connection's path."
        raise FixSettings(Problem("RK_UNREACHABLE", detail=detail))
    found = []
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name.endswith(REASON):
            continue
        with suppress(FileNotFoundError):  # another worker put it away first
            stat = path.lstat()
            if S_ISREG(stat.st_mode):
                moment = datetime.fromtimestamp(stat.st_mtime, UTC)
                found.append(FileInFolder(path.name, stat.st_size, moment, looks_of(stat)))
    return found


def is_gone(connection: Connection, one: FileInFolder) -> bool:
    """Whether a file lies in the folder no more; raises ConnectorError."""
    return all(other.name != one.name for other in files_in_folder(connection))


def looks_of(stat: os.stat_result) -> str:
    """What changes when a file of this machine may have changed."""
    return f"{stat.st_size} {stat.st_mtime_ns}"


def copy_file(connection: Connection, one: FileInFolder) -> Path:
    """A file's copy in the spool, as it was looked at; raises ConnectorError."""
    mirror = mirror_folder(connection)
    folder = mirror / COPIES  # hidden: it is no delivery
    folder.mkdir(mode=0o700, exist_ok=True)
    place = folder_place(connection.settings)
    if place.is_far:
        with alone_in(mirror), open_store(connection) as store:
            far = FarFile(one.name, one.bytes, one.looks.partition(" ")[2], one.changed_at)
            return fetch_file(store, far, folder)
    source = Path(place.path) / one.name
    with alone_in(mirror):  # two that copy at once would write into one another's half
        return copied(source, one, folder)


def copied(source: Path, one: FileInFolder, folder: Path) -> Path:
    """A file of this machine copied into a folder, unless its copy is there already; raises ConnectorError."""
    target, part = folder / one.name, folder / f".{one.name}.part"
    if target.is_file() and looks_of(target.stat()) == one.looks:
        return target
    if shutil.disk_usage(folder).free < one.bytes + FREE_BYTES_MIN:
        raise TryAgain(Problem("SPOOL_FULL", value=one.name))
    try:
        shutil.copy2(source, part)  # with its time of change, by which the copy is known again
        now = looks_of(source.stat())
    except OSError as error:
        detail = f"It cannot be read ({error.strerror})."
        raise TryAgain(Problem("RK_UNREACHABLE", value=one.name, detail=detail)) from error
    if now != one.looks:
        raise TryAgain(Problem("FILE_INCOMPLETE", value=one.name, detail="It changed while it was read."))
    part.replace(target)
    return target


def kept_name(name: str, changed_at: datetime) -> str:
    """The name under which a file is put away: recordkeepers use one name again and again."""
    return f"{changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{name}"


def move_file(connection: Connection, name: str, into: str, *, kept_as: str, reason: Problem | None) -> None:
    """Put a file away under another name, `reason` in words beside it; raises ConnectorError."""
    place = folder_place(connection.settings)
    text = f"{reason.code}: {reason.message}\n" if reason else ""
    if place.is_far:
        with open_store(connection) as store:
            store.move(name, into, kept_as=kept_as)
            if text:
                store.write(f"{into}/{kept_as}{REASON}", text.encode())
    else:
        folder = Path(place.path) / into
        folder.mkdir(exist_ok=True)
        if (Path(place.path) / name).is_file():  # else another worker moved it first
            (Path(place.path) / name).replace(folder / kept_as)
        if text:
            (folder / f"{kept_as}{REASON}").write_text(text, encoding="utf-8")
    (mirror_folder(connection) / COPIES / name).unlink(missing_ok=True)
