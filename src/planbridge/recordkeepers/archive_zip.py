"""Unpacks a zip as if its sender meant harm: no climbing paths, no links, no bombs, nothing beyond what is allowed."""

import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import DeliveryRefused, TooManyBytes

ENTRIES_MAX = 1_000
# Text of people packs to a tenth, seldom to a fiftieth; a bomb to a thousandth.
RATIO_MAX = 200
RATIO_COUNTS_FROM_BYTES = 10 << 20
PIECE_BYTES = 1 << 20
IS_ENCRYPTED = 0x1


def is_zip(start: bytes) -> bool:
    """Whether a file that begins so is a zip."""
    return start.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def unpack_zip(path: Path, into: Path, *, bytes_max: int) -> list[Path]:
    """The files of a zip, unpacked flat into a folder, by name; raises DeliveryRefused before anything unsafe is written.

    All files together have at most `bytes_max` bytes, counted as they come out: what the zip says of itself is not believed.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
            check_entries(path, entries, bytes_max)
            left = bytes_max
            found = []
            for one in entries:
                target = into / PurePosixPath(one.filename).name
                left -= unpack_entry(archive, one, target, left)
                found.append(target)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError) as error:
        detail = f"The zip cannot be unpacked ({type(error).__name__})."
        raise DeliveryRefused(Problem("FILE_UNREADABLE", value=path.name, detail=detail)) from error
    if not found:
        raise DeliveryRefused(Problem("FILE_EMPTY", value=path.name))
    return sorted(found)


def check_entries(path: Path, entries: list[zipfile.ZipInfo], bytes_max: int) -> None:
    """Raises DeliveryRefused for what the zip says of itself."""
    if len(entries) > ENTRIES_MAX:
        detail = f"The zip has {len(entries):,} files; at most {ENTRIES_MAX:,} are taken."
        raise DeliveryRefused(Problem("FILE_TOO_LARGE", value=path.name, detail=detail))
    names: set[str] = set()
    for one in entries:
        parts = PurePosixPath(one.filename).parts
        is_climbing = ".." in parts or one.filename.startswith("/") or "\\" in one.filename or ":" in one.filename
        if is_climbing or stat.S_ISLNK(one.external_attr >> 16) or parts[-1].startswith("."):
            raise DeliveryRefused(Problem("FILE_UNSAFE_PATH", value=one.filename))
        if parts[-1].casefold() in names:
            detail = "The zip has two files of this name."
            raise DeliveryRefused(Problem("FILE_UNSAFE_PATH", value=one.filename, detail=detail))
        names.add(parts[-1].casefold())
        if one.file_size > allowed_bytes(one):
            raise DeliveryRefused(bomb(one))
        if one.flag_bits & IS_ENCRYPTED:
            detail = "The zip is encrypted with a password; OpenPGP is taken."
            raise DeliveryRefused(Problem("FILE_DECRYPT_FAILED", value=one.filename, detail=detail))
    said = sum(one.file_size for one in entries)
    if said > bytes_max:
        detail = f"Unpacked, the zip would have more than {bytes_max:,} bytes."
        raise TooManyBytes(Problem("FILE_TOO_LARGE", value=path.name, detail=detail), said)


def allowed_bytes(entry: zipfile.ZipInfo) -> int:
    """How many bytes may come out of an entry, by how many lie in it."""
    return max(RATIO_COUNTS_FROM_BYTES, entry.compress_size * RATIO_MAX)


def bomb(entry: zipfile.ZipInfo) -> Problem:
    """Why an entry is refused out of which more comes than text packs to."""
    detail = f"More than {allowed_bytes(entry):,} bytes come out of the {entry.compress_size:,} in the zip."
    return Problem("FILE_TOO_LARGE", value=entry.filename, detail=detail)


def unpack_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, bytes_max: int) -> int:
    """Unpack one file and answer its bytes; raises TooManyBytes where more come out than allowed."""
    written = 0
    with archive.open(entry) as source, target.open("wb") as kept:
        while piece := source.read(PIECE_BYTES):
            written += len(piece)
            if written > bytes_max:
                detail = f"Its files have more than {bytes_max:,} bytes together."
                raise TooManyBytes(Problem("FILE_TOO_LARGE", value=entry.filename, detail=detail))
            kept.write(piece)
    return written
