"""A problem: what is wrong with a record or a run, as data, with a stable code from the catalogue."""

from dataclasses import dataclass
from typing import Any

from planbridge.activity.masking import mask_text
from planbridge.activity.problem_catalogue import CATALOGUE, Severity

VALUE_CHARACTERS_MAX = 200


@dataclass(frozen=True)
class Problem:
    """One problem; `value` is what was delivered (masked when shown), `participant_id` None for the run itself."""

    code: str
    value: str | None = None
    field: str | None = None
    participant_id: str | None = None
    detail: str | None = None

    @property
    def severity(self) -> Severity:
        """Error (rejects its record, or the run) or warning, by the catalogue."""
        return CATALOGUE[self.code].severity

    @property
    def message(self) -> str:
        """What is wrong, in a sentence or two, with the value at fault masked."""
        kind = CATALOGUE[self.code]
        shown = shown_value(self.value)
        return " ".join(part for part in (kind.sentence(field=self.field, value=shown), self.detail) if part)

    def as_json(self) -> dict[str, Any]:
        """The problem as the command line and the API give it."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "participant_id": self.participant_id,
            "field": self.field,
            "value": shown_value(self.value),
            "message": self.message,
            "fix": CATALOGUE[self.code].fix,
        }


def shown_value(value: str | None) -> str | None:
    """A delivered value as it may be shown: SSNs masked, cut to 200 characters, control characters visible."""
    if value is None:
        return None
    printable = "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in value[:1000]
    )
    masked = mask_text(printable)
    return masked if len(masked) <= VALUE_CHARACTERS_MAX else masked[: VALUE_CHARACTERS_MAX - 1] + "…"
