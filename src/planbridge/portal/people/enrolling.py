"""Participants and their Enrollment site: links for the selected people or one, and a look at the site as one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.enrollment.invitation import Invited, invitation_path, invite_to_enroll
from planbridge.enrollment.invitation_mail import mail_invitations
from planbridge.enrollment.offer import offer_of
from planbridge.enrollment.visitor import begin_preview
from planbridge.participants.people_list import PeopleFilter, people_ids
from planbridge.plans.plan import Plan
from planbridge.portal.people.person import find_person
from planbridge.portal.people.sync import EVERYBODY, NobodyChosen, chosen_people
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right

PART = "portal/people/invited.html"
INVITED_AT_ONCE_MAX = 200  # each is a mail, sent while the page waits
UNPROCESSABLE = 422


@dataclass(frozen=True)
class ShownLink:
    """A link that was not mailed, and whose it is."""

    name: str
    participant_id: str
    link: str


@needs(Right.INVITE_PARTICIPANTS)
def invite(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Invite the selected people; who cannot be mailed has their link shown, once."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("people:list", plan_id=plan.pk)
    try:
        chosen = chosen_people(request, plan)
    except NobodyChosen:
        return render(request, PART, {"plan": plan, "is_nobody_chosen": True}, status=UNPROCESSABLE)
    return invited(request, plan, people_ids(plan.pk, PeopleFilter()) if chosen == EVERYBODY else chosen)


@needs(Right.INVITE_PARTICIPANTS)
def invite_one(request: PortalRequest, plan_id: int, participant_id: str) -> HttpResponseBase:
    """Invite one person."""
    plan = find_plan(request, plan_id)
    find_person(plan, participant_id)
    if request.method != "POST":
        return redirect("people:person", plan_id=plan.pk, participant_id=participant_id)
    return invited(request, plan, [participant_id])


def invited(request: PortalRequest, plan: Plan, participant_ids: Sequence[str]) -> HttpResponse:
    """Make the links, mail them, and show the others."""
    context = {"plan": plan, "count": len(participant_ids), "most": INVITED_AT_ONCE_MAX}
    if offer_of(plan) is None:
        return render(request, PART, context | {"is_closed": True}, status=UNPROCESSABLE)
    if len(participant_ids) > INVITED_AT_ONCE_MAX:
        return render(request, PART, context | {"is_too_many": True}, status=UNPROCESSABLE)
    made = invite_to_enroll(plan, participant_ids, actor=request.user.actor)
    mailed = mail_invitations(plan, made, lambda token: link_of(request, token))
    links = [shown_link(request, one) for one in made if one.person.participant_id not in mailed]
    context |= {
        "mailed_count": len(mailed),
        "links": links,
        "left_out_count": len(participant_ids) - len(made),
        "is_mail_configured": settings.IS_MAIL_CONFIGURED,
    }
    return render(request, PART if request.htmx else "portal/people/invited_page.html", context)


def link_of(request: PortalRequest, token: str) -> str:
    """The whole address of a link."""
    path = invitation_path(token)
    return f"{settings.PUBLIC_URL}{path}" if settings.PUBLIC_URL else request.build_absolute_uri(path)


def shown_link(request: PortalRequest, one: Invited) -> ShownLink:
    """A link for the page."""
    person = one.person
    name = " ".join(filter(None, (person.first_name, person.last_name))) or person.participant_id
    return ShownLink(name, person.participant_id, link_of(request, one.token))


@needs(Right.SEE_PLANS)
def launch(request: PortalRequest, plan_id: int, participant_id: str) -> HttpResponseBase:
    """Look at the Enrollment site as a participant sees it; nothing can be changed there, and it is recorded."""
    plan = find_plan(request, plan_id)
    find_person(plan, participant_id)
    if request.method != "POST":
        return redirect("people:person", plan_id=plan.pk, participant_id=participant_id)
    record_activity(
        Happening(Verb.PREVIEW_LAUNCHED, request.user.actor, plan_id=plan.pk, participant_id=participant_id)
    )
    begin_preview(request, plan, participant_id)
    return redirect("enrollment:home")
