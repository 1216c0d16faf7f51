"""Reads OFX investment statements with their 401(k) parts: one statement, one account, one participant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

import polars as pl

from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS, RECORD, DeliveredPart, no_orphans
from planbridge.recordkeepers.formats.ofx_securities import securities_in
from planbridge.recordkeepers.formats.ofx_statement import Account, StatementRefused, read_statement
from planbridge.recordkeepers.formats.ofx_text import Statement, open_ofx, securities_of, statements_of
from planbridge.recordkeepers.formats.row_problems import ROW_PROBLEMS
from planbridge.recordkeepers.profile import Profile

STATEMENTS_AT_ONCE = 5_000
CHARACTERS_AT_ONCE = 8 << 20
RAW_CHARACTERS_MAX = 20_000
REFUSED = pl.Schema({"line": pl.UInt64(), "raw": pl.String(), "plan_id": pl.String()})
PLAN_NAMED = re.compile(r"<PLANID>([^<\r\n]{1,100})")


@dataclass(frozen=True)
class Statements:
    """The people of some statements, the problems of the others by the line they begin on, and unread tags."""

    part: DeliveredPart
    problems: pl.DataFrame
    refused: pl.DataFrame
    count: int
    unread: set[str]


def read_statements(path: Path, profile: Profile, *, needs_plan: bool = False) -> Iterator[Statements]:
    """The statements of a file in parts; raises FileRefused for a file that is no OFX.

    `needs_plan`: a statement that names no plan, as in a delivery, cannot be taken.
    """
    with path.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
        file = open_ofx(path.name, content)
        securities = securities_in(securities_of(file))
        is_any = False
        for group in in_groups(statements_of(file)):
            is_any = True
            yield from read_group(group, profile, securities, needs_plan=needs_plan)
        if not is_any:
            yield from read_group((), profile, securities)


def in_groups(statements: Iterator[Statement]) -> Iterator[tuple[Statement, ...]]:
    """Statements in groups of bounded size."""
    group: list[Statement] = []
    characters = 0
    for one in statements:
        group.append(one)
        characters += len(one.text)
        if len(group) == STATEMENTS_AT_ONCE or characters >= CHARACTERS_AT_ONCE:
            yield tuple(group)
            group, characters = [], 0
    if group:
        yield tuple(group)


def read_group(
    group: tuple[Statement, ...],
    profile: Profile,
    securities: dict[tuple[str, str], dict[str, str]],
    *,
    needs_plan: bool = False,
) -> Iterator[Statements]:
    """The people of some statements: those of which the same tables are known together.

    A statement without the part that has the loans says nothing of loans, which is not that there are none.
    """
    accounts: dict[frozenset[str], list[Account]] = {}
    found: list[tuple[int, str, str | None, str | None, bool]] = []
    refused: list[tuple[int, str, str | None]] = []
    unread: set[str] = set()
    for statement in group:
        try:
            account = read_statement(statement, profile, securities)
            if needs_plan and account.census["plan_id"] is None:
                raise_without_plan()
        except StatementRefused as error:
            found.append((statement.line, error.code, error.field, error.value, True))
            refused.append((statement.line, statement.text[:RAW_CHARACTERS_MAX], plan_named_in(statement.text)))
            continue
        accounts.setdefault(frozenset(account.items), []).append(account)
        found += [(statement.line, code, field, value, False) for code, field, value in account.warnings]
        unread |= account.unread
    problems = pl.DataFrame(found, schema=ROW_PROBLEMS, orient="row")
    put_aside = pl.DataFrame(refused, schema=REFUSED, orient="row")
    known = list(accounts.items()) or [(frozenset(ITEM_COLUMNS), [])]
    for number, (tables, some) in enumerate(known):
        count = len(some) + (put_aside.height if not number else 0)
        part = people_of(some, [one for one in profile.carries if one in tables])
        yield Statements(
            part,
            problems if not number else problems.clear(),
            put_aside if not number else put_aside.clear(),
            count,
            unread,
        )


def raise_without_plan() -> None:
    """Raises StatementRefused for a statement that names no plan: it has no INV401K, or that has no PLANID."""
    raise StatementRefused("VALUE_MISSING", "INV401K.PLANID")


def plan_named_in(text: str) -> str | None:
    """The plan that a statement names, though it cannot be read as one."""
    found = PLAN_NAMED.search(text)
    return found[1].strip() or None if found else None


def people_of(accounts: list[Account], tables: list[str]) -> DeliveredPart:
    """Accounts as frames, with these tables."""
    people = pl.DataFrame(
        {
            "record": pl.Series(range(len(accounts)), dtype=RECORD),
            **{name: pl.Series([one.census.get(name) for one in accounts], dtype=pl.String) for name in PEOPLE_COLUMNS},
        }
    )
    items: dict[str, pl.DataFrame] = {}
    for table in tables:
        columns = ITEM_COLUMNS[table]
        rows = [
            (record, *(item.get(column) for column in columns))
            for record, account in enumerate(accounts)
            for item in account.items.get(table, ())
        ]
        items[table] = pl.DataFrame(rows, schema={"record": RECORD} | dict.fromkeys(columns, pl.String), orient="row")
    return DeliveredPart(people, items, no_orphans())
