"""Cuts lines of delimited text into cells; a line is a record, so that an open quote cannot swallow the rest."""

import csv
from dataclasses import dataclass

import polars as pl
from polars.exceptions import PolarsError

from planbridge.recordkeepers.formats.lines import LineBlock
from planbridge.recordkeepers.formats.row_problems import no_row_problems, row_problems

SURPLUS_MAX = 100  # blank fields beyond the last column; more is no slip of a spreadsheet


@dataclass(frozen=True)
class Cut:
    """Lines as cells: `line`, `raw` and c0, c1 ... (text, as it stands); and the lines that could not be cut."""

    cells: pl.DataFrame
    problems: pl.DataFrame


def cell(number: int) -> str:
    """The name of a column of cells, counted from 0."""
    return f"c{number}"


def cut_line(line: str, separator: str, quote: str) -> list[str]:
    """The cells of a single line."""
    if not quote:
        return [one.strip() for one in line.split(separator)]
    try:
        return [one.strip() for one in next(csv.reader([line], delimiter=separator, quotechar=quote), [])]
    except csv.Error:
        return [one.strip() for one in line.split(separator)]


def cut_delimited(block: LineBlock, columns: int, *, separator: str, quote: str, takes_blank_surplus: bool) -> Cut:
    """Lines as `columns` cells each: RECORD_FIELD_COUNT for lines with fewer or more, RECORD_MALFORMED for open quotes."""
    rows, found = block.rows, []
    has_nul = pl.col("raw").str.contains("\x00", literal=True)
    broken = rows.filter(has_nul)
    if broken.height:
        found.append(row_problems(broken, "RECORD_MALFORMED", field="NUL"))
        rows = rows.filter(~has_nul)
    quoted = rows.clear()
    if quote:
        is_quoted = pl.col("raw").str.contains(quote, literal=True)
        quoted, rows = rows.filter(is_quoted), rows.filter(~is_quoted)
    plain = rows.with_columns(text=pl.col("raw"), bare=pl.col("raw"))
    done = []
    for part, is_quoted_part in ((plain, False), (bare_of_quotes(quoted, separator, quote), True)):
        if part.is_empty():
            continue
        malformed = part.filter(pl.col("bare").is_null())
        found.append(row_problems(malformed, "RECORD_MALFORMED", field="quotes"))
        sound = part.filter(pl.col("bare").is_not_null()) if malformed.height else part
        counted, problems = of_width(sound, columns, separator, takes_blank_surplus=takes_blank_surplus)
        found.append(problems)
        cells = split_quoted(counted, columns, separator, quote) if is_quoted_part else None
        done.append(split_plain(counted, columns, separator) if cells is None else cells)
    empty = pl.DataFrame(schema={"line": pl.UInt64, "raw": pl.String} | {cell(n): pl.String for n in range(columns)})
    cells = pl.concat(done).sort("line") if len(done) > 1 else (done[0] if done else empty)
    problems = pl.concat(found) if found else no_row_problems()
    return Cut(cells, cut_off(block, problems))


def cut_off(block: LineBlock, problems: pl.DataFrame) -> pl.DataFrame:
    """Problems in which a last line that lacks fields and its line end is called what it is: the file was cut off."""
    if not block.is_cut or problems.is_empty():
        return problems
    is_last = (pl.col("line") == block.rows["line"].max()) & (pl.col("code") == "RECORD_FIELD_COUNT")
    return problems.with_columns(
        code=pl.when(is_last).then(pl.lit("FILE_TRUNCATED")).otherwise("code"),
        field=pl.when(~is_last).then("field"),
    )


