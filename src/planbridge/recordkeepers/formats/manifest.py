"""The manifest of a canonical delivery: what it must be, and whether the files are what it says."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import msgspec

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import ControlTotals

MANIFEST = "manifest.json"
FORMAT = "planbridge/1"
FILE_BYTES_MAX = 64 << 30
MANIFEST_BYTES_MAX = 256 << 20


class ManifestFile(msgspec.Struct, frozen=True):
    """One file: its name, data rows (without the header), bytes and SHA-256."""

    name: str
    rows: int
    bytes: int
    sha256: str


class SourceTotal(msgspec.Struct, frozen=True):
    """Dollars of a source."""

    source: str
    market_value: Decimal


class FundTotal(msgspec.Struct, frozen=True):
    """Units and dollars of a fund."""

    fund: str
    units: Decimal
    market_value: Decimal


class PlanTotals(msgspec.Struct, frozen=True):
    """A plan's control totals."""

    plan_id: str
    participants: int
    market_value: Decimal
    by_source: list[SourceTotal] = []
    by_fund: list[FundTotal] = []

    def as_control_totals(self) -> ControlTotals:
        """The totals as connectors give them."""
        return ControlTotals(
            self.participants,
            self.market_value,
            {one.source: one.market_value for one in self.by_source},
            {one.fund: (one.units, one.market_value) for one in self.by_fund},
        )


class Manifest(msgspec.Struct, frozen=True):
    """manifest.json of a delivery."""

    format: str
    as_of: datetime
    complete: bool
    plans: list[str]
    files: list[ManifestFile]
    kind: str = "participants"
    totals: list[PlanTotals] = []

    def file(self, name: str) -> ManifestFile | None:
        """The entry of a file."""
        return next((one for one in self.files if one.name == name), None)


def read_manifest(folder: Path) -> tuple[Manifest | None, str, Problem | None]:
    """A folder's manifest and its SHA-256; the manifest is None when a problem says why it cannot be taken."""
    path = folder / MANIFEST
    try:
        if path.stat().st_size > MANIFEST_BYTES_MAX:
            return None, "", Problem("FILE_TOO_LARGE", value=MANIFEST)
        content = path.read_bytes()
    except FileNotFoundError:
        detail = f"{folder.name} has no manifest.json yet."
        return None, "", Problem("FILE_INCOMPLETE", value=folder.name, detail=detail)
    digest = hashlib.sha256(content).hexdigest()
    try:
        manifest = decoded_small(content) if len(content) <= SMALL_BYTES else decoded(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return None, digest, Problem("MANIFEST_INVALID", value=folder.name, detail=f"{error}.")
    return manifest, digest, check_manifest(folder, manifest)


def decoded(content: bytes) -> Manifest:
    """The manifest that a file holds; raises msgspec.DecodeError and UnicodeDecodeError."""
    return msgspec.json.decode(content, type=Manifest)


# A sync looks at its delivery twice, before and after, and a large manifest is not to stay in memory.
decoded_small = lru_cache(maxsize=2)(decoded)
SMALL_BYTES = 4 << 20


def check_manifest(folder: Path, manifest: Manifest) -> Problem | None:
    """The first thing wrong with the manifest itself, None when all is well."""
    if manifest.format != FORMAT:
        return Problem("MANIFEST_INVALID", field="format", value=manifest.format)
    if not manifest.complete:
        return Problem("FILE_INCOMPLETE", value=folder.name, detail="Its manifest says that it is not complete.")
    if manifest.as_of.tzinfo is None:
        return Problem("MANIFEST_INVALID", field="as_of", value=str(manifest.as_of))
    for one in manifest.files:
        if one.name in {"", ".", ".."} or Path(one.name).name != one.name or "\\" in one.name:
            return Problem("FILE_UNSAFE_PATH", value=one.name)
        if one.bytes > FILE_BYTES_MAX:
            return Problem("FILE_TOO_LARGE", value=one.name)
    return None


def check_sizes(folder: Path, files: Sequence[ManifestFile]) -> Problem | None:
    """The first file that is missing, a link out of the folder, or of another size than the manifest says."""
    for one in files:
        path = folder / one.name
        if path.is_symlink():
            return Problem("FILE_UNSAFE_PATH", value=one.name, detail="It is a link.")
        if not path.is_file():
            return Problem("FILE_INCOMPLETE", value=one.name, detail="The manifest names it, but it is not there.")
        size = path.stat().st_size
        if size == 0:
            return Problem("FILE_EMPTY", value=one.name)
        if size < one.bytes:
            return Problem("FILE_TRUNCATED", value=one.name, detail=f"It has {size} of {one.bytes} bytes.")
        if size > one.bytes:
            detail = f"It has {size} bytes, the manifest says {one.bytes}."
            return Problem("FILE_INCOMPLETE", value=one.name, detail=detail)
    return None


def sha256(path: Path) -> str:
    """A file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_digests(folder: Path, files: Sequence[ManifestFile], *, threads: int = 2) -> Problem | None:
    """The first file whose SHA-256 is not the manifest's."""
    with ThreadPoolExecutor(threads) as pool:
        digests = list(pool.map(lambda one: sha256(folder / one.name), files))
    for one, digest in zip(files, digests, strict=True):
        if digest != one.sha256.lower():
            detail = "Its SHA-256 is not the one in the manifest."
            return Problem("FILE_INCOMPLETE", value=one.name, detail=detail)
    return None
