"""Cuts fixed-width records: positions in characters or bytes, trimmed and cut-off records told apart."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from planbridge.recordkeepers.formats.lines import Letters, LineBlock
from planbridge.recordkeepers.formats.row_problems import no_row_problems, row_problems

BLANK = ord(" ")
CUT_LETTER = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Position:
    """Where a field stands: its name, first position from 1, and length."""

    name: str
    at: int
    length: int


@dataclass(frozen=True)
class Records:
    """Records of the right length: `line`, `raw`, `by_bytes`; and the problems of the others."""

    rows: pl.DataFrame
    problems: pl.DataFrame


def check_records(block: LineBlock, length: int, *, takes_short: bool, counts_bytes: bool) -> Records:
    """Records as long as the layout says, trimmed ones padded in thought: RECORD_LENGTH, FILE_TRUNCATED for the others.

    A name with letters beyond ASCII makes a record longer in bytes than in characters: a record that is exactly right
    in one of the two is cut by that, and only where neither fits, `counts_bytes` decides.
    """
    if block.letters is not None and block.letters.shape[1] == length:
        return Records(block.rows.with_columns(by_bytes=pl.lit(False)), no_row_problems())  # noqa: FBT003 - a column
    rows = block.rows.with_columns(characters=pl.col("raw").str.len_chars(), size=pl.col("raw").str.len_bytes())
    fits_bytes, fits_characters = pl.col("size") == length, pl.col("characters") == length
    by_bytes = (fits_bytes & ~fits_characters) | (~fits_characters & pl.lit(counts_bytes))
    rows = rows.with_columns(by_bytes=by_bytes & (pl.col("size") != pl.col("characters")))
    long = pl.when("by_bytes").then("size").otherwise("characters")
    rows = rows.with_columns(long=long)
    has_nul = pl.col("raw").str.contains("\x00", literal=True)
    written = pl.col("raw").str.strip_chars_end(" ")
    surplus = pl.when("by_bytes").then(written.str.len_bytes()).otherwise(written.str.len_chars()) > length
    is_short = pl.col("long") < length
    last_line = int(block.rows["line"][-1]) if block.is_cut and block.rows.height else 0
    is_last = pl.col("line") == last_line
    wrong = surplus | (is_short & (is_last | pl.lit(not takes_short)))
    marked = rows.with_columns(wrong=wrong, is_cut=is_short & is_last, nul=has_nul)
    if not marked.select((pl.col("wrong") | pl.col("nul")).any()).item():
        return Records(rows.select("line", "raw", "by_bytes"), no_row_problems())
    said = pl.format("{} instead of {}", "long", pl.lit(length))
    bad = marked.filter(pl.col("wrong") & ~pl.col("nul")).with_columns(said=said)
    problems = [
        row_problems(marked.filter("nul"), "RECORD_MALFORMED", field="NUL"),
        row_problems(bad.filter("is_cut"), "FILE_TRUNCATED", value="said"),
        row_problems(bad.filter(~pl.col("is_cut")), "RECORD_LENGTH", value="said"),
    ]
    sound = marked.filter(~pl.col("wrong") & ~pl.col("nul"))
    return Records(sound.select("line", "raw", "by_bytes"), pl.concat(problems))


def cut_fixed(rows: pl.DataFrame, positions: Sequence[Position], letters: Letters | None = None) -> pl.DataFrame:
    """Records (`line`, `raw`, `by_bytes`) with a column of text for each position; null where it is blank in all.

    `letters`: those of all rows of the block that the records are of, where the block has them.
    """
    binary = pl.col("raw").cast(pl.Binary)
    if letters is not None:
        # Most positions of a wide record say nothing: to see that takes a tenth of cutting them.
        return rows.with_columns(
            pl.lit(None, pl.String).alias(one.name)
            if is_blank(letters, one)
            else binary.bin.slice(one.at - 1, one.length).cast(pl.String).alias(one.name)
            for one in positions
        )
    if rows.select((pl.col("raw").str.len_bytes() == pl.col("raw").str.len_chars()).all()).item():
        # Bytes are found without counting letters, which a long record takes most of its time for.
        return rows.with_columns(
            binary.bin.slice(one.at - 1, one.length).cast(pl.String).alias(one.name) for one in positions
        )
    by_letters = rows.filter(~pl.col("by_bytes")).with_columns(
        pl.col("raw").str.slice(one.at - 1, one.length).alias(one.name) for one in positions
    )
    counted_in_bytes = rows.filter("by_bytes")
    if counted_in_bytes.is_empty():
        return by_letters
    records = [raw.encode() for raw in counted_in_bytes["raw"]]  # few: records with letters beyond ASCII
    cut = counted_in_bytes.with_columns(
        pl.Series(one.name, [slice_of(raw, one) for raw in records], dtype=pl.String) for one in positions
    )
    return pl.concat([by_letters, cut]).sort("line")


def is_blank(letters: Letters, position: Position) -> bool:
    """Whether there are blanks alone at a position, in every record."""
    own = letters[:, position.at - 1 : position.at - 1 + position.length]
    return bool((own[0] == BLANK).all() and (own == BLANK).all())


def slice_of(record: bytes, position: Position) -> str:
    """The text at a position counted in bytes; CUT_LETTER stands in it where a letter is cut in two."""
    return record[position.at - 1 : position.at - 1 + position.length].decode("utf-8", "replace")


def cut_letters(rows: pl.DataFrame, positions: Sequence[Position]) -> pl.DataFrame:
    """RECORD_LENGTH for records in which a position begins or ends inside a letter: they are counted otherwise."""
    if not rows["by_bytes"].any() or not positions:
        return no_row_problems()
    is_cut = pl.any_horizontal(pl.col(one.name).str.contains(CUT_LETTER, literal=True) for one in positions)
    own = pl.col("raw").str.contains(CUT_LETTER, literal=True)
    return row_problems(rows.filter(pl.col("by_bytes") & is_cut & ~own), "RECORD_LENGTH", field="letters")
