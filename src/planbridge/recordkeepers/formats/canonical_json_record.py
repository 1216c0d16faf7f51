"""One participant document, looked at closely: whether it is built as agreed, and what else is in it."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS

# Field of the address object -> column of the people frame.
ADDRESS_COLUMNS = {
    "line1": "address_line1",
    "line2": "address_line2",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "country": "country",
}
TEXT_FIELDS = tuple(column for column in PEOPLE_COLUMNS if column not in ADDRESS_COLUMNS.values())
DOCUMENT_FIELDS = frozenset({*TEXT_FIELDS, "address", *ITEM_COLUMNS})
OBJECT_FIELDS: dict[str, frozenset[str]] = {
    "address": frozenset(ADDRESS_COLUMNS),
    **{name: frozenset(columns) for name, columns in ITEM_COLUMNS.items()},
}

PLAN_TOLD = re.compile(r'"plan_id"\s*:\s*(?:"([^"\\]+)"|([0-9]+)\s*[,}])')

# The digits of a number stay as they stand: `float_hook` gives the literal, and no float is ever made of it.
_decoder = msgspec.json.Decoder(Any, float_hook=str)


class NotAsAgreedError(ValueError):
    """The document is not JSON, or a value in it is of a wrong JSON type."""


@dataclass(frozen=True)
class Malformed:
    """A record that is not built as agreed; the ids are None when they cannot be read from it."""

    plan_id: str | None
    participant_id: str | None
    text: str


def canonical_document(line: bytes) -> bytes:
    """The document in one line with its agreed fields only, every number as text. Raises NotAsAgreedError."""
    document = _decoded(line)
    kept: dict[str, Any] = {name: _text(document.get(name)) for name in TEXT_FIELDS}
    address = document.get("address")
    kept["address"] = None if address is None else _texts(address, "address")
    for name in ITEM_COLUMNS:
        items = document.get(name)
        if items is not None and not isinstance(items, list):
            raise NotAsAgreedError(name)
        kept[name] = None if items is None else [_texts(item, name) for item in items]
    return msgspec.json.encode(kept)


def unknown_fields(line: bytes) -> set[str]:
    """Names of the fields that are not agreed on, those of parts as "balances.foo". Raises NotAsAgreedError."""
    document = _decoded(line)
    unknown = set(document.keys() - DOCUMENT_FIELDS)
    for name, fields in OBJECT_FIELDS.items():
        part = document.get(name)
        for item in part if isinstance(part, list) else (part,):
            if isinstance(item, dict) and not item.keys() <= fields:
                unknown.update(f"{name}.{field}" for field in item.keys() - fields)
    return unknown


def malformed(line: bytes, plan_id: str | None) -> Malformed:
    """The record as it is put aside; a plan id of None is read from the record, or the text that is no JSON."""
    text = line.decode("utf-8", "replace").strip()
    try:
        document = _decoded(line)
    except NotAsAgreedError:
        return Malformed(plan_id or _told_plan(text), None, text)  # half a line may be of more than one person
    return Malformed(
        _readable(document.get("plan_id")) if plan_id is None else plan_id,
        _readable(document.get("participant_id")),
        text,
    )


def _told_plan(text: str) -> str | None:
    """The plan that a text which is no JSON (a line that was cut off) names; None when it names none, or several."""
    found = set(PLAN_TOLD.findall(text))
    return "".join(found.pop()) if len(found) == 1 else None


def _decoded(line: bytes) -> dict[str, Any]:
    try:
        document = _decoder.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise NotAsAgreedError("document") from error
    if not isinstance(document, dict):
        raise NotAsAgreedError("document")
    return document


def _texts(value: object, name: str) -> dict[str, str | None]:
    if not isinstance(value, dict):
        raise NotAsAgreedError(name)
    return {field: _text(value.get(field)) for field in OBJECT_FIELDS[name]}


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise NotAsAgreedError("text")


def _readable(value: object) -> str | None:
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
