"""What a plan's checks need to know of a risk questionnaire: whether it is final, and which scores it can give."""

from dataclasses import dataclass


@dataclass(frozen=True)
class QuestionnaireFacts:
    """A questionnaire in short; every score from `score_min` to `score_max`, both included, needs a portfolio."""

    questionnaire_id: int
    name: str
    is_final: bool
    score_min: int
    score_max: int
