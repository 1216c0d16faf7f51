"""Tries a profile on a sample: the first people as read, in the shape of the Recordkeeper API, and what is wrong."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import Severity
from planbridge.recordkeepers.connector import DeliveryRefused
from planbridge.recordkeepers.delivered import ITEM_COLUMNS, PEOPLE_COLUMNS
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_reading import FileReading, ReadPart

PEOPLE_SHOWN = 100
PROBLEMS_SHOWN = 1_000
ADDRESS = {
    "address_line1": "line1",
    "address_line2": "line2",
    "city": "city",
    "state": "state",
    "zip": "zip",
    "country": "country",
}


@dataclass(frozen=True)
class RowProblem:
    """A problem of a row of the sample; its own severity, for what rejects one record may be a warning of another."""

    problem: Problem
    line: int
    refuses: bool

    def as_json(self) -> dict[str, Any]:
        """The problem as the command line gives it."""
        severity = Severity.ERROR if self.refuses else Severity.WARNING
        return self.problem.as_json() | {"severity": str(severity), "line": self.line}


@dataclass
class Trial:
    """What a profile makes of a sample. `is_refused`: the file as a whole could not be taken."""

    profile: Profile
    records: int = 0
    refused: int = 0
    participants: list[dict[str, Any]] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)
    row_problems: list[RowProblem] = field(default_factory=list)
    problem_count: int = 0
    file_problems: list[Problem] = field(default_factory=list)
    unread: tuple[str, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether nothing of the file would be taken."""
        return bool(self.file_problems)

    def as_json(self) -> dict[str, Any]:
        """The trial as the command line gives it."""
        problems = [one.as_json() for one in self.file_problems] + [one.as_json() for one in self.row_problems]
        return {
            "profile": self.profile.profile,
            "records": self.records,
            "participants": self.participants,
            "plans": [{"plan_id": one} for one in self.plans],
            "problems": problems,
            "unread": list(self.unread),
        }


def try_profile(profile: Profile, sample: Path) -> Trial:
    """Read a sample by a profile; a file that cannot be taken says so in the trial. Raises OSError."""
    trial, reading = Trial(profile), FileReading(sample, profile)
    plans: dict[str, None] = {}
    try:
        for part in reading.parts():
            room = PEOPLE_SHOWN - len(trial.participants)
            trial.participants += participants_of(part, profile, room) if room > 0 else []
            plans |= dict.fromkeys(one for one in part.people["plan_id"].unique(maintain_order=True) if one is not None)
            trial.problem_count += part.problems.height
            trial.row_problems += problems_of(part.problems.head(max(0, PROBLEMS_SHOWN - len(trial.row_problems))))
    except DeliveryRefused as refused:
        trial.file_problems.append(refused.problem)
    trial.file_problems += reading.closing
    trial.records, trial.refused, trial.unread = reading.records, reading.refused, reading.unread
    trial.plans = list(plans)
    return trial


def problems_of(rows: pl.DataFrame) -> list[RowProblem]:
    """Problems of a frame as values."""
    return [
        RowProblem(
            Problem(row["code"], value=row["value"], field=row["field"], detail=f"Line {row['line']}."),
            row["line"],
            row["refuses"],
        )
        for row in rows.iter_rows(named=True)
    ]


def participants_of(part: ReadPart, profile: Profile, most: int) -> list[dict[str, Any]]:
    """The first people of a part as documents; parts that the file does not carry are absent, SSNs as they were read."""
    chosen = part.people.head(most)
    documents = {row["record"]: document_of(row, profile) for row in chosen.iter_rows(named=True)}
    for table in ITEM_COLUMNS:
        if table not in part.items:
            continue
        for document in documents.values():
            document[table] = []
        rows = part.items[table].join(chosen.select("record"), on="record", how="semi", maintain_order="left")
        for row in rows.iter_rows(named=True):
            documents[row.pop("record")][table].append(row)
    for row in part.contributions.join(chosen.select("record"), on="record", how="semi").iter_rows(named=True):
        documents[row.pop("record")].setdefault("contributions", []).append(row)
    return list(documents.values())


def document_of(row: dict[str, Any], profile: Profile) -> dict[str, Any]:
    """A census row as a document; what identifies a person always stands in it, the rest where the file says it."""
    address = {name: row[column] for column, name in ADDRESS.items()}
    whole = "census" in profile.carries
    document = {
        column: row[column]
        for column in PEOPLE_COLUMNS
        if column not in ADDRESS
        and (whole or row[column] is not None or column in ("plan_id", "participant_id", "ssn"))
    }
    if whole:
        document["address"] = address if any(address.values()) else None
    return document
