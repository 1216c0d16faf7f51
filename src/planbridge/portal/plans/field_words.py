"""The words of a plan's fields: how each is called, and its value as a person reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from planbridge.plans.pinned_terms import CONTACTS

# Any below is a JSON value of a plan document.
TIERS_FIELD = "provisions.match.tiers"
WORDS = {
    "401k": "401(k)",
    "403b": "403(b)",
    "457b": "457(b)",
    "pretax": "Pre-tax",
    "aftertax": "After-tax",
    "qnec": "QNEC",
    "qmac": "QMAC",
    "us_equity": "US equity",
    "anytime": "At any time",
    "payroll": "Each pay period",
    "semiannual": "Twice a year",
    "annual": "Once a year",
    "immediate": "At once",
    "qaca": "Qualified automatic contribution arrangement",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Kind(StrEnum):
    """What a field holds, and so how it is shown and edited."""

    TEXT = "text"
    CODE = "code"  # a word of the recordkeeper's, such as "monthly"
    YEAR_END = "year_end"  # month and day, "12-31"
    PERCENT = "percent"
    AGE = "age"
    MONTHS = "months"
    COUNT = "count"
    PERMITTED = "permitted"
    REQUIRED = "required"
    TIERS = "tiers"
    VESTING = "vesting"
    CONTACTS = "contacts"


@dataclass(frozen=True)
class FieldWords:
    """A field: its place in the document, its name on the page, its kind, and what helps who edits it."""

    field: str
    label: str
    kind: Kind = Kind.TEXT
    help: str = ""
    characters_max: int = 300


@dataclass(frozen=True)
class Section:
    """Fields that stand together under a heading."""

    heading: str
    fields: tuple[FieldWords, ...] = ()


SECTIONS = (
    Section(
        "Plan",
        (
            FieldWords("name", "Plan name"),
            FieldWords("type", "Plan type", Kind.CODE),
            FieldWords("plan_number", "Plan number", characters_max=16),
            FieldWords("year_end", "Plan year ends", Kind.YEAR_END, "Month and day, such as 12-31.", 5),
        ),
    ),
    Section(
        "Employer",
        (
            FieldWords("employer.name", "Employer"),
            FieldWords("employer.ein", "EIN", help="Nine digits, such as 00-1234567.", characters_max=10),
            FieldWords("employer.phone", "Phone", characters_max=40),
        ),
    ),
    Section("Contacts"),
    Section(
        "Eligibility",
        (
            FieldWords("provisions.eligibility.minimum_age", "Minimum age", Kind.AGE),
            FieldWords("provisions.eligibility.service_months", "Service required", Kind.MONTHS, "In months."),
            FieldWords("provisions.eligibility.entry", "Entry dates", Kind.CODE),
        ),
    ),
    Section(
        "Deferral limits",
        (
            FieldWords("provisions.deferral.minimum_percent", "Lowest deferral", Kind.PERCENT, "Percent of pay."),
            FieldWords("provisions.deferral.maximum_percent", "Highest deferral", Kind.PERCENT, "Percent of pay."),
            FieldWords("provisions.deferral.roth", "Roth deferrals", Kind.PERMITTED),
            FieldWords("provisions.deferral.aftertax", "After-tax contributions", Kind.PERMITTED),
            FieldWords("provisions.deferral.catch_up", "Catch-up, age 50 and over", Kind.PERMITTED),
            FieldWords("provisions.deferral.super_catch_up", "Higher catch-up, ages 60 to 63", Kind.PERMITTED),
            FieldWords("provisions.deferral.change_frequency", "Deferrals can be changed", Kind.CODE),
        ),
    ),
    Section(
        "Match",
        (
            FieldWords(TIERS_FIELD, "Match tiers", Kind.TIERS, "A tier with both boxes empty is left out."),
            FieldWords("provisions.match.safe_harbor", "Safe harbor", Kind.CODE),
        ),
    ),
    Section(
        "Automatic enrollment",
        (
            FieldWords("provisions.auto_enroll.percent", "Enrolled at", Kind.PERCENT, "Percent of pay."),
            FieldWords("provisions.auto_enroll.increase_percent", "Raised each year by", Kind.PERCENT),
            FieldWords("provisions.auto_enroll.cap_percent", "Raised until", Kind.PERCENT),
        ),
    ),
    Section("Vesting", (FieldWords("provisions.vesting", "Vesting", Kind.VESTING),)),
    Section(
        "Loans, transfers and consent",
        (
            FieldWords("provisions.loans.permitted", "Loans", Kind.PERMITTED),
            FieldWords("provisions.loans.maximum", "Loans at a time", Kind.COUNT),
            FieldWords("provisions.balance_transfer", "Balance transfers", Kind.PERMITTED),
            FieldWords("provisions.spousal_consent", "Spousal consent", Kind.REQUIRED),
        ),
    ),
)
BY_FIELD = {words.field: words for section in SECTIONS for words in section.fields}


def words_of(field: str) -> FieldWords:
    """The words of a field; those of contacts are made of their role. Raises KeyError."""
    if field.startswith(CONTACTS):
        return FieldWords(field, code_text(field.removeprefix(CONTACTS)) or "Contact", Kind.CONTACTS)
    return BY_FIELD[field]


def value_lines(words: FieldWords, value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    """A field's value, a line each item; no line where nothing is said."""
    if value is None or value in ("", []):
        return []
    return LINES[words.kind](value)


