"""Reads the CSV form of the canonical extract into text frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars.exceptions import ComputeError, NoDataError, SchemaError

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import DeliveryRefused
from planbridge.recordkeepers.delivered import (
    EMPLOYMENT,
    ITEM_COLUMNS,
    PEOPLE_COLUMNS,
    RECORD,
    DeliveredPart,
    no_orphans,
    person_key,
)

KEY = ("plan_id", "participant_id")
PEOPLE_FILE = "participants.csv"
REQUIRED_COLUMNS: dict[str, tuple[str, ...]] = {
    PEOPLE_FILE: (*KEY, "ssn", "first_name", "last_name", "birth_date", "hire_date"),
    "contribution_rates.csv": (*KEY, "source", "percent", "amount"),
    "allocations.csv": (*KEY, "source", "fund", "percent"),
    "balances.csv": (*KEY, "source", "fund", "units"),
    "vesting.csv": (*KEY, "source", "percent"),
    "loans.csv": (*KEY, "loan_id"),
    "beneficiaries.csv": (*KEY, "class", "percent"),
    "ytd.csv": (*KEY, "source", "amount"),
}
REQUIRED_FILES = (PEOPLE_FILE, "contribution_rates.csv", "allocations.csv", "balances.csv")
CENSUS_FILE_COLUMNS = (*PEOPLE_COLUMNS, *EMPLOYMENT, "rehire_date")
CELL_BYTES_MAX = 1 << 20
LINE_BYTES_MAX = 16 << 20
BYTE_ORDER_MARK = "\ufeff"


class FileRefused(DeliveryRefused):
    """A file of a delivery cannot be taken as it is."""


@dataclass(frozen=True)
class CsvTable:
    """A file's rows as text, and the names of columns the contract does not have."""

    rows: pl.DataFrame
    unknown: tuple[str, ...]


def columns_of(file_name: str) -> tuple[str, ...]:
    """The columns the contract gives a file."""
    if file_name == PEOPLE_FILE:
        return CENSUS_FILE_COLUMNS
    return (*KEY, *ITEM_COLUMNS[file_name.removesuffix(".csv")])


def read_header(path: Path) -> list[str]:
    """A file's column names, checked for those it must have; raises FileRefused."""
    with path.open("rb") as file:
        line = file.readline(1 << 20)
    if not line.strip():
        raise FileRefused(Problem("FILE_EMPTY", value=path.name))
    try:
        frame = pl.read_csv(line.decode("utf-8").encode(), infer_schema=False, has_header=False, n_rows=1)
        names = [str(name or "").strip().removeprefix(BYTE_ORDER_MARK) for name in frame.row(0)]
    except UnicodeDecodeError as error:
        raise FileRefused(Problem("FILE_ENCODING", value=f"{path.name}, line 1")) from error
    except (ComputeError, NoDataError) as error:
        raise FileRefused(Problem("HEADER_MISSING", value=path.name)) from error
    if "plan_id" not in names and "participant_id" not in names:
        raise FileRefused(Problem("HEADER_MISSING", value=path.name))
    for column in REQUIRED_COLUMNS[path.name]:
        if column not in names:
            raise FileRefused(Problem("COLUMN_MISSING", field=path.name, value=column))
    for name in names:
        if names.count(name) > 1:
            raise FileRefused(Problem("FILE_UNREADABLE", field=path.name, value=f"the column {name} stands twice"))
    return names


def read_table(path: Path) -> CsvTable:
    """A whole file as text columns in the contract's order; raises FileRefused."""
    names = read_header(path)
    try:
        frame = pl.read_csv(path, infer_schema=False, new_columns=names, encoding="utf8")
    except NoDataError:
        frame = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    except (ComputeError, SchemaError) as error:
        raise FileRefused(refusal(path, str(error))) from error
    check_cells(path, frame)
    return CsvTable(in_contract_order(path.name, frame), unknown_columns(path.name, names))


def check_cells(path: Path, frame: pl.DataFrame) -> None:
    """Raises FileRefused when a cell is so large that working on it would cost memory without bounds."""
    longest = frame.lazy().select(pl.all().str.len_bytes().max()).collect().row(0) if frame.height else ()
    for name, size in zip(frame.columns, longest, strict=False):
        if size is not None and size > CELL_BYTES_MAX:
            raise FileRefused(Problem("FILE_TOO_LARGE", field=path.name, value=f"a cell of {name} has {size:,} bytes"))


def check_lines(name: str, lines: Sequence[bytes]) -> None:
    """Raises FileRefused when a record of an NDJSON file is too large to be one person's."""
    longest = max(map(len, lines), default=0)
    if longest > LINE_BYTES_MAX:
        raise FileRefused(Problem("FILE_TOO_LARGE", field=name, value=f"a record has {longest:,} bytes"))


