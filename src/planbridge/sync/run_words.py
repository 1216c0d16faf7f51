"""Words about a run that the command line and the pages share; a run as run_as_json gives it."""

from collections.abc import Mapping
from typing import Any

from planbridge.sync.run import RunKind


def run_title(answer: Mapping[str, Any], plan: str) -> str:
    """What a run is, in a few words: 'Participant Sync of Northwind 401(k) Plan (dry run)'."""
    return f"{RunKind(answer['kind']).label} of {plan}{' (dry run)' if answer.get('dry_run') else ''}"


def people_counts(answer: Mapping[str, Any]) -> list[str]:
    """The counts of people, the last ones only where there are any."""
    rest = {"rejected": "rejected", "held": "held", "vanished": "not at the recordkeeper any more"}
    return [
        f"{answer['read']:,} people read" if answer["read"] != 1 else "1 person read",
        f"{answer['applied']:,} changed",
        f"{answer['unchanged']:,} unchanged",
        *(f"{answer[name]:,} {words}" for name, words in rest.items() if answer[name]),
    ]


def counted(number: int, thing: str) -> str:
    """A number of things: "1 price", "2,000 prices"."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
