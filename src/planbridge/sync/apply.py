"""Apply: the only writer of the participant tables. Everything here happens in the caller's transaction."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

import polars as pl
from django.db import connection

from planbridge.security.ssn import index_ssns
from planbridge.sync.diff import GONE_STATUS
from planbridge.sync.frames import NUMBER, PERSON, CanonicalPart
from planbridge.sync.run_book import copy_rows
from planbridge.sync.staging import ARRAYS, CENSUS_COLUMNS, SealedSsns, array_rows, census_rows, plain
from planbridge.sync.statements import statement

PLAN_LOCKS = 7301  # the namespace of the plans' advisory locks
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
POSITION_SCHEMA = pl.Schema(
    {
        "plan_id": pl.Int64(),
        "participant_id": pl.String(),
        "source": pl.String(),
        "fund": pl.String(),
        "units": NUMBER,
    }
)


ARRAY_SEPARATOR = "\x1f"
HELD_SCHEMA = pl.Schema(dict(POSITION_SCHEMA) | {"units": pl.String()})


@dataclass(frozen=True)
class Taken:
    """What is to be written of plans beside what is staged: statuses to set and people who left."""

    statuses: pl.DataFrame  # plan_id, participant_id, sync_status
    vanished: pl.DataFrame  # plan_id, participant_id


def lock_plans(plan_ids: Sequence[int]) -> set[int]:
    """Take the plans' advisory locks until the commit; a plan that is busy elsewhere is not in the answer."""
    with connection.cursor() as cursor:
        cursor.execute(statement("lock_plans"), {"plan_ids": list(plan_ids), "namespace": PLAN_LOCKS})
        return {row[0] for row in cursor.fetchall()}


def copy_out(
    query: str, parameters: Mapping[str, object], schema: Mapping[str, pl.DataType | type[pl.DataType]]
) -> pl.DataFrame:
    """A query's rows by COPY, as a frame of the schema."""
    buffer = BytesIO()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)", parameters) as copy,
    ):
        for block in copy:
            buffer.write(block)
    if not buffer.tell():
        return pl.DataFrame(schema=schema)
    buffer.seek(0)
    return pl.read_csv(buffer, has_header=False, new_columns=list(schema), schema_overrides=schema)


def stored_people(plan_ids: Sequence[int]) -> pl.DataFrame:
    """Everybody held of the plans, by the columns of STORED_SCHEMA."""
    with connection.cursor() as cursor:
        cursor.execute(statement("stored_people"), {"plan_ids": list(plan_ids)})
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return pl.DataFrame(schema=STORED_SCHEMA)
    return pl.read_csv(
        row[0].encode(), has_header=False, new_columns=list(STORED_SCHEMA), schema_overrides=STORED_SCHEMA
    )


def stored_positions(people: pl.DataFrame) -> pl.DataFrame:
    """The positions held by some people (plan_id, participant_id): with source, fund, units."""
    if people.is_empty():
        return pl.DataFrame(schema=POSITION_SCHEMA)
    set_stage_person(people.select(PERSON))
    arrays = ("source", "fund", "units")
    held = copy_out(statement("stored_positions"), {}, HELD_SCHEMA)
    split = held.with_columns(pl.col(name).str.split(ARRAY_SEPARATOR) for name in arrays)
    return split.explode(arrays, empty_as_null=False).with_columns(pl.col("units").cast(NUMBER))


def set_stage_person(people: pl.DataFrame) -> None:
    """Put people (plan_id, participant_id and, if there, sync_status) into stage_person, in place of others."""
    prepare_stages()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE stage_person")
    copy_rows("stage_person", people.columns, people)


def prepare_stages() -> None:
    """Make the session's staging tables."""
    with connection.cursor() as cursor:
        cursor.execute(statement("create_stages"))


def stage(changed: CanonicalPart, facts: pl.DataFrame, run_ids: Mapping[int, UUID], *, into: str = "stage_") -> None:
    """Copy new and changed people into the staging tables. `facts`: record and staging.FACTS.

    `into` "": into the tables themselves, which only people may go of whom nothing is held [first load: 2 s less].
    """
    if changed.people.is_empty():
        return
    prepare_stages()
    with ThreadPoolExecutor(1) as pool:
        ssns = pool.submit(
            SealedSsns.of, changed.people
        )  # Python's work goes along with copying, which is the server's
        for table, (delivered, columns) in ARRAYS.items():
            rows = array_rows(changed.items[delivered], changed.people, columns)
            copy_rows(f"{into}{table}", (*PERSON, *columns), rows)
        copy_rows(f"{into}participant", CENSUS_COLUMNS, census_rows(changed, facts, run_ids, ssns.result()))


