"""Submissions through a drop folder: one batch a folder in submissions/, written whole or not at all."""

import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from planbridge.recordkeepers.connection import Connection
from planbridge.recordkeepers.connector import ConnectorError, FixSettings, RequestLine
from planbridge.recordkeepers.drop_folder import SUBMISSIONS, place_of, send_batch, submissions_folder
from planbridge.recordkeepers.folder_people import profile_of
from planbridge.recordkeepers.formats.manifest import FORMAT, MANIFEST
from planbridge.recordkeepers.profile_load import ProfileRefused
from planbridge.recordkeepers.submission_carrier import CarrierAnswer, OutgoingChange, Said, cleaned_reason
from planbridge.recordkeepers.submission_layout import LayoutFile, layout_file

FILE = "submissions.ndjson"
# A batch's folder before it has its name.
UNFINISHED = re.compile(r"\.[0-9]{8}T[0-9]{6}\.[0-9]{6}Z-[0-9a-f]{8}")
UNFINISHED_SECONDS_MAX = 86_400


class FolderCarrier:
    """Writes changes into the drop folder of a connection; what became of them shows in a later delivery."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, changes: Iterable[OutgoingChange]) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        """Write all changes as one batch."""
        batch, began = list(changes), time.monotonic()
        moment = datetime.now(UTC)
        name = f"{moment:%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}"
        try:
            place = submissions_folder(self._connection)
            drop_unfinished(place)
            beside = self.in_own_layout(name, batch)
            written = write_batch(place / f".{name}", batch, moment, beside=beside)
            send_batch(self._connection, written, name)
            if beside is not None and place_of(self._connection).is_far:
                (written / beside.name).unlink()  # has SSNs, and this copy is only there to be asked about
            # Only now: a batch that has its name is believed to have got there, even if this worker is gone.
            give_name(written, place / name)
        except ConnectorError as error:
            yield from not_written(batch, error.problem.code, error.problem.message)
            return
        except OSError as error:
            yield from not_written(batch, "RK_UNREACHABLE", f"The batch cannot be written: {error.strerror}.")
            return
        line = RequestLine("WRITE", f"{SUBMISSIONS}/{name}", "written", round((time.monotonic() - began) * 1000))
        for change in batch:
            yield change, CarrierAnswer(Said.TAKEN, line, external_id=name)

    def in_own_layout(self, name: str, batch: Sequence[OutgoingChange]) -> LayoutFile | None:
        """What of a batch the layout of the connection's single files can carry; None where none is written.

        Raises FixSettings for a layout that cannot be used any more.
        """
        try:
            profile = profile_of(self._connection)
        except ProfileRefused as refused:
            raise FixSettings(refused.problems[0]) from refused
        if profile is None or profile.submissions is None:
            return None
        return layout_file(profile, name, batch, zone=ZoneInfo(self._connection.firm.time_zone))

    def ask(self, changes: Iterable[OutgoingChange]) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
        """Look for changes among the batches that still lie there; one that was delivered stays delivered."""
        asked, line = list(changes), RequestLine("LOOK", SUBMISSIONS, "looked", 0)
        try:
            batches = batches_by_key(submissions_folder(self._connection))
        except (ConnectorError, OSError) as error:
            for change in asked:
                yield change, CarrierAnswer(Said.NOT_REACHED, line, code="RK_UNREACHABLE", reason=cleaned_reason(error))
            return
        for change in asked:
            name = change.external_id or batches.get(change.idempotency_key, "")
            yield change, CarrierAnswer(Said.TAKEN if name else Said.NOT_FOUND, line, external_id=name)

    def close(self) -> None:
        """Nothing is held."""


def not_written(
    batch: Sequence[OutgoingChange], code: str, reason: str
) -> Iterator[tuple[OutgoingChange, CarrierAnswer]]:
    """The answers for a batch that could not be written."""
    line = RequestLine("WRITE", SUBMISSIONS, f"failed {code}", 0)
    for change in batch:
        yield change, CarrierAnswer(Said.NOT_REACHED, line, code=code, reason=cleaned_reason(reason))


def write_batch(
    folder: Path, batch: Sequence[OutgoingChange], moment: datetime, *, beside: LayoutFile | None = None
) -> Path:
    """Write a batch into a folder, on the disk for good; answers the folder, which nobody looks at until it has its name.

    `beside`: the same changes, as far as they go, in the recordkeeper's own layout.
    """
    folder.mkdir(parents=True)
    content = b"".join(msgspec.json.encode(line_of(one), order="deterministic") + b"\n" for one in batch)
    files = [LayoutFile(FILE, len(batch), content), *([beside] if beside else [])]
    manifest = {
        "format": FORMAT,
        "kind": "submissions",
        "as_of": moment.isoformat(),
        "complete": True,
        "plans": sorted({one.external_plan_id for one in batch}),
        "files": [file_entry(one) for one in files],
    }
    for one in files:
        write_for_good(folder / one.name, one.content)
    write_for_good(folder / MANIFEST, json.dumps(manifest).encode())
    return folder


def drop_unfinished(place: Path) -> None:
    """Remove what workers that are gone left unfinished; the changes in it were sent anew in another batch."""
    too_old = time.time() - UNFINISHED_SECONDS_MAX
    for folder in place.iterdir() if place.is_dir() else ():
        if UNFINISHED.fullmatch(folder.name) and folder.stat().st_mtime < too_old:
            shutil.rmtree(folder, ignore_errors=True)


def give_name(written: Path, folder: Path) -> None:
    """Give a written batch its name, for good: whoever sees its folder sees all of it."""
    written.rename(folder)
    handle = os.open(folder.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_entry(file: LayoutFile) -> dict[str, object]:
    """A file of a batch as its manifest names it."""
    digest = hashlib.sha256(file.content).hexdigest()
    return {"name": file.name, "rows": file.rows, "bytes": len(file.content), "sha256": digest}


def line_of(change: OutgoingChange) -> dict[str, object]:
    """One line of the file: whose change, its key, and its body as the API has it."""
    return {
        "plan_id": change.external_plan_id,
        "participant_id": change.participant_id,
        "idempotency_key": change.idempotency_key,
        **change.body,
    }


def write_for_good(path: Path, content: bytes) -> None:
    """Write a file that nobody else may read, for it has people in it, and wait until the disk has it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def batches_by_key(place: Path) -> dict[str, str]:
    """The batch in which each key lies."""
    found: dict[str, str] = {}
    for batch in sorted(place.iterdir()) if place.is_dir() else ():
        if batch.name.startswith(".") or not (batch / FILE).is_file():
            continue
        for line in (batch / FILE).read_bytes().splitlines():
            found[str(msgspec.json.decode(line).get("idempotency_key"))] = batch.name
    return found
