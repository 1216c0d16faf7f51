"""Quarantine: rejected records kept whole - sealed for replay, masked for display."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import polars as pl

from planbridge.activity.masking import mask_ssn, mask_text
from planbridge.recordkeepers.delivered import DeliveredPart
from planbridge.security.sealing import seal
from planbridge.sync.frames import PERSON

COLUMNS = ("plan_id", "run_id", "participant_id", "codes", "record_sealed", "record_masked", "quarantined_at")
SCHEMA = dict.fromkeys(COLUMNS, pl.String) | {"plan_id": pl.Int64}


def record_place(plan_id: int, run_id: UUID, participant_id: str) -> str:
    """Where a sealed record belongs."""
    return f"quarantine.record/{plan_id}/{run_id}/{participant_id}"


def masked(value: Any, *, is_ssn: bool = False) -> Any:  # noqa: ANN401 - any JSON in, the same shape out
    """A record as it may be shown: the SSN and whatever looks like one masked."""
    if isinstance(value, dict):
        return {name: masked(inner, is_ssn=name == "ssn") for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    if isinstance(value, str):
        return mask_ssn(value) if is_ssn else mask_text(value.replace("\x00", "\N{REPLACEMENT CHARACTER}"))
    return value


def whole_records(part: DeliveredPart, records: pl.DataFrame) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each record number with the record as the Recordkeeper API would give it, texts as delivered."""
    part = part.said or part
    people = part.people.join(records, on="record", how="semi", maintain_order="left")
    items: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for table, rows in part.items.items():
        for row in rows.join(records, on="record", how="semi", maintain_order="left").iter_rows(named=True):
            number = row.pop("record")
            items.setdefault(number, {}).setdefault(table, []).append(row)
    for person in people.iter_rows(named=True):
        number = person.pop("record")
        address = {name: person.pop(f"address_{name}") for name in ("line1", "line2")}
        address |= {name: person.pop(name) for name in ("city", "state", "zip", "country")}
        yield number, person | {"address": address} | items.get(number, {})


def quarantine_rows(
    part: DeliveredPart,
    owners: pl.DataFrame,
    strays: Mapping[tuple[int, str], list[Any]],
    problems: pl.DataFrame,
    run_ids: Mapping[int, UUID],
) -> pl.DataFrame:
    """Rows for the table quarantine of the people with errors in `problems`.

    `owners`: record, plan_id, participant_id. `strays`: what was delivered of people without a readable record.
    """
    codes = problems.group_by(PERSON, maintain_order=True).agg(pl.col("code").unique(maintain_order=True))
    if codes.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    rejected = owners.join(codes.select(PERSON), on=list(PERSON), how="semi", maintain_order="left")
    records: dict[tuple[int, str], list[Any]] = {}
    place_of = {record: (plan_id, person) for record, plan_id, person in rejected.select("record", *PERSON).iter_rows()}
    for number, record in whole_records(part, rejected.select("record")):
        records.setdefault(place_of[number], []).append(record)
    rows = []
    for plan_id, participant_id, found in codes.iter_rows():
        whole = records.get((plan_id, participant_id), []) + strays.get((plan_id, participant_id), [])
        text = json.dumps(whole, ensure_ascii=False)
        place = record_place(plan_id, run_ids[plan_id], participant_id)
        sealed = "\\x" + seal(text.encode(), place).hex()
        shown = json.dumps(masked(whole), ensure_ascii=False).replace("\\u0000", "\\ufffd")
        listed = "{" + ",".join(found) + "}"
        rows.append((plan_id, str(run_ids[plan_id]), participant_id, listed, sealed, shown, "now"))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
