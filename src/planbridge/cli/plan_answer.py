"""A plan as the command line shows it in words."""

from typing import Any

from rich.console import Console
from rich.text import Text

from planbridge.cli.tables import plain_table
from planbridge.plans.plan import PlanStatus


def say_plan(console: Console, plan: dict[str, Any]) -> None:
    """A plan with its employer, contacts, sources, provisions and lineup."""
    employer = plan["employer"]
    console.print(Text(f"{plan['plan']}  {plan['name']}  ({PlanStatus(plan['status']).label})", style="bold"))
    console.print(f"  Employer: {employer['name']}, EIN {employer['ein']}, recordkeeper {plan['connection']}")
    for contact in plan["contacts"]:
        reached = ", ".join(contact[part] for part in ("name", "email", "phone") if contact[part])
        console.print(f"  Contact ({contact['role']}): {reached}")
    console.print(f"  Sources: {', '.join(source['source'] for source in plan['sources']) or 'not known yet'}")
    console.print(f"  Provisions: {', '.join(plan['provisions']) or 'not known yet'} (in full: --json)")
    table = plain_table("Fund", "Name", "Status", "Mapped to")
    for fund in plan["funds"]:
        table.add_row(fund["fund"], fund["name"], fund["status"], fund["mapped_to"] or "")
    console.print(table)
