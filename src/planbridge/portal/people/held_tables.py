"""Everything held of a person, as the page shows it: facts in groups, and a table for each kind of item."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Value

from planbridge.participants.lookup import State
from planbridge.plans.fund import PlanFund
from planbridge.plans.plan import PlanSource
from planbridge.portal.firm_time import day_text
from planbridge.portal.templatetags.portal import NOTHING, money

Cell = Callable[[Any], str]


@dataclass(frozen=True)
class CodeNames:
    """The names of a plan's sources and funds by their codes."""

    sources: Mapping[str, str]
    funds: Mapping[str, str]


@dataclass(frozen=True)
class HeldColumn:
    """A column of items: its header and whether it holds numbers."""

    header: str
    is_number: bool = False


@dataclass(frozen=True)
class HeldTable:
    """The items of a kind: a row each, cells as text; `total` stands in the last column of a footer; `none` if empty."""

    title: str
    columns: tuple[HeldColumn, ...]
    rows: list[list[tuple[str, HeldColumn]]]
    none: str
    total: str = ""


@dataclass(frozen=True)
class Part:
    """How a part of an item is shown: its name, its header, how its value is written."""

    name: str
    header: str
    write: str = "text"  # a key of the writers below

    @property
    def is_number(self) -> bool:
        """Whether it stands at the right."""
        return self.write in NUMBERS


@dataclass(frozen=True)
class Kind:
    """A kind of items: the field of the person, its title, its parts, and what is said where there are none."""

    field: str
    title: str
    parts: tuple[Part, ...]
    none: str


NUMBERS = {"money", "percent", "exact"}
SOURCE, FUND = Part("source", "Source", "source"), Part("fund", "Fund", "fund")
KINDS = (
    Kind(
        "balances",
        "Balances",
        (
            SOURCE,
            FUND,
            Part("units", "Units", "exact"),
            Part("price", "Price", "exact"),
            Part("price_date", "Price of", "day"),
            Part("market_value", "Market value", "money"),
        ),
        "No money is held.",
    ),
    Kind(
        "contribution_rates",
        "Contribution rates",
        (SOURCE, Part("percent", "Percent of pay", "percent"), Part("amount", "Dollars a pay", "money")),
        "No rate is known. That is not a rate of 0 %.",
    ),
    Kind(
        "allocations",
        "Allocations of new money",
        (SOURCE, FUND, Part("percent", "Percent", "percent")),
        "No allocation is known.",
    ),
    Kind("vesting", "Vesting", (SOURCE, Part("percent", "Vested", "percent")), "No vesting is known."),
    Kind(
        "loans",
        "Loans",
        (
            Part("loan_id", "Loan"),
            Part("type", "Type", "word"),
            Part("origination_date", "Taken", "day"),
            Part("original_amount", "Amount", "money"),
            Part("balance", "Balance", "money"),
            Part("payment", "Payment", "money"),
            Part("frequency", "Paid", "word"),
            Part("rate", "Rate", "percent"),
            Part("maturity_date", "Until", "day"),
            Part("status", "Status", "word"),
        ),
        "No loans.",
    ),
    Kind(
        "beneficiaries",
        "Beneficiaries",
        (
            Part("class", "Class", "word"),
            Part("name", "Name"),
            Part("relationship", "Relationship", "word"),
            Part("percent", "Percent", "percent"),
        ),
        "No beneficiary is known.",
    ),
    Kind("ytd", "Contributed this year", (SOURCE, Part("amount", "Dollars", "money")), "Nothing is known."),
    Kind(
        "employment",
        "Employment",
        (Part("hire_date", "Hired", "day"), Part("termination_date", "Left", "day")),
        "No spell of employment is known.",
    ),
)
FACTS: tuple[tuple[str, tuple[Part, ...]], ...] = (
    (
        "Person",
        (
            Part("name", "Name"),
            Part("birth_date", "Born", "day"),
            Part("gender", "Gender", "gender"),
            Part("marital_status", "Marital status", "word"),
            Part("email", "E-mail"),
            Part("phone", "Phone"),
            Part("address", "Address"),
        ),
    ),
    (
        "Work and pay",
        (
            Part("status", "Employment status", "word"),
            Part("pay_frequency", "Paid", "word"),
            Part("annual_compensation", "Compensation a year", "money"),
            Part("hours_ytd", "Hours this year", "exact"),
            Part("eligibility_date", "Eligible from", "day"),
            Part("entry_date", "Entered the plan", "day"),
            Part("prior_year_fica_wages", "FICA wages of the year before", "money"),
        ),
    ),
)
GENDERS = {"F": "Female", "M": "Male", "X": "Neither", "U": "Not said"}
ADDRESS_LINES = ("address_line1", "address_line2", "city", "state", "zip", "country")
NAMES = ("first_name", "middle_name", "last_name")


