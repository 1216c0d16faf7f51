"""Opens one file of a drop folder: out of its encryption and out of its zip, into plain files in the spool."""

import hashlib
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.archive_zip import is_zip, unpack_zip
from planbridge.recordkeepers.connector import DeliveryRefused, TooManyBytes
from planbridge.recordkeepers.open_pgp import decrypt_to_file, is_encrypted

START_BYTES = 64
ENCRYPTED_ENDINGS = (".pgp", ".gpg", ".asc")
ENDINGS = (".zip", *ENCRYPTED_ENDINGS)
WORKBOOK_ENTRY = "[Content_Types].xml"


@dataclass(frozen=True)
class OpeningKeys:
    """The private keys by which files are decrypted: the one in use (none: files are plain), and retired ones.

    With one in use every file must be encrypted, to it or to a retired one.
    """

    in_use: str = ""
    retired: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """All of them, the one in use first."""
        return ((self.in_use,) if self.in_use else ()) + self.retired


def bare_name(name: str) -> str:
    """A file's name without the endings of what it is packed in."""
    while name.casefold().endswith(ENDINGS):
        name = name.rpartition(".")[0]
    return name


def decrypted_name(name: str) -> str:
    """A file's name without the ending of its encryption."""
    return name.rpartition(".")[0] if name.casefold().endswith(ENCRYPTED_ENDINGS) else name


def open_file(path: Path, into: Path, keys: OpeningKeys, *, bytes_max: int) -> list[Path]:
    """The plain files that a delivered file holds, by name, in the folder `into`; raises DeliveryRefused.

    A file may be a zip, be encrypted, or both in either order; each is done once. A workbook is a zip by itself and is
    left whole. All plain files together have at most `bytes_max` bytes.
    """
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(mode=0o700, parents=True)
    try:
        return opened(path, into, keys, bytes_max)
    except DeliveryRefused:
        shutil.rmtree(into, ignore_errors=True)
        raise


def opened(path: Path, into: Path, keys: OpeningKeys, bytes_max: int) -> list[Path]:
    """The same, in a folder that is there and empty."""
    if path.stat().st_size == 0:
        raise DeliveryRefused(Problem("FILE_EMPTY", value=path.name))
    if path.stat().st_size > bytes_max:
        detail = f"It has {path.stat().st_size:,} bytes; at most {bytes_max:,} are taken."
        raise TooManyBytes(Problem("FILE_TOO_LARGE", value=path.name, detail=detail), path.stat().st_size)
    plain = into / bare_name(path.name)
    was_encrypted = is_encrypted(start_of(path))
    packed = path
    if was_encrypted:
        packed = into / f".{plain.name}"
        decrypt(path, packed, keys, bytes_max)
    if is_packed(packed):
        files = unpack_zip(packed, into, bytes_max=bytes_max)
        if was_encrypted:
            packed.unlink()
            return files
        return decrypted_files(files, keys, bytes_max)
    if not was_encrypted:
        refuse_plain(path.name, keys)
        shutil.copyfile(path, plain)
    else:
        packed.rename(plain)
    return [plain]


def decrypted_files(files: Sequence[Path], keys: OpeningKeys, bytes_max: int) -> list[Path]:
    """The files of a plain zip, those that are encrypted in their plain form; raises DeliveryRefused."""
    found, left = [], bytes_max
    for file in files:
        if not is_encrypted(start_of(file)):
            refuse_plain(file.name, keys)
            plain = file
        else:
            plain = file.with_name(decrypted_name(file.name))
            if plain != file and plain.exists():
                detail = "The zip has it both encrypted and plain."
                raise DeliveryRefused(Problem("FILE_UNSAFE_PATH", value=plain.name, detail=detail))
            scratch = file.with_name(f".{plain.name}")
            decrypt(file, scratch, keys, left)
            file.unlink()
            scratch.rename(plain)
        left -= plain.stat().st_size
        if left < 0:
            detail = f"Its files have more than {bytes_max:,} bytes together."
            raise TooManyBytes(Problem("FILE_TOO_LARGE", value=file.name, detail=detail))
        found.append(plain)
    return sorted(found)


def decrypt(path: Path, into: Path, keys: OpeningKeys, bytes_max: int) -> None:
    """Decrypt a file by any of the keys; raises DeliveryRefused."""
    if not keys.all:
        detail = "It is encrypted, and this connection has no OpenPGP key."
        raise DeliveryRefused(Problem("FILE_DECRYPT_FAILED", value=path.name, detail=detail))
    decrypt_to_file(path, into, keys.all, bytes_max=bytes_max)


def refuse_plain(name: str, keys: OpeningKeys) -> None:
    """Raises DeliveryRefused for a plain file where a key is in use."""
    if keys.in_use:
        detail = "It is not encrypted, though this connection has an OpenPGP key; send it encrypted."
        raise DeliveryRefused(Problem("FILE_DECRYPT_FAILED", value=name, detail=detail))


def is_packed(path: Path) -> bool:
    """Whether a file is a zip of files, and not a workbook; a torn zip counts as one."""
    if not is_zip(start_of(path)):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return WORKBOOK_ENTRY not in archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        return True


def start_of(path: Path) -> bytes:
    """A file's first bytes."""
    with path.open("rb") as file:
        return file.read(START_BYTES)


def digest_of(path: Path) -> str:
    """A file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
