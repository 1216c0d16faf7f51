"""Task Scheduling: the tasks that a user sees, filtered and in pages, all in the address."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from planbridge.activity.keyset import CursorInvalid, Ordering, read_page
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.schedules.shown_task import shown_tasks
from planbridge.portal.table import page_ask, shown_text
from planbridge.schedules.access import schedules_of
from planbridge.schedules.schedules import RECOMMENDED_HOURS, create_recommended, is_scheduled_daily
from planbridge.schedules.task_type import CHOICES, VALUES
from planbridge.security.roles import Right, may

PAGE, LIST = "portal/schedules/list.html", "portal/schedules/list_part.html"
BY_ID = Ordering(("id",))
STATES = {"on": True, "off": False}


def filters_of(query: QueryDict) -> dict[str, Any]:
    """What an address asks for as conditions; words that mean nothing here are passed over."""
    wanted: dict[str, Any] = {}
    if query.get("type") in VALUES:
        wanted["task_type"] = query["type"]
    status = query.get("status", "")
    if status in STATES:
        wanted["is_on"] = STATES[status]
    return wanted


@needs(Right.SEE_PLANS)
@require_safe
def task_list(request: PortalRequest) -> HttpResponseBase:
    """The list, as the address says; it renews itself while a task's syncs run."""
    wanted = filters_of(request.GET)
    own = schedules_of(request.user).filter(**wanted)
    try:
        page = read_page([own.values("id")], BY_ID, page_ask(request.GET))
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    ids = [row["id"] for row in page.rows]
    schedules = list(own.filter(pk__in=ids).select_related("connection").order_by("pk"))
    tasks = shown_tasks(schedules, request.user)
    context = {
        "tasks": tasks,
        "page": page,
        "shown": shown_text(page, "tasks"),
        "is_filtered": bool(wanted),
        "is_underway": any(task.is_underway for task in tasks),
        "types": CHOICES,
        "wanted_type": wanted.get("task_type", ""),
        "wanted_status": request.GET.get("status", ""),
        "may_schedule": may(request.user, Right.SCHEDULE_TASKS),
        "lacks_recommended": lacks_recommended(request),
    }
    return render_page(request, PAGE, context, part=LIST)


def lacks_recommended(request: PortalRequest) -> bool:
    """Whether one of the recommended tasks is not there, and the user may create it."""
    if not may(request.user, Right.SCHEDULE_ALL_PLANS):
        return False
    return not all(is_scheduled_daily(request.user.firm, kind) for kind in RECOMMENDED_HOURS)


@needs(Right.SCHEDULE_ALL_PLANS)
def recommended(request: PortalRequest) -> HttpResponseBase:
    """Create the recommended tasks that are not there."""
    if request.method == "POST":
        added = create_recommended(request.user.firm, actor=request.user.actor)
        names = " and ".join(str(one.get_task_type_display()) for one in added)
        said = f"{names} will run daily for all plans." if added else "Both recommended tasks were here already."
        messages.success(request, said)
    return redirect("activity:schedules")
