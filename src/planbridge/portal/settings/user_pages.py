"""Inviting a user, changing what one may, letting one in again, and switching one off."""

from typing import Any

import structlog
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.plans.access import PlanAccess
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.settings.links import ShownLink, shown_link
from planbridge.portal.settings.user_form import InviteForm, RightsForm, initial_of
from planbridge.portal.settings.user_list import find_user
from planbridge.security.roles import Right
from planbridge.security.user import User
from planbridge.users.change import Rights, change_rights, rights_of, seen_as
from planbridge.users.given_plans import set_sees_all_plans
from planbridge.users.invite import Invited, UserRefused, invite_again, invite_user
from planbridge.users.second_factor import mail_second_factor_removed, remove_second_factor, second_factors

PAGE, LINKS = "portal/settings/user.html", "portal/settings/links.html"
log = structlog.get_logger()


@needs(Right.CHANGE_USERS)
@never_cache
def invite(request: PortalRequest) -> HttpResponseBase:
    """Invite a user; their one-time link is on the answer and nowhere else."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invited = invite_with_plans(request, form)
        except UserRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            return show_links(request, [shown_link(request, invited)])
    return render_page(request, "portal/settings/invite.html", {"form": form}, status=422 if form.errors else 200)


def invite_with_plans(request: PortalRequest, form: InviteForm) -> Invited:
    """Invite the user of a valid form, and let them see all plans where it says so: both or neither."""
    with transaction.atomic():
        invited = invite_user(request.user.firm, form.new_user(), actor=request.user.actor)
        if form.cleaned_data["sees_all_plans"]:
            set_sees_all_plans(invited.user, sees_all=True, actor=request.user.actor)
    return invited


@needs(Right.CHANGE_USERS)
@never_cache
def invite_anew(request: PortalRequest, user_id: int) -> HttpResponseBase:
    """A new one-time link for a user who lost theirs, or their password."""
    user = find_user(request, user_id)
    if request.method != "POST":
        return redirect("settings:user", user.pk)
    return show_links(request, [shown_link(request, invite_again(user, actor=request.user.actor))])


@needs(Right.CHANGE_USERS)
def user_page(request: PortalRequest, user_id: int) -> HttpResponseBase:
    """One user; save role and flags, unless somebody else changed them meanwhile."""
    user = find_user(request, user_id)
    form = RightsForm(request.POST or None, initial=initial_of(user))
    if request.method == "POST" and form.is_valid():
        seen = str(request.POST.get("seen", ""))
        try:
            change_rights(user, form.rights(user), actor=request.user.actor, seen=seen)
        except UserRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except ChangedMeanwhile:
            now = find_user(request, user_id)
            return show_user(request, now, form, {"theirs": rights_of(now)}, status=409)
        else:
            messages.success(request, f"{user} is changed.")
            return redirect("settings:user", user.pk)
    return show_user(request, user, form, {}, status=422 if form.errors else 200)


def show_user(
    request: PortalRequest, user: User, form: RightsForm, more: dict[str, Any], *, status: int
) -> HttpResponse:
    """The page of a user."""
    context = {
        "one": user,
        "form": form,
        "seen": seen_as(user),
        "plan_count": PlanAccess.objects.filter(user=user).count(),
        "second_factors": second_factors(user),
    }
    return render_page(request, PAGE, context | more, status=status)


@needs(Right.CHANGE_USERS)
def switch(request: PortalRequest, user_id: int, is_active: bool) -> HttpResponseBase:  # noqa: FBT001 - given by the route
    """Deactivate a user, or let them sign in again."""
    user = find_user(request, user_id)
    if request.method == "POST":
        now = vars(rights_of(user))
        try:
            change_rights(user, Rights(**now | {"is_active": is_active}), actor=request.user.actor)
        except UserRefused as refused:
            messages.error(request, str(refused))
        else:
            said = "may sign in again." if is_active else "is deactivated and cannot sign in any more."
            messages.success(request, f"{user} {said}")
    return redirect("settings:user", user.pk)


@needs(Right.CHANGE_USERS)
def without_second_factor(request: PortalRequest, user_id: int) -> HttpResponseBase:
    """Take the second factor from a user who lost it; never one's own."""
    user = find_user(request, user_id)
    if request.method == "POST":
        try:
            had = remove_second_factor(user, actor=request.user.actor)
        except UserRefused as refused:
            messages.error(request, str(refused))
        else:
            told = " A mail tells them." if is_told(user, by=str(request.user)) else ""
            messages.success(request, f"{user} has no second factor any more ({', '.join(had)} removed).{told}")
    return redirect("settings:user", user.pk)


def is_told(user: User, *, by: str) -> bool:
    """Whether a mail leaves that tells a user of it; that it cannot leave undoes nothing."""
    try:
        return mail_second_factor_removed(user, by)
    except OSError as error:
        log.warning("removal of second factor not mailed", kind=type(error).__name__)
        return False


def show_links(request: PortalRequest, links: list[ShownLink]) -> HttpResponse:
    """The links, shown now and never again."""
    return render_page(request, LINKS, {"links": links})
