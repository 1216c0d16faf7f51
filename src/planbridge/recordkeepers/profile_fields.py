"""Reads fields by a profile: text as it stands to the text that a delivery has (ISO dates, plain decimals, our codes)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce

import polars as pl
from msgspec import structs

from planbridge.recordkeepers.formats.row_problems import no_row_problems, row_problems
from planbridge.recordkeepers.profile import Field, Profile, Record, as_list
from planbridge.recordkeepers.profile_unread import used_fields

STRPTIME = {
    "MMDDYYYY": "%m%d%Y",
    "MM/DD/YYYY": "%m/%d/%Y",
    "YYYYMMDD": "%Y%m%d",
    "YYYY-MM-DD": "%Y-%m-%d",
    "YYYY/MM/DD": "%Y/%m/%d",
    "MM-DD-YYYY": "%m-%d-%Y",
    "DDMMYYYY": "%d%m%Y",
    "MMDDYYYYHHmm": "%m%d%Y%H%M",
}
YEARS = (1900, 2999)
PLAIN_TIDY = r"^-?(?:0|[1-9]\d{0,26})(?:\.\d{1,10})?$"
PLAIN_UNSIGNED = r"^(?:0|[1-9]\d{0,26})(?:\.\d{1,10})?$"
PLAIN_NUMBER = r"^-?\d{1,27}(?:\.\d{1,10})?$"
OVERPUNCH = {letter: str(digit) for letters in ("{ABCDEFGHI", "}JKLMNOPQR") for digit, letter in enumerate(letters)}
OVERPUNCH_NEGATIVE = "}JKLMNOPQR"
SSN = r"^(?:\d{9}|\d{3}-\d{2}-\d{4})$"


@dataclass
class Read:
    """Rows with their fields read, one column a field, and what is wrong with them."""

    rows: pl.DataFrame
    problems: list[pl.DataFrame] = field(default_factory=list)

    def all_problems(self) -> pl.DataFrame:
        """Everything that is wrong, as one frame."""
        return pl.concat(self.problems) if self.problems else no_row_problems()


def read_fields(profile: Profile, record: Record, rows: pl.DataFrame) -> Read:
    """The fields of one kind of record; `rows` has `line`, `raw` and a column of text for each field."""
    wanted = [one for one in judged_fields(profile, record) if one.name in rows.columns]
    texts = trimmed(rows, wanted)
    told = [one for one in wanted if texts[one.name].null_count() < texts.height]
    plain = plain_numbers(texts, told)
    read = Read(
        texts.with_columns(
            **{
                one.name: value_of(profile, one)
                for one in told
                if one.name not in plain and (one.kind != "text" or one.pad)
            }
        )
    )
    for one in wanted:
        read.problems += field_problems(profile, one, texts, read.rows)
    read.rows = read.rows.with_columns(signed(one) for one in wanted if one.negative_when)
    read.problems += rate_problems(record, read.rows)
    return read


def judged_fields(profile: Profile, record: Record) -> list[Field]:
    """The fields that are read: those that end up somewhere, decide about something, or must be filled or blank."""
    used = used_fields(profile, record)
    return [
        one for one in record.fields if one.kind != "filler" and (one.name in used or one.must != "any" or one.checked)
    ]


def trimmed(rows: pl.DataFrame, fields: Sequence[Field]) -> pl.DataFrame:
    """`line` and the fields' texts without blanks around them; null where a field says nothing."""
    names = [one.name for one in fields]
    said = [name for name in names if rows[name].null_count() < rows.height]
    texts = rows.select("line", *names).with_columns(pl.col(name).str.strip_chars() for name in said)
    silent = texts.select((pl.col(name).str.len_bytes() == 0).sum() for name in said)
    changed = []
    for one in fields:
        text = pl.col(one.name)
        if one.name not in said or not (one.empty or silent[one.name].item()):
            continue
        if silent[one.name].item() == texts.height:
            changed.append(pl.lit(None, pl.String).alias(one.name))
        elif one.empty:
            changed.append(pl.when(~text.is_in(["", *one.empty])).then(text).alias(one.name))
        else:
            changed.append(pl.when(text.str.len_bytes() > 0).then(text).alias(one.name))
    return texts.with_columns(changed)