def bare_of_quotes(rows: pl.DataFrame, separator: str, quote: str) -> pl.DataFrame:
    """Lines with `bare`, the line without its quoted cells; null where quotes do not stand as they should (RFC 4180)."""
    if rows.is_empty():
        return rows
    mark, comma = escaped(quote), escaped(separator)
    one = rf"[ ]*{mark}(?:[^{mark}]|{mark}{mark})*{mark}[ ]*|[^{mark}{comma}]*"
    sound = pl.col("raw").str.contains(rf"^(?:{one})(?:{comma}(?:{one}))*$")
    without = pl.col("raw").str.replace_all(rf"{mark}(?:[^{mark}]|{mark}{mark})*{mark}", "")
    return rows.with_columns(text=pl.col("raw"), bare=pl.when(sound).then(without))


def escaped(character: str) -> str:
    """A character as it stands in a class of a regular expression."""
    return rf"\x{{{ord(character):x}}}"


def of_width(
    rows: pl.DataFrame, columns: int, separator: str, *, takes_blank_surplus: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The lines with exactly so many fields, blank surplus cut off, and the problems of the others."""
    rows = rows.with_columns(fields=pl.col("bare").str.count_matches(separator, literal=True) + 1)
    odd = rows.filter(pl.col("fields") != columns)
    if odd.is_empty():
        return rows, no_row_problems()
    tail = pl.col("text").str.extract(rf"((?:{escaped(separator)}[ ]*)*)$")
    blank = tail.str.count_matches(separator, literal=True)
    is_surplus = pl.col("fields").is_between(columns + 1, columns + SURPLUS_MAX)
    mendable = is_surplus & (blank >= pl.col("fields") - columns) & takes_blank_surplus
    marked = odd.with_columns(mendable=mendable, tail=tail, extra=pl.col("fields").cast(pl.Int64) - columns)
    refused = marked.filter(~pl.col("mendable").fill_null(value=False))
    mended = [rows.filter(pl.col("fields") == columns)]
    for (extra,), group in marked.filter("mendable").group_by("extra", maintain_order=True):
        surplus = rf"(?:{escaped(separator)}[ ]*){{{extra}}}$"
        mended.append(group.with_columns(text=pl.col("text").str.replace(surplus, "")).select(rows.columns))
    shown = refused.with_columns(said=pl.format("{} instead of {}", "fields", pl.lit(columns)))
    return pl.concat(mended), row_problems(shown, "RECORD_FIELD_COUNT", field="fields", value="said")


def split_plain(rows: pl.DataFrame, columns: int, separator: str) -> pl.DataFrame:
    """Cells of lines without quotes."""
    struct = pl.col("text").str.split_exact(separator, columns - 1)
    renamed = struct.struct.rename_fields([cell(number) for number in range(columns)]).alias("cells")
    return rows.select("line", "raw", renamed).unnest("cells")


def split_quoted(rows: pl.DataFrame, columns: int, separator: str, quote: str) -> pl.DataFrame:
    """Cells of lines whose quotes are sound; by polars, or one by one where it reads another number of lines."""
    names = [cell(number) for number in range(columns)]
    schema = dict.fromkeys(names, pl.String)
    if rows.is_empty():
        return rows.select("line", "raw").with_columns(pl.lit(None, pl.String).alias(name) for name in names)
    # Blanks between a quote and its separator would make the quotes part of the text.
    comma, mark = escaped(separator), escaped(quote)
    snug = rows["text"].str.replace_all(rf"{mark}[ ]+({comma}|$)", f"{quote}${{1}}")
    text = snug.str.replace_all(rf"(^|{comma})[ ]+{mark}", f"${{1}}{quote}").str.join("\n")[0]
    try:
        cells = pl.read_csv(
            text.encode(), has_header=False, schema=schema, separator=separator, quote_char=quote, infer_schema=False,
            empty_string_is_null=False,
        )  # fmt: skip
    except PolarsError:
        cells = pl.DataFrame(schema=schema)
    if cells.height != rows.height:
        cut = [cut_line(one, separator, quote) for one in rows["text"]]
        padded = [(one + [""] * columns)[:columns] for one in cut]
        cells = pl.DataFrame(padded, schema=schema, orient="row")
    return pl.concat([rows.select("line", "raw"), cells], how="horizontal")
