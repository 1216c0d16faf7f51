"""Checks of what a file profile says of submissions: what is written is what its own reader would understand."""

from collections.abc import Iterator

from planbridge.recordkeepers.profile import Field, Item, Profile, Record, WrittenRow, as_list, field_of
from planbridge.recordkeepers.profile_writing import line_of_cells, written_columns

Path = tuple[str | int, ...]
Said = tuple[Path, str]
RATE: Path = ("submissions", "contribution_rate")
KINDS = {
    "plan_id": "text",
    "participant_id": "text",
    "ssn": "ssn",
    "source": "source",
    "percent": "number",
    "amount": "number",
    "value": "number",
    "rate_type": "code",
    "effective_date": "date",
    "earliest_date": "date",
    "requested_date": "date",
}
RATE_TYPES = ("percent", "amount")
RESERVED = ("manifest.json", "submissions.ndjson")  # the files that every batch has


def submission_faults(profile: Profile) -> Iterator[Said]:
    """What is wrong with the section submissions: where, and what; nothing where there is no such section."""
    if profile.submissions is None:
        return
    row = profile.submissions.contribution_rate
    if profile.format != "delimited" or profile.layout.names_line > 1 or len(profile.details) < len(profile.records):
        yield ("submissions",), "Only a delimited layout without a header or trailer record can be written"
        return
    if profile.submissions.file_name in RESERVED:
        yield ("submissions", "file_name"), f"Every batch has a file {profile.submissions.file_name} already"
    record = profile.record(row.record)
    if record is None:
        yield (*RATE, "record"), f"No record is named {row.record}"
        return
    for name, word in row.columns.items():
        field = field_of(record, name)
        if field is None:
            yield (*RATE, "columns", name), f"{record.name} has no field {name}"
        else:
            yield from (((*RATE, "columns", name), said) for said in column_faults(profile, record, field, word))
    yield from word_faults(profile, row)
    yield from constant_faults(profile, record, row)
    yield from must_faults(record, row)
    if profile.layout.names_line and line_of_cells(profile, written_columns(profile)) is None:
        yield ("submissions",), "The names of the columns cannot be written with this separator, quote and encoding"


def word_faults(profile: Profile, row: WrittenRow) -> Iterator[Said]:
    """A row that would not say whose rate of what it is, or say it twice."""
    words = list(row.columns.values())
    for word in sorted({word for word in words if words.count(word) > 1}):
        yield (*RATE, "columns"), f"Two columns say {word}"
    for word in ("plan_id", profile.key, "source"):
        if word not in words:
            yield (*RATE, "columns"), f"No column says {word}"
    if not {"percent", "amount", "value"} & set(words) or ("value" in words) != ("rate_type" in words):
        yield (*RATE, "columns"), "A rate needs columns for percent or amount, or one for value with one for rate_type"


def constant_faults(profile: Profile, record: Record, row: WrittenRow) -> Iterator[Said]:
    """Constants that lead nowhere or would change the rate, and those that make the row its kind of record."""
    rates = {name for item in record.items for name in item.columns.values()}
    for name, text in row.constants.items():
        if field_of(record, name) is None:
            yield (*RATE, "constants", name), f"{record.name} has no field {name}"
        elif name in row.columns:
            yield (*RATE, "constants", name), f"{name} says {row.columns[name]} already"
        elif name in rates and text.strip("0."):
            yield (*RATE, "constants", name), f"{name} is read as a part of the rate: nothing but zero can stand there"
        elif line_of_cells(profile, [text]) is None:
            yield (*RATE, "constants", name), f"{name} cannot be written with this separator, quote and encoding"
    for name, texts in record.when.items():
        if row.constants.get(name) not in as_list(texts):
            yield (*RATE, "constants"), f"Rows of {record.name} are told by {name}: it has to be a constant here"


def must_faults(record: Record, row: WrittenRow) -> Iterator[Said]:
    """Columns that have to be filled and are not, or have to be blank."""
    for field in record.fields:
        given = field.name in row.columns or bool(row.constants.get(field.name))
        if field.must == "filled" and not given:
            yield (*RATE, "columns"), f"Nothing is said for {field.name}, which must be filled"
        elif field.must == "blank" and given:
            yield (*RATE, "columns"), f"{field.name} must be blank"


def column_faults(profile: Profile, record: Record, field: Field, word: str) -> Iterator[str]:
    """A column that is read as something else than what would be written into it."""
    if field.kind != KINDS[word]:
        yield f"{word} needs a field of kind {KINDS[word]}; {field.name} is of kind {field.kind}"
    elif not is_read_as(record, field, word):
        yield f"The profile does not read {field.name} as {word}"
    if field.kind == "number" and (field.sign == "overpunch" or field.negative_when):
        yield f"A number with this sign cannot be written into {field.name}"
    if word == "effective_date" and field.must == "filled":
        yield f"{field.name} must be filled, and a change of the next payroll has no day: say earliest_date"
    if word == "rate_type" and field.kind == "code":
        said = list(profile.codes.get(field.codes or "", {}).values())
        for rate_type in RATE_TYPES:
            if said.count(rate_type) != 1:
                yield f"The code map {field.codes} cannot be read backwards: {said.count(rate_type)} codes say {rate_type}"


def is_read_as(record: Record, field: Field, word: str) -> bool:
    """Whether a column is read as what a row says in it; no reader takes dates."""
    if word in ("plan_id", "participant_id", "ssn"):
        return field.into == word
    items = [one for one in record.items if one.table == "contribution_rates"]
    if word == "rate_type":
        return bool(items) and all(field.name in one.when for one in items)
    if word == "value":
        return all(any(takes(one, field, rate_type) for one in items) for rate_type in RATE_TYPES)
    if word == "source":
        return any(one.columns.get(word) == field.name for one in items)
    return KINDS[word] == "date" or any(one.columns.get(word) == field.name and not one.when for one in items)


def takes(item: Item, field: Field, rate_type: str) -> bool:
    """Whether an item takes the field as its percent or amount, where a code says that it is one."""
    return item.columns.get(rate_type) == field.name and any(rate_type in as_list(one) for one in item.when.values())
