"""What queries of a database give, in the shapes of a delivery: plans' documents, and people as text."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import FixSettings
from planbridge.recordkeepers.delivered import Delivered
from planbridge.recordkeepers.formats.canonical_csv import CsvPeople, in_contract_order
from planbridge.recordkeepers.sql_engine import Reader
from planbridge.recordkeepers.sql_profile import SqlProfile, columns_allowed

EVENING = time(23, 59, 59)


def read_as_of(reader: Reader, profile: SqlProfile, zone: str) -> datetime:
    """The moment that the data describe; a day means its evening in the firm's zone. Raises FixSettings."""
    for _, rows in reader.rows("as_of", profile.as_of):
        for (value,) in rows:
            found = moment(value, ZoneInfo(zone))
            if found is not None:
                return found
    raise FixSettings(Problem("RK_QUERY_FAILED", detail="as_of: the database gives no moment of its data."))


def moment(value: object, zone: ZoneInfo) -> datetime | None:
    """A database's moment or day, or a text of either."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if len(value) > len("2026-01-01") else date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return datetime.combine(value, EVENING, zone) if isinstance(value, date) else None


def read_documents(reader: Reader, profile: SqlProfile, plan_ids: Sequence[str], as_of: datetime) -> dict[str, Any]:
    """Plan documents by plan_id."""
    documents: dict[str, dict[str, Any]] = {}
    for plan_id, row in rows_by_plan(reader, "plan", profile.plan, plan_ids):
        document = documents.setdefault(plan_id, {"plan_id": plan_id, "as_of": as_of.isoformat()})
        for name, value in row.items():
            put(document, name, bool(value) if name in profile.booleans and value is not None else value)
    for place, query in profile.plan_lists.items():
        for document in documents.values():
            put(document, place, [])
        for plan_id, row in rows_by_plan(reader, f"plan_lists.{place}", query, plan_ids):
            if plan_id in documents:
                at(documents[plan_id], place).append(row)
    return documents


def rows_by_plan(
    reader: Reader, name: str, query: str, plan_ids: Sequence[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a query under their plans, without plan_id."""
    for columns, rows in reader.rows(name, query, plan_ids):
        need_plan_id(name, columns)
        for values in rows:
            row = {column: in_document(value) for column, value in zip(columns, values, strict=True)}
            yield str(row.pop("plan_id")).strip(), row


def need_plan_id(name: str, columns: Sequence[str]) -> None:
    """Raises FixSettings for a query that does not say whose its rows are."""
    if "plan_id" not in columns:
        raise FixSettings(Problem("RK_QUERY_FAILED", detail=f"{name}: the query gives no plan_id."))


def put(document: dict[str, Any], place: str, value: object) -> None:
    """Put a value at a place such as employer.ein."""
    *above, last = place.split(".")
    for name in above:
        document = document.setdefault(name, {})
    document[last] = value


def at(document: dict[str, Any], place: str) -> list[Any]:
    """The list at a place."""
    found: Any = document
    for name in place.split("."):
        found = found[name]
    listed: list[Any] = found
    return listed


def in_document(value: object) -> object:
    """A value as a plan's document has it: whole numbers as such, everything else exact as text."""
    return value if value is None or isinstance(value, bool | int) else as_text(value)


def as_text(value: object) -> str | None:
    """A value as text; decimals without exponent, dates as YYYY-MM-DD."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):  # a database that has no decimals; the shortest text that is the same number
        return format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        is_midnight = value.astimezone(UTC).time() == time() if value.tzinfo else value.time() == time()
        return value.date().isoformat() if is_midnight else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def read_people(reader: Reader, profile: SqlProfile, plan_ids: Sequence[str]) -> Delivered:
    """The people of some plans; a table without a query is not known. Raises ConnectorError."""
    tables = {"participants.csv": frame_of(reader, "people", profile.people, plan_ids)}
    for table, query in profile.items.items():
        tables[f"{table}.csv"] = frame_of(reader, table, query, plan_ids)
    return CsvPeople.of(tables)


def frame_of(reader: Reader, table: str, query: str, plan_ids: Sequence[str]) -> pl.DataFrame:
    """The rows of a query as text, in the contract's columns; raises FixSettings for a column that it does not have."""
    file_name = "participants.csv" if table == "people" else f"{table}.csv"
    allowed = columns_allowed(table)
    blocks = []
    for columns, rows in reader.rows(table, query, plan_ids):
        for column in columns:
            if column not in allowed:
                detail = f"{table}: the query gives {column}, which is no column of it."
                raise FixSettings(Problem("RK_QUERY_FAILED", detail=detail))
        texts = [[as_text(value) for value in row] for row in rows]
        blocks.append(pl.DataFrame(texts, schema=dict.fromkeys(columns, pl.String), orient="row"))
    whole = pl.concat(blocks) if blocks else pl.DataFrame(schema=dict.fromkeys(allowed, pl.String))
    return in_contract_order(file_name, whole)
