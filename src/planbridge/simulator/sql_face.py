"""Writes the simulated recordkeeper's books as a database in the shape of Relius: plan > source > fund, contacts, census."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from planbridge.simulator.plans import Document
from planbridge.simulator.recordkeeper import Recordkeeper

# Numbers are texts: SQLite has no exact decimals. Other databases are given NUMERIC and DATE by those who copy this.
TABLES: dict[str, tuple[str, ...]] = {
    "plan_valuation": ("valuation_date",),
    "plan_spec": (
        "plan_id", "plan_name", "plan_type", "plan_number", "year_end", "status", "er_name", "er_ein", "er_phone",
        "min_age", "service_months", "entry_code", "min_deferral", "max_deferral", "allows_roth", "allows_catch_up",
        "lineup_date",
    ),
    "plan_contact": ("plan_id", "contact_no", "role", "contact_name", "email", "phone"),
    "match_tier": ("plan_id", "tier_no", "contribution_percent", "match_percent"),
    "plan_source": ("plan_id", "source_no", "source_code", "source_name", "source_kind"),
    "plan_fund": (
        "plan_id", "fund_no", "fund_code", "fund_name", "ticker", "cusip", "asset_class", "expense_percent", "price",
        "price_date", "status", "mapped_to",
    ),
    "default_fund": ("plan_id", "fund_no", "fund_code", "retirement_from", "retirement_to"),
    "person": (
        "plan_id", "person_id", "ssn", "first_name", "middle_name", "last_name", "birth_date", "gender",
        "marital_status", "email", "phone", "address_line1", "address_line2", "city", "state", "zip", "country",
        "hire_date", "termination_date", "rehire_date", "status", "pay_frequency", "eligibility_date", "entry_date",
    ),
    "census": ("plan_id", "person_id", "census_year", "compensation", "hours", "prior_fica_wages"),
    "deferral": ("plan_id", "person_id", "source_code", "deferral_percent", "deferral_amount"),
    "investment_election": ("plan_id", "person_id", "source_code", "fund_code", "allocation_percent"),
    "person_source_fund": (
        "plan_id", "person_id", "source_code", "fund_code", "units", "price", "market_value", "price_date",
    ),
    "vesting": ("plan_id", "person_id", "source_code", "vested_percent"),
    "loan": (
        "plan_id", "person_id", "loan_no", "loan_type", "origination_date", "original_amount", "balance", "payment",
        "frequency", "rate", "maturity_date", "status",
    ),
    "beneficiary": (
        "plan_id", "person_id", "beneficiary_no", "class_code", "beneficiary_name", "relationship", "share_percent",
    ),
    "year_to_date": ("plan_id", "person_id", "source_code", "amount"),
}  # fmt: skip
WHOLE_NUMBERS = {
    "contact_no", "tier_no", "source_no", "fund_no", "beneficiary_no", "min_age", "service_months", "allows_roth",
    "allows_catch_up", "retirement_from", "retirement_to", "census_year",
}  # fmt: skip
Row = tuple[str, tuple[object, ...]]


def create_statements() -> list[str]:
    """The CREATE TABLE statements, as PostgreSQL and SQLite take them."""
    return [
        f"CREATE TABLE {table} ({', '.join(f'{one} {type_of(one)}' for one in columns)})"
        for table, columns in TABLES.items()
    ]


def type_of(column: str) -> str:
    """A column's type."""
    return "INTEGER" if column in WHOLE_NUMBERS else "TEXT"