def code_names(plan_id: int) -> CodeNames:
    """The names of a plan's sources and funds; one statement."""
    sources = PlanSource.objects.filter(plan_id=plan_id).values_list("source", "name", Value("source"))
    funds = PlanFund.objects.filter(plan_id=plan_id).values_list("fund", "name", Value("fund"))
    names: dict[str, dict[str, str]] = {"source": {}, "fund": {}}
    for code, name, kind in sources.union(funds, all=True):
        names[kind][code] = name
    return CodeNames(names["source"], names["fund"])


def exact_text(value: str) -> str:
    """An exact number with thousands separators, all its digits kept."""
    return f"{Decimal(value):,}"


def named(names: Mapping[str, str], code: str) -> str:
    """A code with its name, where it has one."""
    return f"{names[code]} ({code})" if names.get(code) else code


def writers(names: CodeNames) -> dict[str, Cell]:
    """How values are written, by the word that a Part has for it."""
    return {
        "text": str,
        "word": lambda value: str(value).replace("_", " ").capitalize(),
        "gender": lambda value: str(GENDERS.get(value, value)),
        "day": day_text,
        "exact": exact_text,
        "money": money,
        "percent": lambda value: f"{exact_text(value)} %",
        "source": lambda value: named(names.sources, value),
        "fund": lambda value: named(names.funds, value),
    }


def cell_text(part: Part, item: Mapping[str, Any], write: Mapping[str, Cell]) -> str:
    """A part of an item as text; what is not known is a dash."""
    value = item.get(part.name)
    return NOTHING if value is None or value == "" else write[part.write](value)


def name_of(person: State) -> str:
    """First, middle and last name; empty where none is known."""
    return " ".join(str(person[part]) for part in NAMES if person.get(part))


def fact_groups(person: State, names: CodeNames) -> list[tuple[str, list[tuple[str, str]]]]:
    """Titles with labels and values."""
    write = writers(names)
    address = ", ".join(str(person[line]) for line in ADDRESS_LINES if person.get(line))
    whole = {**person, "name": name_of(person), "address": address}
    return [(title, [(part.header, cell_text(part, whole, write)) for part in parts]) for title, parts in FACTS]


def held_tables(person: State, names: CodeNames) -> list[HeldTable]:
    """A table for each kind of items."""
    write = writers(names)
    return [held_table(kind, person[kind.field], write) for kind in KINDS]


def held_table(kind: Kind, items: Sequence[Mapping[str, Any]], write: Mapping[str, Cell]) -> HeldTable:
    """The table of a kind; a column that is empty throughout is left out."""
    parts = [part for part in kind.parts if any(item.get(part.name) is not None for item in items)]
    columns = [HeldColumn(part.header, part.is_number) for part in parts]
    rows = [
        [(cell_text(part, item, write), column) for part, column in zip(parts, columns, strict=True)] for item in items
    ]
    total = money(balance_of(items)) if kind.field == "balances" and items else ""
    return HeldTable(kind.title, tuple(columns), rows, kind.none, total)


def balance_of(balances: Sequence[Mapping[str, Any]]) -> Decimal:
    """Dollars of all positions; one without a price counts nothing."""
    return sum((Decimal(item["market_value"] or 0) for item in balances), Decimal(0))