def in_contract_order(file_name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The contract's columns, absent ones as nulls."""
    missing = [pl.lit(None, pl.String).alias(name) for name in columns_of(file_name) if name not in frame.columns]
    return frame.with_columns(missing).select(columns_of(file_name))


def unknown_columns(file_name: str, names: list[str]) -> tuple[str, ...]:
    """Columns that the contract does not have, as 'balances.foo'."""
    prefix = "" if file_name == PEOPLE_FILE else file_name.removesuffix("csv")
    return tuple(prefix + name for name in names if name not in columns_of(file_name))


def refusal(path: Path, said: str) -> Problem:
    """The problem behind a reader's error, with the line at fault where it can be found."""
    if "utf" in said.lower():
        return Problem("FILE_ENCODING", value=f"{path.name}, line {line_of_bad_encoding(path)}")
    if "fields" in said or "ragged" in said.lower():
        return Problem("RECORD_FIELD_COUNT", value=path.name, detail="A line has more fields than the header.")
    return Problem("FILE_UNREADABLE", value=path.name, detail="Look for an open quote.")


def line_of_bad_encoding(path: Path) -> int:
    """The first line, counted from 1, that is not UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return number
    return 0


def keyed(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their person_key."""
    return rows.with_columns(person_key(*KEY))


@dataclass(frozen=True)
class CsvPeople:
    """People as CSV tables: by file name, rows in contract order with a person_key. Rows are put together on demand."""

    tables: dict[str, pl.DataFrame]
    unknown_fields: tuple[str, ...] = ()
    is_clean: bool = True  # strays show when the rows are put together

    @staticmethod
    def of(tables: dict[str, pl.DataFrame], unknown: tuple[str, ...] = ()) -> "CsvPeople":
        """Tables with their keys."""
        return CsvPeople({name: keyed(rows) for name, rows in tables.items()}, unknown)

    @property
    def keyed_people(self) -> pl.DataFrame:
        """One row a census record; its employment dates stand in it."""
        return self.tables[PEOPLE_FILE]

    @property
    def keyed_items(self) -> dict[str, pl.DataFrame]:
        """One row an item, by table."""
        return {name.removesuffix(".csv"): rows for name, rows in self.tables.items() if name != PEOPLE_FILE}

    def numbered(self, keys: pl.Series | None) -> DeliveredPart:
        """The people whose key is in `keys` (None: everybody), rows put together by record number."""
        if keys is None:
            return assemble(self.tables, self.unknown_fields)
        wanted = keys.to_frame("person_key")
        own = {
            name: rows.join(wanted, on="person_key", how="semi", maintain_order="left", nulls_equal=True)
            for name, rows in self.tables.items()
        }
        return assemble(own, self.unknown_fields)


def assemble(tables: dict[str, pl.DataFrame], unknown: tuple[str, ...] = ()) -> DeliveredPart:
    """Put a census frame and item frames together: each item gets the record number of its person.

    `tables`: file name to rows in contract order, of the same people; participants.csv must be among them.
    """
    census = tables[PEOPLE_FILE].with_row_index("record").with_columns(pl.col("record").cast(RECORD))
    roster = census.select("record", *KEY).unique(KEY, keep="first")
    items = {"employment": spells(census)}
    orphans = [no_orphans()]
    for file_name, rows in tables.items():
        if file_name == PEOPLE_FILE:
            continue
        table = file_name.removesuffix(".csv")
        numbered = with_record(rows, roster)
        if numbered["record"].null_count():
            lost = numbered.filter(pl.col("record").is_null())
            row = pl.struct(ITEM_COLUMNS[table]).struct.json_encode()
            orphans.append(lost.select(*KEY, table=pl.lit(table), row=row))
            numbered = numbered.filter(pl.col("record").is_not_null())
        items[table] = numbered.select("record", *ITEM_COLUMNS[table])
    return DeliveredPart(census.select("record", *PEOPLE_COLUMNS), items, pl.concat(orphans), unknown)


def with_record(rows: pl.DataFrame, roster: pl.DataFrame) -> pl.DataFrame:
    """Rows with their person's record number, in their order; null where the census lacks the person."""
    return rows.join(roster, on=list(KEY), how="left", maintain_order="left", nulls_equal=True)


def spells(census: pl.DataFrame) -> pl.DataFrame:
    """Employment spells from hire, termination and rehire dates: a rehire opens a second spell."""
    first = census.filter(pl.any_horizontal(pl.col(EMPLOYMENT).is_not_null())).select("record", *EMPLOYMENT)
    rehired = census.filter(pl.col("rehire_date").is_not_null())
    second = rehired.select("record", hire_date="rehire_date", termination_date=pl.lit(None, pl.String))
    return first if second.is_empty() else pl.concat([first, second]).sort("record", maintain_order=True)
