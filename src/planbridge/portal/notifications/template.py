"""The words of a mail: edited with a preview beside them, saved by themselves, tried on oneself."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.notifications.event import Audience, audiences_of
from planbridge.notifications.raising import send_test
from planbridge.notifications.template import Template, TemplatePlace, reset_template, set_template, template_of
from planbridge.notifications.wording import Wording, WordingRefused, examples_of, filled, placeholders_of
from planbridge.plans.plan import Plan
from planbridge.portal.autosave import seen_version
from planbridge.portal.firm_time import clock_text
from planbridge.portal.notifications.events import find_event
from planbridge.portal.page import render_page
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right

PAGE, SAID = "portal/notifications/template.html", "portal/notifications/template_said.html"
REFUSED, CHANGED = 422, 409


def find_place(request: PortalRequest, plan_id: int, event: str, audience: str) -> tuple[Plan, TemplatePlace]:
    """A plan that the user sees, and the place of a template in it; 404 where an event is not told to such people."""
    plan, kind = find_plan(request, plan_id), find_event(event)
    if audience not in audiences_of(kind):
        message = "Nobody of that kind is told of this event."
        raise Http404(message)
    return plan, TemplatePlace(plan.pk, kind, Audience(audience))


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
def template(request: PortalRequest, plan_id: int, event: str, audience: str) -> HttpResponseBase:
    """The page, or saving the two texts; the answer goes beside them, so that nothing typed meanwhile is lost."""
    plan, place = find_place(request, plan_id, event, audience)
    if request.method == "POST":
        return save(request, place)
    context = plan_frame(request, plan, "notifications") | said_context(place, template_of(place))
    return render_page(request, PAGE, context | {"placeholders": placeholders_of(place.event)})


def save(request: PortalRequest, place: TemplatePlace) -> HttpResponse:
    """Save the words, unless somebody else changed them since they were shown."""
    wanted = Wording(request.POST.get("subject", ""), request.POST.get("body", ""))
    try:
        kept = set_template(place, wanted, seen=seen_version(request), actor=request.user.actor)
    except WordingRefused as error:
        context = said_context(place, template_of(place)) | {
            "version": seen_version(request),
            "error": f"{error.field.capitalize()}: {error}",
        }
        return render(request, SAID, context, status=REFUSED)
    except ChangedMeanwhile:
        return render(request, SAID, said_context(place, template_of(place)) | {"is_conflict": True}, status=CHANGED)
    said = f"Saved {clock_text(timezone.now())}"
    return render(request, SAID, said_context(place, kept) | {"said": said})


def said_context(place: TemplatePlace, found: Template) -> dict[str, Any]:
    """What stands beside the texts: their token, and how they read with invented values."""
    return {
        "place": place,
        "template": found,
        "version": found.version,
        "preview": filled(found.wording, examples_of(place.event)),
    }


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
def reset(request: PortalRequest, plan_id: int, event: str, audience: str) -> HttpResponseBase:
    """Take the original words again."""
    _, place = find_place(request, plan_id, event, audience)
    if request.method == "POST":
        try:
            reset_template(place, seen=seen_version(request), actor=request.user.actor)
        except ChangedMeanwhile:
            messages.error(request, "Nothing was changed: somebody else changed these words meanwhile. Here they are.")
        else:
            messages.success(request, "The original words count again.")
    return redirect("notifications:template", plan_id, event, audience)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
def send_to_me(request: PortalRequest, plan_id: int, event: str, audience: str) -> HttpResponseBase:
    """Send the words with invented values to whoever asks."""
    _, place = find_place(request, plan_id, event, audience)
    if request.method == "POST":
        with transaction.atomic():
            send_test(place, request.user.email, now=timezone.now())
        said = f"A test is on its way to {request.user.email}. How it went stands on the Notifications tab."
        messages.success(request, said)
    return redirect("notifications:template", plan_id, event, audience)
