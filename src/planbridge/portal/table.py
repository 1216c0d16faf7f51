"""A table's state in its address: sort, page size, cursors, and the links of its column headers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode

from django.http import QueryDict

from planbridge.activity.keyset import SIZES, Page, PageAsk

Row = TypeVar("Row")
SIZE = 20
DIGITS_MAX = 18  # fits a bigint


@dataclass(frozen=True)
class Column:
    """A column: its header, whether its values are numbers, and the name it is sorted by (empty: it is not)."""

    header: str
    sort: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Header:
    """A column's header as the page shows it; `direction` as aria-sort says it, `href` sorts by it."""

    column: Column
    direction: str
    href: str


def number_of(text: str) -> int | None:
    """A number that numbers a row, as an address or a form has it; None for any other text, however long."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else None


def numbers_of(texts: Iterable[str]) -> tuple[int, ...]:
    """Those of some texts that number rows; the others are passed over."""
    return tuple(number for text in texts if (number := number_of(text)) is not None)


def page_ask(query: QueryDict) -> PageAsk:
    """Which page an address asks for; a size that there is not is the usual one."""
    size = number_of(query.get("size", ""))
    return PageAsk(size if size in SIZES else SIZE, query.get("after", ""), query.get("before", ""))


def headers(columns: tuple[Column, ...], query: QueryDict, *, sort: str, is_descending: bool) -> list[Header]:
    """The headers; each sorts by its column, the one sorted by already turns around."""
    kept = {name: query.getlist(name) for name in query if name not in {"sort", "order", "after", "before"}}
    found = []
    for column in columns:
        is_sorted = bool(column.sort) and column.sort == sort
        order = "ascending" if is_sorted and is_descending else "descending" if is_sorted else first_order(column)
        href = f"?{urlencode(kept | {'sort': column.sort, 'order': order}, doseq=True)}" if column.sort else ""
        direction = ("descending" if is_descending else "ascending") if is_sorted else ""
        found.append(Header(column, direction, href))
    return found


def first_order(column: Column) -> str:
    """Numbers are first sorted from the largest."""
    return "descending" if column.is_number else "ascending"


def shown_text(page: Page[Row], noun: str) -> str:
    """'1 to 20 of 4,120 plans'; 'of more than 10,000 plans' where nobody counted further."""
    total = f"{page.total:,}" if page.is_total_exact else f"more than {page.total:,}"
    return f"{page.first_number:,} to {page.last_number:,} of {total} {noun}" if page.rows else f"No {noun}"
