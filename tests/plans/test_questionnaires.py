"""Risk questionnaires of a firm: cloned, edited, finalized and then never changed; the history of all of it."""

import pytest
from django.db import IntegrityError, connection, transaction

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans import default_questionnaire
from planbridge.plans.questionnaire import Questionnaire, facts_of
from planbridge.plans.questionnaire_content import lacks_of_content, score_range
from planbridge.plans.questionnaire_edits import QuestionnaireRefused
from planbridge.plans.questionnaires import (
    add_answer,
    add_question,
    clone_questionnaire,
    edit_questionnaire,
    finalize_questionnaire,
    move_question_up,
    remove_part,
    remove_questionnaire,
    seen_as,
    seen_part,
)
from planbridge.security.firm import Firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> Firm:
    """A firm without questionnaires."""
    return Firm.objects.create(name="Northwind")


@pytest.fixture
def draft(firm: Firm) -> Questionnaire:
    """A clone of the shipped questionnaire."""
    return clone_questionnaire(firm, None, actor="ada")


def finalized(draft: Questionnaire) -> Questionnaire:
    """The draft, final as it is."""
    return finalize_questionnaire(draft, seen=seen_as(draft), actor="bea")


def edited(draft: Questionnaire, place: str, before: str | int, after: str) -> Questionnaire:
    """The draft with another value at a place."""
    return edit_questionnaire(draft, place, after, seen=version_of(before), actor="ada")


def test_the_shipped_questionnaire_could_be_final() -> None:
    """IP-4: the default has seven questions, lacks nothing and gives every score from 0 to 100 its ends."""
    assert len(default_questionnaire.QUESTIONS) == 7
    assert list(lacks_of_content(default_questionnaire.NAME, default_questionnaire.QUESTIONS)) == []
    assert score_range(default_questionnaire.QUESTIONS) == (0, 100)


def test_a_clone_is_a_draft_with_its_origin(firm: Firm, draft: Questionnaire) -> None:
    """IP-4: clones get free names and say what they were cloned from; the first, and all after it, are drafts."""
    second = clone_questionnaire(firm, None, actor="ada")
    third = clone_questionnaire(firm, second, actor="ada")
    assert [one.name for one in (draft, second, third)] == [
        "Risk questionnaire",
        "Risk questionnaire 2",
        "Risk questionnaire 3",
    ]
    assert (draft.based_on, third.based_on) == (None, second)
    assert (draft.based_on_name, third.based_on_name) == (default_questionnaire.NAME, "Risk questionnaire 2")
    assert third.questions == default_questionnaire.QUESTIONS
    assert not third.is_final
    entry = ActivityEntry.objects.filter(verb=Verb.QUESTIONNAIRE_CLONED).latest("happened_at")
    assert (entry.firm_id, entry.actor, entry.detail["based_on"]) == (firm.pk, "ada", "Risk questionnaire 2")


def test_edits_of_a_draft(draft: Questionnaire) -> None:
    """IP-4: name, texts and points change one by one, questions and answers come, go and move; the scores follow."""
    edited(draft, "name", "Risk questionnaire", "  Growth ")
    edited(draft, "q1", draft.questions[0].text, "When do you need it?")
    edited(draft, "q1-a4-points", 20, "40")
    edited(draft, "q1-a1", "In less than 3 years", "Soon")
    changed = add_question(draft, actor="ada")
    changed = add_answer(changed, "q8", actor="ada")
    changed = edited(changed, "q8-a3-points", 0, "5")
    changed = move_question_up(changed, "q2", actor="ada")
    changed = remove_part(changed, "q8-a1", seen=seen_part(changed.questions, "q8-a1"), actor="ada")
    changed = remove_part(changed, "q3", seen=seen_part(changed.questions, "q3"), actor="ada")
    assert changed.name == "Growth"
    assert [one.question for one in changed.questions] == ["q2", "q1", "q4", "q5", "q6", "q7", "q8"]
    assert changed.questions[1].text == "When do you need it?"
    assert changed.questions[1].answers[0].text == "Soon"
    assert [one.answer for one in changed.questions[6].answers] == ["a2", "a3"]
    assert (changed.score_min, changed.score_max) == (0, 100 + 20 + 5 - 20)
    points = ActivityEntry.objects.get(verb=Verb.QUESTIONNAIRE_CHANGED, detail__field="q1-a4-points")
    assert (points.detail["before"], points.detail["after"]) == (20, 40)


