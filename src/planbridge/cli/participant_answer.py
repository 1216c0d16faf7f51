"""One person as the command line shows them: who they are, what they contribute, what they have."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.text import Text

from planbridge.cli.proof_answer import money
from planbridge.cli.tables import plain_table

Person = dict[str, Any]
FACTS = (
    ("Born", "birth_date"),
    ("Status", "status"),
    ("E-mail", "email"),
    ("Phone", "phone"),
    ("Paid", "pay_frequency"),
    ("Compensation a year", "annual_compensation"),
    ("Eligible from", "eligibility_date"),
    ("Entered", "entry_date"),
)
ADDRESS = ("address_line1", "address_line2", "city", "state", "zip", "country")
# What is held in lists, in the order of the page, with the columns that matter to a reader.
LISTS = (
    ("Employment", "employment", ("hire_date", "termination_date")),
    ("Contribution rates", "contribution_rates", ("source", "percent", "amount")),
    ("Allocations", "allocations", ("source", "fund", "percent")),
    ("Vesting", "vesting", ("source", "percent")),
    ("Loans", "loans", ("loan_id", "type", "balance", "payment", "frequency", "rate", "status")),
    ("Beneficiaries", "beneficiaries", ("class", "name", "relationship", "percent")),
)


def say_person(console: Console, person: Person) -> None:
    """A person in words."""
    name = " ".join(person[part] for part in ("first_name", "middle_name", "last_name") if person[part])
    console.print(Text(f"{name}  {person['participant_id']}", style="bold"))
    console.print(f"Plan {person['plan']}, SSN {person['ssn']}, {str(person['sync_status']).replace('_', ' ')}")
    facts = [f"{label}: {person[field]}" for label, field in FACTS if person[field]]
    address = ", ".join(person[part] for part in ADDRESS if person[part])
    for fact in [*facts, *([f"Address: {address}"] if address else [])]:
        console.print(f"  {fact}")
    for heading, field, columns in LISTS:
        if person[field]:
            say_items(console, heading, person[field], columns)
    if person["balances"]:
        say_balances(console, person["balances"])


def say_items(console: Console, heading: str, items: Sequence[Person], columns: Sequence[str]) -> None:
    """A list of a person's items as a table; a column that is empty throughout is left out."""
    used = [column for column in columns if any(item[column] is not None for item in items)]
    table = plain_table(*(column.replace("_", " ").capitalize() for column in used), title=heading)
    for item in items:
        table.add_row(*("" if item[column] is None else str(item[column]) for column in used))
    console.print(table)


def say_balances(console: Console, balances: Sequence[Person]) -> None:
    """Positions with their value, and the total."""
    numbers = ("Units", "Price", "Dollars")
    table = plain_table("Source", "Fund", "Units", "Price", "As of", "Dollars", right=numbers, title="Balances")
    total = sum((Decimal(one["market_value"] or 0) for one in balances), Decimal(0))
    table.show_footer = True
    table.columns[-2].footer, table.columns[-1].footer = "Total", money(f"{total:.2f}")
    for one in balances:
        row = (one["source"], one["fund"], one["units"], one["price"], one["price_date"], money(one["market_value"]))
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console.print(table)
