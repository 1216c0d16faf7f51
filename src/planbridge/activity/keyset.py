"""Pages of long lists by keyset: a page begins where another ended, so that the thousandth costs what the first does."""

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import (
    BooleanField,
    CharField,
    DateTimeField,
    F,
    Func,
    IntegerField,
    QuerySet,
    TextField,
    UUIDField,
    Value,
)

SIZES = (10, 20, 30, 100)
# Counting further costs more than the page itself, and nobody reads the difference: "more than 10,000".
COUNT_MAX = 10_000

Row = TypeVar("Row")
Values = dict[str, Any]  # a row as QuerySet.values() gives it


class CursorInvalid(Exception):  # noqa: N818 - named by what is wrong
    """The text is no cursor of this list; begin at its first page."""


@dataclass(frozen=True)
class Ordering:
    """Names of columns or annotations that are never null and together unique; all ascend, or all descend.

    `is_indexed`: an index has them in this order.
    """

    columns: tuple[str, ...]
    is_descending: bool = False
    is_indexed: bool = True


@dataclass(frozen=True)
class PageAsk:
    """Which page is asked for: the first, the one after a cursor, or the one before a cursor."""

    size: int = 20
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A page: its rows, the number of the first of them, how many there are in all, and the cursors of its neighbours.

    `total` is exact up to COUNT_MAX; where `is_total_exact` is false there are more than that. Cursors are empty where
    there is no such page.
    """

    rows: tuple[Row, ...]
    first_number: int
    total: int
    is_total_exact: bool
    next_cursor: str
    previous_cursor: str

    @property
    def last_number(self) -> int:
        """The number of the last row; one less than the first when the page is empty."""
        return self.first_number + len(self.rows) - 1


def read_page(
    branches: Sequence[QuerySet[Any, Any]],
    ordering: Ordering,
    ask: PageAsk,
    *,
    counted: Sequence[QuerySet[Any, Any]] = (),
) -> Page[Values]:
    """A page of the rows of all branches together; a row is in one branch only, and has the ordering's columns.

    Branches are what indexes can find where one condition could not. `counted` are the same rows, where they can be
    counted without what the rows show and in no order [50,000 people: 3 ms in place of 20]. Costs two statements a
    branch. Raises CursorInvalid.
    """
    if ask.size not in SIZES:
        message = f"A page has {', '.join(map(str, SIZES))} rows, not {ask.size}."
        raise CursorInvalid(message)
    is_backwards = bool(ask.before) and not ask.after
    number, place = read_cursor(ask.before if is_backwards else ask.after, branches[0], ordering)
    way = Ordering(ordering.columns, ordering.is_descending != is_backwards)
    found = sorted(
        (row for branch in branches for row in rows_beyond(branch, way, place, ask.size + 1)),
        key=lambda row: key_of(row, ordering),
        reverse=way.is_descending,
    )
    is_more, rows = len(found) > ask.size, found[: ask.size]
    if is_backwards:
        rows.reverse()
    first_number = 1 if is_backwards and not is_more else number - len(rows) if is_backwards else number + 1
    counts = map(count_plainly, counted) if counted else (count_rows(branch, ordering) for branch in branches)
    total = sum(counts)
    is_next, is_previous = (True, is_more) if is_backwards else (is_more, bool(ask.after))
    return Page(
        rows=tuple(rows),
        first_number=first_number,
        total=min(total, COUNT_MAX),
        is_total_exact=total <= COUNT_MAX,
        next_cursor=cursor_of(rows[-1], ordering, first_number + len(rows) - 1) if is_next and rows else "",
        previous_cursor=cursor_of(rows[0], ordering, first_number) if is_previous and rows else "",
    )


def read_onward(branches: Sequence[QuerySet[Any, Any]], ordering: Ordering, *, rows_at_once: int) -> Iterator[Values]:
    """Every row of all branches together in their order, read in pieces, each row as it stands when it is read.

    No cursor at the server: outside a transaction it keeps a copy of all rows before it gives the first [1,000,000
    entries: 4.6 s, and 30 ms so], and inside one a slow reader would hold the transaction open.
    """
    place: list[object] = []
    while True:
        found = [row for branch in branches for row in rows_beyond(branch, ordering, place, rows_at_once)]
        found.sort(key=lambda row: key_of(row, ordering), reverse=ordering.is_descending)
        piece = found[:rows_at_once]
        yield from piece
        if len(piece) < rows_at_once:
            return
        place = [piece[-1][column] for column in ordering.columns]


def rows_beyond(
    branch: QuerySet[Any, Any], way: Ordering, place: Sequence[object], rows_max: int
) -> QuerySet[Any, Any]:
    """The first rows of a branch beyond a place, in the order of the way; an empty place is before everything."""
    if place:
        branch = branch.filter(is_beyond(way, place))
    sign = "-" if way.is_descending else ""
    return branch.order_by(*(f"{sign}{column}" for column in way.columns))[:rows_max]


def is_beyond(way: Ordering, place: Sequence[object]) -> Func:
    """The condition that a row lies beyond a place: a comparison of rows, which an index can begin at."""
    return Func(
        Func(*(F(column) for column in way.columns), function="ROW"),
        Func(*(Value(value) for value in place), function="ROW"),
        template="%(expressions)s",
        arg_joiner=" < " if way.is_descending else " > ",
        output_field=BooleanField(),
    )


def count_rows(branch: QuerySet[Any, Any], ordering: Ordering) -> int:
    """How many rows a branch has, counted no further than one beyond COUNT_MAX.

    In the order of an index, which no count needs: without it the planner expects to meet the newest 10,000 of a million
    rows soon wherever it begins, and reads the table from its old end [100 ms instead of 3].
    """
    sign = "-" if ordering.is_descending else ""
    order = [f"{sign}{column}" for column in ordering.columns] if ordering.is_indexed else []
    return branch.order_by(*order).values(ordering.columns[-1])[: COUNT_MAX + 1].count()


def count_plainly(rows: QuerySet[Any, Any]) -> int:
    """How many rows there are, counted no further than one beyond COUNT_MAX, in whichever order comes first."""
    return rows.order_by().values("pk")[: COUNT_MAX + 1].count()


def key_of(row: Values, ordering: Ordering) -> tuple[Any, ...]:
    """The values by which a row is ordered; texts as the bytes by which PostgreSQL compares them."""
    values = (row[column] for column in ordering.columns)
    return tuple(value.encode() if isinstance(value, str) else value for value in values)


def cursor_of(row: Values, ordering: Ordering, number: int) -> str:
    """The place of a row and its number in the list as text for an address."""
    values = [as_tagged(row[column]) for column in ordering.columns]
    return base64.urlsafe_b64encode(json.dumps([number, *values]).encode()).decode().rstrip("=")


def read_cursor(text: str, branch: QuerySet[Any, Any], ordering: Ordering) -> tuple[int, list[object]]:
    """The number and the place that a cursor names in rows such as a branch's; 0 and nothing for an empty one.

    Raises CursorInvalid, also for the cursor of a list that is ordered by columns of other types.
    """
    if not text:
        return 0, []
    try:
        number, *values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if [tag for tag, _ in values] != tags_of(branch, ordering):
            raise CursorInvalid(text)
        return read_whole(number), [READERS[tag](value) for tag, value in values]
    except (ValueError, TypeError, AttributeError, InvalidOperation, binascii.Error, RecursionError) as error:
        raise CursorInvalid(text) from error


def tags_of(branch: QuerySet[Any, Any], ordering: Ordering) -> list[str]:
    """The types of the columns that order a branch, as cursors name them."""
    query = branch.query.chain()
    fields = [query.resolve_ref(column).output_field for column in ordering.columns]
    return [next((tag for kind, tag in FIELD_TAGS if isinstance(field, kind)), "exact") for field in fields]


def read_text(value: object) -> str:
    """A text that PostgreSQL can hold. Raises ValueError."""
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(value)
    value.encode()  # half a surrogate pair has no bytes
    return value


def read_whole(value: object) -> int:
    """A number that a column of numbers can hold. Raises ValueError."""
    if not isinstance(value, int) or abs(value) > WHOLE_MAX:
        raise ValueError(value)
    return value


def read_exact(value: object) -> Decimal:
    """A finite number of a size that there is. Raises ValueError, InvalidOperation."""
    number = Decimal(read_text(value))
    if not number.is_finite() or len(str(value)) > EXACT_CHARACTERS_MAX or abs(number.adjusted()) > EXACT_DIGITS_MAX:
        raise ValueError(value)
    return number


def read_moment(value: object) -> datetime:
    """A moment with its zone. Raises ValueError."""
    moment = datetime.fromisoformat(read_text(value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


WHOLE_MAX = 2**63 - 1
EXACT_CHARACTERS_MAX, EXACT_DIGITS_MAX = 200, 100
READERS: dict[str, Callable[[object], object]] = {
    "text": read_text,
    "whole": read_whole,
    "exact": read_exact,
    "id": lambda value: UUID(read_text(value)),
    "moment": read_moment,
}
# Everything else that lists are ordered by is an exact number.
FIELD_TAGS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((CharField, TextField), "text"),
    ((IntegerField,), "whole"),
    ((UUIDField,), "id"),
    ((DateTimeField,), "moment"),
)
TAGS: tuple[tuple[type, str], ...] = (
    (str, "text"),
    (int, "whole"),
    (Decimal, "exact"),
    (UUID, "id"),
    (datetime, "moment"),
)


def as_tagged(value: object) -> tuple[str, object]:
    """A value with the name of its type."""
    tag = next(tag for kind, tag in TAGS if isinstance(value, kind))
    return tag, value if isinstance(value, int) else value.isoformat() if isinstance(value, datetime) else str(value)
