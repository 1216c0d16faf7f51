"""Writes docs/problem-codes.md from the catalogue of problem codes."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "src/planbridge/activity/problem_catalogue.toml"
PAGE = ROOT / "docs/problem-codes.md"
HEAD = """# Problem codes

A problem says what is wrong with one record or with a whole run, under a code that scripts may rely on. A code is
never renamed and never used for another cause. Every problem also has the participant and field at fault (where there
are any) and a sentence with the value; an SSN in it is masked.

- An **error** rejects its record, which goes to quarantine, or, where it concerns a plan or a delivery, ends the run
  without changing anything. The errors of the group Run hold a run for review or end it.
- A **warning** rejects nothing.

This page is made from `src/planbridge/activity/problem_catalogue.toml` by `python scripts/write_problem_codes.py`.
"""
GROUPS = {
    "Connection": "The way to the recordkeeper.",
    "File": "A delivery in a drop folder.",
    "Plan": "A plan document, or the plan itself.",
    "Activation": "A draft that is to become what participants see.",
    "Participant": "One participant's record.",
    "Run": "A run as a whole.",
    "Submission": "A participant's change on its way back.",
    "Notification": "A mail to a participant or to a plan's recipients.",
}


def page_text(catalogue: Mapping[str, Mapping[str, str]]) -> str:
    """The page as Markdown; `catalogue` maps each code to its group, severity, description and fix."""
    parts = [HEAD]
    for group, meaning in GROUPS.items():
        rows = [
            f"| `{code}` | {kind['severity']} | {kind['description']} | {kind['fix']} |"
            for code, kind in catalogue.items()
            if kind["group"] == group
        ]
        heading = (
            f"## {group}\n\n{meaning}\n\n| code | severity | what is wrong | who mends it and how |\n|---|---|---|---|"
        )
        parts.append("\n".join([heading, *rows, ""]))
    return "\n".join(parts)


def read_catalogue() -> dict[str, dict[str, str]]:
    """Every code of the catalogue, in its order."""
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))


def main() -> None:
    """Write the page."""
    PAGE.write_text(page_text(read_catalogue()), encoding="utf-8")


if __name__ == "__main__":
    main()
