"""Checks of a file profile beyond its shape: fields tile the record, names lead somewhere, codes have known kinds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from planbridge.recordkeepers.delivered import EMPLOYMENT, ITEM_COLUMNS, PEOPLE_COLUMNS
from planbridge.recordkeepers.profile import (
    COLUMNS_MAX,
    CONTRIBUTION_COLUMNS,
    SOURCE_KINDS,
    Field,
    Item,
    Profile,
    Record,
    field_of,
)
from planbridge.recordkeepers.profile_submission_checks import submission_faults

Path = tuple[str | int, ...]
TABLES = ITEM_COLUMNS | {"contributions": CONTRIBUTION_COLUMNS}
INTO = (*PEOPLE_COLUMNS, *EMPLOYMENT, "rehire_date")
PATTERN_CHARACTERS_MAX = 300
# (a+)+ and the like: time grows with two to the power of a name's length.
REPEATED_TWICE = re.compile(r"[*+}][^()]*\)+[?]?[*+{]|\|[^()]*\)[*+]")
NO_ITEMS = ("census", "employment")  # parts that fields go into by themselves
# Codes that end in one of these columns must be one of its words.
CODE_WORDS = {
    "status": ("active", "leave", "terminated", "deceased", "retired", "ineligible"),
    "gender": ("F", "M", "X", "U"),
    "marital_status": ("single", "married", "divorced", "widowed", "separated", "unknown"),
    "pay_frequency": ("weekly", "biweekly", "semimonthly", "monthly", "quarterly", "annual"),
}


@dataclass(frozen=True)
class Fault:
    """Something wrong with a profile: a code of the catalogue, where, and what."""

    code: str
    path: Path
    said: str


def faults_of(profile: Profile) -> list[Fault]:
    """Everything wrong with a profile; empty when it can be used."""
    found = [*format_faults(profile), *source_faults(profile), *total_faults(profile), *name_faults(profile)]
    found += [*stated_faults(profile), *(invalid(*one) for one in submission_faults(profile))]
    for number, record in enumerate(profile.records):
        path: Path = ("records", number)
        found += [*field_faults(profile, record, path), *item_faults(profile, record, path)]
        if profile.format == "fixed_width":
            found += tiling_faults(record, profile.layout.record_length, path)
    return found


def invalid(path: Path, said: str) -> Fault:
    """A fault without a code of its own."""
    return Fault("PROFILE_INVALID", path, said)


def format_faults(profile: Profile) -> Iterator[Fault]:
    """What a format needs and what it cannot have."""
    if profile.format == "ofx":
        if profile.records:
            yield invalid(("records",), "An OFX profile has no records: the format names everything itself")
        if profile.ofx is None:
            yield invalid((), "An OFX profile needs the key ofx")
        return
    if not profile.details:
        yield invalid(("records",), "At least one record of role detail is needed")
    if profile.format == "fixed_width" and not profile.layout.record_length:
        yield invalid(("layout",), "A fixed-width layout needs record_length")
    if profile.layout.by == "name" and not profile.layout.names_line and profile.format != "fixed_width":
        yield invalid(("layout",), "Columns found by name need names_line")
    if profile.layout.separator == profile.layout.quote or profile.layout.separator in "\r\n":
        yield invalid(("layout", "separator"), "The separator cannot be the quote or a line end")
    yield from record_faults(profile)
    yield from carried_faults(profile)


def record_faults(profile: Profile) -> Iterator[Fault]:
    """Kinds of records that cannot be told apart."""
    several = len(profile.details) > 1
    names = [record.name for record in profile.records]
    for number, record in enumerate(profile.records):
        if several and record.role == "detail" and not record.when:
            yield invalid(("records", number), "Of several kinds of records each needs when")
        if record.name in names[:number]:
            yield invalid(("records", number, "name"), f"Two records are named {record.name}")
    headers = [one for one in profile.records if one.role == "header"]
    for target, name in profile.from_header.items():
        if not any(field_of(one, name) for one in headers):
            yield invalid(("from_header", target), f"No header record has a field {name}")


def carried_faults(profile: Profile) -> Iterator[Fault]:
    """Parts that the profile says it carries and no record has, and the other way round."""
    carried = {item.table for record in profile.records for item in record.items}
    for number, part in enumerate(profile.carries):
        if part not in carried and part not in NO_ITEMS:
            yield invalid(("carries", number), f"No record has an item of {part}")
    for part in sorted(carried - set(profile.carries)):
        yield invalid(("carries",), f"Items of {part} are read, but {part} is not among what the file carries")


def stated_faults(profile: Profile) -> Iterator[Fault]:
    """Tables of which a file is said to have all, but that it does not carry, or that are none."""
    for number, part in enumerate(profile.states_all):
        if part not in profile.carries or part not in ITEM_COLUMNS:
            yield invalid(("states_all", number), f"{part} is no table that the file carries")


def source_faults(profile: Profile) -> Iterator[Fault]:
    """Sources of unknown kinds; two that would be kept under one code."""
    kept: dict[str, str] = {}
    for name, source in profile.sources.items():
        if source.kind not in SOURCE_KINDS:
            yield invalid(("sources", name), f"{source.kind} is no kind of source; there are {', '.join(SOURCE_KINDS)}")
        other = kept.setdefault(profile.source_of(name), name)
        if other != name:
            yield invalid(("sources", name), f"{name} and {other} would be one source; they have to stay apart")
    for number, name in enumerate(profile.ofx.vested if profile.ofx else ()):
        if name not in profile.sources:
            yield invalid(("ofx", "vested", number), f"{name} is not among the sources")


def name_faults(profile: Profile) -> Iterator[Fault]:
    """Regular expressions that are none."""
    for part, patterns in (("live", profile.file_names.live), ("test", profile.file_names.test)):
        for number, pattern in enumerate(patterns):
            where: Path = ("file_names", part, number)
            if len(pattern) > PATTERN_CHARACTERS_MAX or REPEATED_TWICE.search(pattern):
                yield invalid(
                    where, "This could take ages to match: shorten it, and repeat no group that repeats inside"
                )
                continue
            try:
                re.compile(pattern)
            except (re.error, OverflowError, RecursionError) as error:
                yield invalid(where, f"This is no regular expression: {error}")


def field_faults(profile: Profile, record: Record, path: Path) -> Iterator[Fault]:
    """Fields that lead nowhere or lack what their kind needs."""
    names = [one.name for one in record.fields]
    for number, one in enumerate(record.fields):
        where: Path = (*path, "fields", number)
        if one.name in names[:number]:
            yield invalid(where, f"Two fields of {record.name} are named {one.name}")
        if one.into is not None and one.into not in INTO:
            yield invalid((*where, "into"), f"{one.into} is no column of the census")
        if one.kind == "date" and one.form is None:
            yield invalid(where, "A date needs form")
        if one.kind == "code":
            yield from code_faults(profile, one.codes, one.into, where)
        yield from place_faults(profile, record, one, where)
        for name in one.negative_when:
            if name not in names:
                yield invalid((*where, "negative_when"), f"{record.name} has no field {name}")
    yield from key_faults(profile, record, path)


def place_faults(profile: Profile, record: Record, one: Field, where: Path) -> Iterator[Fault]:
    """A field without its place, where only a place finds it."""
    if one.at is None and (
        profile.format == "fixed_width" or profile.layout.by == "position" or record.role != "detail"
    ):
        yield invalid(where, f"{one.name} needs at")
    if profile.format == "fixed_width" and one.length is None:
        yield invalid(where, f"{one.name} needs length")
    if profile.format != "fixed_width" and (one.at or 1) > COLUMNS_MAX:
        yield invalid((*where, "at"), f"A file has at most {COLUMNS_MAX:,} columns")


def key_faults(profile: Profile, record: Record, path: Path) -> Iterator[Fault]:
    """A record that does not say whose it is, or is told by a field that it does not have."""
    if record.role == "detail":
        into = {one.into for one in record.fields}
        if profile.key not in into:
            yield invalid(path, f"No field of {record.name} goes into {profile.key}, the key")
        if "plan_id" not in into and "plan_id" not in profile.from_header:
            yield invalid(path, f"No field of {record.name} goes into plan_id")
    for name in record.when:
        if field_of(record, name) is None:
            yield invalid((*path, "when"), f"{record.name} has no field {name}")


def code_faults(profile: Profile, codes: str | None, into: str | None, where: Path) -> Iterator[Fault]:
    """A code without its map, or a map to words that its column does not know."""
    if codes is None or codes not in profile.codes:
        yield invalid(where, f"A code needs codes, the name of a code map; {codes} is none")
        return
    words = CODE_WORDS.get(into or "", ())
    for text, word in profile.codes[codes].items():
        if words and word is not None and word not in words:
            yield invalid(("codes", codes, text), f"{word} is no {into}; there are {', '.join(words)}")


def item_faults(profile: Profile, record: Record, path: Path) -> Iterator[Fault]:
    """Items whose columns or fields there are not."""
    for number, item in enumerate(record.items):
        where: Path = (*path, "items", number)
        if item.table in NO_ITEMS:
            yield invalid((*where, "table"), f"{item.table} comes from fields with into, not from items")
            continue
        yield from column_faults(record, item, where)
        for column, text in item.constants.items():
            if column not in TABLES[item.table]:
                yield invalid((*where, "constants", column), f"{item.table} has no column {column}")
            if column == "source" and text not in profile.sources:
                yield invalid((*where, "constants", column), f"{text} is not among the sources")
        for name in item.when:
            if field_of(record, name) is None:
                yield invalid((*where, "when"), f"{record.name} has no field {name}")


def column_faults(record: Record, item: Item, where: Path) -> Iterator[Fault]:
    """Columns of an item that its table or its record does not have."""
    for column, name in item.columns.items():
        place: Path = (*where, "columns", column)
        one = field_of(record, name)
        if column not in TABLES[item.table]:
            yield invalid(place, f"{item.table} has no column {column}")
        if one is None:
            yield invalid(place, f"{record.name} has no field {name}")
        elif column == "source" and one.kind != "source":
            yield invalid(place, f"The field {name} must be of kind source")


def tiling_faults(record: Record, length: int, path: Path) -> Iterator[Fault]:
    """Fixed width: positions that no field or two fields have. Published layouts do contain wrong ones."""
    nowhere = 1
    placed = [(one.at or 0, one.length or 0, number, one.name) for number, one in enumerate(record.fields)]
    before = "the beginning"
    for at, size, number, name in sorted(placed):
        where: Path = (*path, "fields", number)
        if at > nowhere:
            yield Fault("PROFILE_GAP", where, f"Positions {nowhere} to {at - 1} between {before} and {name} are unread")
        elif at < nowhere:
            yield Fault("PROFILE_OVERLAP", where, f"{name} begins at {at}, but {before} goes to {nowhere - 1}")
        nowhere, before = max(nowhere, at + size), name
    if nowhere - 1 < length:
        yield Fault("PROFILE_GAP", path, f"Positions {nowhere} to {length} after {before} are unread")
    elif nowhere - 1 > length:
        yield Fault("PROFILE_OVERLAP", path, f"{before} goes to {nowhere - 1}, beyond the record of {length}")


def total_faults(profile: Profile) -> Iterator[Fault]:
    """Totals that name no field, or say neither what they count nor what they sum."""
    for number, total in enumerate(profile.totals):
        where: Path = ("totals", number)
        stated = profile.record(total.record)
        if stated is None or stated.role == "detail":
            yield invalid((*where, "record"), f"{total.record} is no header or trailer")
        elif field_of(stated, total.field) is None:
            yield invalid((*where, "field"), f"{total.record} has no field {total.field}")
        if (total.counts is None) == (total.sums is None):
            yield invalid(where, "A total either counts or sums")
        if total.sums is not None:
            summed = profile.record(total.of or "")
            field = field_of(summed, total.sums) if summed is not None else None
            if field is None or field.kind != "number":
                yield invalid((*where, "sums"), f"{total.of} has no number {total.sums}")