def code_text(code: str) -> str:
    """'monthly' as 'Monthly', 'profit_sharing' as 'Profit sharing'; known ones in words of their own."""
    text = code.replace("_", " ").strip()
    return WORDS.get(code, text[:1].upper() + text[1:])


def percent_text(value: object) -> str:
    """'6%'."""
    return f"{value}%"


def counted(number: object, noun: str) -> str:
    """'1 year', '3 years'."""
    return f"{number} {noun}{'' if str(number) == '1' else 's'}"


def year_end_text(value: str) -> str:
    """'12-31' as 'December 31'; whatever else as it is."""
    month, _, day = value.partition("-")
    is_day = month.isdecimal() and day.isdecimal() and 1 <= int(month) <= len(MONTHS)
    return f"{MONTHS[int(month) - 1]} {int(day)}" if is_day else value


def tier_lines(tiers: Sequence[Mapping[str, str]]) -> list[str]:
    """'100% of the first 3% of pay', '50% of the next 2% of pay'."""
    return [
        f"{one.get('match_percent', '?')}% of the {'first' if number == 0 else 'next'} "
        f"{one.get('contribution_percent', '?')}% of pay"
        for number, one in enumerate(tiers)
    ]


def vesting_lines(groups: Sequence[Mapping[str, Any]]) -> list[str]:
    """'Employer: 20% after 1 year, 100% after 5 years'."""
    return [
        f"{code_text(group.get('group', '')) or 'All sources'}: {schedule_text(group.get('schedule', []))}"
        for group in groups
    ]


def schedule_text(schedule: Sequence[Sequence[Any]]) -> str:
    """'20% after 1 year, 100% after 5 years'; vested at once where the first step asks for no years."""
    steps = [(f"after {counted(years, 'year')}" if years else "at once", percent) for years, percent in schedule]
    return ", ".join(f"{percent}% {when}" for when, percent in steps) or "no schedule"


def contact_lines(contacts: Sequence[Mapping[str, str]]) -> list[str]:
    """A line for each of 'Ada Byron', 'ada@example.test', '+1-555-555-0101'."""
    return [line for one in contacts for line in (one["name"], one["email"], one["phone"]) if line] or ["No details"]


def age_text(value: object) -> str:
    """'21', 'None' for no minimum."""
    return str(value) if Decimal(str(value)) else "None"


def months_text(value: object) -> str:
    """'3 months', 'None' for no service at all."""
    return counted(value, "month") if Decimal(str(value)) else "None"


LINES: dict[Kind, Callable[[Any], list[str]]] = {
    Kind.TEXT: lambda value: [value],
    Kind.CODE: lambda value: [code_text(value)],
    Kind.YEAR_END: lambda value: [year_end_text(value)],
    Kind.PERCENT: lambda value: [percent_text(value)],
    Kind.AGE: lambda value: [age_text(value)],
    Kind.MONTHS: lambda value: [months_text(value)],
    Kind.COUNT: lambda value: [str(value)],
    Kind.PERMITTED: lambda value: ["Permitted" if value else "Not permitted"],
    Kind.REQUIRED: lambda value: ["Required" if value else "Not required"],
    Kind.TIERS: tier_lines,
    Kind.VESTING: vesting_lines,
    Kind.CONTACTS: contact_lines,
}
