"""Reads an Excel sheet as text cells; a packed file that would unpack without measure is refused before."""

import zipfile
from decimal import Context, Decimal
from pathlib import Path

import fastexcel
import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.formats.canonical_csv import FileRefused
from planbridge.recordkeepers.formats.delimited import cell

UNPACKED_BYTES_MAX = 1 << 30
RATIO_MAX = 200
ROWS_MAX = 1_048_576  # of a sheet, by Excel itself
# Excel keeps numbers as doubles: of what it shows, 15 digits are meant, the rest is noise of the binary fraction.
MEANT = Context(prec=15)
NOISY = r"^-?\d*\.\d+$"
MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"


def sheet_rows(path: Path, sheet: str) -> pl.DataFrame:
    """The rows of a sheet (the first where none is named): `line`, then text cells c0, c1 ...; raises FileRefused."""
    check_unpacked(path)
    try:
        book = fastexcel.read_excel(path)
        if sheet and sheet not in book.sheet_names:
            detail = f"It has no sheet {sheet}, but {', '.join(book.sheet_names)[:200]}."
            raise FileRefused(Problem("FILE_UNREADABLE", value=path.name, detail=detail))
        loaded = pl.DataFrame(book.load_sheet(sheet or 0, header_row=None, dtypes="string"))
    except fastexcel.FastExcelError as error:
        detail = str(error).splitlines()[0][:200]
        raise FileRefused(
            Problem("FILE_UNREADABLE", value=path.name, detail=f"It is no workbook: {detail}.")
        ) from error
    rows = loaded.rename(dict(zip(loaded.columns, map(cell, range(loaded.width)), strict=True)))
    rows = rows.with_row_index("line", offset=1).with_columns(pl.col("line").cast(pl.UInt64))
    texts = pl.exclude("line").str.strip_chars().str.replace(MIDNIGHT, "$1")
    rows = rows.with_columns(texts).filter(pl.any_horizontal(pl.exclude("line").str.len_bytes() > 0))
    if rows.is_empty():
        raise FileRefused(Problem("FILE_EMPTY", value=path.name))
    return rows.with_columns(without_noise(rows[name]) for name in rows.columns if name != "line")


def check_unpacked(path: Path) -> None:
    """Raises FileRefused for a workbook that unpacks to more than a gigabyte, or that is suspiciously small for it."""
    try:
        with zipfile.ZipFile(path) as packed:
            sizes = [(one.file_size, one.compress_size) for one in packed.infolist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FileRefused(Problem("FILE_UNREADABLE", value=path.name, detail="It is no .xlsx workbook.")) from error
    unpacked, stored = sum(size for size, _ in sizes), sum(size for _, size in sizes) or 1
    if unpacked > UNPACKED_BYTES_MAX or (unpacked > 64 << 20 and unpacked / stored > RATIO_MAX):
        detail = f"It unpacks to {unpacked:,} bytes from {stored:,}."
        raise FileRefused(Problem("FILE_TOO_LARGE", value=path.name, detail=detail))


def without_noise(texts: pl.Series) -> pl.Series:
    """Numbers of more than 15 digits, rounded to those that Excel means."""
    is_noisy = (texts.str.len_bytes() > MEANT.prec + 1) & texts.str.contains(NOISY)
    if not is_noisy.any():
        return texts
    meant = [
        f"{MEANT.create_decimal(Decimal(text)).normalize():f}" if noisy else text
        for text, noisy in zip(texts, is_noisy, strict=True)
    ]
    return pl.Series(texts.name, meant, dtype=pl.String)
