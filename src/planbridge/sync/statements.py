"""The SQL of this package: one named statement a file in sql/, whose first line says what it returns."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import LiteralString
from uuid import UUID

FOLDER = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> LiteralString:
    """The text of sql/<name>.sql."""
    # A file of this package is as literal as a string in it.
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def array_of(values: Iterable[int | Decimal | UUID | datetime | None]) -> str:
    """Values as the text of a PostgreSQL array; texts would need quotes [700: 0.1 ms, by psycopg's lists 0.6]."""
    return "{" + ",".join([array_element(value) for value in values]) + "}"


def array_element(value: int | Decimal | UUID | datetime | None) -> str:
    """A value in such a text."""
    if value is None:
        return "NULL"
    return value.isoformat() if isinstance(value, datetime) else str(value)
