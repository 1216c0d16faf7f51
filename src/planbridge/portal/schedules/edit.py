"""Schedule New Task, and editing one: the form with the next five runs beside it as it is filled."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.schedules.form import LISTED_MAX, RULE_FIELDS, ScheduleForm, initial_of
from planbridge.portal.schedules.shown_task import run_texts, terms_in_words
from planbridge.portal.schedules.task import find_changeable
from planbridge.portal.schedules.task_list import lacks_recommended
from planbridge.schedules.schedule import Schedule
from planbridge.schedules.schedules import ScheduleConflict, ScheduleRefused, add_schedule, edit_schedule
from planbridge.schedules.terms import terms_of
from planbridge.security.roles import Right

PAGE, CONFLICT = "portal/schedules/form.html", "portal/schedules/conflict.html"
# What HTMX swaps, by the id of the element that it swaps.
PARTS = {"frequency-fields": "portal/schedules/frequency_fields.html", "next-runs": "portal/schedules/next_runs.html"}


@needs(Right.SCHEDULE_TASKS)
def new(request: PortalRequest) -> HttpResponseBase:
    """Schedule a new task."""
    form = ScheduleForm(request.user, request.POST or None, initial=typed_so_far(request))
    if request.method == "POST" and form.is_valid():
        is_on = form.cleaned_data["is_on"] == "on"
        try:
            added = add_schedule(request.user.firm, form.terms(), actor=request.user.actor, is_on=is_on)
        except ScheduleRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "The task is scheduled.")
            return redirect("activity:schedule", added.pk)
    return show_form(request, form, {"lacks_recommended": lacks_recommended(request)})


@needs(Right.SCHEDULE_TASKS)
def edit(request: PortalRequest, schedule_id: int) -> HttpResponseBase:
    """Change a task, unless somebody else did so meanwhile."""
    schedule = find_changeable(request, schedule_id)
    terms = terms_of(schedule)
    kept = frozenset(terms.plan_ids or ()) if len(terms.plan_ids or ()) > LISTED_MAX else frozenset[int]()
    initial = initial_of(terms, is_on=schedule.is_on, version=schedule.version)
    form = ScheduleForm(request.user, request.POST or None, initial=initial | typed_so_far(request), kept=kept)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            edit_schedule(
                schedule.pk,
                form.terms(),
                version=said["version"] or 0,
                actor=request.user.actor,
                is_on=said["is_on"] == "on",
            )
        except ScheduleConflict:
            return show_conflict(request, form, find_changeable(request, schedule_id))
        except ScheduleRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "The task is changed.")
            return redirect("activity:schedule", schedule.pk)
    return show_form(request, form, {"schedule": schedule})


def show_form(request: PortalRequest, form: ScheduleForm, more: dict[str, Any]) -> HttpResponse:
    """The page of the form, or the part of it that HTMX asks for; what was typed is kept."""
    part = PARTS.get(request.htmx.target or "")
    context = more | {
        "rule_fields": ",".join(RULE_FIELDS),
        "form": form,
        "runs": next_texts(form),
        "chosen": () if part else form.chosen_plans(),
    }
    return render_page(request, PAGE, context, part=part, status=422 if form.errors else 200)


def typed_so_far(request: PortalRequest) -> dict[str, Any]:
    """What is filled in while nobody tried to save it yet: in the address, as HTMX sends it."""
    return {name: values if name == "plan" else values[-1] for name, values in request.GET.lists()}


def next_texts(form: ScheduleForm) -> tuple[str, ...]:
    """The next five runs of what is filled in so far; none while something is missing or wrong."""
    if not form.is_bound:
        values = {name: form[name].value() for name in form.fields}
        form = ScheduleForm(form.user, values, kept=form.kept)
    form.is_valid()
    rule = None if form.has_rule_error() else form.rule()
    return () if rule is None else run_texts(rule)


def show_conflict(request: PortalRequest, form: ScheduleForm, schedule: Schedule) -> HttpResponse:
    """The task as it is now beside what was typed, and a choice of the two."""
    theirs = terms_in_words(terms_of(schedule), is_on=schedule.is_on)
    mine = terms_in_words(form.terms(), is_on=form.cleaned_data["is_on"] == "on")
    typed = [(name, value) for name, values in request.POST.lists() for value in values]
    context = {
        "schedule": schedule,
        "rows": [(label, theirs[label], mine[label], theirs[label] != mine[label]) for label in theirs],
        "typed": [pair for pair in typed if pair[0] not in {"csrfmiddlewaretoken", "version"}],
    }
    return render_page(request, CONFLICT, context, status=409)
