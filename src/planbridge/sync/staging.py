"""Staging: new and changed people as rows for COPY, one row a person and table, items as PostgreSQL arrays."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

import polars as pl

from planbridge.participants.held import ITEMS
from planbridge.security.ssn import index_ssns, seal_ssns
from planbridge.sync.frames import PERSON, CanonicalPart

CENSUS = (
    "first_name",
    "middle_name",
    "last_name",
    "birth_date",
    "gender",
    "marital_status",
    "email",
    "phone",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "zip",
    "country",
    "status",
    "pay_frequency",
    "annual_compensation",
    "hours_ytd",
    "eligibility_date",
    "entry_date",
    "prior_year_fica_wages",
)
SECTIONS = {
    "contribution_rate": "contribution_rates",
    "allocation": "allocations",
    "holding": "balances",
    "vesting": "vesting",
    "loan": "loans",
    "beneficiary": "beneficiaries",
    "year_to_date": "ytd",
}
# table -> (delivered table, array column -> item column); rows are kept in the order of the first columns named
ARRAYS = {table: (section, ITEMS[section]) for table, section in SECTIONS.items()}


def as_csv(rows: pl.DataFrame) -> bytes:
    """Rows as CSV for COPY: null is nothing at all, everything else may be quoted."""
    buffer = BytesIO()
    rows.write_csv(buffer, include_header=False, null_value="", quote_style="necessary")
    return buffer.getvalue()


# What an element of an array literal must not have when it stands there without quotes.
NEEDS_QUOTES = r'[\s,{}"\\]|^$|^(?i:null)$'


def element(name: str, rows: pl.DataFrame) -> pl.Expr:
    """An item's value as an element of an array literal; text is quoted where any of the column has to be."""
    kind, column = rows.schema[name], pl.col(name)
    if kind != pl.String:
        return plain(name, kind).fill_null(pl.lit("NULL")).alias(name)
    if not rows[name].str.contains(NEEDS_QUOTES).any():
        return column.fill_null(pl.lit("NULL"))
    escaped = column.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return pl.concat_str(pl.lit('"'), escaped, pl.lit('"')).fill_null(pl.lit("NULL")).alias(name)


def array_literal(rows: pl.DataFrame, name: str) -> str:
    """A column as one PostgreSQL array literal."""
    return "{" + str(rows.select(element(name, rows).cast(pl.String).str.join(",")).item()) + "}"


def plain(name: str, kind: pl.DataType | type[pl.DataType]) -> pl.Expr:
    """A value as text; a decimal without the zeros that only its scale gives it."""
    text = pl.col(name).cast(pl.String)
    return text.str.strip_chars_end("0").str.strip_chars_end(".") if kind.is_decimal() else text


def array_rows(items: pl.DataFrame, people: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    """One row a person (plan_id, participant_id, arrays) from item rows; `people`: record and person."""
    wanted = items.select("record", *columns.values())
    ordered = wanted if "hire_dates" in columns else in_order(wanted, *list(columns.values())[:2])
    gathered = (
        ordered.lazy()
        .select("record", *(element(name, items) for name in columns.values()))
        .group_by("record", maintain_order=True)
        .agg(columns.values())
        .with_columns(
            pl.concat_str(pl.lit("{"), pl.col(name).list.join(","), pl.lit("}")).alias(name)
            for name in columns.values()
        )
        .collect()
    )
    named = people.select("record", *PERSON).join(gathered, on="record", how="inner", maintain_order="left")
    return named.select(*PERSON, *(pl.col(name).alias(array) for array, name in columns.items()))


def in_order(items: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Items by record and then by these (two) columns, nulls first; half the time of sorting by the texts themselves."""
    places = [place_of(items[name]) for name in names]
    if any(place.gt(PLACE_MAX).any() for place in places):
        return items.sort("record", *names)
    high, low = places
    key = items["record"].cast(pl.UInt64) * KEY_RECORD + high * KEY_FIRST + low
    return items.select(pl.all().gather(key.arg_sort()))


def place_of(column: pl.Series) -> pl.Series:
    """The place of each value among the column's distinct values, from 1; 0 is null."""
    if column.dtype != pl.String:
        return column.rank("dense").cast(pl.UInt64).fill_null(0)
    kinds = pl.Enum(column.drop_nulls().unique().sort())
    return (column.cast(kinds).to_physical().cast(pl.UInt64) + 1).fill_null(0)


# A record's number, and the places of two values, side by side in 64 bits.
KEY_RECORD, KEY_FIRST, PLACE_MAX = 1 << 32, 1 << 16, (1 << 16) - 1


@dataclass(frozen=True)
class SealedSsns:
    """The SSNs of people in their order, sealed and indexed, as PostgreSQL bytea texts."""

    sealed: list[str]
    index: list[str]

    @staticmethod
    def of(people: pl.DataFrame) -> "SealedSsns":
        """The SSNs of people (plan_id, participant_id, ssn)."""
        return SealedSsns(seal_ssns(people.select(*PERSON, "ssn").iter_rows()), index_ssns(people["ssn"].to_list()))


def census_rows(
    changed: CanonicalPart, facts: pl.DataFrame, run_ids: Mapping[int, UUID], ssns: SealedSsns
) -> pl.DataFrame:
    """Rows of stage_participant. `facts`: record and FACTS of the same people; `ssns`: theirs, in their order."""
    people = changed.people.with_columns(
        ssn_sealed=pl.Series(ssns.sealed, dtype=pl.String), ssn_index=pl.Series(ssns.index, dtype=pl.String)
    ).join(facts, on="record", how="inner", maintain_order="left")
    spells = array_rows(
        changed.items["employment"], people, {"hire_dates": "hire_date", "termination_dates": "termination_date"}
    )
    runs = pl.DataFrame({"plan_id": list(run_ids), "run_id": [str(run) for run in run_ids.values()]})
    return (
        people.join(spells, on=list(PERSON), how="left", maintain_order="left")
        .join(runs, on="plan_id", how="inner", maintain_order="left")
        .select(
            *PERSON,
            *(plain(name, people.schema[name]).alias(name) for name in CENSUS),
            pl.col("hire_dates").fill_null("{}"),
            pl.col("termination_dates").fill_null("{}"),
            "ssn_sealed",
            "ssn_index",
            *FACTS,
            "run_id",
        )
    )


# What is known of a person beside what was delivered.
FACTS = ("hash_high", "hash_low", "fingerprint_high", "fingerprint_low", "judge_again_on", "sync_status")
CENSUS_COLUMNS = (
    *PERSON,
    *CENSUS,
    "hire_dates",
    "termination_dates",
    "ssn_sealed",
    "ssn_index",
    "content_hash_high",
    "content_hash_low",
    "fingerprint_high",
    "fingerprint_low",
    "judge_again_on",
    "sync_status",
    "changed_by_run",
)
