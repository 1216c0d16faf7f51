"""Single files of a drop folder that lie there whole: those that look the same twice."""

import time
from collections.abc import Callable

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.folder_copies import FileInFolder, files_in_folder
from planbridge.recordkeepers.folder_mirror import alone_in, mirror_folder, read_note, write_note

SETTLE_SECONDS = 5.0


def settled_files(connection: Connection, is_wanted: Callable[[str], bool]) -> list[FileInFolder]:
    """The files of wanted names that did not change between two looks, by when they were changed; raises ConnectorError."""
    listed = files_in_folder(connection)
    wanted = [one for one in listed if is_wanted(one.name)]
    mirror = mirror_folder(connection)
    note = mirror / ".looked.json"
    before: dict[str, str] = read_note(note) or {}
    # What others look for stays noted as they saw it.
    there = {one.name for one in listed}
    others = {name: looks for name, looks in before.items() if name in there and not is_wanted(name)}
    if any(before.get(one.name) != one.looks for one in wanted):
        time.sleep(float(connection.settings.get("settle_seconds", SETTLE_SECONDS)))
        before = {one.name: one.looks for one in wanted}
        wanted = [one for one in files_in_folder(connection) if is_wanted(one.name)]
    with alone_in(mirror):
        write_note(note, others | {one.name: one.looks for one in wanted})
    settled = [one for one in wanted if before.get(one.name) == one.looks]
    return sorted(settled, key=lambda one: (one.changed_at, one.name))