def plain_numbers(texts: pl.DataFrame, fields: Sequence[Field]) -> set[str]:
    """The names of those numbers that all stand as plain decimals already, so that nothing is to be done."""
    explicit = [one.name for one in fields if one.kind == "number" and not one.decimals and one.sign != "overpunch"]
    unsigned = {one.name for one in fields if one.sign == "none"}
    tests = texts.select(
        pl.col(name).str.contains(PLAIN_UNSIGNED if name in unsigned else PLAIN_TIDY).all() for name in explicit
    )
    return {name for name in explicit if tests[name].item()}


def value_of(profile: Profile, one: Field) -> pl.Expr:
    """A field's value as text, null where it cannot be read."""
    text = pl.col(one.name)
    if one.kind == "date":
        # Excel's own dates come as ISO, whatever the layout writes where it writes text.
        is_iso = text.str.contains(r"^\d{4}-\d{2}-\d{2}$")
        iso = date_text(text, structs.replace(one, form="YYYY-MM-DD", lost_zero=False))
        return (
            pl.when(is_iso).then(iso).otherwise(date_text(text, one))
            if profile.format == "excel"
            else date_text(text, one)
        )
    if one.kind == "number":
        return number_text(text, one)
    if one.kind == "code":
        return text.replace_strict(profile.codes[one.codes or ""], default=None, return_dtype=pl.String)
    if one.kind == "source":
        kept = {name: profile.source_of(name) for name in profile.sources}
        return text.replace_strict(kept, default=None, return_dtype=pl.String)
    if one.kind == "ssn":
        whole = pl.when(text.str.contains(r"^\d+$")).then(text.str.zfill(one.pad)).otherwise(text) if one.pad else text
        # A row that is not known by its SSN keeps one that is wrong: the sync's rules speak of it.
        return pl.when(whole.str.contains(SSN)).then(whole) if profile.key == "ssn" else whole
    return pl.when(text.str.contains(r"^\d+$")).then(text.str.zfill(one.pad)).otherwise(text) if one.pad else text


def date_text(text: pl.Expr, one: Field) -> pl.Expr:
    """YYYY-MM-DD; a date is as long as its form, and of the years 1900 to 2999."""
    form = one.form or "YYYY-MM-DD"
    whole = pl.when(text.str.len_bytes() == len(form) - 1).then(pl.lit("0") + text).otherwise(text)
    text = whole if one.lost_zero else text
    exact = pl.when(text.str.len_bytes() == len(form)).then(text)
    if form == "MMDDYYYYHHmm":
        exact = pl.when(exact.str.slice(8).str.contains(r"^(?:[01]\d|2[0-3])[0-5]\d$")).then(exact.str.slice(0, 8))
        form = "MMDDYYYY"
    date = exact.str.to_date(STRPTIME[form], strict=False)
    return pl.when(date.dt.year().is_between(*YEARS)).then(date.dt.to_string("%Y-%m-%d"))


def number_text(text: pl.Expr, one: Field) -> pl.Expr:
    """A plain decimal: no plus, no padding zeros, the point where the layout implies it."""
    if one.sign == "trailing":
        moved = pl.concat_str(text.str.tail(1).replace("+", ""), text.str.head(-1))
        text = pl.when(text.str.contains(r"[+-]$")).then(moved).otherwise(text)
    if one.sign == "overpunch":
        last = text.str.tail(1)
        digits = pl.concat_str(text.str.head(-1), last.replace(OVERPUNCH))
        minus = pl.when(last.is_in(list(OVERPUNCH_NEGATIVE))).then(pl.lit("-")).otherwise(pl.lit(""))
        text = pl.when(text.str.contains(r"^\d*[0-9{A-I}J-R]$")).then(pl.concat_str(minus, digits))
    if one.sign == "first_byte":
        text = text.str.replace(r"^-\s+", "-")
    if one.sign == "none":
        text = pl.when(~text.str.contains(r"[+-]")).then(text)
    if one.decimals:
        whole = pl.when(text.str.contains(r"^[+-]?\d+$")).then(text)
        text = whole.str.replace(r"^([+-]?)(\d+)$", f"${{1}}{'0' * one.decimals}${{2}}").str.replace(
            rf"(\d{{{one.decimals}}})$", ".$1"
        )
    plain = text.str.replace(r"^\+", "").str.replace(r"^(-?)0+(\d)", "$1$2").str.replace(r"^(-?)\.", "${1}0.")
    plain = plain.str.replace(r"(\d)\.$", "$1")
    return pl.when(plain.str.contains(PLAIN_NUMBER)).then(plain)


