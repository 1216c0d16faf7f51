"""The page of a risk questionnaire: facts, editor, history; each field saved by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.plans.access import plans_of
from planbridge.plans.path_uses import plans_with_questionnaire
from planbridge.plans.questionnaire import Questionnaire
from planbridge.plans.questionnaire_content import lacks_of_content
from planbridge.plans.questionnaire_edits import QuestionnaireRefused
from planbridge.plans.questionnaires import (
    add_answer,
    add_question,
    edit_questionnaire,
    finalize_questionnaire,
    move_question_up,
    remove_part,
    remove_questionnaire,
    seen_as,
)
from planbridge.portal.autosave import conflict, refused, saved, seen_version
from planbridge.portal.layout import address_of
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.settings.questionnaire_form import QuestionnaireForm, shown_questions, values_of
from planbridge.portal.settings.questionnaire_history import history_of
from planbridge.portal.settings.questionnaires import find_questionnaire
from planbridge.security.roles import Right, may

PAGE = "portal/settings/questionnaire.html"
EDITOR = "portal/settings/questionnaire_editor.html"
STATE = "portal/settings/questionnaire_state.html"
GONE = "portal/settings/questionnaire_gone.html"
PLANS_SHOWN = 20


@needs(Right.SEE_FIRM, to_change=Right.CHANGE_FIRM)
def questionnaire(request: PortalRequest, questionnaire_id: int) -> HttpResponseBase:
    """Show a questionnaire; save the one field that was changed."""
    one = find_questionnaire(request, questionnaire_id)
    if request.method == "POST":
        return save_field(request, one)
    plans = plans_with_questionnaire(plans_of(request.user).defer("document"), one)
    context = editor_context(one) | {
        "may_edit": may(request.user, Right.CHANGE_FIRM) and not one.is_final,
        "history": history_of(one),
        "plans": plans[:PLANS_SHOWN],
        "plan_count": plans.count(),
    }
    return render_page(request, PAGE, context)


@needs(Right.CHANGE_FIRM)
def questions(request: PortalRequest, questionnaire_id: int) -> HttpResponseBase:
    """Add, move or remove a question or an answer; the answer is the editor anew."""
    one = find_questionnaire(request, questionnaire_id)
    act = ACTS.get(str(request.POST.get("act", "")))
    if act is None:
        return redirect("settings:questionnaire", one.pk)
    try:
        done = act(
            one, Asked(str(request.POST.get("place", "")), str(request.POST.get("seen", "")), request.user.actor)
        )
    except ChangedMeanwhile:
        text = "Somebody else changed it meanwhile, and nothing was removed. Here it is as it is now."
        return editor(request, find_questionnaire(request, one.pk), said=text, status=409)
    except QuestionnaireRefused as error:
        return editor(request, one, said=str(error), status=422)
    return editor(request, done.questionnaire, focus=done.focus)


@needs(Right.CHANGE_FIRM)
def finalize(request: PortalRequest, questionnaire_id: int) -> HttpResponseBase:
    """Make a draft final."""
    one = find_questionnaire(request, questionnaire_id)
    if request.method == "POST":
        try:
            finalize_questionnaire(one, seen=str(request.POST.get("seen", "")), actor=request.user.actor)
        except ChangedMeanwhile:
            messages.error(request, "Somebody else changed it meanwhile. Look at it as it is now, then finalize it.")
        except QuestionnaireRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{one} is final. Plans may offer it now.")
    return redirect("settings:questionnaire", one.pk)


@needs(Right.CHANGE_FIRM)
def remove(request: PortalRequest, questionnaire_id: int) -> HttpResponseBase:
    """Remove a draft that nothing uses."""
    one = find_questionnaire(request, questionnaire_id)
    if request.method != "POST":
        return redirect("settings:questionnaire", one.pk)
    try:
        remove_questionnaire(one, actor=request.user.actor)
    except QuestionnaireRefused as error:
        messages.error(request, str(error))
        return redirect("settings:questionnaire", one.pk)
    messages.success(request, f"{one} is removed.")
    return redirect("settings:questionnaires")


@dataclass(frozen=True)
class Asked:
    """What a button of the editor asks for: where, the token of what was shown there, and who."""

    place: str
    seen: str
    actor: str


@dataclass(frozen=True)
class Done:
    """The questionnaire afterwards, and the field that takes the focus; none: the heading does."""

    questionnaire: Questionnaire
    focus: str = ""


def added_question(one: Questionnaire, asked: Asked) -> Done:
    """A question more."""
    after = add_question(one, actor=asked.actor)
    return Done(after, after.questions[-1].question)


def added_answer(one: Questionnaire, asked: Asked) -> Done:
    """An answer more at the question named."""
    after = add_answer(one, asked.place, actor=asked.actor)
    (question,) = (found for found in after.questions if found.question == asked.place)
    return Done(after, f"{asked.place}-{question.answers[-1].answer}")


def moved_question(one: Questionnaire, asked: Asked) -> Done:
    """The question named, a place further up."""
    return Done(move_question_up(one, asked.place, actor=asked.actor), asked.place)


def removed_part(one: Questionnaire, asked: Asked) -> Done:
    """Without the question or answer named."""
    return Done(remove_part(one, asked.place, seen=asked.seen, actor=asked.actor))


ACTS: dict[str, Callable[[Questionnaire, Asked], Done]] = {
    "add_question": added_question,
    "add_answer": added_answer,
    "move_up": moved_question,
    "remove": removed_part,
}


def save_field(request: PortalRequest, one: Questionnaire) -> HttpResponse:
    """Save the field that the request brings, unless somebody else changed it since it was shown."""
    address, now = address_of("settings:questionnaire", one.pk), dict(values_of(one))
    place = next((name for name in now if name in request.POST), "")
    if not place:
        return render(request, GONE, {"address": address}, status=422)
    bound = QuestionnaireForm(one, typed={place: str(request.POST[place])})[place]
    try:
        after = edit_questionnaire(
            one, place, str(request.POST[place]), seen=seen_version(request), actor=request.user.actor
        )
    except ChangedMeanwhile:
        value = dict(values_of(find_questionnaire(request, one.pk))).get(place, "")
        return conflict(request, bound, address, theirs=str(value), version=version_of(value))
    except QuestionnaireRefused as error:
        return refused(request, bound, address, str(error))
    answer = saved(request, QuestionnaireForm(after)[place], address, version_of(dict(values_of(after))[place]))
    answer.write(render_to_string(STATE, editor_context(after) | {"place": place, "is_apart": True}, request))
    return answer


def editor(
    request: PortalRequest, one: Questionnaire, *, focus: str = "", said: str = "", status: int = 200
) -> HttpResponseBase:
    """The editor anew, and what depends on it; the whole page without HTMX."""
    if not request.htmx:
        if said:
            messages.error(request, said)
        return redirect("settings:questionnaire", one.pk)
    context = editor_context(one, focus=focus) | {"said": said, "is_apart": True, "takes_focus": not focus}
    answer = render(request, EDITOR, context, status=status)
    answer.write(render_to_string(STATE, context, request))
    return answer


def editor_context(one: Questionnaire, *, focus: str = "") -> dict[str, Any]:
    """A questionnaire with its fields, and what keeps it from being final."""
    form = QuestionnaireForm(one, focus=focus)
    return {
        "one": one,
        "name": form["name"],
        "name_version": version_of(one.name),
        "address": address_of("settings:questionnaire", one.pk),
        "shown": shown_questions(one, form),
        "lacks": list(lacks_of_content(one.name, one.questions)),
        "seen": seen_as(one),
    }
