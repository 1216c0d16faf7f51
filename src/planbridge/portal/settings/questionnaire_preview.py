"""A questionnaire as a participant answers it, with the score that the answers give; nothing is kept."""

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.plans.questionnaire_content import score_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.settings.questionnaires import find_questionnaire
from planbridge.security.roles import Right

PAGE, SCORE = "portal/settings/questionnaire_preview.html", "portal/settings/questionnaire_score.html"


@needs(Right.SEE_FIRM)
@require_safe
def preview(request: PortalRequest, questionnaire_id: int) -> HttpResponseBase:
    """The questions with their answers to choose, and the score so far."""
    one = find_questionnaire(request, questionnaire_id)
    questions = one.questions
    chosen = {question.question: str(request.GET.get(question.question, "")) for question in questions}
    keys = {question.question: {answer.answer for answer in question.answers} for question in questions}
    answered = sum(answer in keys[question] for question, answer in chosen.items())
    context = {
        "one": one,
        "questions": questions,
        "chosen": chosen,
        "answered": answered,
        "score": score_of(questions, chosen) if questions else None,
    }
    return render_page(request, PAGE, context, part=SCORE)
