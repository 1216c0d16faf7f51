"""The rules for participants: one row a rule - code, table, field and what breaks it."""

from dataclasses import dataclass

import polars as pl

STATUSES = ("active", "leave", "terminated", "deceased", "retired", "ineligible")
AGE_MIN, AGE_MAX = 10, 110
HALF_CENT = pl.lit("0.005").cast(pl.Decimal(38, 10))
HUNDRED = pl.lit(100).cast(pl.Decimal(38, 10))
ZERO = pl.lit(0).cast(pl.Decimal(38, 10))
# RFC 6531 lets any letter into an address: only what cannot be delivered anywhere is refused.
EMAIL = r"^[^\s@,;<>()\[\]\\]+@[^\s@,;<>()\[\]\\.]+(\.[^\s@,;<>()\[\]\\.]+)+$"


@dataclass(frozen=True)
class Rule:
    """`broken` is true where a row of the table breaks the rule; `value` shows what is at fault (default: the field)."""

    code: str
    table: str
    field: str
    broken: pl.Expr
    value: pl.Expr | None = None


@dataclass(frozen=True)
class GroupRule:
    """Rows of one group within a record are judged together: `total` sums them up, `broken` judges the total.

    `value` shows what is at fault, from the group's key and `total`.
    """

    code: str
    table: str
    by: tuple[str, ...]
    field: str
    total: pl.Expr
    broken: pl.Expr
    value: pl.Expr


def shown(name: str) -> pl.Expr:
    """A number without the zeros that only its scale gives it."""
    return pl.col(name).cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")


def digits_shown() -> pl.Expr:
    """How many digits an SSN has, instead of the SSN itself."""
    return pl.format(
        "{} characters, {} of them digits", pl.col("ssn").str.len_chars(), pl.col("ssn").str.count_matches("[0-9]")
    )


# [0-9], not \d: to that the digits of every script are digits, and an SSN has those of ASCII.
SSN = pl.col("ssn")
SSN_BROKEN = (
    ~SSN.str.contains(r"^[0-9]{9}$")
    | (SSN.str.slice(3, 2) == "00")
    | (SSN.str.slice(5) == "0000")
    | SSN.str.contains(r"^(0{9}|1{9}|2{9}|3{9}|4{9}|5{9}|6{9}|7{9}|8{9}|9{9})$")
)
AGE_YEARS = pl.col("as_of").dt.year() - pl.col("birth_date").dt.year()
IS_TOO_YOUNG = (AGE_YEARS < AGE_MIN) & (pl.col("birth_date") <= pl.col("as_of"))

