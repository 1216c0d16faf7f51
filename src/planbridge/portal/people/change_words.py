"""What changed of a person, in words: fields by their names, values with their units and dates as they are read."""

from collections.abc import Mapping
from typing import Any

from planbridge.participants.held import ITEMS
from planbridge.portal.people.held_tables import FACTS, KINDS, CodeNames, writers
from planbridge.portal.templatetags.portal import NOTHING

FIELD_WORDS = {
    "ssn": "SSN",
    "zip": "ZIP code",
    "email": "E-mail",
    "ytd": "Contributed this year",
    "hire_dates": "Hired",
    "termination_dates": "Left",
    "status": "Employment status",
    "hours_ytd": "Hours this year",
    "at_recordkeeper": "At the recordkeeper",
    "prior_year_fica_wages": "FICA wages of the year before",
    "contribution_rates": "Contribution rate",
    "allocations": "Allocation",
    "balances": "Units",
    "loans": "Loan",
    "beneficiaries": "Beneficiary",
}
# What a number is of, where its sign alone does not say it.
UNITS = {("contribution_rates", "percent"): " of pay", ("contribution_rates", "amount"): " a pay period"}
KIND_PARTS = {kind.field: {part.name: part for part in kind.parts} for kind in KINDS}
WRITERS = writers(CodeNames({}, {}))
# How a field of the person's own is written; a list of dates, day by day.
DATE_LISTS = frozenset({"hire_dates", "termination_dates"})
FIELD_WRITERS = {part.name: part.write for _, parts in FACTS for part in parts} | dict.fromkeys(DATE_LISTS, "day")


def field_text(name: str) -> str:
    """A field of the history in words: "balances.PRE.TD45" is "Units, PRE, TD45"."""
    first, *rest = name.split(".")
    return ", ".join([FIELD_WORDS.get(first, first.replace("_", " ").capitalize()), *rest])


def array_text(name: str) -> str:
    """A column of items in words, as a change names it: "loans.payments" is "Loan, payment"."""
    table, _, array = name.partition(".")
    words = field_text(table)
    if table not in ITEMS:
        return words
    header = KIND_PARTS[table][ITEMS[table][array]].header
    return words if header.lower() == words.lower() else f"{words}, {header.lower()}"


def item_in_words(field: str, parts: Mapping[str, Any]) -> str:
    """An item as text, its numbers with their units: "5 % of pay", "Balance $1,200.00, Rate 4.5 %"."""
    known = [part for part in KIND_PARTS[field].values() if parts.get(part.name) not in (None, "")]
    texts = {part: part_text(field, part.name, parts[part.name]) for part in known}
    return ", ".join(text if len(known) == 1 else f"{part.header} {text}" for part, text in texts.items())


def part_text(field: str, name: str, value: object) -> str:
    """One part of an item with its unit."""
    return WRITERS[KIND_PARTS[field][name].write](value) + UNITS.get((field, name), "")


def value_in_words(field: str, value: object) -> str:
    """A value of a person's own field; what was not there is a dash, and items are text already."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    write = WRITERS[FIELD_WRITERS.get(field, "text")]
    return ", ".join(write(one) for one in str(value).split(", ")) if field in DATE_LISTS else write(value)


def array_in_words(name: str, value: object) -> str:
    """What a dry run says of a field: of items a whole column, each with its unit."""
    table, _, array = name.partition(".")
    if not isinstance(value, list):
        return value_in_words(name, value)
    if table in ITEMS:
        return ", ".join(NOTHING if one is None else part_text(table, ITEMS[table][array], one) for one in value)
    return value_in_words(name, ", ".join(map(str, value)))
