"""A file's rows under the kinds of records that its profile has: header, details, trailer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.formats.canonical_csv import FileRefused
from planbridge.recordkeepers.formats.delimited import Cut, cell, cut_delimited, cut_line
from planbridge.recordkeepers.formats.fixed_width import Position, check_records, cut_fixed, cut_letters
from planbridge.recordkeepers.formats.lines import LineBlock, line_blocks
from planbridge.recordkeepers.formats.row_problems import no_row_problems, row_problems
from planbridge.recordkeepers.profile import COLUMNS_MAX, Field, Profile, Record, as_list
from planbridge.recordkeepers.profile_fields import judged_fields, read_fields


@dataclass
class FirstLines:
    """What the first lines of a delimited file say: its columns' names, and a header before them."""

    names: tuple[str, ...] = ()
    header: dict[str, pl.DataFrame] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """A block's rows: details by kind of record (`line`, `raw`, a column of text a field), and what is no record.

    `stated`: rows of header and trailer; `raw`: all detail lines; `details`: how many lines are details.
    """

    by_record: list[tuple[Record, pl.DataFrame]]
    problems: pl.DataFrame
    raw: pl.DataFrame
    details: int
    lines_so_far: int = 0
    stated: dict[str, pl.DataFrame] = field(default_factory=dict)

    def first_of(self, name: str, profile: Profile) -> dict[str, str | None]:
        """The fields that a header or trailer states."""
        record = profile.record(name)
        if record is None:
            return {}
        rows = read_fields(profile, record, self.stated[name].head(1)).rows
        return {one.name: rows[one.name][0] for one in record.fields if one.name in rows.columns}


def rows_of_delimited(path: Path, profile: Profile, first: FirstLines, block_bytes: int) -> Iterator[Rows]:
    """The rows of delimited text; raises FileRefused for a file without its header or a column that it must have."""
    layout, is_begun, lines = profile.layout, False, 0
    for block in line_blocks(path, profile.encoding, block_bytes):
        rows = block.rows
        if not is_begun:
            above = [str(text) for text in rows["raw"].head(layout.names_line)]
            read_first_lines(path.name, profile, above, first)
            rows, is_begun = rows.slice(layout.names_line), True
        lines += block.rows.height
        width = len(first.names) or max((one.at or 0 for record in profile.details for one in record.fields), default=1)
        cut = cut_delimited(
            LineBlock(rows, block.is_cut), width, separator=layout.separator, quote=layout.quote,
            takes_blank_surplus=layout.surplus == "blank",
        )  # fmt: skip
        stated, first.header = first.header, {}
        yield dispatched(profile, cut, rows, first.names, (lines, stated))


def rows_of_sheet(sheet: pl.DataFrame, profile: Profile, first: FirstLines) -> Iterator[Rows]:
    """The rows of an Excel sheet (`line` and cells c0, c1 ...); raises FileRefused."""
    layout = profile.layout
    cells = [name for name in sheet.columns if name != "line"]
    above = [",".join(quoted(text) for text in row[1:]) for row in sheet.head(layout.names_line).iter_rows()]
    read_first_lines("the sheet", profile, above, first, separator=",")
    raw = pl.concat_str([pl.col(name).fill_null("") for name in cells], separator=",")
    rows = sheet.slice(layout.names_line).with_columns(raw=raw)
    cut = Cut(rows.select("line", "raw", *cells), no_row_problems())
    yield dispatched(profile, cut, rows.select("line", "raw"), first.names, (sheet.height, first.header))


def quoted(text: str | None) -> str:
    """A cell as a field of a line."""
    return '"' + (text or "").replace('"', '""') + '"'


def read_first_lines(
    name: str, profile: Profile, above: Sequence[str], first: FirstLines, *, separator: str | None = None
) -> None:
    """Note the column names and what stands above them; raises FileRefused when they are not there."""
    layout = profile.layout
    comma = separator or layout.separator
    for record in profile.records:
        if record.role == "header" and above[:-1]:
            cells = cut_line(above[0], comma, layout.quote or '"')
            values = {
                one.name: cells[(one.at or 1) - 1] if (one.at or 1) <= len(cells) else "" for one in record.fields
            }
            first.header[record.name] = pl.DataFrame(
                {"line": [1], "raw": [above[0]]} | {k: [v] for k, v in values.items()}
            )
    if not layout.names_line:
        return
    names = cut_line(above[-1], comma, layout.quote or '"') if len(above) == layout.names_line else []
    while names and not names[-1]:
        names.pop()
    if len(names) > COLUMNS_MAX:
        detail = f"Line {layout.names_line} names {len(names):,} columns; a file has at most {COLUMNS_MAX:,}."
        raise FileRefused(Problem("FILE_TOO_LARGE", value=name, detail=detail))
    known = {one.name.casefold() for record in profile.details for one in record.fields}
    found = [one.casefold() for one in names]
    if not known & set(found):
        detail = f"Line {layout.names_line} has none of the columns of {profile.profile}."
        raise FileRefused(Problem("HEADER_MISSING", value=name, detail=detail))
    if layout.by == "name":
        check_names(name, profile, names)
    elif len(names) < max(one.at or 0 for record in profile.details for one in record.fields):
        detail = f"It has {len(names)} columns."
        raise FileRefused(
            Problem("COLUMN_MISSING", field=name, value=profile.details[0].fields[-1].name, detail=detail)
        )
    first.names = tuple(names)