RULES = (
    Rule("SSN_MISSING", "people", "ssn", SSN.is_null()),
    Rule("SSN_INVALID", "people", "ssn", SSN_BROKEN, digits_shown()),
    Rule("SSN_NEVER_ISSUED", "people", "ssn", SSN.str.slice(0, 3).is_in(["000", "666"]) & ~SSN_BROKEN),
    Rule("NAME_MISSING", "people", "first_name", pl.col("first_name").is_null()),
    Rule("NAME_MISSING", "people", "last_name", pl.col("last_name").is_null()),
    Rule("BIRTH_DATE_MISSING", "people", "birth_date", pl.col("birth_date").is_null()),
    Rule("BIRTH_DATE_FUTURE", "people", "birth_date", pl.col("birth_date") > pl.col("as_of")),
    Rule("AGE_IMPLAUSIBLE", "people", "birth_date", (AGE_YEARS > AGE_MAX) | IS_TOO_YOUNG),
    Rule("STATUS_UNKNOWN", "people", "status", ~pl.col("status").is_in(STATUSES)),
    Rule("EMAIL_INVALID", "people", "email", ~pl.col("email").str.contains(EMAIL)),
    Rule("COMPENSATION_NEGATIVE", "people", "annual_compensation", pl.col("annual_compensation") < ZERO),
    Rule("HIRE_DATE_MISSING", "spells", "hire_date", pl.col("first_hire").is_null(), pl.col("first_hire")),
    Rule("DATES_OUT_OF_ORDER", "spells", "termination_date", pl.col("is_out_of_order"), pl.col("left_on")),
    Rule(
        "STATUS_CONTRADICTS_DATES",
        "spells",
        "status",
        ((pl.col("status") == "active") & (pl.col("left_on") <= pl.col("as_of")))
        | ((pl.col("status") == "terminated") & pl.col("left_on").is_null()),
        pl.format("{}, last termination {}", "status", pl.col("left_on").cast(pl.String).fill_null("none")),
    ),
    Rule("SOURCE_MISSING", "contribution_rates", "source", pl.col("source").is_null()),
    Rule(
        "RATE_BOTH_PERCENT_AND_AMOUNT",
        "contribution_rates",
        "percent",
        pl.col("percent").is_not_null() & pl.col("amount").is_not_null(),
        pl.format("{} % and {} dollars", shown("percent"), shown("amount")),
    ),
    Rule("RATE_MISSING", "contribution_rates", "percent", pl.col("percent").is_null() & pl.col("amount").is_null()),
    Rule("RATE_OUT_OF_RANGE", "contribution_rates", "percent", ~pl.col("percent").is_between(ZERO, HUNDRED)),
    Rule("RATE_OUT_OF_RANGE", "contribution_rates", "amount", pl.col("amount") < ZERO),
    Rule("SOURCE_MISSING", "allocations", "source", pl.col("source").is_null()),
    Rule("FUND_MISSING", "allocations", "fund", pl.col("fund").is_null()),
    Rule("ALLOCATION_OUT_OF_RANGE", "allocations", "percent", ~pl.col("percent").is_between(ZERO, HUNDRED)),
    Rule("SOURCE_MISSING", "balances", "source", pl.col("source").is_null()),
    Rule("FUND_MISSING", "balances", "fund", pl.col("fund").is_null()),
    Rule("UNITS_MISSING", "balances", "units", pl.col("units").is_null()),
    Rule("UNITS_NEGATIVE", "balances", "units", pl.col("units") < ZERO),
    Rule("NUMBER_INVALID", "balances", "price", pl.col("price") < ZERO),
    Rule(
        "VALUE_MISMATCH",
        "balances",
        "market_value",
        (pl.col("units") * pl.col("price") - pl.col("market_value")).abs() > HALF_CENT,
        pl.format("{} units x {} is not {}", shown("units"), shown("price"), shown("market_value")),
    ),
    Rule("SOURCE_MISSING", "vesting", "source", pl.col("source").is_null()),
    Rule("VESTING_OUT_OF_RANGE", "vesting", "percent", ~pl.col("percent").is_between(ZERO, HUNDRED)),
    Rule("LOAN_ID_MISSING", "loans", "loan_id", pl.col("loan_id").is_null()),
    Rule("LOAN_BALANCE_NEGATIVE", "loans", "balance", pl.col("balance") < ZERO),
    Rule("BENEFICIARY_OUT_OF_RANGE", "beneficiaries", "percent", ~pl.col("percent").is_between(ZERO, HUNDRED)),
    Rule("SOURCE_MISSING", "ytd", "source", pl.col("source").is_null()),
)

PERCENT = pl.col("percent").sum()
IS_NOT_100 = pl.col("total") != HUNDRED
IS_REPEATED = pl.col("total") > 1

GROUP_RULES = (
    GroupRule(
        "ALLOCATION_NOT_100",
        "allocations",
        ("source",),
        "percent",
        PERCENT,
        IS_NOT_100,
        pl.format("{}: {} %", "source", shown("total")),
    ),
    GroupRule("ALLOCATION_DUPLICATE", "allocations", ("source", "fund"), "fund", pl.len(), IS_REPEATED, pl.col("fund")),
    GroupRule("RATE_DUPLICATE", "contribution_rates", ("source",), "source", pl.len(), IS_REPEATED, pl.col("source")),
    GroupRule("POSITION_DUPLICATE", "balances", ("source", "fund"), "fund", pl.len(), IS_REPEATED, pl.col("fund")),
    GroupRule("VESTING_DUPLICATE", "vesting", ("source",), "source", pl.len(), IS_REPEATED, pl.col("source")),
    GroupRule("YTD_DUPLICATE", "ytd", ("source",), "source", pl.len(), IS_REPEATED, pl.col("source")),
    GroupRule(
        "LOAN_DUPLICATE",
        "loans",
        ("loan_id",),
        "loan_id",
        pl.len(),
        IS_REPEATED & pl.col("loan_id").is_not_null(),
        pl.col("loan_id"),
    ),
    GroupRule(
        "BENEFICIARY_NOT_100",
        "beneficiaries",
        ("class",),
        "percent",
        PERCENT,
        IS_NOT_100,
        pl.format("{}: {} %", "class", shown("total")),
    ),
)
