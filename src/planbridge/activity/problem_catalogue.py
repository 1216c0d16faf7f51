"""The catalogue of problem codes, read from problem_catalogue.toml."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Severity(StrEnum):
    """How severe a problem is."""

    ERROR = "error"  # rejects its record, or the run
    WARNING = "warning"  # the record is taken


# The field of these is a place of a draft, by which a page links; a person reads what the detail says.
PLACES_ARE_LINKS = frozenset({"Activation"})


@dataclass(frozen=True)
class ProblemKind:
    """One code: its group, severity, description and who mends it where."""

    code: str
    group: str
    severity: Severity
    description: str
    fix: str

    def sentence(self, *, field: str | None, value: str | None) -> str:
        """The description with the field and the (masked) value at fault."""
        field = None if self.group in PLACES_ARE_LINKS else field
        if field is None and value is None:
            return self.description
        at_fault = field if value is None else repr(value) if field is None else f"{field}: {value!r}"
        return f"{self.description.removesuffix('.')} ({at_fault})."


def read_catalogue() -> dict[str, ProblemKind]:
    """Every code with its kind, in the file's order."""
    entries = tomllib.loads((Path(__file__).parent / "problem_catalogue.toml").read_text(encoding="utf-8"))
    return {
        code: ProblemKind(code, entry["group"], Severity(entry["severity"]), entry["description"], entry["fix"])
        for code, entry in entries.items()
    }


CATALOGUE = read_catalogue()