def check_names(name: str, profile: Profile, names: Sequence[str]) -> None:
    """Raises FileRefused when a column stands twice, or one that must be filled is not there."""
    found = [one.casefold() for one in names]
    for place, folded in enumerate(found):
        if folded and folded in found[:place]:
            detail = f"The column {names[place]} stands twice."
            raise FileRefused(Problem("FILE_UNREADABLE", value=name, detail=detail))
    for record in profile.details:
        for one in record.fields:
            is_needed = one.must == "filled" or one.into in ("plan_id", profile.key) or one.name in record.when
            if is_needed and one.name.casefold() not in found:
                raise FileRefused(Problem("COLUMN_MISSING", field=name, value=one.name))


def dispatched(
    profile: Profile, cut: Cut, rows: pl.DataFrame, names: Sequence[str], before: tuple[int, dict[str, pl.DataFrame]]
) -> Rows:
    """Cells under their kinds of records; CODE_UNKNOWN for those of no kind. `before`: lines so far, header rows."""
    left, by_record, found = cut.cells, [], [cut.problems]
    folded = {name.casefold(): number for number, name in enumerate(names)}
    for record in profile.details:
        places = {one.name: place_of(one, profile, folded) for one in record.fields}
        own, left = parted(record, left, {name: pl.col(cell(at)) for name, at in places.items() if at is not None})
        judged = {one.name for one in judged_fields(profile, record)}
        chosen = {name: pl.col(cell(at)) for name, at in places.items() if at is not None and name in judged}
        by_record.append((record, own.select("line", "raw", **chosen)))
    deciding = next(iter(profile.details[0].when), None)
    at = place_of_name(profile, deciding, folded)
    value = cell(at) if at is not None else None
    found.append(row_problems(left, "CODE_UNKNOWN", field=deciding, value=value))
    return Rows(by_record, pl.concat(found), rows, rows.height, *before)


def place_of_name(profile: Profile, name: str | None, folded: dict[str, int]) -> int | None:
    """The column of the field that tells the kinds of records apart."""
    one = next((one for one in profile.details[0].fields if one.name == name), None)
    return None if one is None else place_of(one, profile, folded)


def place_of(one: Field, profile: Profile, folded: dict[str, int]) -> int | None:
    """The number, from 0, of the column in which a field stands; None where the file does not have it."""
    if profile.layout.by == "position":
        return (one.at or 1) - 1
    return folded.get(one.name.casefold())


def parted(record: Record, rows: pl.DataFrame, fields: dict[str, pl.Expr]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows that are of a kind of record, and the others."""
    if not record.when:
        return rows, rows.clear()
    test = pl.all_horizontal(
        [fields[name].str.strip_chars().is_in(as_list(texts)) for name, texts in record.when.items()]
    ).fill_null(value=False)
    return rows.filter(test), rows.filter(~test)


def rows_of_fixed(path: Path, profile: Profile, block_bytes: int) -> Iterator[Rows]:
    """The rows of fixed-width records; raises FileRefused for a file without its header record."""
    layout, lines = profile.layout, 0
    needs_header = any(record.role == "header" for record in profile.records)
    is_ended = False
    for block in line_blocks(path, profile.encoding, block_bytes):
        is_first, lines = lines == 0, lines + block.rows.height
        checked = check_records(
            block, layout.record_length, takes_short=layout.short == "pad", counts_bytes=layout.counted_in == "bytes"
        )
        left, found = checked.rows, [checked.problems]
        by_record, stated = [], {}
        for record in profile.records:
            positions = [Position(one.name, one.at or 1, one.length or 1) for one in judged_fields(profile, record)]
            wanted = {one.name: sliced(one) for one in positions if one.name in record.when}
            own, left = parted(record, left, wanted)
            rows = cut_fixed(own, positions, block.letters)
            found.append(cut_letters(rows, positions))
            rows = rows.drop("by_bytes")
            if record.role == "detail":
                by_record.append((record, rows))
            elif rows.height:
                stated[record.name] = rows
        deciding = next(iter(profile.details[0].when), None)
        found.append(row_problems(left, "CODE_UNKNOWN", field=deciding, value="raw" if deciding is None else None))
        found.append(misplaced(profile, block.rows, stated, is_first=is_first, is_ended=is_ended))
        if is_first and needs_header and not any(r.role == "header" and r.name in stated for r in profile.records):
            raise FileRefused(Problem("HEADER_MISSING", value=path.name, detail="Its first record is no header."))
        is_ended = is_ended or any(record.role == "trailer" and record.name in stated for record in profile.records)
        headed = pl.concat([one.select("line") for one in stated.values()]) if stated else None
        details = block.rows if headed is None else block.rows.join(headed.cast(pl.UInt64), on="line", how="anti")
        yield Rows(by_record, pl.concat(found), details.select("line", "raw"), details.height, lines, stated)


def sliced(position: Position) -> pl.Expr:
    """The text at a position; what tells records apart stands before any name."""
    return pl.col("raw").str.slice(position.at - 1, position.length)


def misplaced(
    profile: Profile, rows: pl.DataFrame, stated: dict[str, pl.DataFrame], *, is_first: bool, is_ended: bool
) -> pl.DataFrame:
    """RECORD_MALFORMED for records after the trailer, and a second header."""
    found = no_row_problems()
    for record in profile.records:
        if record.name not in stated:
            continue
        own = stated[record.name]
        if record.role == "header":
            again = own.slice(1) if is_first else own
            found = pl.concat([found, row_problems(again, "RECORD_MALFORMED", field="a second header")])
        else:
            after = rows.filter(pl.col("line") > own["line"][0])
            found = pl.concat([found, row_problems(after, "RECORD_MALFORMED", field="after the trailer")])
    return row_problems(rows, "RECORD_MALFORMED", field="after the trailer") if is_ended else found
