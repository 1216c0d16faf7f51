"""Risk questionnaires of the firm: the list, and cloning one of them or the shipped one."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.questionnaires import clone_questionnaire
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right
from planbridge.security.user import User


def questionnaires_of(user: User) -> QuerySet[Questionnaire]:
    """The questionnaires of a user's firm, newest first."""
    return Questionnaire.objects.filter(firm_id=user.firm_id).select_related("based_on").order_by("-made_at", "-pk")


def find_questionnaire(request: PortalRequest, questionnaire_id: int) -> Questionnaire:
    """A questionnaire of the user's firm; 404 for any other."""
    found = questionnaires_of(request.user).filter(pk=questionnaire_id).first()
    if found is None:
        message = "There is no such questionnaire in your firm."
        raise Http404(message)
    return found


@needs(Right.SEE_FIRM)
@require_safe
def questionnaire_list(request: PortalRequest) -> HttpResponseBase:
    """All of them: a firm has a handful."""
    context = {"shown": list(questionnaires_of(request.user))}
    return render_page(request, "portal/settings/questionnaires.html", context)


@needs(Right.CHANGE_FIRM)
@require_POST
def clone_default(request: PortalRequest) -> HttpResponseBase:
    """A draft with the questions of the shipped questionnaire."""
    return cloned(request, None)


@needs(Right.CHANGE_FIRM)
def clone(request: PortalRequest, questionnaire_id: int) -> HttpResponseBase:
    """A draft with the questions of one of the firm's."""
    source = find_questionnaire(request, questionnaire_id)
    if request.method != "POST":
        return redirect("settings:questionnaire", source.pk)
    return cloned(request, source)


def cloned(request: PortalRequest, source: Questionnaire | None) -> HttpResponseBase:
    """Clone, and open the clone."""
    made = clone_questionnaire(request.user.firm, source, actor=request.user.actor)
    messages.success(request, f"{made} is a clone of {made.based_on_name}. Change what you like, then finalize it.")
    return redirect("settings:questionnaire", made.pk)
