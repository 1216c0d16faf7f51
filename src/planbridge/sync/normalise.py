"""Normalise: from text as delivered to exact decimals, dates and trimmed text; what cannot be read is a problem."""

from functools import reduce

import polars as pl
import polars_hash

from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS, DeliveredPart
from planbridge.sync.frames import NUMBER, PERSON, PROBLEM_SCHEMA, CanonicalPart, no_problems

DATES = {
    "people": ("birth_date", "eligibility_date", "entry_date"),
    "employment": ("hire_date", "termination_date"),
    "balances": ("price_date",),
    "loans": ("origination_date", "maturity_date"),
}
NUMBERS = {
    "people": ("annual_compensation", "hours_ytd", "prior_year_fica_wages"),
    "contribution_rates": ("percent", "amount"),
    "allocations": ("percent",),
    "balances": ("units", "price", "market_value"),
    "vesting": ("percent",),
    "loans": ("original_amount", "balance", "payment", "rate"),
    "beneficiaries": ("percent",),
    "ytd": ("amount",),
}
CODES = {
    "people": {
        "gender": ("F", "M", "X", "U"),
        "marital_status": ("single", "married", "divorced", "widowed", "separated", "unknown"),
        "pay_frequency": ("weekly", "biweekly", "semimonthly", "monthly", "quarterly", "annual"),
    },
}
CODE_PROBLEM = {"pay_frequency": "PAY_FREQUENCY_UNKNOWN"}
TEXT_CHARACTERS_MAX = 10_000
DECIMAL_PLACES = 10
# A number whose text is longer than this may have more than ten decimals, which the cast would cut without a word.
PLAIN_LENGTH = DECIMAL_PLACES + 1
TOO_FINE = r"\.[0-9]{10}[0-9]*[1-9]"
DECIMALS_BEFORE_EXPONENT = r"\.([0-9]*?)0*[eE]"
EXPONENT = r"[eE]([+-]?[0-9]+)$"
# No amount of one person comes near it; a million products of two such numbers still add up within 28 digits.
NUMBER_LIMIT = pl.lit(10**11).cast(NUMBER)
ISO_DAY = r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$"
# recordkeeper-api.md: an id has at most 64 characters (an index of PostgreSQL takes some 2,700 bytes).
ID_CHARACTERS_MAX = 64
WHITE_SPACE = " \t\r\n\u00a0\ufeff"


def normalise(part: DeliveredPart, plans: pl.DataFrame) -> CanonicalPart:
    """Canonical frames of the wanted plans' people. `plans`: external_plan_id and plan_id (Int64)."""
    people = (
        trimmed(part.people, PEOPLE_COLUMNS)
        .rename({"plan_id": "external_plan_id"})
        .join(plans, on="external_plan_id", how="inner", maintain_order="left")
        .drop("external_plan_id")
        .with_columns(pl.col("ssn").str.replace_all(r"[- ]", ""))
    )
    is_all = people.height == part.people.height
    items = {}
    for table, columns in ITEM_COLUMNS.items():
        rows = part.items.get(table, empty_items(table))
        kept = rows if is_all else rows.join(people.select("record"), on="record", how="semi", maintain_order="left")
        items[table] = trimmed(kept, columns)
    nameless = people.filter(is_nameless("participant_id"))
    found = [named_missing(nameless), named_badly(nameless)]
    people = named(people) if nameless.height else people
    people, problems = typed("people", people, people.select("record", *PERSON))
    found.append(problems)
    owners = people.select("record", *PERSON)
    for table, rows in items.items():
        items[table], problems = typed(table, rows, owners)
        found.append(problems)
    return CanonicalPart(people, items, pl.concat(found))


def nobody() -> CanonicalPart:
    """Canonical frames of nobody."""
    census = typed_columns("people", tuple(name for name in PEOPLE_COLUMNS if name != "plan_id"))
    items = {table: pl.DataFrame(schema=typed_columns(table, columns)) for table, columns in ITEM_COLUMNS.items()}
    return CanonicalPart(pl.DataFrame(schema=census | {"plan_id": pl.Int64()}), items, no_problems())


