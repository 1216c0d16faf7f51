"""Participant documents (JSON, one a person) to text frames: whole columns at a time, numbers to the last digit."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl

from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS, RECORD, DeliveredPart, no_orphans
from planbridge.recordkeepers.formats.canonical_json_record import (
    ADDRESS_COLUMNS,
    DOCUMENT_FIELDS,
    OBJECT_FIELDS,
    TEXT_FIELDS,
    Malformed,
    NotAsAgreedError,
    canonical_document,
    malformed,
    unknown_fields,
)
from planbridge.recordkeepers.formats.canonical_json_text import document_text

# Measured on two cores, 100,000 documents of 1.9 kB: 200 at a time 0.7 s, all at once 6.3 s (the parser's tree then
# leaves the processor's cache); pl.read_ndjson 2.9 s, and it takes lists for text.
LINES_AT_ONCE = 200

_ALL_KEYS = DOCUMENT_FIELDS.union(*OBJECT_FIELDS.values())
_DOCUMENT = pl.Struct(
    {
        **dict.fromkeys(TEXT_FIELDS, pl.String),
        "address": pl.Struct(dict.fromkeys(ADDRESS_COLUMNS, pl.String)),
        **{name: pl.List(pl.Struct(dict.fromkeys(columns, pl.String))) for name, columns in ITEM_COLUMNS.items()},
    }
)


@dataclass(frozen=True)
class _Decoded:
    """Some lines decoded: `kept` says which of them stand in `documents` (None: all, decoded together)."""

    documents: pl.Series
    kept: list[int] | None = None
    malformed: list[Malformed] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Tables:
    """Decoded documents with their `record`, and their lists, one object a row, each with its `record`."""

    documents: pl.DataFrame
    items: dict[str, pl.DataFrame]


@dataclass(frozen=True)
class _Lines:
    """What was delivered: lines, their text for the parser and their plan ids (None: in the documents)."""

    lines: list[bytes]
    text: pl.DataFrame
    plan_ids: pl.Series | None

    def numbers(self) -> range:
        """The numbers of the pieces that are decoded together."""
        return range(max(-(-len(self.lines) // LINES_AT_ONCE), 1))


def people_from_lines(
    lines: Sequence[bytes] | pl.Series, *, plan_ids: Sequence[str] | pl.Series | None
) -> DeliveredPart:
    """Text frames of participant documents, one a line (a document of several lines is taken too).

    `plan_ids` are the lines' external plan ids; None: each document has `plan_id`. A document that is not built as
    agreed comes in `malformed` and stops no other. A table that no document has (absent or null) is not in `items`.
    """
    listed = lines.to_list() if isinstance(lines, pl.Series) else list(lines)
    ids = None if plan_ids is None else pl.Series("plan_id", plan_ids, dtype=pl.String)
    delivered = _Lines(listed, document_text(listed), ids)
    decoded = _decode_all(delivered)
    tables = _tables(decoded)
    odd = _pieces_with_null_items(decoded, tables)
    if odd:
        for number in odd:
            decoded[number] = _decode_one_by_one(delivered, number)
        tables = _tables(decoded)
    return DeliveredPart(
        people=_people(tables.documents, None if ids is None else _kept_plan_ids(ids, decoded)),
        items={name: items.unnest(name) for name, items in tables.items.items()},
        orphans=no_orphans(),
        unknown_fields=tuple(sorted(_unknown_fields(delivered, decoded, tables))),
        malformed=_malformed_frame([record for piece in decoded for record in piece.malformed]),
    )


def _tables(decoded: list[_Decoded]) -> _Tables:
    frame = pl.concat([piece.documents for piece in decoded]).struct.unnest()
    documents = frame.with_row_index("record").with_columns(pl.col("record").cast(RECORD))
    items = {
        name: documents.select("record", name).filter(pl.col(name).list.len() > 0).explode(name)
        for name in ITEM_COLUMNS
        if documents[name].null_count() < documents.height
    }
    return _Tables(documents, items)


def _people(documents: pl.DataFrame, plan_ids: pl.Series | None) -> pl.DataFrame:
    address = [pl.col("address").struct.field(name).alias(column) for name, column in ADDRESS_COLUMNS.items()]
    people = documents.select("record", *TEXT_FIELDS, *address).select("record", *PEOPLE_COLUMNS)
    return people if plan_ids is None else people.with_columns(plan_ids.alias("plan_id"))


def _decode_all(delivered: _Lines) -> list[_Decoded]:
    """The pieces decoded, on all cores; those that hold an odd document line by line."""
    numbers = delivered.numbers()

    def decode(number: int) -> _Decoded:
        start = number * LINES_AT_ONCE
        documents = _decoded_together(delivered.text["text"].slice(start, LINES_AT_ONCE))
        return _decode_one_by_one(delivered, number) if documents is None else _Decoded(documents)

    if len(numbers) == 1:
        decoded = [decode(0)]
    else:
        with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
            decoded = list(pool.map(decode, numbers))
    return decoded


def _decoded_together(text: pl.Series) -> pl.Series | None:
    """The documents of some lines; None when one of them stands in the way."""
    if text.null_count():
        return None
    try:
        documents = text.str.json_decode(_DOCUMENT)
    except pl.exceptions.ComputeError:
        return None
    return documents if len(documents) == len(text) and not documents.null_count() else None


def _pieces_with_null_items(decoded: list[_Decoded], tables: _Tables) -> set[int]:
    """Pieces where a list of objects holds a null, which the parser takes and the contract does not know."""
    records = {
        record
        for name, items in tables.items.items()
        if items[name].null_count()
        for record in items.filter(pl.col(name).is_null())["record"]
    }
    pieces = [number for number, piece in enumerate(decoded) for _ in range(len(piece.documents))] if records else []
    return {pieces[record] for record in records}


def _decode_one_by_one(delivered: _Lines, number: int) -> _Decoded:
    start = number * LINES_AT_ONCE
    good, kept, bad = [], [], []
    unknown: set[str] = set()
    for offset, line in enumerate(delivered.lines[start : start + LINES_AT_ONCE]):
        try:
            good.append(canonical_document(line))
        except NotAsAgreedError:
            bad.append(malformed(line, None if delivered.plan_ids is None else delivered.plan_ids[start + offset]))
            continue
        unknown |= unknown_fields(line)
        kept.append(offset)
    documents = pl.Series(good, dtype=pl.Binary).cast(pl.String).str.json_decode(_DOCUMENT)
    return _Decoded(documents, kept, bad, unknown)


def _kept_plan_ids(ids: pl.Series, decoded: list[_Decoded]) -> pl.Series:
    """The plan ids of the lines that were decoded."""
    pieces = []
    for number, piece in enumerate(decoded):
        all_ids = ids.slice(number * LINES_AT_ONCE, LINES_AT_ONCE)
        pieces.append(all_ids if piece.kept is None else all_ids.gather(piece.kept))
    return pl.concat(pieces)


def _unknown_fields(delivered: _Lines, decoded: list[_Decoded], tables: _Tables) -> set[str]:
    """The fields that are not agreed on.

    Counting keys settles most deliveries: each value that was decoded accounts for one key, and keys beyond those are
    unknown ones. Only then every line is walked through, unless the fields of the first lines explain the rest. So two
    kinds can go unnamed after the first lines: fields that are always null, and a known-unknown name at another depth.
    """
    unknown = set[str]().union(*(piece.unknown for piece in decoded))
    together = [number for number, piece in enumerate(decoded) if piece.kept is None]
    if not together or not delivered.lines:
        return unknown
    unknown |= _named_in(delivered, together[:1])
    names = sorted({name.rpartition(".")[2] for name in unknown})
    # A name that is agreed on at another depth cannot be told apart by counting.
    if not _ALL_KEYS.intersection(names) and _unaccounted_keys(delivered, decoded, tables, names) == 0:
        return unknown
    return unknown | _named_in(delivered, together)


def _named_in(delivered: _Lines, numbers: list[int]) -> set[str]:
    found: set[str] = set()
    for number in numbers:
        for line in delivered.lines[number * LINES_AT_ONCE : (number + 1) * LINES_AT_ONCE]:
            found |= unknown_fields(line)
    return found


def _unaccounted_keys(delivered: _Lines, decoded: list[_Decoded], tables: _Tables, names: list[str]) -> int:
    """How many keys with a value are neither agreed on nor of these names, over the pieces decoded together."""
    piece = pl.int_range(pl.len()) // LINES_AT_ONCE
    odd = [number for number, one in enumerate(decoded) if one.kept is not None]
    counted = delivered.text.lazy().filter(~piece.is_in(odd)) if odd else delivered.text.lazy()
    text = pl.col("text")
    keys = pl.col("keys").sum()
    if names:
        any_of = "|".join(pl.escape_regex(name) for name in names)
        named = text.str.count_matches(f'"(?:{any_of})":').cast(pl.Int64)
        keys = keys - (named - text.str.count_matches(rf'"(?:{any_of})":\s*null')).sum()
    values = _values(tables) - (_values(_tables([decoded[number] for number in odd])) if odd else 0)
    return int(counted.select(keys).collect().item()) - values


def _values(tables: _Tables) -> int:
    """How many keys with a value other than null were decoded."""
    parts = [items[name].struct.unnest() for name, items in tables.items.items()]
    frames = [tables.documents.drop("record"), tables.documents["address"].drop_nulls().struct.unnest(), *parts]
    return sum(frame.height - column.null_count() for frame in frames for column in frame)


def _malformed_frame(records: list[Malformed]) -> pl.DataFrame | None:
    if not records:
        return None
    schema = dict.fromkeys(("plan_id", "participant_id", "text"), pl.String)
    rows = [(record.plan_id, record.participant_id, record.text) for record in records]
    return pl.DataFrame(rows, schema=schema, orient="row")