@pytest.mark.parametrize("points", ["-1", "101", "1.5", "", "many", "1e1", "0000"])
def test_points_are_whole_numbers(draft: Questionnaire, points: str) -> None:
    """IP-4: points that are no whole number from 0 to 100 are refused and nothing changes."""
    with pytest.raises(QuestionnaireRefused, match="whole number from 0 to 100"):
        edited(draft, "q1-a2-points", 7, points)
    assert Questionnaire.objects.get().questions == default_questionnaire.QUESTIONS


def test_two_editors_get_a_conflict(draft: Questionnaire) -> None:
    """PL-8: whoever edits or removes what somebody else changed meanwhile is told; edits elsewhere do not disturb."""
    text, shown = draft.questions[0].text, seen_part(draft.questions, "q1")
    edited(draft, "q1", text, "Theirs")
    edited(draft, "q2-a1-points", 0, "1")
    with pytest.raises(ChangedMeanwhile):
        edited(draft, "q1", text, "Mine")
    with pytest.raises(ChangedMeanwhile):
        remove_part(draft, "q1", seen=shown, actor="ada")
    with pytest.raises(ChangedMeanwhile):
        finalized(draft)
    assert Questionnaire.objects.get().questions[0].text == "Theirs"


def test_what_is_gone_is_said(draft: Questionnaire) -> None:
    """PL-8: an edit of a question or answer that somebody removed is refused in words, as is a place that is none."""
    changed = remove_part(draft, "q1", seen=seen_part(draft.questions, "q1"), actor="ada")
    changed = remove_part(changed, "q2-a1", seen=seen_part(changed.questions, "q2-a1"), actor="ada")
    for place in ("q1", "q1-a1", "q2-a1-points"):
        with pytest.raises(QuestionnaireRefused, match="removed meanwhile"):
            edited(changed, place, "", "x")
    with pytest.raises(QuestionnaireRefused, match="no such field"):
        edited(changed, "q2-a2-color", "", "red")


def test_a_name_is_there_once(firm: Firm, draft: Questionnaire) -> None:
    """IP-4: no two questionnaires of a firm have one name, and none has no name; another firm may have the same."""
    second = clone_questionnaire(firm, None, actor="ada")
    for name, reason in (("Risk questionnaire", "there already"), ("  ", "needs a name"), ("x" * 101, "needs a name")):
        with pytest.raises(QuestionnaireRefused, match=reason):
            edited(second, "name", second.name, name)
    other = Firm.objects.create(name="Southwind")
    assert clone_questionnaire(other, None, actor="ada").name == draft.name


def test_finalizing_names_everything_that_is_missing(draft: Questionnaire) -> None:
    """IP-4: a questionnaire without texts, with one answer, or with one possible score is not final, and says why."""
    for one in draft.questions[1:]:
        draft = remove_part(draft, one.question, seen=seen_part(draft.questions, one.question), actor="ada")
    draft = edited(draft, "q1", draft.questions[0].text, "")
    for answer in ("q1-a1", "q1-a2", "q1-a3"):
        draft = remove_part(draft, answer, seen=seen_part(draft.questions, answer), actor="ada")
    draft = edited(draft, "q1-a4", draft.questions[0].answers[0].text, "")
    lacks = [(one.place, one.sentence) for one in lacks_of_content(draft.name, draft.questions)]
    assert lacks == [
        ("q1", "Question 1 has no text."),
        ("q1", "Question 1 has fewer than 2 answers."),
        ("q1-a4", "Answer 1 of question 1 has no text."),
        ("questions", "Every way to answer gives the score 20; give some answers other points."),
    ]
    with pytest.raises(QuestionnaireRefused, match=r"has no text.*fewer than 2.*Every way"):
        finalized(draft)
    draft = remove_part(draft, "q1", seen=seen_part(draft.questions, "q1"), actor="ada")
    with pytest.raises(QuestionnaireRefused, match="There is no question"):
        finalized(draft)


