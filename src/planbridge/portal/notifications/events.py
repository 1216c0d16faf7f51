"""Plan Details > Notifications: the events with who is told of each, saved by themselves, and the last mails."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.notifications.event import GROUPS, Event
from planbridge.notifications.event_setting import EventSetting, EventSettingRefused, set_event, settings_of
from planbridge.notifications.models import Notification
from planbridge.plans.plan import Plan
from planbridge.portal.autosave import seen_version
from planbridge.portal.firm_time import clock_text
from planbridge.portal.notifications.shown_event import people_by_role, setting_sent, shown_event
from planbridge.portal.page import render_page
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right, may

PAGE, EVENT, CONFLICT = (f"portal/notifications/{name}.html" for name in ("events", "event", "event_conflict"))
SHOWN_MAX = 10
REFUSED, CHANGED = 422, 409


@needs(Right.SEE_PLANS)
@require_safe
def events(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The tab."""
    plan = find_plan(request, plan_id)
    by_event, people = settings_of(plan.pk), people_by_role(plan.pk)
    context = plan_frame(request, plan, "notifications") | {
        "groups": [
            (group.title, [shown_event(event, by_event[event], people) for event in group.events]) for group in GROUPS
        ],
        "is_anybody_told": is_anybody_told(by_event),
        "is_mail_configured": settings.IS_MAIL_CONFIGURED,
        "last": Notification.objects.filter(plan_id=plan.pk).defer("body").order_by("-id")[:SHOWN_MAX],
    }
    return render_page(request, PAGE, context)


def find_event(name: str) -> Event:
    """An event by its name; 404 where there is none."""
    try:
        return Event(name)
    except ValueError:
        message = "There is no such event."
        raise Http404(message) from None


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
def event(request: PortalRequest, plan_id: int, event: str) -> HttpResponseBase:
    """One event: as it stands, for HTMX, or saving what its form says."""
    plan, kind = find_plan(request, plan_id), find_event(event)
    if request.method == "POST":
        return save(request, plan, kind)
    if not request.htmx:
        return redirect("notifications:events", plan_id=plan.pk)
    return shown(request, plan, kind)


def save(request: PortalRequest, plan: Plan, kind: Event) -> HttpResponse:
    """Save the setting, unless somebody else changed it since it was shown."""
    before = settings_of(plan.pk)[kind]
    wanted = setting_sent(request.POST, before)
    try:
        set_event(plan.pk, kind, wanted, seen=seen_version(request), actor=request.user.actor)
    except EventSettingRefused as error:
        row = shown_event(kind, replace(wanted, addresses=()), people_by_role(plan.pk))
        row = replace(row, typed=request.POST.get("addresses", ""), version=seen_version(request))
        return render(request, EVENT, own(request, plan) | {"row": row, "error": str(error)}, status=REFUSED)
    except ChangedMeanwhile:
        people = people_by_role(plan.pk)
        rows = {"row": shown_event(kind, before, people), "mine": shown_event(kind, wanted, people)}
        return render(request, CONFLICT, own(request, plan) | rows, status=CHANGED)
    return shown(request, plan, kind, said=f"Saved {clock_text(timezone.now())}")


def shown(request: PortalRequest, plan: Plan, kind: Event, *, said: str = "") -> HttpResponse:
    """The event as it stands now."""
    by_event = settings_of(plan.pk)
    row = shown_event(kind, by_event[kind], people_by_role(plan.pk))
    context = {"row": row, "said": said, "is_swapped": True, "is_anybody_told": is_anybody_told(by_event)}
    return render(request, EVENT, own(request, plan) | context)


def is_anybody_told(by_event: Mapping[Event, EventSetting]) -> bool:
    """Whether any event is on and for somebody."""
    return any(setting.is_on and setting.has_recipients for setting in by_event.values())


def own(request: PortalRequest, plan: Plan) -> dict[str, Any]:
    """What the part of an event needs of the page."""
    return {"plan": plan, "may_edit": may(request.user, Right.EDIT_PLANS)}