def ssn_conflicts(people: pl.DataFrame, open_plan_ids: Sequence[int]) -> pl.DataFrame:
    """plan_id, participant_id, code of people (plan_id, participant_id, ssn) whose SSN changed, or is another's.

    Others are looked for in the plans whose people are not all at hand.
    """
    prepare_stages()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE stage_ssn")
    index = pl.Series("ssn_index", index_ssns(people["ssn"].to_list()), pl.String)
    copy_rows("stage_ssn", (*PERSON, "ssn_index"), people.select(PERSON).with_columns(index))
    schema = pl.Schema({"plan_id": pl.Int64(), "participant_id": pl.String(), "code": pl.String()})
    return copy_out(statement("ssn_conflicts"), {"open_plan_ids": list(open_plan_ids)}, schema)


def refresh_fingerprints(people: pl.DataFrame) -> None:
    """Write the fingerprints (plan_id, participant_id, halves, judge_again_on) of people whose content is as held."""
    if people.is_empty():
        return
    columns = (*PERSON, "fingerprint_high", "fingerprint_low", "judge_again_on")
    copy_rows("stage_fingerprint", columns, people.select(columns))
    with connection.cursor() as cursor:
        cursor.execute(statement("refresh_fingerprints"))


def unstage_plans(plan_ids: Sequence[int]) -> None:
    """Take whole plans out of the staging tables: those held, canceled or taken over by another worker."""
    if not plan_ids:
        return
    with connection.cursor() as cursor:
        for table in ("participant", *ARRAYS):
            cursor.execute(f"DELETE FROM stage_{table} WHERE plan_id = ANY (%s)", [list(plan_ids)])  # noqa: S608 - as above


def merge_people() -> None:
    """History of what changes of the staged people, then one MERGE a table; nothing when nobody is staged."""
    with connection.cursor() as cursor:
        counts = staged_counts()
        people = counts["participant"]
        if not people:
            return
        cursor.execute(statement("analyze_stages"))
        for table in ("participant", *ARRAYS):
            cursor.execute(statement(f"record_changes_{table}"))
        for table in ARRAYS:
            if counts[table] < people:
                cursor.execute(statement(f"delete_{table}"))
        for table in ("participant", *ARRAYS):
            if counts[table]:
                cursor.execute(statement(f"merge_{table}"))


def staged_counts() -> dict[str, int]:
    """How many people are staged in each table."""
    with connection.cursor() as cursor:
        cursor.execute(statement("staged_counts"))
        return dict(cursor.fetchall())


def set_statuses(taken: Taken, run_ids: Mapping[int, UUID]) -> None:
    """Write the sync statuses that change, and a history row for those who left or came back."""
    gone = taken.vanished.select(*PERSON, sync_status=pl.lit(GONE_STATUS))
    rows = pl.concat([taken.statuses.select(*PERSON, "sync_status"), gone])
    if rows.is_empty():
        return
    set_stage_person(rows)
    with connection.cursor() as cursor:
        cursor.execute(statement("record_presence"), {"plan_ids": list(run_ids), "run_ids": list(run_ids.values())})
        cursor.execute(statement("set_statuses"))


def write_prices(prices: pl.DataFrame, run_ids: Mapping[int, UUID]) -> None:
    """Write prices (plan_id, fund, price_date, price): rows of funds and days, never of people."""
    if prices.is_empty():
        return
    prepare_stages()
    runs = pl.DataFrame({"plan_id": list(run_ids), "run_id": [str(run) for run in run_ids.values()]})
    copy_rows(
        "stage_price",
        ("plan_id", "fund", "price_date", "price", "run_id"),
        prices.join(runs, on="plan_id", how="inner").select(
            "plan_id", "fund", "price_date", plain("price", prices.schema["price"]), "run_id"
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement("merge_prices"))