def test_a_final_questionnaire_never_changes(draft: Questionnaire) -> None:
    """IP-4: once it is final, every change is refused; a clone of it is a draft again."""
    final = finalized(draft)
    assert (final.is_final, final.finalized_by) == (True, "bea")
    for change in (
        lambda: edited(draft, "q1", draft.questions[0].text, "Other"),
        lambda: edited(draft, "name", draft.name, "Other"),
        lambda: add_question(draft, actor="ada"),
        lambda: add_answer(draft, "q1", actor="ada"),
        lambda: move_question_up(draft, "q2", actor="ada"),
        lambda: remove_part(draft, "q1", seen=seen_part(draft.questions, "q1"), actor="ada"),
        lambda: finalized(draft),
        lambda: remove_questionnaire(draft, actor="ada"),
    ):
        with pytest.raises(QuestionnaireRefused, match="final and never changes"):
            change()
    clone = clone_questionnaire(draft.firm, final, actor="ada")
    assert edited(clone, "q1", clone.questions[0].text, "Other").questions != final.questions
    assert Questionnaire.objects.get(pk=final.pk).questions == default_questionnaire.QUESTIONS


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE questionnaire SET content = '[]' WHERE id = %s",
        "UPDATE questionnaire SET status = 'draft', finalized_at = NULL WHERE id = %s",
        "UPDATE questionnaire SET name = 'Other' WHERE id = %s",
        "DELETE FROM questionnaire WHERE id = %s",
    ],
)
def test_the_database_keeps_a_final_questionnaire(draft: Questionnaire, statement: str) -> None:
    """IP-4: not even SQL changes or removes a final questionnaire, while a draft lets it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.replace("%s", "-1 OR id = %s").replace(", finalized_at = NULL", ""), [-1])
    final = finalized(draft)
    with pytest.raises(IntegrityError, match="is final and never changes"), transaction.atomic():
        connection.cursor().execute(statement, [final.pk])


def test_only_an_unused_draft_is_removed(firm: Firm, draft: Questionnaire) -> None:
    """IP-4: a draft goes without a trace but its activity; one that was cloned stays, for the history."""
    clone = clone_questionnaire(firm, draft, actor="ada")
    with pytest.raises(QuestionnaireRefused, match="Risk questionnaire 2 was cloned from it"):
        remove_questionnaire(draft, actor="ada")
    remove_questionnaire(clone, actor="ada")
    remove_questionnaire(draft, actor="ada")
    assert not Questionnaire.objects.exists()
    assert ActivityEntry.objects.filter(verb=Verb.QUESTIONNAIRE_REMOVED).count() == 2
    with pytest.raises(QuestionnaireRefused, match="removed meanwhile"):
        add_question(draft, actor="ada")


def test_facts_for_the_checks_of_paths(draft: Questionnaire) -> None:
    """IP-4: the checks learn name, scores and whether it is final; nothing of a questionnaire that is not there."""
    facts = facts_of(draft.pk)
    assert facts is not None
    assert (facts.name, facts.is_final, facts.score_min, facts.score_max) == ("Risk questionnaire", False, 0, 100)
    finalized(draft)
    assert (found := facts_of(draft.pk)) is not None
    assert found.is_final
    assert facts_of(None) is None
    assert facts_of(-1) is None
