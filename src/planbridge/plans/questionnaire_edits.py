"""Edits of a questionnaire's questions, each from questions to questions; a place names a text or points.

A place is "q2" (the text of a question), "q2-a1" (the text of an answer) or "q2-a1-points".
"""

from collections.abc import Iterable
from dataclasses import replace

from planbridge.plans.questionnaire_content import POINTS_MAX, Answer, Question, Questions, questions_as_json

QUESTIONS_MAX = 30
ANSWERS_MAX = 10
TEXT_CHARACTERS_MAX = 500
POINTS = "points"


class QuestionnaireRefused(ValueError):  # noqa: N818 - says what happened
    """An edit that cannot be; the sentence says why and what to do."""


def value_at(questions: Questions, place: str) -> str | int:
    """The text or the points at a place; raises QuestionnaireRefused when it is not there (any more)."""
    key, answer_key, what = _parts(place)
    question = _question(questions, key)
    if not answer_key:
        return question.text
    answer = _answer(question, answer_key)
    return answer.points if what else answer.text


def with_value(questions: Questions, place: str, value: str) -> Questions:
    """The questions with another text or other points at a place; raises QuestionnaireRefused."""
    key, answer_key, what = _parts(place)
    question = _question(questions, key)
    if not answer_key:
        changed = replace(question, text=_text(value))
    else:
        answer = _answer(question, answer_key)
        answer = replace(answer, points=_points(value)) if what else replace(answer, text=_text(value))
        changed = replace(question, answers=tuple(answer if a.answer == answer_key else a for a in question.answers))
    return tuple(changed if one.question == key else one for one in questions)


def with_question(questions: Questions) -> Questions:
    """The questions and an empty one with two answers at the end; raises QuestionnaireRefused."""
    if len(questions) >= QUESTIONS_MAX:
        message = f"A questionnaire has at most {QUESTIONS_MAX} questions."
        raise QuestionnaireRefused(message)
    key = _next_key("q", (one.question for one in questions))
    return (*questions, Question(key, answers=(Answer("a1"), Answer("a2"))))


def with_answer(questions: Questions, key: str) -> Questions:
    """The questions with an empty answer more at one of them; raises QuestionnaireRefused."""
    question = _question(questions, key)
    if len(question.answers) >= ANSWERS_MAX:
        message = f"A question has at most {ANSWERS_MAX} answers."
        raise QuestionnaireRefused(message)
    new = Answer(_next_key("a", (one.answer for one in question.answers)))
    changed = replace(question, answers=(*question.answers, new))
    return tuple(changed if one.question == key else one for one in questions)


def without(questions: Questions, place: str) -> Questions:
    """The questions without the question or answer at a place; raises QuestionnaireRefused when it is not there."""
    key, answer_key, _ = _parts(place)
    question = _question(questions, key)
    if not answer_key:
        return tuple(one for one in questions if one.question != key)
    _answer(question, answer_key)
    changed = replace(question, answers=tuple(one for one in question.answers if one.answer != answer_key))
    return tuple(changed if one.question == key else one for one in questions)


def moved_up(questions: Questions, key: str) -> Questions:
    """The questions with one of them a place further up; the first stays. Raises QuestionnaireRefused."""
    moved = _question(questions, key)
    at = questions.index(moved)
    rest = [one for one in questions if one.question != key]
    rest.insert(max(at - 1, 0), moved)
    return tuple(rest)


def part_at(questions: Questions, place: str) -> object:
    """The whole question or answer at a place as JSON, for a token; raises QuestionnaireRefused."""
    key, answer_key, _ = _parts(place)
    question = _question(questions, key)
    if not answer_key:
        return questions_as_json((question,))
    answer = _answer(question, answer_key)
    return [answer.text, answer.points]


def _parts(place: str) -> tuple[str, str, bool]:
    """Question key, answer key (or empty), and whether the points are meant."""
    key, _, rest = place.partition("-")
    answer_key, _, what = rest.partition("-")
    if what not in ("", POINTS):
        message = "The questionnaire has no such field."
        raise QuestionnaireRefused(message)
    return key, answer_key, bool(what)


def _question(questions: Questions, key: str) -> Question:
    found = next((one for one in questions if one.question == key), None)
    if found is None:
        message = "This question was removed meanwhile. Reload the page to see the questionnaire as it is now."
        raise QuestionnaireRefused(message)
    return found


def _answer(question: Question, key: str) -> Answer:
    found = next((one for one in question.answers if one.answer == key), None)
    if found is None:
        message = "This answer was removed meanwhile. Reload the page to see the questionnaire as it is now."
        raise QuestionnaireRefused(message)
    return found


def _text(value: str) -> str:
    text = " ".join(value.split())
    if len(text) > TEXT_CHARACTERS_MAX:
        message = f"A text has at most {TEXT_CHARACTERS_MAX} characters."
        raise QuestionnaireRefused(message)
    return text


def _points(value: str) -> int:
    text = value.strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(POINTS_MAX)) and int(text) <= POINTS_MAX):
        message = f"Points are a whole number from 0 to {POINTS_MAX}."
        raise QuestionnaireRefused(message)
    return int(text)


def _next_key(letter: str, keys: Iterable[str]) -> str:
    """A key that none has: a letter and the next number."""
    return f"{letter}{max((int(key[1:]) for key in keys), default=0) + 1}"
