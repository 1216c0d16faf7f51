"""An uploaded sample, read by a profile as a sync would: the first people, the problems, what nothing takes. Not kept."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from planbridge.activity.masking import mask_ssn
from planbridge.activity.problem import Problem, shown_value
from planbridge.recordkeepers.profile import Profile
from planbridge.recordkeepers.profile_try import RowProblem, Trial, try_profile

PEOPLE_SHOWN = 20
PROBLEMS_SHOWN = 50
NAME_CHARACTERS_MAX = 100
CENSUS_SHOWN = ("plan_id", "participant_id", "ssn", "last_name", "first_name", "birth_date", "status")
WORDS = {
    "plan_id": "Plan",
    "participant_id": "Participant",
    "ssn": "SSN",
    "last_name": "Last name",
    "first_name": "First name",
    "birth_date": "Birth date",
    "status": "Status",
}


@dataclass(frozen=True)
class ShownTrial:
    """A trial as the page shows it: the first people as a table, problems with their lines."""

    profile: Profile
    file_name: str
    trial: Trial
    headers: tuple[str, ...]
    people: tuple[tuple[tuple[str, str], ...], ...]
    file_problems: tuple[Problem, ...]
    row_problems: tuple[RowProblem, ...]

    @property
    def taken(self) -> int:
        """How many records would be read."""
        return self.trial.records - self.trial.refused

    @property
    def problems_left(self) -> int:
        """How many problems of rows are not shown."""
        return max(0, self.trial.problem_count - len(self.row_problems))


def try_upload(profile: Profile, upload: "UploadedFile[bytes]") -> ShownTrial:
    """Read an uploaded sample in a folder of its own, which is gone afterwards. Raises OSError."""
    with tempfile.TemporaryDirectory(prefix="sample-") as folder:
        # Not under the name that it came with: that is anybody's text.
        sample = Path(folder) / "sample"
        with sample.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        trial = try_profile(profile, sample)
    return shown_trial(profile, shown_name(upload.name), trial)


def shown_name(name: str | None) -> str:
    """The name of an upload as it may be shown."""
    return (shown_value(name) or "sample")[:NAME_CHARACTERS_MAX]


def shown_trial(profile: Profile, file_name: str, trial: Trial) -> ShownTrial:
    """A trial with its people as cells."""
    people = trial.participants[:PEOPLE_SHOWN]
    columns = [one for one in CENSUS_SHOWN if any(person.get(one) for person in people)]
    parts = [one for one in profile.carries if one != "census"]
    headers = [WORDS[one] for one in columns] + [part.replace("_", " ").capitalize() for part in parts]
    rows = tuple(
        tuple(zip(headers, [cell(person, one) for one in columns] + [items(person, one) for one in parts], strict=True))
        for person in people
    )
    return ShownTrial(
        profile, file_name, trial, tuple(headers), rows,
        tuple(trial.file_problems), tuple(trial.row_problems[:PROBLEMS_SHOWN]),
    )  # fmt: skip


def cell(person: dict[str, Any], column: str) -> str:
    """A census value, SSNs masked."""
    value = person.get(column)
    if column == "ssn":
        return mask_ssn(value) if value else ""
    return shown_value(value) or ""


def items(person: dict[str, Any], part: str) -> str:
    """The items of a part in a line: what they say, without their names."""
    said = [" ".join(str(text) for text in one.values() if text is not None) for one in person.get(part) or ()]
    return shown_value("; ".join(said)) or ""
