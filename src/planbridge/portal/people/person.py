"""The page of one person: everything held now or on a day, how they stand after the syncs, and why."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from planbridge.participants.lookup import HeldPerson, State, find_held
from planbridge.participants.participant import SyncStatus
from planbridge.plans.plan import Plan
from planbridge.portal.page import render_page
from planbridge.portal.people.held_tables import balance_of, code_names, fact_groups, held_tables, name_of
from planbridge.portal.people.plan_head import open_run
from planbridge.portal.people.ssn import RevealForm
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right, may
from planbridge.sync.rejected import RejectedPerson, rejected_person, warnings_of
from planbridge.sync.submission_beside import pending_beside
from planbridge.sync.submission_words import code_names_of

PAGE = "portal/people/person.html"
# What is said where no record of the person was ever taken in.
NEVER_HELD: State = {"sync_status": SyncStatus.NEVER_SYNCED, "ssn": "", "balances": [], "status": None}


@dataclass(frozen=True)
class AskedDay:
    """The day whose state a page asks for: None for now; `fault` says what is wrong with what was typed."""

    text: str
    day: date | None = None
    fault: str = ""


def asked_day(text: str) -> AskedDay:
    """The day of an address."""
    if not text:
        return AskedDay(text)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return AskedDay(text, fault="That is no day. Write it as 2026-11-22.")
    if day > timezone.localdate():
        return AskedDay(text, fault="That day is still to come. What is held now stands below.")
    return AskedDay(text, day)


def find_person(plan: Plan, participant_id: str) -> tuple[State, RejectedPerson | None]:
    """A person as held now, and why they are rejected if they are; 404 for whom no delivery ever named."""
    return stands(plan, participant_id, find_held(plan.pk, participant_id))


def stands(plan: Plan, participant_id: str, held: HeldPerson | None) -> tuple[State, RejectedPerson | None]:
    """How a person who was looked up stands now; 404 for whom no delivery ever named."""
    now = held.now() if held else None
    is_rejected = now is None or now["sync_status"] == SyncStatus.ERROR
    refused = rejected_person(plan.pk, participant_id) if is_rejected else None
    if now is None and refused is None:
        message = "There is no such person in this plan."
        raise Http404(message)
    return now or NEVER_HELD, refused


def person_head(request: PortalRequest, plan: Plan, participant_id: str, person: State) -> dict[str, Any]:
    """What stands above the pages of a person."""
    return {
        "plan": plan,
        "participant_id": participant_id,
        "person": person,
        "name": name_of(person) or participant_id,
        "balance": balance_of(person["balances"]),
        "is_held": person is not NEVER_HELD,
        "may_sync": may(request.user, Right.SYNC_PLANS),
        "may_reveal": may(request.user, Right.REVEAL_SENSITIVE_DATA),
        "form": RevealForm(),
    }


@needs(Right.SEE_PLANS)
@require_safe
def person(request: PortalRequest, plan_id: int, participant_id: str) -> HttpResponseBase:
    """Everything held, as the address says now or on a day."""
    plan = find_plan(request, plan_id)
    held = find_held(plan.pk, participant_id)
    now, refused = stands(plan, participant_id, held)
    asked = asked_day(request.GET.get("on", ""))
    then = now if asked.day is None else held and held.on(asked.day, zone=request.user.zone)
    context = person_head(request, plan, participant_id, now) | {
        "asked": asked,
        "today": timezone.localdate().isoformat(),
        "refused": refused,
        "run": open_run(plan),
        "pending": pending_beside(plan.pk, participant_id, now, code_names_of(plan.pk)),
    }
    if now["sync_status"] == SyncStatus.SYNCED_WITH_WARNINGS:
        context["warning_run"], context["warnings"] = warnings_of(plan.pk, participant_id)
    if then and then is not NEVER_HELD:
        names = code_names(plan.pk)
        context |= {"groups": fact_groups(then, names), "tables": held_tables(then, names)}
    response = render_page(request, PAGE, context, status=422 if asked.fault else 200)
    response.headers["Cache-Control"] = "no-store"  # a shared computer keeps nothing of anybody
    return response
