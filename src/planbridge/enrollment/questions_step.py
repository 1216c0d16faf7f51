"""The questions step of Help Me Choose: the plan's risk questionnaire, its score, and the portfolio to which it leads."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from planbridge.enrollment.kept_visit import Answer
from planbridge.enrollment.offer import portfolio_for
from planbridge.enrollment.path_step import shown_split
from planbridge.enrollment.step_form import StepForm
from planbridge.enrollment.visit import Visit
from planbridge.plans.investment_paths import Portfolio, ScoreRange
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.questionnaire_content import Question, Questions, score_of, score_range
from planbridge.sync.submission_wish import plain


class QuestionsForm(StepForm):
    """Every question of the questionnaire with its answers, of which one is chosen."""

    slug = "questions"

    def __init__(self, visit: Visit, data: Mapping[str, Any] | None = None) -> None:  # Any: a form's values
        super().__init__(visit, data)
        self.questions = questions_of(visit)
        for number, one in enumerate(self.questions, start=1):
            missing = gettext("Answer question %(number)s.") % {"number": number}
            self.fields[one.question] = forms.ChoiceField(
                label=f"{number}. {in_page_language(one.text)}",
                choices=[(each.answer, in_page_language(each.text)) for each in one.answers],
                widget=forms.RadioSelect,
                error_messages={"required": missing, "invalid_choice": missing},
            )

    def initial_of(self, answer: Answer | None) -> dict[str, Any]:
        """The answers chosen before."""
        return dict((answer or {}).get("chosen", {}))

    def clean(self) -> dict[str, Any]:
        """Every score leads to a portfolio, as the plan's activation made sure; if none does, another path is needed."""
        values = self.cleaned_data
        if not self.errors and self._portfolio() is None:
            self.add_error(
                None, gettext("Your answers lead to no mix of funds. Go back and choose another way to invest.")
            )
        return values

    def answer(self) -> Answer:
        """What was chosen, and the portfolio it leads to with its funds as they are today."""
        portfolio = self._portfolio()
        return {
            "chosen": {one.question: self.cleaned_data[one.question] for one in self.questions},
            "questionnaire_id": self.visit.offer.paths.questionnaire_id,
            "portfolio": portfolio.portfolio if portfolio else "",
            "split": split_of(portfolio) if portfolio else {},
        }

    def said(self) -> dict[str, Any]:
        """The portfolio with its reason, or how many questions are left."""
        chosen = self._chosen()
        score, portfolio = score_of(self.questions, chosen), self._portfolio()
        if score is None or portfolio is None:
            return {"portfolio": None, "left": sum(one.question not in chosen for one in self.questions)}
        found = range_of(self.visit, score)
        return {
            "portfolio": portfolio,
            "funds": shown_split(self.visit, split_of(portfolio)),
            "score": score,
            "score_max": score_range(self.questions)[1],
            "score_from": found.score_from if found else score,
            "score_to": found.score_to if found else score,
        }

    def question_fields(self) -> list[forms.BoundField]:
        """The questions as fields, in their order."""
        return [self[one.question] for one in self.questions]

    def _chosen(self) -> dict[str, str]:
        """The answers chosen so far."""
        found = {one.question: self[one.question].value() for one in self.questions}
        return {name: value for name, value in found.items() if is_answer(self._question(name), value)}

    def _question(self, name: str) -> Question:
        return next(one for one in self.questions if one.question == name)

    def _portfolio(self) -> Portfolio | None:
        score = score_of(self.questions, self._chosen())
        return None if score is None else portfolio_for(self.visit.offer, score)


def questions_of(visit: Visit) -> Questions:
    """The questions of the plan's questionnaire; none when it has none."""
    questionnaire_id = visit.offer.paths.questionnaire_id
    if questionnaire_id is None:
        return ()
    found = Questionnaire.objects.filter(pk=questionnaire_id).first()
    return found.questions if found else ()


def is_answer(question: Question, value: object) -> bool:
    """Whether a value is one of a question's answers."""
    return any(one.answer == value for one in question.answers)


def range_of(visit: Visit, score: int) -> ScoreRange | None:
    """The range of scores in which a score lies."""
    return next((one for one in visit.offer.paths.score_ranges if one.score_from <= score <= one.score_to), None)


def split_of(portfolio: Portfolio) -> dict[str, str]:
    """A portfolio as a split, in texts."""
    return {one.fund: plain(one.percent) for one in portfolio.funds if one.percent}


def in_page_language(text: str) -> str:
    """A firm's text, translated where it is one of the shipped questionnaire's."""
    return gettext(text) if text else text