def typed_columns(table: str, columns: tuple[str, ...]) -> dict[str, pl.DataType]:
    """The record's number and columns of a canonical frame."""
    types = dict.fromkeys(DATES.get(table, ()), pl.Date()) | dict.fromkeys(NUMBERS.get(table, ()), NUMBER)
    return {"record": pl.UInt32()} | {name: types.get(name, pl.String()) for name in columns}


def empty_items(table: str) -> pl.DataFrame:
    """No rows of a table."""
    return pl.DataFrame(schema={"record": pl.UInt32} | dict.fromkeys(ITEM_COLUMNS[table], pl.String))


def trimmed(rows: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """Text without white space around it; empty text is null."""
    stripped = rows.lazy().with_columns(pl.col(columns).str.strip_chars(WHITE_SPACE))
    return stripped.with_columns(pl.when(pl.col(columns) != "").then(pl.col(columns)).name.keep()).collect()


def named(people: pl.DataFrame) -> pl.DataFrame:
    """People with an id for every record: one that came without is called by its place in the delivery."""
    by_place = pl.format("(row {})", pl.col("record") + 1)
    return people.with_columns(participant_id=short_id("participant_id").fill_null(by_place))


def is_nameless(name: str) -> pl.Expr:
    """Whether nobody can be told by an id: there is none, or it is none that can be kept."""
    return pl.col(name).is_null() | is_no_id(name)


def is_no_id(name: str) -> pl.Expr:
    """Whether an id is longer than agreed or has the character NUL or a line end, which no text of ids can hold."""
    return (pl.col(name).str.len_chars() > ID_CHARACTERS_MAX) | pl.col(name).str.contains(r"[\x00\n]")


def short_id(name: str) -> pl.Expr:
    """An id, or a short name of one that cannot be kept: the same in whichever part of a delivery it comes."""
    digest = polars_hash.col(name).nchash.xxh3_64()
    short = pl.format("(id of {} characters, {})", pl.col(name).str.len_chars(), digest)
    return pl.when(is_no_id(name)).then(short).otherwise(pl.col(name))


def named_missing(people: pl.DataFrame) -> pl.DataFrame:
    """PARTICIPANT_ID_MISSING for the records that came without an id."""
    missing = people.filter(pl.col("participant_id").is_null())
    return as_problems(named(missing), "PARTICIPANT_ID_MISSING", "participant_id", pl.lit(None, pl.String))


def named_badly(people: pl.DataFrame) -> pl.DataFrame:
    """RECORD_MALFORMED for the records whose id cannot be kept."""
    length = pl.format("{} characters, or with a NUL character or a line end", pl.col("participant_id").str.len_chars())
    bad = people.filter(is_no_id("participant_id")).with_columns(value=length)
    return as_problems(named(bad), "RECORD_MALFORMED", "participant_id", pl.col("value"))


def as_problems(rows: pl.DataFrame, code: str, field: str, value: pl.Expr) -> pl.DataFrame:
    """Problems of rows that have plan_id and participant_id."""
    if rows.is_empty():
        return no_problems()
    return rows.select(*PERSON, code=pl.lit(code), field=pl.lit(field), value=value).cast(PROBLEM_SCHEMA)


def typed(table: str, rows: pl.DataFrame, owners: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows in exact types and the problems of texts that could not be read; `owners`: record and person."""
    with_exponents = exponents_in(rows, NUMBERS.get(table, ()))
    readings = (
        {name: read_date(name) for name in DATES.get(table, ())}
        | {name: read_number(name, has_exponents=name in with_exponents) for name in NUMBERS.get(table, ())}
        | {name: read_code(name, codes) for name, codes in CODES.get(table, {}).items()}
    )
    numbers = [in_range(name) for name in NUMBERS.get(table, ())]
    answer = rows.lazy().with_columns(**readings).with_columns(numbers).collect()
    problems = [
        as_problems(
            with_owner(rows.filter(answer[name].is_null() & rows[name].is_not_null()), owners),
            code_for(table, name),
            name if table == "people" else f"{table}.{name}",
            pl.col(name),
        )
        for name in readings
        if answer[name].null_count() != rows[name].null_count()
    ]
    problems += [unstorable(table, rows, owners)]
    return answer, pl.concat(problems) if problems else no_problems()


def with_owner(rows: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """Rows with the person they belong to."""
    return rows if "plan_id" in rows.columns else rows.join(owners, on="record", how="inner", maintain_order="left")


def code_for(table: str, name: str) -> str:
    """The problem of a text that could not be read in this column."""
    if name in DATES.get(table, ()):
        return "DATE_INVALID"
    return "NUMBER_INVALID" if name in NUMBERS.get(table, ()) else CODE_PROBLEM.get(name, "CODE_UNKNOWN")


def read_date(name: str) -> pl.Expr:
    """YYYY-MM-DD of years 1000 to 9999, else null."""
    text = pl.col(name)
    return pl.when(text.str.contains(ISO_DAY)).then(text.str.to_date("%Y-%m-%d", strict=False))


def exponents_in(rows: pl.DataFrame, names: tuple[str, ...]) -> set[str]:
    """The columns in which a text has an exponent: some programs write 0.00001 as 1e-05."""
    if rows.is_empty() or not names:
        return set()
    found = rows.lazy().select(pl.col(names).str.contains(r"[eE]").any()).collect().row(0, named=True)
    return {name for name, has_any in found.items() if has_any}


def read_number(name: str, *, has_exponents: bool = False) -> pl.Expr:
    """An exact decimal, else null; a number of more than ten decimals is refused, not rounded. `in_range` comes after."""
    text = pl.col(name)
    too_fine = (text.str.len_bytes() > PLAIN_LENGTH) & text.str.contains(TOO_FINE)
    if has_exponents:
        places = text.str.extract(DECIMALS_BEFORE_EXPONENT).str.len_bytes().cast(pl.Int64).fill_null(0)
        shifted = text.str.extract(EXPONENT).cast(pl.Int64, strict=False).fill_null(0)
        too_fine |= places - shifted > DECIMAL_PLACES
    return pl.when(~too_fine).then(text.cast(NUMBER, strict=False))


def in_range(name: str) -> pl.Expr:
    """A number that was read, null when it is so large that sums and products of such numbers would overflow."""
    return pl.when(pl.col(name).is_between(-NUMBER_LIMIT, NUMBER_LIMIT, closed="none")).then(name)


def read_code(name: str, codes: tuple[str, ...]) -> pl.Expr:
    """One of the agreed codes, else null."""
    return pl.when(pl.col(name).is_in(codes)).then(pl.col(name))


def unstorable(table: str, rows: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """RECORD_MALFORMED for texts that are too long, or hold the character NUL, which PostgreSQL cannot keep."""
    texts = [name for name in rows.columns if rows.schema[name] == pl.String]
    tests = [
        (pl.col(name).str.len_bytes() > TEXT_CHARACTERS_MAX) | pl.col(name).str.contains("\x00", literal=True)
        for name in texts
    ]
    flags = rows.lazy().select(test.any().alias(name) for name, test in zip(texts, tests, strict=True)).collect()
    bad = [name for name in texts if flags[name].item()]
    if not bad:
        return no_problems()
    chosen = reduce(pl.Expr.or_, [tests[texts.index(name)].fill_null(value=False) for name in bad])
    where = f"{'' if table == 'people' else table + '.'}{bad[0]}"
    length = pl.format("{} bytes long, or with a NUL character", pl.col(bad[0]).str.len_bytes())
    return as_problems(with_owner(rows.filter(chosen), owners), "RECORD_MALFORMED", where, length)