def signed(one: Field) -> pl.Expr:
    """A number whose sign lives in another field of its record."""
    value = pl.col(one.name)
    negative = matches(one.negative_when) & value.str.contains("[1-9]")
    return pl.when(negative).then(pl.lit("-") + value).otherwise(value).alias(one.name)


def matches(when: dict[str, list[str] | str]) -> pl.Expr:
    """Whether all the named fields have (one of) the values."""
    tests = [pl.col(name).is_in(as_list(texts)).fill_null(value=False) for name, texts in when.items()]
    return reduce(pl.Expr.and_, tests, pl.lit(True))  # noqa: FBT003 - the frame's value


UNREADABLE = {"date": "DATE_INVALID", "number": "NUMBER_INVALID", "ssn": "SSN_INVALID"}


def field_problems(profile: Profile, one: Field, texts: pl.DataFrame, read: pl.DataFrame) -> list[pl.DataFrame]:
    """What is wrong with one field: it cannot be read, it lacks, it should be blank, it lost its zero."""
    silent, lost = texts[one.name].null_count(), read[one.name].null_count()
    is_key = one.into is not None and one.into in ("plan_id", profile.key)
    needs_text = one.must == "filled" or is_key
    if silent == lost and not (needs_text and silent) and one.must != "blank" and not one.lost_zero and not one.pad:
        return []  # the usual case, found without a look at the rows
    found = []
    told, known = texts[one.name].is_not_null(), read[one.name].is_not_null()
    nothing = one.kind == "code" and [text for text, word in profile.codes[one.codes or ""].items() if word is None]
    if nothing:
        known = known | texts[one.name].is_in(nothing).fill_null(value=False)
    if one.must != "blank" and one.kind != "text" and (told & ~known).any():
        code = UNREADABLE.get(one.kind, "CODE_UNKNOWN")
        refuses = one.kind != "code" or one.must == "filled"
        found.append(row_problems(texts.filter(told & ~known), code, field=one.name, value=one.name, refuses=refuses))
    if needs_text and silent:
        found.append(row_problems(texts.filter(~told), "VALUE_MISSING", field=one.name))
    if one.must == "blank" and told.any():
        found.append(row_problems(texts.filter(told), "VALUE_UNEXPECTED", field=one.name, value=one.name))
    if one.lost_zero and known.any():
        short = known & (texts[one.name].str.len_bytes() == len(one.form or "") - 1)
        found.append(row_problems(texts.filter(short), "DATE_PADDED", field=one.name, value=one.name, refuses=False))
    if one.kind == "ssn" and one.pad:
        short = known & (texts[one.name].str.len_bytes() < one.pad)
        found.append(row_problems(texts.filter(short), "SSN_PADDED", field=one.name, value=one.name, refuses=False))
    return found


def rate_problems(record: Record, rows: pl.DataFrame) -> list[pl.DataFrame]:
    """RATE_BOTH_PERCENT_AND_AMOUNT where a record states a rate in percent and in dollars."""
    found = []
    for item in record.items:
        percent, amount = item.columns.get("percent"), item.columns.get("amount")
        if item.table == "contribution_rates" and percent in rows.columns and amount in rows.columns:
            both = rows[percent].str.contains("[1-9]") & rows[amount].str.contains("[1-9]")
            bad = rows.filter(both.fill_null(value=False)).with_columns(
                said=pl.format("{} % and ${}", pl.col(percent), pl.col(amount))
            )
            found.append(row_problems(bad, "RATE_BOTH_PERCENT_AND_AMOUNT", field=percent, value="said"))
    return found
