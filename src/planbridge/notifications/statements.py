"""The SQL of this package: one named statement a file in sql/, whose first line says what it returns."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "sql"


@cache
def statement(name: str) -> str:
    """The text of sql/<name>.sql."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
