"""Rows of a layout as the bytes of a file: delimited lines, fixed-width records, or a sheet; totals stated where it has any."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from planbridge.simulator.layout import Field, Layout, Record, Total
from planbridge.simulator.layout_rows import PlanRows, Row, Values
from planbridge.simulator.layout_text import text_of
from planbridge.simulator.workbook import Cell, workbook_of

_LINE_END = "\r\n"
_BROKEN_TAIL = "#BROKEN"


@dataclass(frozen=True, slots=True)
class Lies:
    """What is untrue on purpose: dollars too much in each sum, one too many in each count, a column that is not there."""

    sum_dollars: int = 0
    counts: int = 0
    drops_column: bool = False


def file_bytes(rows: PlanRows, details: Sequence[Row], lies: Lies) -> bytes:
    """Return the file of these detail rows."""
    layout = rows.layout
    if layout.format == "excel":
        return workbook_of(_sheet(layout, details, lies), layout.layout.sheet or "Census")
    stated = {
        record.role: rows.stated(record, _totals(layout, record, details, lies))
        for record in layout.records
        if record.role != "detail"
    }
    write = _fixed_lines if layout.format == "fixed_width" else _delimited_lines
    lines = write(layout, stated, details, lies)
    # A letter that the file's encoding does not have is a question mark, as mainframes write it.
    return "".join(line + _LINE_END for line in lines).encode(layout.encoding, "replace")


def _totals(layout: Layout, record: Record, details: Sequence[Row], lies: Lies) -> Values:
    told = [total for total in layout.totals if total.record == record.name]
    return {total.field: str(_total(layout, total, details, lies)) for total in told}


def _total(layout: Layout, total: Total, details: Sequence[Row], lies: Lies) -> Decimal:
    others = sum(record.role != "detail" for record in layout.records)
    match total.counts:
        case None:
            values = [row.values.get(total.sums or "") for row in details if row.record.name == total.of]
            return sum((Decimal(value or 0) for value in values), Decimal(lies.sum_dollars))
        case "details":
            return Decimal(len(details) + lies.counts)
        case "details_and_header":
            return Decimal(len(details) + 1 + lies.counts)
    return Decimal(len(details) + others + lies.counts)


def _fixed_lines(layout: Layout, stated: dict[str, Row], details: Sequence[Row], _lies: Lies) -> list[str]:
    rows = [*_role(stated, "header"), *details, *_role(stated, "trailer")]
    return [_fixed_line(row, layout.layout.record_length) for row in rows]


def _fixed_line(row: Row, length: int) -> str:
    line = [" "] * length
    for one in row.record.fields:
        text = text_of(one, row.values[one.name])
        line[(one.at or 1) - 1 : (one.at or 1) - 1 + len(text)] = text
    return "".join(line) + (_BROKEN_TAIL if row.is_broken else "")


def _delimited_lines(layout: Layout, stated: dict[str, Row], details: Sequence[Row], lies: Lies) -> list[str]:
    columns = _columns(layout, lies)
    above = [_texts(row, sorted(row.record.fields, key=lambda one: one.at or 1)) for row in _role(stated, "header")]
    above += [[]] * (layout.layout.names_line - 1 - len(above))
    names = [[one.name for one in columns]] if layout.layout.names_line else []
    below = [_texts(row, row.record.fields) for row in _role(stated, "trailer")]
    lines = [_line(layout, cells) for cells in [*above, *names]]
    lines += [_line(layout, _texts(row, columns)[: -1 if row.is_broken else None]) for row in details]
    return lines + [_line(layout, cells) for cells in below]


def _columns(layout: Layout, lies: Lies) -> list[Field]:
    """Every column of the details once, in their order; without the person's key (or the last) where it is to lack."""
    columns = list({one.name: one for record in layout.records_of("detail") for one in record.fields}.values())
    if layout.layout.by == "position":
        columns.sort(key=lambda one: one.at or 1)
        return columns[:-1] if lies.drops_column else columns
    return [one for one in columns if not (lies.drops_column and one.into == layout.key)]


def _texts(row: Row, columns: Sequence[Field]) -> list[str]:
    own = {one.name: one for one in row.record.fields}
    return [text_of(own[one.name], row.values[one.name]) if one.name in own else "" for one in columns]


def _line(layout: Layout, cells: Sequence[str]) -> str:
    separator, quote = layout.layout.separator, layout.layout.quote
    if not quote:
        return separator.join(cell.replace(separator, " ") for cell in cells)
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, quotechar=quote, lineterminator="").writerow(cells)
    return text.getvalue()


def _sheet(layout: Layout, details: Sequence[Row], lies: Lies) -> list[list[Cell]]:
    columns = _columns(layout, lies)
    head: list[Cell] = [one.name for one in columns]
    above: list[list[Cell]] = [[None]] * (layout.layout.names_line - 1)
    return [*above, head, *([_sheet_cell(row, one) for one in columns] for row in details)]


def _sheet_cell(row: Row, one: Field) -> Cell:
    """A cell as a person's spreadsheet has it: dates and numbers as such, so that leading zeros are lost."""
    value = row.values[one.name]
    if value is None:
        return None
    text = text_of(one, value)
    try:
        if one.kind == "date":
            return f"not {text}" if row.is_broken else date.fromisoformat(value)
        return Decimal(text) if one.kind == "number" or (one.pad and text.isdecimal()) else text
    except (ValueError, InvalidOperation):
        # A defect is delivered as it is kept.
        return text


def _role(stated: dict[str, Row], role: str) -> list[Row]:
    return [stated[role]] if role in stated else []
