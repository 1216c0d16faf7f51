"""A text file as blocks of numbered lines, in bounded memory; what is no text is refused before anything is read."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.formats.canonical_csv import FileRefused

BLOCK_BYTES = 12 << 20  # 8 to 16 MiB are the quickest; half as much is a fifth slower
LINE_BYTES_MAX = 1 << 20
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Binary OpenPGP: a packet's first byte has its high bit set; these two begin an encrypted message of today's programs.
PGP_ARMOUR = b"-----BEGIN PGP"
PGP_PACKETS = (b"\x85", b"\xc1", b"\x84")
BLANKS = b" \t\r\n\x1a"
ZIP = (b"PK\x03\x04", b"\x1f\x8b", b"PK\x05\x06")


Letters = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


@dataclass(frozen=True)
class LineBlock:
    """Some lines: `line` (from 1) and `raw`, blank lines left out. `is_cut`: the last one has no line end.

    `letters`: the same lines letter by letter, a row each, where all are ASCII without NUL and of one length.
    """

    rows: pl.DataFrame
    is_cut: bool = False
    letters: Letters | None = None


def refuse_packed(name: str, start: bytes) -> None:
    """Raises FileRefused for content that is encrypted, packed or UTF-16 whatever its name says."""
    if start.startswith((PGP_ARMOUR, *PGP_PACKETS)) and not start.startswith(codecs.BOM_UTF8):
        detail = "It is encrypted (OpenPGP), though it came as plain text."
        raise FileRefused(Problem("FILE_DECRYPT_FAILED", value=name, detail=detail))
    if start.startswith(ZIP):
        raise FileRefused(Problem("FILE_UNREADABLE", value=name, detail="It is packed (zip or gzip), not text."))
    if start.startswith(UTF16):
        raise FileRefused(Problem("FILE_ENCODING", value=name, detail="It is UTF-16."))


def check_size(path: Path, megabytes_max: int) -> None:
    """Raises FileRefused for a file that is empty or larger than its profile allows."""
    size = path.stat().st_size
    if not size:
        raise FileRefused(Problem("FILE_EMPTY", value=path.name))
    if size > megabytes_max << 20:
        detail = f"It has {size:,} bytes; the profile allows {megabytes_max:,} MiB."
        raise FileRefused(Problem("FILE_TOO_LARGE", value=path.name, detail=detail))


def line_blocks(path: Path, encoding: str, block_bytes: int = BLOCK_BYTES) -> Iterator[LineBlock]:
    """The lines of a file, block by block; raises FileRefused, also for a file that has none."""
    first_line = 1
    with path.open("rb") as file:
        while content := file.read(block_bytes):
            if not content.endswith(b"\n"):
                content += file.readline(LINE_BYTES_MAX + 1)
            if first_line == 1:
                refuse_packed(path.name, content[:16])
                content = content.removeprefix(codecs.BOM_UTF8)
                if b"\n" not in content and not content.strip():
                    break
            block, lines = numbered(path.name, content, encoding, first_line)
            is_cut = bool(content[content.rfind(b"\n") + 1 :].strip(BLANKS))
            yield LineBlock(block.rows, is_cut=True) if is_cut else block
            first_line += lines
    if first_line == 1:
        raise FileRefused(Problem("FILE_EMPTY", value=path.name))


def numbered(name: str, content: bytes, encoding: str, first_line: int) -> tuple[LineBlock, int]:
    """Lines with their numbers, without line ends, and how many there were; raises FileRefused.

    That is for bytes that are not in the encoding, and for a line without end.
    """
    is_ascii = content.isascii()
    if not is_ascii:
        try:
            content = content.decode(encoding).encode()
        except UnicodeDecodeError as error:
            line = first_line + content.count(b"\n", 0, error.start)
            detail = f"It is not {encoding} there."
            raise FileRefused(Problem("FILE_ENCODING", value=f"{name}, line {line}", detail=detail)) from error
    # As one piece: left in several, polars 2.1 panics in functions of strings that follow.
    rows = pl.read_lines(content, name="raw").rechunk().with_row_index("line", offset=first_line)
    rows = rows.with_columns(pl.col("line").cast(pl.UInt64))
    lines = rows.height
    letters = letters_of(content, lines) if is_ascii else None
    if letters is None:
        longest = rows.select(pl.col("raw").str.len_bytes().max()).item()
        if longest is not None and longest > LINE_BYTES_MAX:
            raise too_long(name, int(rows.filter(pl.col("raw").str.len_bytes() == longest)["line"][0]))
    elif letters.shape[1] > LINE_BYTES_MAX:
        raise too_long(name, first_line)
    says = rows["raw"].str.contains(r"[^ \t\r\x1a]")
    if not says.all():
        return LineBlock(rows.filter(says)), lines
    return LineBlock(rows, letters=letters), lines


def letters_of(content: bytes, lines: int) -> Letters | None:
    """ASCII lines of one length, letter by letter, without their ends; None where a line is longer, or has a NUL."""
    size = content.find(b"\n") + 1
    if not size or size * lines != len(content) or b"\0" in content:
        return None
    letters = np.frombuffer(content, dtype=np.uint8).reshape(lines, size)
    if (letters[:, -1] != ord("\n")).any():
        return None
    returns = letters[:, -2] == ord("\r") if size > 1 else np.zeros(1, dtype=np.bool_)
    if returns.all():
        return letters[:, :-2]
    return None if returns.any() else letters[:, :-1]


def too_long(name: str, line: int) -> FileRefused:
    """The refusal of a line without end."""
    detail = f"Line {line} is longer than {LINE_BYTES_MAX:,} bytes."
    return FileRefused(Problem("FILE_TOO_LARGE", value=name, detail=detail))
