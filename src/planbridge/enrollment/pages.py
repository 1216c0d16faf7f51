"""The pages of the Enrollment site with a question: greeting, each step, and what an answer would come to."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planbridge.enrollment.kept_visit import keep_answer
from planbridge.enrollment.language import asked_language
from planbridge.enrollment.objection import Objection
from planbridge.enrollment.step_form import StepForm, sentence_of
from planbridge.enrollment.steps import (
    FIRST,
    WITHOUT_QUESTION,
    Step,
    asked_steps,
    follow_up,
    next_slug,
    previous_slug,
    step_of,
)
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.visitor import VisitRequest, visited

CHECK, REFUSED = "check", "refused"
UNPROCESSABLE, UNAVAILABLE = 422, 503


@visited
@require_safe
def home(_request: VisitRequest, _visit: Visit) -> HttpResponseBase:
    """The first step."""
    return redirect("enrollment:step", slug=FIRST)


@visited
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: VisitRequest, visit: Visit, slug: str) -> HttpResponseBase:
    """One question; a POST keeps its answer and goes on."""
    one = question(visit, slug)
    if one is None:
        return redirect("enrollment:step", slug=FIRST)
    if isinstance(visit.limits, Objection) and slug != FIRST:
        return limits_unknown(request, visit, visit.limits)
    if request.method != "POST" or visit.kept is None:
        return render(request, one.template, step_context(request, visit, one, one.form(visit)))
    form = one.form(visit, request.POST)
    is_turned_over = bool(asked_language(request))  # the same page in the other language, nothing typed there lost
    if is_turned_over or form.is_redrawn():
        shows_errors = is_turned_over and REFUSED in request.POST
        return render(request, one.template, step_context(request, visit, one, form, shows_errors=shows_errors))
    if not form.is_valid():
        return render(request, one.template, step_context(request, visit, one, form), status=UNPROCESSABLE)
    answer = form.answer()
    if not keep_answer(visit.kept, slug, answer):
        return redirect("enrollment:receipt")  # it was confirmed meanwhile, in another tab
    answered = replace(visit, answers={**visit.answers, slug: answer})
    return redirect(address_after(request, answered, slug))


@visited
@require_POST
def effect(request: VisitRequest, visit: Visit, slug: str) -> HttpResponse:
    """What an answer would come to, before it is given; without script the whole page with it."""
    one = question(visit, slug)
    if one is None or not one.has_effect:
        raise Http404
    form = one.form(visit, request.POST)
    context = step_context(request, visit, one, form, shows_errors=False)
    return render(request, f"enrollment/{slug}_effect.html" if request.htmx else one.template, context)


def question(visit: Visit, slug: str) -> Step | None:
    """The step of an address; None for one that this participant is not asked. Raises Http404."""
    one = step_of(slug)
    if one is None or slug in WITHOUT_QUESTION:
        raise Http404
    return one if one.is_asked(visit) else None


def address_after(request: VisitRequest, visit: Visit, slug: str) -> str:
    """The address after a step: the next question; for whoever came from check answers that, or what follows first."""
    if request.POST.get("from") == CHECK:
        following = follow_up(visit, slug)
        return f"{address_of(following)}?from={CHECK}" if following else address_of(CHECK)
    return address_of(next_slug(visit, slug))


def address_of(slug: str) -> str:
    """The address of a step."""
    return f"/enroll/{slug}/"


def step_context(
    request: VisitRequest, visit: Visit, one: Step, form: StepForm, *, shows_errors: bool = True
) -> dict[str, Any]:
    """What a step's template shows; `said` is what the answer comes to."""
    asked = [each.slug for each in asked_steps(visit)]
    is_from_check = (request.POST if request.method == "POST" else request.GET).get("from") == CHECK
    previous = CHECK if is_from_check else previous_slug(visit, one.slug)
    return {
        "visit": visit,
        "language": visit.language,
        "step": one,
        "form": form,
        "shows_errors": shows_errors and form.is_bound and bool(form.errors),
        "said": form.said(),
        "question": "" if visit.is_preview or one.slug in WITHOUT_QUESTION else "question",
        "number": asked.index(one.slug) + 1 if one.slug in asked else 0,
        "count": len(asked),
        "back": address_of(previous) if previous else "",
        "next_address": address_of(next_slug(visit, one.slug)),
        "is_from_check": is_from_check,
    }


def limits_unknown(request: VisitRequest, visit: Visit, objection: Objection) -> HttpResponse:
    """The page for a year whose limits nobody has given: nothing is guessed."""
    context = {"visit": visit, "language": visit.language, "sentence": sentence_of(objection)}
    return render(request, "enrollment/limits_unknown.html", context, status=UNAVAILABLE)
