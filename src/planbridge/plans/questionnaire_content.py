"""What a risk questionnaire asks: questions with answers and points, the scores they can give, and what they lack."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

POINTS_MAX = 100
ANSWERS_MIN = 2


@dataclass(frozen=True)
class Answer:
    """An answer to choose; `answer` is its key within the question, `points` 0 to POINTS_MAX."""

    answer: str
    text: str = ""
    points: int = 0


@dataclass(frozen=True)
class Question:
    """A question with its answers, of which a participant chooses one; `question` is its key."""

    question: str
    text: str = ""
    answers: tuple[Answer, ...] = ()

    @property
    def points(self) -> list[int]:
        """The points of its answers; a single 0 without answers."""
        return [one.points for one in self.answers] or [0]


Questions = tuple[Question, ...]


@dataclass(frozen=True)
class Lack:
    """What keeps a questionnaire from being final: the place to mend (a field of the editor) and a sentence."""

    place: str
    sentence: str


def score_range(questions: Questions) -> tuple[int, int]:
    """The lowest and the highest score that answers can give."""
    return sum(min(one.points) for one in questions), sum(max(one.points) for one in questions)


def score_of(questions: Questions, chosen: Mapping[str, str]) -> int | None:
    """The score of a participant's answers (answer keys by question key); None while one is missing."""
    points = 0
    for one in questions:
        found = [answer.points for answer in one.answers if answer.answer == chosen.get(one.question)]
        if not found:
            return None
        points += found[0]
    return points


def lacks_of_content(name: str, questions: Questions) -> Iterator[Lack]:
    """Everything that keeps a questionnaire from being final, in the order of the page."""
    if not name.strip():
        yield Lack("name", "The questionnaire has no name.")
    if not questions:
        yield Lack("questions", "There is no question.")
    for number, one in enumerate(questions, start=1):
        yield from _lacks_of_question(number, one)
    low, high = score_range(questions)
    if questions and low == high:
        yield Lack("questions", f"Every way to answer gives the score {low}; give some answers other points.")


def _lacks_of_question(number: int, one: Question) -> Iterator[Lack]:
    if not one.text.strip():
        yield Lack(one.question, f"Question {number} has no text.")
    if len(one.answers) < ANSWERS_MIN:
        yield Lack(one.question, f"Question {number} has fewer than {ANSWERS_MIN} answers.")
    for place, answer in enumerate(one.answers, start=1):
        if not answer.text.strip():
            yield Lack(f"{one.question}-{answer.answer}", f"Answer {place} of question {number} has no text.")


def questions_as_json(questions: Questions) -> list[dict[str, Any]]:  # Any: JSON values
    """The questions as JSON."""
    return [
        {
            "question": one.question,
            "text": one.text,
            "answers": [{"answer": a.answer, "text": a.text, "points": a.points} for a in one.answers],
        }
        for one in questions
    ]


def questions_from_json(value: list[dict[str, Any]]) -> Questions:  # Any: JSON values
    """The questions that `questions_as_json` wrote."""
    return tuple(
        Question(one["question"], one["text"], tuple(Answer(**answer) for answer in one["answers"])) for one in value
    )
