"""A file read by its profile, as a delivery of people: which plans it names, and their people piece by piece."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.recordkeepers.connector import Carried, DeliveryRefused
from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS, RECORD, DeliveredPart, no_orphans
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_reading import FileReading, ReadPart

KEY = {"plan_id", "participant_id"}
UNREAD = pl.Schema(dict.fromkeys(("plan_id", "participant_id", "text", "code", "field"), pl.String()))


@dataclass(frozen=True)
class Piece:
    """The wanted plans' people of one part of a file; a table of which that part says nothing is not in `items`.

    `malformed`: plan_id, participant_id (the line), text, code, field of rows that could not be read.
    """

    people: pl.DataFrame
    items: dict[str, pl.DataFrame]
    malformed: pl.DataFrame


def people_by_plan(path: Path, profile: Profile) -> Counter[str]:
    """How many people a file has of each plan; raises DeliveryRefused for a file that cannot be taken as it is.

    Somebody of several rows far apart may count as several.
    """
    found: Counter[str] = Counter()
    first = None
    for part in FileReading(path, profile, needs_plan=True).trusted_parts():
        plans = part.people["plan_id"].drop_nulls().str.strip_chars()
        found.update(dict(plans.value_counts(name="people").iter_rows()))
        first = first or next(part.problems.filter("refuses").head(1).iter_rows(named=True), None)
    if not found and first is not None:
        detail = f"Not one of its records can be read; {first['code']} in line {first['line']} is the first fault."
        raise DeliveryRefused(Problem("FILE_UNREADABLE", value=path.name, detail=detail))
    return found


def carried_by(profile: Profile) -> Carried:
    """What files of a profile have of each person they name."""
    census: set[str] = set()
    if "census" in profile.carries:
        census = {one.into for record in profile.details for one in record.fields if one.into} - KEY
        census |= set(profile.from_header) - KEY
        if profile.format == "ofx":
            census |= {"ssn"}
    tables = frozenset(name for name in profile.carries if name in ITEM_COLUMNS)
    is_whole = profile.delivers == "full"
    return Carried(
        tables,
        frozenset(census & set(PEOPLE_COLUMNS)),
        by_ssn=profile.key == "ssn",
        is_whole=is_whole,
        states_all=tables if is_whole else tables & frozenset(profile.states_all),
        has_one_row=profile.rows_per_person == "one",
    )


@dataclass(frozen=True)
class RowsWanted:
    """Whose rows of a file are wanted: `plans`, of all those that it names (`named`).

    Rows that could not be read, nor told whose they are, are counted with one plan: `strays_to`.
    """

    plans: Sequence[str]
    named: Sequence[str]
    strays_to: str


def pieces_in(paths: Sequence[Path], profile: Profile, wanted: RowsWanted) -> Iterator[Piece]:
    """The people of some plans in files of one delivery; raises DeliveryRefused, at the end too.

    A row that could not be read stands in `malformed` with its code, under the plan that it names.
    """
    chosen = pl.col("plan_id").str.strip_chars().is_in(list(wanted.plans))
    for path in paths:
        called = path.name if len(paths) > 1 else ""
        for part in FileReading(path, profile, needs_plan=True).trusted_parts():
            people = part.people.filter(chosen)
            items = {
                table: rows.join(people.select("record"), on="record", how="semi", maintain_order="left")
                for table, rows in part.items.items()
            }
            yield Piece(people, items, unread_rows(part, wanted, file_name=called, is_fixed=is_fixed(profile)))


def is_fixed(profile: Profile) -> bool:
    """Whether fields stand side by side without anything between them."""
    return profile.format == "fixed_width"


def put_together(pieces: Iterable[Piece], states_all: frozenset[str]) -> DeliveredPart:
    """Pieces as one part; whose piece has a table of `states_all` stands in that table's `stated`."""
    people, items, malformed = [], {name: list[pl.DataFrame]() for name in ITEM_COLUMNS}, []
    stated: dict[str, list[pl.DataFrame]] = {}
    first = 0
    for piece in pieces:
        own = piece.people.with_row_index("new_record", first).with_columns(pl.col("new_record").cast(RECORD))
        numbers = own.select("record", "new_record")
        people.append(renumbered(piece.people, numbers))
        for table, rows in piece.items.items():
            items[table].append(renumbered(rows, numbers))
            if table in states_all:
                stated.setdefault(table, []).append(people[-1].select("record"))
        malformed.append(piece.malformed)
        first += own.height
    if not people:
        empty = pl.DataFrame(schema={"record": RECORD} | dict.fromkeys(PEOPLE_COLUMNS, pl.String))
        return DeliveredPart(empty, {}, no_orphans(), stated={})
    return DeliveredPart(
        pl.concat(people),
        {table: pl.concat(rows) for table, rows in items.items() if rows},
        no_orphans(),
        (),
        pl.concat(malformed),
        stated={table: pl.concat(rows) for table, rows in stated.items()},
    )


def renumbered(rows: pl.DataFrame, numbers: pl.DataFrame) -> pl.DataFrame:
    """Rows under other record numbers (`numbers`: record, new_record)."""
    joined = rows.join(numbers, on="record", how="inner", maintain_order="left")
    return joined.with_columns(record=pl.col("new_record")).drop("new_record")


def unread_rows(part: ReadPart, wanted: RowsWanted, *, file_name: str = "", is_fixed: bool = False) -> pl.DataFrame:
    """The wanted plans' rows that could not be read: plan_id, participant_id (their line), text, code, field.

    `file_name`: which of several files the lines are of.
    """
    if part.refused.is_empty():
        return pl.DataFrame(schema=UNREAD)
    reasons = part.problems.filter("refuses").unique("line", keep="first", maintain_order=True)
    rows = part.refused.join(reasons.select("line", "code", "field"), on="line", how="left", maintain_order="left")
    place = pl.format("({}, line {})", pl.lit(file_name), "line") if file_name else pl.format("(line {})", "line")
    # What a row says of its plan, else what stands in its text. A plan of whom nobody could be read is none of the file's.
    said = pl.when(pl.col("plan_id").is_in(list(wanted.named))).then(pl.col("plan_id"))
    searched = () if rows.select(said.is_not_null().all()).item() else by_length(wanted.named)
    owner = pl.coalesce(said, *(named_in_text(plan, is_fixed=is_fixed) for plan in searched))
    owned = rows.select(
        owner.fill_null(wanted.strays_to).alias("plan_id"),
        place.alias("participant_id"),
        pl.col("raw").cast(pl.String).alias("text"),
        pl.col("code").fill_null("RECORD_MALFORMED"),
        pl.col("field").cast(pl.String),
    )
    return owned.filter(pl.col("plan_id").is_in(list(wanted.plans)))


def by_length(plans: Sequence[str]) -> list[str]:
    """Plans, those of long ids first: a short one may be part of a long one."""
    return sorted(plans, key=lambda plan: (-len(plan), plan))


def named_in_text(plan: str, *, is_fixed: bool) -> pl.Expr:
    """A plan, where its id stands in a row's text: by itself, unless fields stand side by side."""
    pattern = pl.escape_regex(plan)
    found = pl.col("raw").str.contains(pattern if is_fixed else f"(?:^|[^0-9A-Za-z]){pattern}(?:$|[^0-9A-Za-z])")
    return pl.when(found).then(pl.lit(plan))
