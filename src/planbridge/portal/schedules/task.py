"""The page of a task: when it runs, what came of its turns; and what can be done with it."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from planbridge.activity.keyset import CursorInvalid
from planbridge.portal.page import render_page, with_toast
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.schedules.shown_task import ShownTask, shown_tasks
from planbridge.portal.table import page_ask, shown_text
from planbridge.schedules.access import changeable_schedules, schedules_of
from planbridge.schedules.due import run_schedule_now
from planbridge.schedules.schedule import Schedule
from planbridge.schedules.schedules import (
    ScheduleRefused,
    remove_schedule,
    switch_schedule_off,
    switch_schedule_on,
)
from planbridge.schedules.turns import plans_in_words, turn_page
from planbridge.security.roles import Right

PAGE, TURNS = "portal/schedules/task.html", "portal/schedules/turns.html"


def find_schedule(request: PortalRequest, schedule_id: int) -> Schedule:
    """A task that the user sees; 404 for whatever is not theirs."""
    found = schedules_of(request.user).select_related("connection", "firm").filter(pk=schedule_id).first()
    if found is None:
        message = "There is no such task among those that you see."
        raise Http404(message)
    return found


def find_changeable(request: PortalRequest, schedule_id: int) -> Schedule:
    """A task that the user may change; 404 where they do not see it, 403 where it syncs plans that are not theirs."""
    found = find_schedule(request, schedule_id)
    if not changeable_schedules(request.user).filter(pk=found.pk).exists():
        message = "This task syncs plans that are not given to you; an Admin of your firm can change it."
        raise PermissionDenied(message)
    return found


@needs(Right.SEE_PLANS)
@require_safe
def task(request: PortalRequest, schedule_id: int) -> HttpResponseBase:
    """The page, with its turns in pages."""
    schedule = find_schedule(request, schedule_id)
    try:
        page = turn_page(schedule, page_ask(request.GET))
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    (shown,) = shown_tasks([schedule], request.user)
    context = {"task": shown, "page": page, "shown": shown_text(page, "entries")}
    return render_page(request, PAGE, context, part=TURNS)


def run(schedule_id: int, actor: str) -> str:
    """Run the task now; answers what came of it."""
    ran = run_schedule_now(schedule_id, actor=actor)
    return f"{ran.outcome.label} for {plans_in_words(ran.plans)}." if ran.runs else f"{ran.outcome.label}."


def switch_on(schedule_id: int, actor: str) -> str:
    """Switch the task on."""
    switch_schedule_on(schedule_id, actor=actor)
    return "The task is on, from its next time on."


def switch_off(schedule_id: int, actor: str) -> str:
    """Switch the task off."""
    switch_schedule_off(schedule_id, actor=actor)
    return "The task is off and does not run."


def remove(schedule_id: int, actor: str) -> str:
    """Delete the task."""
    remove_schedule(schedule_id, actor=actor)
    return "The task is deleted."


ACTS: dict[str, Callable[[int, str], str]] = {"run": run, "on": switch_on, "off": switch_off, "delete": remove}


@needs(Right.SCHEDULE_TASKS)
def act(request: PortalRequest, schedule_id: int, name: str) -> HttpResponseBase:
    """Do one of ACTS with the task; HTMX gets its row anew, a form the page it came from."""
    schedule = find_changeable(request, schedule_id)
    if request.method != "POST":
        return redirect("activity:schedule", schedule.pk)
    try:
        said, is_done = ACTS[name](schedule.pk, request.user.actor), True
    except ScheduleRefused as refused:
        said, is_done = str(refused), False
    if request.htmx:
        return with_toast(row(request, find_schedule(request, schedule_id)), said)
    (messages.success if is_done else messages.error)(request, said)
    return redirect("activity:schedules") if name == "delete" else redirect("activity:schedule", schedule.pk)


def row(request: PortalRequest, schedule: Schedule) -> HttpResponse:
    """The task's row of the list."""
    shown: ShownTask = shown_tasks([schedule], request.user)[0]
    return render(request, "portal/schedules/row.html", {"task": shown})
