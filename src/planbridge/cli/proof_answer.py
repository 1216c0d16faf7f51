"""A run's proof as the command line shows it: what the recordkeeper says it sent, beside what was read."""

from typing import Any

from rich.console import Console

from planbridge.cli.tables import plain_table


def say_proof(console: Console, proof: dict[str, Any]) -> None:
    """A proof in words: people, money, and the money by source and fund."""
    people = proof["people"]
    console.print(
        f"People: the recordkeeper says {said(people['recordkeeper'])}; {people['read']:,} were read: "
        f"{people['applied']:,} changed, {people['unchanged']:,} unchanged, {people['rejected']:,} rejected, "
        f"{people['held']:,} held."
    )
    if not proof["control_totals"]:
        console.print("The recordkeeper sent no control totals, so there is nothing to compare with.")
    numbers = ("Recordkeeper", "Read", "Rejected", "Difference")
    table = plain_table("Dollars", *numbers, right=numbers)
    table.add_row("all", *amounts(proof["market_value"]))
    for one in proof["by_source"]:
        table.add_row(f"source {one['source']}", *amounts(one))
    for one in proof["by_fund"]:
        table.add_row(f"fund {one['fund']}", *amounts(one["market_value"]))
    console.print(table)


def amounts(line: dict[str, Any]) -> list[str]:
    """The four amounts of a line."""
    return [money(line[name]) for name in ("recordkeeper", "read", "rejected", "difference")]


def money(text: str | None) -> str:
    """Decimal text with commas, or a dash for what was not said."""
    if text is None:
        return "-"
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, places = digits.partition(".")
    return f"{sign}{int(whole):,}.{places}" if places else f"{sign}{int(whole):,}"


def said(number: int | None) -> str:
    """A number that the recordkeeper may have left out."""
    return "nothing" if number is None else f"{number:,}"