def write_database(keeper: Recordkeeper, path: Path) -> dict[str, int]:
    """Write all plans and people into a new SQLite file, there whole or not at all; how many rows each table has."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    counts = dict.fromkeys(TABLES, 0)
    with sqlite3.connect(part) as database:
        for statement in create_statements():
            database.execute(statement)
        for table, values in rows_of(keeper):
            marks = ", ".join("?" * len(values))
            database.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608 - a name of this file
            counts[table] += 1
    database.close()
    part.replace(path)
    return counts


def rows_of(keeper: Recordkeeper) -> Iterator[Row]:
    """Every row of the books: table, values."""
    yield "plan_valuation", (keeper.moment.date().isoformat(),)
    for plan_id in keeper.plan_ids():
        document = msgspec.json.decode(keeper.plan_text(plan_id))
        yield from plan_rows(document)
        for _, text in keeper.served_people(plan_id, keeper.sequence):
            yield from person_rows(plan_id, msgspec.json.decode(text))


def plan_rows(plan: Document) -> Iterator[Row]:
    """The rows of a plan."""
    plan_id, provisions, employer, lineup = plan["plan_id"], plan["provisions"], plan["employer"], plan["lineup"]
    eligibility, deferral = provisions["eligibility"], provisions["deferral"]
    head = [plan[name] for name in ("plan_id", "name", "type", "plan_number", "year_end", "status")]
    said = [eligibility[name] for name in ("minimum_age", "service_months", "entry")]
    said += [deferral["minimum_percent"], deferral["maximum_percent"], int(deferral["roth"]), int(deferral["catch_up"])]
    yield "plan_spec", (*head, *(employer[name] for name in ("name", "ein", "phone")), *said, lineup["effective_date"])
    yield from listed("plan_contact", plan_id, plan["contacts"], ("role", "name", "email", "phone"))
    tiers = (provisions["match"] or {}).get("tiers", [])
    yield from listed("match_tier", plan_id, tiers, ("contribution_percent", "match_percent"))
    yield from listed("plan_source", plan_id, plan["sources"], ("source", "name", "kind"))
    fund = (
        "fund",
        "name",
        "ticker",
        "cusip",
        "asset_class",
        "expense_percent",
        "price",
        "price_date",
        "status",
        "mapped_to",
    )
    yield from listed("plan_fund", plan_id, lineup["funds"], fund)
    yield from listed(
        "default_fund", plan_id, lineup["default_investment"], ("fund", "retirement_from", "retirement_to")
    )


def listed(table: str, plan_id: str, items: Iterable[Document], names: tuple[str, ...]) -> Iterator[Row]:
    """The items of a plan, numbered."""
    for number, item in enumerate(items, start=1):
        yield table, (plan_id, number, *(item.get(name) for name in names))


def person_rows(plan_id: str, person: Document) -> Iterator[Row]:
    """The rows of a person; the census has a year before, which must not be read."""
    key = (plan_id, person["participant_id"])
    before = (
        "ssn",
        "first_name",
        "middle_name",
        "last_name",
        "birth_date",
        "gender",
        "marital_status",
        "email",
        "phone",
    )
    address = [person["address"][name] for name in ("line1", "line2", "city", "state", "zip", "country")]
    spells = person["employment"]
    dates = (spells[0]["hire_date"], spells[0]["termination_date"], spells[1]["hire_date"] if len(spells) > 1 else None)
    after = [person[name] for name in ("status", "pay_frequency", "eligibility_date", "entry_date")]
    yield "person", (*key, *(person[name] for name in before), *address, *dates, *after)
    pay = [person[name] for name in ("annual_compensation", "hours_ytd", "prior_year_fica_wages")]
    yield "census", (*key, 2024, "1.00", "1", None)
    yield "census", (*key, 2025, *pay)
    for table, part, names in PARTS:
        for item in person[part]:
            yield table, (*key, *(item[name] for name in names))
    for number, item in enumerate(person["beneficiaries"], start=1):
        yield "beneficiary", (*key, number, *(item[name] for name in ("class", "name", "relationship", "percent")))


PARTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("deferral", "contribution_rates", ("source", "percent", "amount")),
    ("investment_election", "allocations", ("source", "fund", "percent")),
    ("person_source_fund", "balances", ("source", "fund", "units", "price", "market_value", "price_date")),
    ("vesting", "vesting", ("source", "percent")),
    (
        "loan",
        "loans",
        (
            "loan_id", "type", "origination_date", "original_amount", "balance", "payment", "frequency", "rate",
            "maturity_date", "status",
        ),
    ),
    ("year_to_date", "ytd", ("source", "amount")),
)  # fmt: skip
