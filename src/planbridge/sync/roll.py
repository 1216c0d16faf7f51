"""Rolls: the marks of everybody held of a plan, read and written as one compact row a plan.

The rows of `participant` say the same; a roll is written in the transaction that changes them, so neither is ever
without the other. Reading 100,000 people in 714 plans: 0.02 s by rolls, 0.25 s by rows. Where few people of a plan
changed, its roll stays and an addition of those few is written beside it [1 % of them changed: 0.3 s less].
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.ma  # polars asks for it with every array: it is not to be imported in the middle of a run
import polars as pl
from django.db import connection

from planbridge.sync.content_hash import MARKED, mark_of
from planbridge.sync.diff import GONE_STATUS
from planbridge.sync.frames import PERSON
from planbridge.sync.statements import array_of, statement

# A longer roll would cost more to write on each change than its plan's rows cost to read.
PEOPLE_MAX = 50_000
SEPARATOR = "\n"
COPY_ROLLS = "COPY plan_roll (plan_id, names, marks, sections) FROM STDIN (FORMAT binary)"
COPY_ADDITIONS = "COPY plan_roll_addition (plan_id, number, names, marks, sections) FROM STDIN (FORMAT binary)"
# With more of them, or with more of a plan's people in one, the roll is written anew.
ADDITIONS_MAX = 8
ADDITION_PART_MAX = 4  # a quarter
STATUSES = ("synced", "synced_with_warnings", "error", GONE_STATUS, "never_synced")
MARK = np.dtype(
    [
        ("stored_high", "<i8"),
        ("stored_low", "<i8"),
        ("fingerprint_high", "<i8"),
        ("fingerprint_low", "<i8"),
        ("judge_again_on", "<i4"),
        ("stored_status", "u1"),
        ("has_fingerprint", "u1"),
    ]
)
SECTION = np.dtype([(mark_of(table), "<i8") for table in MARKED])
UNKNOWN = -1  # a mark of nothing: whoever is compared with it differs
NEVER = np.iinfo(np.int32).max  # judged again on no day
HALVES = ("stored_high", "stored_low", "fingerprint_high", "fingerprint_low")
STORED_SCHEMA = pl.Schema(
    {
        "plan_id": pl.Int64(),
        "participant_id": pl.String(),
        "stored_high": pl.Int64(),
        "stored_low": pl.Int64(),
        "fingerprint_high": pl.Int64(),
        "fingerprint_low": pl.Int64(),
        "stored_status": pl.String(),
        "judge_again_on": pl.Date(),
    }
)
SECTION_SCHEMA = pl.Schema(
    {"plan_id": pl.Int64(), "participant_id": pl.String()} | {mark_of(table): pl.Int64() for table in MARKED}
)


def read_rolls(plan_ids: Sequence[int]) -> tuple[pl.DataFrame, dict[int, int]]:
    """Everybody on the rolls of the plans, by STORED_SCHEMA, and the plans that have a roll, with how many additions."""
    rolls = rows_of("plan_rolls", plan_ids)
    if not rolls:
        return pl.DataFrame(schema=STORED_SCHEMA), {}
    is_printed = pl.col("has_fingerprint") == 1
    seen = as_people(rolls, MARK).select(
        *PERSON,
        "stored_high",
        "stored_low",
        pl.when(is_printed).then("fingerprint_high"),
        pl.when(is_printed).then("fingerprint_low"),
        pl.lit(pl.Series(STATUSES)).gather(pl.col("stored_status")).alias("stored_status"),
        pl.when(pl.col("judge_again_on") != int(NEVER)).then("judge_again_on").cast(pl.Date).alias("judge_again_on"),
    )
    return newest(seen.cast(STORED_SCHEMA), rolls), {plan_id: rows - 1 for plan_id, rows in rows_by_plan(rolls).items()}


def read_sections(plan_ids: Sequence[int]) -> pl.DataFrame:
    """plan_id, participant_id and section marks (null: not known) of everybody on the rolls of the plans."""
    rolls = rows_of("plan_sections", plan_ids)
    if not rolls:
        return no_sections()
    seen = newest(as_people(rolls, SECTION), rolls)
    return seen.with_columns(pl.when(pl.col(name) != UNKNOWN).then(name).alias(name) for name in SECTION.names or ())


def rows_by_plan(rolls: Sequence[tuple[int, str, bytes]]) -> Counter[int]:
    """How many rows each plan has: its roll and its additions."""
    return Counter(row[0] for row in rolls)


def newest(people: pl.DataFrame, rolls: Sequence[tuple[int, str, bytes]]) -> pl.DataFrame:
    """People as their plans' last additions have them."""
    several = [plan_id for plan_id, rows in rows_by_plan(rolls).items() if rows > 1]
    if not several:
        return people
    has_additions = pl.col("plan_id").is_in(several)
    told = people.filter(has_additions).unique(PERSON, keep="last", maintain_order=True)
    return pl.concat([people.filter(~has_additions), told])


