"""Apply: the only writer of the participant tables. Everything here happens in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

import polars as pl
from django.db import connection

from planbridge.sync.diff import GONE_STATUS
from planbridge.sync.frames import NUMBER, PERSON, CanonicalPart
from planbridge.sync.run_book import copy_rows
from planbridge.sync.staging import ARRAYS, CENSUS_COLUMNS, array_rows, census_rows
from planbridge.sync.statements import statement

PLAN_LOCKS = 7301  # the namespace of the plans' advisory locks
STORED_SCHEMA = {
    "plan_id": pl.Int64,
    "participant_id": pl.String,
    "stored_high": pl.Int64,
    "stored_low": pl.Int64,
    "stored_status": pl.String,
}
POSITION_SCHEMA = {
    "plan_id": pl.Int64,
    "participant_id": pl.String,
    "source": pl.String,
    "fund": pl.String,
    "units": NUMBER,
}


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


def copy_out(query: str, parameters: Mapping[str, object], schema: Mapping[str, object]) -> pl.DataFrame:
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
    return pl.read_csv(buffer, has_header=False, new_columns=list(schema), schema_overrides=dict(schema))


def stored_people(plan_ids: Sequence[int]) -> pl.DataFrame:
    """Everybody held of the plans: plan_id, participant_id, stored_high, stored_low, stored_status."""
    return copy_out(statement("stored_people"), {"plan_ids": list(plan_ids)}, STORED_SCHEMA)


def stored_positions(people: pl.DataFrame) -> pl.DataFrame:
    """The positions held by some people (plan_id, participant_id): with source, fund, units."""
    if people.is_empty():
        return pl.DataFrame(schema=POSITION_SCHEMA)
    prepare_stages()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE stage_person")
    copy_rows("stage_person", PERSON, people.select(PERSON))
    return copy_out(statement("stored_positions"), {}, POSITION_SCHEMA)


def prepare_stages() -> None:
    """Make the session's staging tables."""
    with connection.cursor() as cursor:
        cursor.execute(statement("create_stages"))


def stage(changed: CanonicalPart, facts: pl.DataFrame, run_ids: Mapping[int, UUID]) -> None:
    """Copy new and changed people into the staging tables. `facts`: record, hash_high, hash_low, sync_status."""
    if changed.people.is_empty():
        return
    prepare_stages()
    copy_rows("stage_participant", CENSUS_COLUMNS, census_rows(changed, facts, run_ids))
    for table, (delivered, columns) in ARRAYS.items():
        rows = array_rows(changed.items[delivered], changed.people, columns)
        copy_rows(f"stage_{table}", (*PERSON, *columns), rows)


def staged_ssn_conflicts(partial_plan_ids: Sequence[int]) -> pl.DataFrame:
    """plan_id, participant_id, code of staged people whose SSN changed, or (partial feeds) is another held person's."""
    query = statement("ssn_conflicts")
    schema = {"plan_id": pl.Int64, "participant_id": pl.String, "code": pl.String}
    return copy_out(query, {"partial_plan_ids": list(partial_plan_ids)}, schema)


def unstage(people: pl.DataFrame) -> None:
    """Take people (plan_id, participant_id) out of the staging tables again."""
    if people.is_empty():
        return
    with connection.cursor() as cursor:
        for table in ("participant", *ARRAYS):
            cursor.execute(
                f"DELETE FROM stage_{table} AS s USING unnest(%s::bigint[], %s::text[]) AS u (plan_id, participant_id)"  # noqa: S608 - table names of this file
                " WHERE s.plan_id = u.plan_id AND s.participant_id = u.participant_id",
                [people["plan_id"].to_list(), people["participant_id"].to_list()],
            )


def unstage_plans(plan_ids: Sequence[int]) -> None:
    """Take whole plans out of the staging tables: those held, canceled or taken over by another worker."""
    if not plan_ids:
        return
    with connection.cursor() as cursor:
        for table in ("participant", *ARRAYS):
            cursor.execute(f"DELETE FROM stage_{table} WHERE plan_id = ANY (%s)", [list(plan_ids)])  # noqa: S608 - as above


def merge_people(*, is_first: bool) -> None:
    """History of what changes, then one MERGE a table. `is_first`: none of the staged is held yet."""
    with connection.cursor() as cursor:
        if not is_first:
            cursor.execute(statement("analyze_stages"))
            cursor.execute(statement("record_changes"))
            for table in ARRAYS:
                cursor.execute(statement(f"delete_{table}"))
        cursor.execute(statement("merge_participant"))
        for table in ARRAYS:
            cursor.execute(statement(f"merge_{table}"))


def set_statuses(taken: Taken, run_ids: Mapping[int, UUID]) -> None:
    """Write the sync statuses that change, and a history row for those who left or came back."""
    gone = taken.vanished.select(*PERSON, sync_status=pl.lit(GONE_STATUS))
    rows = pl.concat([taken.statuses.select(*PERSON, "sync_status"), gone])
    if rows.is_empty():
        return
    prepare_stages()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE stage_person")
    copy_rows("stage_person", (*PERSON, "sync_status"), rows)
    with connection.cursor() as cursor:
        cursor.execute(
            statement("record_presence"), {"plan_ids": list(run_ids), "run_ids": list(run_ids.values())}
        )
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
        prices.join(runs, on="plan_id", how="inner").select("plan_id", "fund", "price_date", "price", "run_id"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement("merge_prices"))
