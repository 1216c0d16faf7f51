"""`planbridge migrate`: the tables as this version wants them."""

from planbridge.cli.output import JsonOption, Output, QuietOption
from planbridge.cli.schema import apply_migrations


def migrate(*, as_json: JsonOption = False, quiet: QuietOption = False) -> None:
    """Make the tables as this version wants them. Example: planbridge migrate."""
    applied = apply_migrations()
    text = f"{len(applied)} migrations applied." if applied else "The database is current."
    Output(as_json, quiet).answer({"applied": applied}, lambda console: console.print(text))
