"""People as they are held, in the frames of a delivery: text, as a recordkeeper would have written it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection as database

from planbridge.participants.held import ITEMS
from planbridge.recordkeepers.delivered import EMPLOYMENT, ITEM_COLUMNS, PEOPLE_COLUMNS
from planbridge.security.ssn import unseal_ssn
from planbridge.sync.apply import copy_out
from planbridge.sync.frames import PERSON
from planbridge.sync.statements import statement

KEY = {"our_plan_id": pl.Int64, "participant_id": pl.String}
CENSUS = tuple(name for name in PEOPLE_COLUMNS if name not in (*PERSON, "ssn"))


@dataclass(frozen=True)
class HeldPeople:
    """`census`: our_plan_id, participant_id and the census; `items`: by table, the same two and its columns."""

    census: pl.DataFrame
    items: dict[str, pl.DataFrame]


def read_ids_by_ssn(plan_ids: Sequence[int], indexes: Sequence[str]) -> pl.DataFrame:
    r"""our_plan_id, participant_id, ssn_index of people by their SSN's keyed index (\x text)."""
    schema = KEY | {"ssn_index": pl.String}
    with database.cursor() as cursor:
        cursor.execute(statement("ids_by_ssn"), {"plan_ids": list(plan_ids), "indexes": list(indexes)})
        return pl.DataFrame(cursor.fetchall(), schema=schema, orient="row")


def read_held_people(people: pl.DataFrame) -> HeldPeople:
    """What is held of people (our_plan_id, participant_id); who is not held is not in it."""
    chosen = {"plan_ids": people["our_plan_id"].to_list(), "participant_ids": people["participant_id"].to_list()}
    sealed = copy_out(statement("held_census"), chosen, KEY | dict.fromkeys(("sealed", *CENSUS), pl.String))
    facts = zip(sealed["our_plan_id"], sealed["participant_id"], sealed["sealed"], strict=True)
    ssns = [unseal_ssn(bytes.fromhex(text), plan_id, person) for plan_id, person, text in facts]
    census = sealed.select(*KEY, pl.Series("ssn", ssns, dtype=pl.String), *CENSUS)
    return HeldPeople(census, {table: read_items(table, chosen) for table in ITEM_COLUMNS})


def read_items(table: str, chosen: dict[str, Any]) -> pl.DataFrame:
    """What is held of people in one table, as HeldPeople has it; columns that are not held per person are not known."""
    kept = EMPLOYMENT if table == "employment" else tuple(ITEMS[table].values())
    rows = copy_out(statement(f"held_{table}"), chosen, KEY | dict.fromkeys(kept, pl.String))
    lacking = {name: pl.lit(None, pl.String) for name in ITEM_COLUMNS[table] if name not in kept}
    return rows.with_columns(**lacking).select(*KEY, *ITEM_COLUMNS[table])
