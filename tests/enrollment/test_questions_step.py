"""The questions step: the plan's risk questionnaire, its score, and the portfolio with its reason."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from planbridge.enrollment.answered import elections_of
from planbridge.enrollment.offer import Offer
from planbridge.enrollment.questionnaire_words import WORDS
from planbridge.enrollment.questions_step import QuestionsForm, in_page_language
from planbridge.enrollment.visit import Visit
from planbridge.plans.content import Content
from planbridge.plans.default_questionnaire import QUESTIONS
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.questionnaire_content import questions_as_json
from planbridge.security.firm import Firm
from tests.enrollment.visits import LINEUP, PATHS, visit

LOW = {one.question: one.answers[0].answer for one in QUESTIONS}
HIGH = {one.question: one.answers[-1].answer for one in QUESTIONS}


@pytest.fixture
def asked(db: None) -> Visit:  # noqa: ARG001 - a fixture's name asks for it
    """Somebody whose plan asks the shipped questions: 0 to 50 points lead to Calm, 51 to 100 to Bold."""
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    one = Questionnaire.objects.create(
        firm=Firm.objects.create(name="Example Advisors"),
        name="Risk",
        status="final",
        based_on_name="",
        content=questions_as_json(QUESTIONS),
        score_min=0,
        score_max=100,
        made_by="ada",
        made_at=moment,
        finalized_by="ada",
        finalized_at=moment,
    )
    return visit(offer=Offer(1, Content(LINEUP, replace(PATHS, questionnaire_id=one.pk))))


def test_answers_lead_to_a_portfolio_with_its_reason(asked: Visit) -> None:
    """EN-1: the score of the answers leads to the portfolio of its range, and the page can say why."""
    form = QuestionsForm(asked, HIGH)
    assert form.is_valid(), form.errors
    answer = form.answer()
    assert (answer["portfolio"], answer["split"]) == ("bold", {"TD45": "33.34", "EQ3": "66.66"})
    said = form.said()
    assert (said["score"], said["score_max"], said["score_from"], said["score_to"]) == (100, 100, 51, 100)
    assert said["funds"] == ["Target 2045 Fund: 33.34 %", "Large Company Fund: 66.66 %"]
    calm = QuestionsForm(asked, LOW)
    assert calm.is_valid()
    assert calm.answer()["portfolio"] == "calm"


def test_the_portfolio_is_the_split_of_every_source(asked: Visit) -> None:
    """EN-1: the portfolio's split holds for all sources of new money while that path is the chosen one."""
    form = QuestionsForm(asked, HIGH)
    assert form.is_valid()
    answers = {"path": {"path": "help_me_choose"}, "questions": form.answer()}
    found = elections_of(replace(asked, answers=answers)).allocations
    assert set(found) == {"PRE", "MATCH"}
    assert sum(found["PRE"].values()) == 100
    assert elections_of(replace(asked, answers=answers | {"path": {"path": "keep"}})).allocations == {}
    assert QuestionsForm(replace(asked, answers=answers))["q1"].value() == HIGH["q1"]


def test_every_question_is_answered(asked: Visit) -> None:
    """EN-1: a question that was left out or answered otherwise than offered is named; until then how many are left is said."""
    form = QuestionsForm(asked, HIGH | {"q3": "", "q5": "a99"})
    assert not form.is_valid()
    assert form.errors == {"q3": ["Answer question 3."], "q5": ["Answer question 5."]}
    assert form.said() == {"portfolio": None, "left": 2}


def test_a_score_that_leads_nowhere_is_said(asked: Visit) -> None:
    """EN-1: should no range have the score, the page says so and takes no answer."""
    content = replace(asked.offer.content, paths=replace(asked.offer.paths, score_ranges=PATHS.score_ranges[:1]))
    form = QuestionsForm(replace(asked, offer=Offer(1, content)), HIGH)
    assert not form.is_valid()
    assert "choose another way" in form.non_field_errors()[0]


def test_the_shipped_questions_are_translated() -> None:
    """EN-1: every text of the shipped questionnaire stands among those to be translated, so that Spanish pages ask in it."""
    texts = [text for one in QUESTIONS for text in (one.text, *(each.text for each in one.answers))]
    assert list(WORDS) == texts
    with override("es"):
        assert in_page_language(QUESTIONS[0].text).startswith("¿")
