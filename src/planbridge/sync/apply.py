"""Apply: the only writer of the participant tables. Everything here happens in the caller's transaction."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from io import BytesIO
from uuid import UUID

import polars as pl
from django.db import connection

from planbridge.security.ssn import index_ssns
from planbridge.sync.diff import GONE_STATUS
from planbridge.sync.frames import PERSON, CanonicalPart
from planbridge.sync.positions import NOBODY_ALIKE, POSITIONS_SCHEMA, unit_history
from planbridge.sync.roll import STORED_SCHEMA, read_rolls
from planbridge.sync.run_book import copy_csv, copy_rows
from planbridge.sync.staging import ARRAYS, CENSUS_COLUMNS, SealedSsns, array_literal, array_rows, as_csv, census_rows
from planbridge.sync.statements import array_of, statement

# The table whose rows take longest to put together: they are while the server takes the census, which costs it most.
LONGEST_TO_BUILD = "holding"
PLAN_LOCKS = 7301  # the namespace of the plans' advisory locks


@dataclass(frozen=True)
class Taken:
    """What is to be written of plans beside what is staged: statuses to set and people who left."""

    statuses: pl.DataFrame  # plan_id, participant_id, sync_status
    vanished: pl.DataFrame  # plan_id, participant_id

    def all_statuses(self) -> pl.DataFrame:
        """plan_id, participant_id, sync_status of all of them."""
        gone = self.vanished.select(*PERSON, sync_status=pl.lit(GONE_STATUS))
        return pl.concat([self.statuses.select(*PERSON, "sync_status"), gone])


def lock_plans(plan_ids: Sequence[int]) -> set[int]:
    """Take the plans' advisory locks until the commit; a plan that is busy elsewhere is not in the answer."""
    with connection.cursor() as cursor:
        cursor.execute(statement("lock_plans"), {"plan_ids": array_of(plan_ids), "namespace": PLAN_LOCKS})
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


def stored_people(plan_ids: Sequence[int]) -> tuple[pl.DataFrame, dict[int, int]]:
    """Everybody held of the plans, by the columns of STORED_SCHEMA, and the plans that have a roll (see read_rolls)."""
    enrolled, with_roll = read_rolls(plan_ids)
    others = [plan_id for plan_id in plan_ids if plan_id not in with_roll]
    return (pl.concat([enrolled, people_by_rows(others)]) if others else enrolled), with_roll


def people_by_rows(plan_ids: Sequence[int]) -> pl.DataFrame:
    """Everybody held of the plans, by the columns of STORED_SCHEMA, from their own rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement("stored_people"), {"plan_ids": list(plan_ids)})
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return pl.DataFrame(schema=STORED_SCHEMA)
    return pl.read_csv(
        row[0].encode(), has_header=False, new_columns=list(STORED_SCHEMA), schema_overrides=STORED_SCHEMA
    )


def held_positions(people: pl.DataFrame) -> pl.DataFrame:
    """The positions held by some people (plan_id, participant_id), by POSITIONS_SCHEMA."""
    if people.is_empty():
        return pl.DataFrame(schema=POSITIONS_SCHEMA)
    set_stage_person(people.select(PERSON))
    return copy_out(statement("held_positions"), {}, POSITIONS_SCHEMA)


def waiting_rejected(plan_ids: Sequence[int]) -> pl.DataFrame:
    """plan_id, participant_id of the people of the plans who were rejected and not taken in since."""
    schema = pl.Schema({"plan_id": pl.Int64(), "participant_id": pl.String()})
    return copy_out(statement("waiting_rejected"), {"plan_ids": list(plan_ids)}, schema)


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


def has_stages() -> bool:
    """Whether the session has its staging tables: on most days nobody is staged, and making them takes 10 ms."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.stage_participant') IS NOT NULL")
        row = cursor.fetchone()
        return bool(row and row[0])


def copy_new(changed: CanonicalPart, facts: pl.DataFrame, run_ids: Mapping[int, UUID]) -> None:
    """Copy people of whom nothing is held straight into the tables [first load: 2 s less than through the stages].

    `facts`: record and staging.FACTS.
    """
    copy_people(changed, facts, run_ids, into="")


def stage(
    changed: CanonicalPart,
    facts: pl.DataFrame,
    run_ids: Mapping[int, UUID],
    touched: Mapping[str, pl.DataFrame],
    *,
    alike: pl.DataFrame = NOBODY_ALIKE,
) -> None:
    """Copy new and changed people into the staging tables, and of their items those of the touched sections (record).

    With them goes the history of `alike`, as record_unit_changes takes it.
    """
    if changed.people.is_empty():
        return
    prepare_stages()
    items = {
        section: changed.items[section]
        if records.height == changed.people.height
        else changed.items[section].join(records, on="record", how="semi", maintain_order="left")
        for section, records in touched.items()
    }
    copy_people(replace(changed, items={**changed.items, **items}), facts, run_ids, into="stage_", alike=alike)


