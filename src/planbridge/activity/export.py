"""The feed as a file: CSV that no spreadsheet takes for formulas, or NDJSON, row by row in bounded memory."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, fields
from datetime import datetime

from planbridge.activity.feed import NEWEST_FIRST, FeedFilter, FeedRow, FeedScope, branches, row_of
from planbridge.activity.keyset import read_onward

ROWS_AT_ONCE = 500  # the first line is there at once, and the next piece costs no more than its rows
# What Excel, LibreOffice and Google Sheets take for the beginning of a formula (OWASP, CSV injection).
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
HEADINGS = tuple(one.name for one in fields(FeedRow))


def feed_rows(scope: FeedScope, wanted: FeedFilter) -> Iterator[FeedRow]:
    """Every row of the feed, newest first; what happens after the first row was read is not among them."""
    return map(row_of, read_onward(branches(scope, wanted), NEWEST_FIRST, rows_at_once=ROWS_AT_ONCE))


def as_csv(rows: Iterable[FeedRow]) -> Iterator[str]:
    """Rows as lines of CSV (RFC 4180), the headings first."""
    yield csv_line(HEADINGS)
    for row in rows:
        yield csv_line([cell_of(getattr(row, heading)) for heading in HEADINGS])


def as_ndjson(rows: Iterable[FeedRow]) -> Iterator[str]:
    """Rows as JSON, one a line."""
    for row in rows:
        yield json.dumps(asdict(row), default=as_text, ensure_ascii=False) + "\n"


def as_text(value: object) -> str:
    """Times in ISO form, ids as they are written."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def cell_of(value: object) -> str:
    """A value as a cell: lists with commas, JSON as JSON; what could be a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if isinstance(value, dict):
        text = json.dumps(value, ensure_ascii=False) if value else ""
    elif isinstance(value, tuple):
        text = ", ".join(map(str, value))
    else:
        text = as_text(value)
    return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text


def csv_line(cells: Iterable[str]) -> str:
    """One line of CSV with its end."""
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
