"""The SQL of this package: one named statement a file in sql/, whose first line says what it returns."""

from functools import cache
from pathlib import Path
from typing import LiteralString

FOLDER = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> LiteralString:
    """The text of sql/<name>.sql."""
    # A file of this package is as literal as a string in it.
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