def copy_people(
    changed: CanonicalPart,
    facts: pl.DataFrame,
    run_ids: Mapping[int, UUID],
    *,
    into: str,
    alike: pl.DataFrame = NOBODY_ALIKE,
) -> None:
    """Copy people and their items into the tables whose names begin with `into`, and the history of `alike`."""
    people = changed.people
    # While the server takes one table, the next is put together, and SSNs are sealed [first load: 2 s less].
    with ThreadPoolExecutor(1) as sealing, ThreadPoolExecutor(1) as building:
        ssns = sealing.submit(SealedSsns.of, people)
        rows: dict[str, tuple[Sequence[str], Future[bytes]]] = {}
        for table, (section, columns) in ARRAYS.items():
            if table == LONGEST_TO_BUILD:
                census = building.submit(lambda: as_csv(census_rows(changed, facts, run_ids, ssns.result())))
                rows["participant"] = CENSUS_COLUMNS, census
            content = building.submit(arrays_as_csv, changed.items[section], people, columns)
            rows[table] = (*PERSON, *columns), content
        record_unit_changes(alike, run_ids)  # else the server would wait for the first table
        for table, (names, built) in rows.items():
            copy_csv(f"{into}{table}", names, built.result())


def arrays_as_csv(items: pl.DataFrame, people: pl.DataFrame, columns: Mapping[str, str]) -> bytes:
    """Rows of an item table as CSV; nothing when there are none."""
    return as_csv(array_rows(items, people, columns)) if items.height else b""


def stage_touched(people: pl.DataFrame, touched: Mapping[str, pl.DataFrame], run_ids: Mapping[int, UUID]) -> None:
    """Name the people (record, plan_id, participant_id) and sections whose history is to be written as they are merged."""
    runs = run_frame(run_ids)
    for section, records in touched.items():
        rows = people.select("record", *PERSON).join(records, on="record", how="semi", maintain_order="left")
        named = rows.join(runs, on="plan_id", how="inner").select(*PERSON, section=pl.lit(section), run_id="run_id")
        copy_rows("stage_touched", (*PERSON, "section", "run_id"), named)


def record_unit_changes(same: pl.DataFrame, run_ids: Mapping[int, UUID]) -> None:
    """Write the history of those who hold other units of the same funds; `same` as positions.alike gives it.

    Where a plan has no roll everybody who changed in any way is among them, also with the units they had.
    """
    same = same.filter(pl.col("units") != pl.col("units_now"))
    if same.is_empty():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()::text")  # when all history of this transaction is from
        moment = cursor.fetchone()
    rows = unit_history(same).join(run_frame(run_ids), on="plan_id", how="inner", maintain_order="left")
    columns = (*PERSON, "run_id", "section", "changed_at", "changes")
    written = rows.with_columns(section=pl.lit("balances"), changed_at=pl.lit(moment[0] if moment else None))
    copy_rows("participant_change", columns, written.select(columns).sort(PERSON))  # as its index lies


def run_frame(run_ids: Mapping[int, UUID]) -> pl.DataFrame:
    """plan_id and run_id."""
    runs = {"plan_id": list(run_ids), "run_id": [str(run) for run in run_ids.values()]}
    return pl.DataFrame(runs, schema={"plan_id": pl.Int64, "run_id": pl.String})


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
    prepare_stages()
    columns = (*PERSON, "fingerprint_high", "fingerprint_low", "judge_again_on")
    copy_rows("stage_fingerprint", columns, people.select(columns))
    with connection.cursor() as cursor:
        cursor.execute(statement("refresh_fingerprints"))


def unstage_plans(plan_ids: Sequence[int]) -> None:
    """Take whole plans out of the staging tables: those held, canceled or taken over by another worker."""
    if not plan_ids:
        return
    prepare_stages()
    with connection.cursor() as cursor:
        for table in ("participant", "touched", *ARRAYS):
            cursor.execute(f"DELETE FROM stage_{table} WHERE plan_id = ANY (%s)", [list(plan_ids)])  # noqa: S608 - as above


def merge_people() -> None:
    """History of what changes of the staged people, then one MERGE a table; nothing when nobody is staged."""
    if not has_stages():
        return
    with connection.cursor() as cursor:
        counts = staged_counts()
        if not counts["participant"]:
            return
        tables = [table for table, (section, _) in ARRAYS.items() if counts[table] or section in counts]
        for table in ("participant", "touched", *tables):  # tells the planner how many there are
            cursor.execute(f"ANALYZE stage_{table} (plan_id, participant_id)")
        cursor.execute(statement("record_changes_participant"))
        for table in tables:
            if ARRAYS[table][0] in counts:
                cursor.execute(statement(f"record_changes_{table}"))
                cursor.execute(statement(f"delete_{table}"))
        for table in ("participant", *tables):
            cursor.execute(statement(f"merge_{table}"))


def staged_counts() -> dict[str, int]:
    """How many people are staged in each table, and touched in each section that any is touched in."""
    with connection.cursor() as cursor:
        cursor.execute(statement("staged_counts"))
        return dict(cursor.fetchall())


def set_statuses(taken: Taken, run_ids: Mapping[int, UUID]) -> None:
    """Write the sync statuses that change, and a history row for those who left or came back."""
    rows = taken.all_statuses()
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
    with connection.cursor() as cursor:
        cursor.execute(
            statement("merge_prices"),
            {name: array_literal(prices, name) for name in ("plan_id", "fund", "price_date", "price")}
            | {"plan_ids": array_of(run_ids), "run_ids": array_of(run_ids.values())},
        )
