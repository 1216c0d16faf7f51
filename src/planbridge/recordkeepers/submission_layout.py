"""A batch of submissions in a recordkeeper's own layout: the file profile read backwards, for the changes it can carry."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from decimal import Decimal

from planbridge.recordkeepers.profile import Profile, WrittenRow
from planbridge.recordkeepers.profile_writing import line_of_cells, text_of, written_columns
from planbridge.recordkeepers.submission_carrier import OutgoingChange

RATE = "contribution_rate"
OPT_OUT = "opt_out"
NINE_DIGITS = re.compile(r"[0-9]{9}")
Said = Mapping[str, str | date | Decimal | None]


@dataclass(frozen=True)
class LayoutFile:
    """A file of a batch: its name, its rows without the line of column names, its bytes."""

    name: str
    rows: int
    content: bytes


def layout_file(profile: Profile, batch: str, changes: Iterable[OutgoingChange], *, zone: tzinfo) -> LayoutFile | None:
    """The changes of a batch (`batch`: its name) that the profile can carry; None where there are none.

    The profile has the plans' own codes (folder_people.profile_of). Days are those of `zone`. The bytes depend on the
    changes alone.
    """
    wanted = profile.submissions
    if wanted is None:
        return None
    rates = (rate for one in changes for rate in rates_of(one))
    rows = [row for one in rates if (row := row_of(profile, wanted.contribution_rate, one, zone)) is not None]
    if not rows:
        return None
    names = line_of_cells(profile, written_columns(profile)) if profile.layout.names_line else b""
    return LayoutFile(wanted.file_name.replace("{batch}", batch), len(rows), b"".join([names or b"", *rows]))


def rates_of(change: OutgoingChange) -> list[OutgoingChange]:
    """A change as changes of one rate each: opting out is a rate of nothing for every source that is paid from pay."""
    if change.body.get("type") != OPT_OUT:
        return [change]
    nothing = {**change.body, "type": RATE, "percent": "0"}
    return [replace(change, body={**nothing, "source": source}) for source in change.elective_sources]


def row_of(profile: Profile, row: WrittenRow, change: OutgoingChange, zone: tzinfo) -> bytes | None:
    """A change as a line of the file; None for one that the layout cannot carry whole."""
    said = said_of(profile, row, change, zone)
    record = profile.record(row.record)
    if said is None or record is None:
        return None
    cells = {}
    for field in record.fields:
        word = row.columns.get(field.name)
        text = row.constants.get(field.name, "") if word is None else text_of(profile, field, said[word])
        needs_text = field.must == "filled" or field.into in ("plan_id", profile.key)
        if text is None or text in field.empty or (needs_text and not text):
            return None
        cells[field.name if profile.layout.by == "name" else str(field.at)] = text
    columns = written_columns(profile)
    if profile.layout.by == "position":
        columns = [str(place) for place in range(1, len(columns) + 1)]
    return line_of_cells(profile, [cells.get(column, "") for column in columns])


def said_of(profile: Profile, row: WrittenRow, change: OutgoingChange, zone: tzinfo) -> Said | None:
    """What the columns of a row can say of a change; None for what is no rate that they have words for."""
    body, words = change.body, row.columns.values()
    codes = [text for text in profile.sources if profile.source_of(text) == body.get("source")]
    rates = {name: Decimal(str(body[name])) for name in ("percent", "amount") if body.get(name) is not None}
    if body.get("type") != RATE or len(codes) != 1 or len(rates) != 1:
        return None
    ((rate_type, value),) = rates.items()
    if rate_type not in words and "value" not in words:
        return None
    ssn = change.ssn.digits() if change.ssn is not None and "ssn" in words else ""
    requested = datetime.fromisoformat(str(body["requested_at"])).astimezone(zone).date()
    effective = day_of(str(body.get("effective") or ""))
    return {
        "plan_id": change.external_plan_id,
        "participant_id": change.participant_id,
        "ssn": ssn if NINE_DIGITS.fullmatch(ssn) else "",
        "source": codes[0],
        "percent": rates.get("percent"),
        "amount": rates.get("amount"),
        "value": value,
        "rate_type": rate_type,
        "effective_date": effective,
        "earliest_date": effective or requested,
        "requested_date": requested,
    }


def day_of(text: str) -> date | None:
    """The day from which a change is to apply; None where it is no day but the next payroll."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
