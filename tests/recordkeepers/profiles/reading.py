"""Reads invented files by profiles, and says in plain values what came of them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planbridge.recordkeepers.connector import DeliveryRefused
from planbridge.recordkeepers.formats.lines import BLOCK_BYTES
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_load import shipped_profile
from planbridge.recordkeepers.profile_reading import FileReading


@dataclass
class Outcome:
    """What a file came to: people in the order of the file, items with the SSN or account of their person, codes."""

    people: list[dict[str, Any]] = field(default_factory=list)
    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    refused_lines: list[int] = field(default_factory=list)
    records: int = 0
    unread: tuple[str, ...] = ()
    file_problem: str | None = None
    closing: list[str] = field(default_factory=list)

    def of(self, person: str, table: str) -> list[dict[str, Any]]:
        """The items of one person, named by SSN or participant id."""
        return [{k: v for k, v in one.items() if k != "person"} for one in self.items[table] if one["person"] == person]


def read(profile: str | Profile, content: bytes | str, folder: Path, block_bytes: int = BLOCK_BYTES) -> Outcome:
    """What a profile, by name or by value, reads from a file of this content."""
    path = folder / "sample.dat"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    chosen = shipped_profile(profile) if isinstance(profile, str) else profile
    return outcome_of(FileReading(path, chosen, block_bytes))


def outcome_of(reading: FileReading) -> Outcome:
    """Everything that a reading gives, in plain values."""
    outcome = Outcome()
    try:
        for part in reading.parts():
            people = part.people.to_dicts()
            names = {one["record"]: one["ssn"] or one["participant_id"] for one in people}
            outcome.people += people
            for table, rows in (*part.items.items(), ("contributions", part.contributions)):
                found = outcome.items.setdefault(table, [])
                found += [{"person": names[one.pop("record")], **one} for one in rows.to_dicts()]
            for one in part.problems.to_dicts():
                (outcome.problems if one["refuses"] else outcome.warnings).append((one["line"], one["code"]))
            outcome.refused_lines += part.refused["line"].to_list()
    except DeliveryRefused as refused:
        outcome.file_problem = refused.problem.code
    outcome.records, outcome.unread = reading.records, reading.unread
    outcome.closing = [one.code for one in reading.closing]
    return outcome