def no_sections() -> pl.DataFrame:
    """Nobody's section marks."""
    return pl.DataFrame(schema=SECTION_SCHEMA)


def rows_of(name: str, plan_ids: Sequence[int]) -> list[tuple[int, str, bytes]]:
    """plan_id, names and records of the plans that have a roll."""
    query = f"COPY ({statement(name)}) TO STDOUT (FORMAT binary)"  # a query's answer would spell the bytes out as text
    with connection.cursor() as cursor, cursor.copy(query, {"plan_ids": array_of(plan_ids)}) as copy:
        copy.set_types(("int8", "text", "bytea"))
        rows: list[tuple[int, str, bytes]] = list(copy.rows())
        return rows


def as_people(rolls: Sequence[tuple[int, str, bytes]], kind: "np.dtype[np.void]") -> pl.DataFrame:
    """plan_id, participant_id and the fields of the records."""
    records = np.frombuffer(b"".join(row[2] for row in rolls), dtype=kind)
    lengths = [len(row[2]) // kind.itemsize for row in rolls]
    names = pl.Series([SEPARATOR.join(row[1] for row in rolls)]).str.split(SEPARATOR).explode()
    plan_ids = np.repeat(np.array([row[0] for row in rolls], dtype=np.int64), lengths)
    columns = {name: np.ascontiguousarray(records[name]) for name in kind.names or ()}
    return pl.DataFrame({"plan_id": plan_ids, "participant_id": names} | columns)


def keep_rolls(people: pl.DataFrame, plan_ids: Collection[int]) -> None:
    """Write the rolls of the plans: `people` (STORED_SCHEMA and section marks) has everybody held of them."""
    sizes = dict(people.group_by("plan_id").len().iter_rows())
    odd = set(people.filter(pl.col("participant_id").str.contains(SEPARATOR, literal=True))["plan_id"])
    left = [plan_id for plan_id in plan_ids if plan_id in odd or not 0 < sizes.get(plan_id, 0) <= PEOPLE_MAX]
    kept = people.filter(~pl.col("plan_id").is_in(left))
    drop_rolls(plan_ids)
    with connection.cursor() as cursor, cursor.copy(COPY_ROLLS) as copy:  # half the time of arrays in one statement
        copy.set_types(("int8", "text", "bytea", "bytea"))
        for row in packed(kept):
            copy.write_row(row)


def add_to_rolls(people: pl.DataFrame, additions: Mapping[int, int]) -> None:
    """Write an addition to the roll of each plan: `people` as keep_rolls takes them, those alone whose marks are others.

    `additions`: by plan, how many its roll has.
    """
    with connection.cursor() as cursor, cursor.copy(COPY_ADDITIONS) as copy:
        copy.set_types(("int8", "int2", "text", "bytea", "bytea"))
        for plan_id, names, marks, sections in packed(people):
            copy.write_row((plan_id, additions[plan_id] + 1, names, marks, sections))


def room_for_addition(people: Mapping[int, int], moved: Mapping[int, int], additions: Mapping[int, int]) -> set[int]:
    """The plans whose rolls an addition is written to: of `people` on a roll few `moved` (numbers by plan)."""
    return {
        plan_id
        for plan_id, number in moved.items()
        if number * ADDITION_PART_MAX <= people.get(plan_id, 0)
        and additions.get(plan_id, ADDITIONS_MAX) < ADDITIONS_MAX
    }


def packed(people: pl.DataFrame) -> Iterator[tuple[int, str, bytes, bytes]]:
    """plan_id, names, marks and sections of each plan's people."""
    placed = people.sort("plan_id", maintain_order=True)
    named = placed.group_by("plan_id", maintain_order=True).agg(pl.col("participant_id").str.join(SEPARATOR), pl.len())
    return zip(
        named["plan_id"],
        named["participant_id"],
        sliced(mark_records(placed), named["len"]),
        sliced(section_records(placed), named["len"]),
        strict=True,
    )


def mark_records(people: pl.DataFrame) -> "np.ndarray[Any, np.dtype[np.void]]":
    """People's marks as records."""
    marks = np.empty(people.height, dtype=MARK)
    for name in HALVES:
        marks[name] = people[name].fill_null(0).to_numpy()
    marks["has_fingerprint"] = people["fingerprint_low"].is_not_null().to_numpy()
    marks["judge_again_on"] = people["judge_again_on"].to_physical().fill_null(int(NEVER)).to_numpy()
    marks["stored_status"] = people["stored_status"].replace_strict(
        list(STATUSES), list(range(len(STATUSES))), return_dtype=pl.UInt8
    )
    return marks


def section_records(people: pl.DataFrame) -> "np.ndarray[Any, np.dtype[np.void]]":
    """People's section marks as records."""
    sections = np.empty(people.height, dtype=SECTION)
    for name in SECTION.names or ():
        sections[name] = people[name].fill_null(UNKNOWN).to_numpy()
    return sections


def sliced(records: "np.ndarray[Any, np.dtype[np.void]]", sizes: pl.Series) -> list[bytes]:
    """The bytes of so many records after one another."""
    content, ends = memoryview(records.tobytes()), (sizes.cum_sum() * records.dtype.itemsize).to_list()
    return [bytes(content[begin:end]) for begin, end in zip([0, *ends[:-1]], ends, strict=True)]


def drop_rolls(plan_ids: Collection[int]) -> None:
    """Forget rolls: the plans' people are read from their rows."""
    if plan_ids:
        with connection.cursor() as cursor:
            cursor.execute(statement("drop_rolls"), {"plan_ids": list(plan_ids)})


def moved_on(stored: pl.DataFrame, sections: pl.DataFrame, facts: pl.DataFrame, statuses: pl.DataFrame) -> pl.DataFrame:
    """Everybody held (STORED_SCHEMA and section marks) after what a run wrote of the same plans.

    `stored` and `sections`: everybody held before. `facts`: plan_id, participant_id, halves of hash and fingerprint,
    section marks, judge_again_on of those who are new, changed or worded anew. `statuses`: plan_id, participant_id,
    sync_status of those that changed.
    """
    columns = [*STORED_SCHEMA, *(SECTION.names or ())]
    new = facts.rename({"hash_high": "stored_high", "hash_low": "stored_low"})
    worded = new.join(stored.select(*PERSON, "stored_status"), on=list(PERSON), how="left", maintain_order="left")
    others = stored.join(new, on=list(PERSON), how="anti", maintain_order="left")
    others = others.join(sections, on=list(PERSON), how="left", maintain_order="left")
    everybody = pl.concat(
        [
            others.select(columns),
            worded.with_columns(pl.col("stored_status").fill_null(STATUSES[0])).select(columns),
        ]
    )
    if statuses.is_empty():
        return everybody
    return (
        everybody.join(statuses, on=list(PERSON), how="left", maintain_order="left")
        .with_columns(stored_status=pl.coalesce("sync_status", "stored_status"))
        .select(columns)
    )
