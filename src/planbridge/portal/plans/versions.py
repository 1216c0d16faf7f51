"""The versions of a plan that participants saw, and rolling back to one of them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.participants.fund_holders import activation_facts
from planbridge.plans.activation import undecided_mappings
from planbridge.plans.activation_facts import ActivationFacts
from planbridge.plans.holders import FundHolders, units_by_fund
from planbridge.plans.lifecycle import (
    ActivationRefused,
    Rollback,
    RollbackRefused,
    ask_for_rollback,
    roll_back,
    rollback_request,
    rollback_token,
    withdraw_rollback,
)
from planbridge.plans.plan import Plan
from planbridge.plans.reviewing import content_moves
from planbridge.plans.stored_version import StoredVersion, stored_versions
from planbridge.plans.terms import FundStatus
from planbridge.plans.version import PlanVersion
from planbridge.portal.page import render_page
from planbridge.portal.plans.frame import plan_frame, plan_rights
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right

PAGE, ROLLBACK = "portal/plans/versions.html", "portal/plans/roll_back.html"
SHOWN_MAX = 100
CHANGED, REFUSED = 409, 422
MAP = "map-"


@dataclass(frozen=True)
class FundToMap:
    """A fund that people hold and the earlier version does not have: where its money goes is to be said."""

    fund: str
    name: str
    held: FundHolders
    chosen: str | None


def versions_of(plan: Plan) -> list[PlanVersion]:
    """The versions that were active once, the newest first; without their contents."""
    rows = PlanVersion.objects.filter(plan_id=plan.pk, activated_at__isnull=False)
    columns = ("plan_id", "number", "activated_at", "activated_by", "made_at", "made_by", "rolled_back_to")
    return list(rows.only(*columns).order_by("-number")[:SHOWN_MAX])


@needs(Right.SEE_PLANS)
@require_safe
def versions(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """What participants saw, and since when."""
    plan = find_plan(request, plan_id)
    more = {"versions": versions_of(plan), "rollback_asked": rollback_request(plan)}
    context = plan_frame(request, plan, "activation") | more
    return render_page(request, PAGE, context)


@needs(Right.SEE_PLANS, to_change=Right.ACTIVATE_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def rollback(request: PortalRequest, plan_id: int, number: int) -> HttpResponseBase:
    """Ask for the reason, with what changes by it; then make the earlier version the live one again.

    Where the plan needs a second person, the first one asks for it (`act` is "ask") or takes that back ("withdraw").
    """
    plan = find_plan(request, plan_id)
    found = stored_versions(plan, [one for one in (number, plan.live_version) if one is not None])
    earlier, live = found.get(number), found.get(plan.live_version or 0)
    if earlier is None or live is None or earlier.activated_at is None or earlier.number == live.number:
        message = "This plan has no such earlier version that was active."
        raise Http404(message)
    facts = activation_facts(plan)
    act = request.POST.get("act", "")
    if request.method != "POST":
        return asked(request, plan, earlier, live, facts)
    if act == "withdraw":
        return withdrawn(request, plan)
    try:
        do_as_asked(request, plan, wanted_of(request, number), facts, is_asking=act == "ask")
    except RollbackRefused as refused:
        return asked(request, plan, earlier, live, facts, errors=[(str(refused), "#id_reason")])
    except ActivationRefused as refused:
        return asked(request, plan, earlier, live, facts, errors=[words_of(one) for one in refused.problems])
    except ChangedMeanwhile:
        note = "Not rolled back: the plan changed since you opened this page. This is how it stands now."
        return asked(request, plan, earlier, live, facts, errors=[(note, "")], status=CHANGED)
    return redirect("plans:draft", plan_id=plan.pk)


def wanted_of(request: PortalRequest, number: int) -> Rollback:
    """The rollback that the form asks for."""
    mappings = {
        name.removeprefix(MAP): "" if value == "leave_money" else str(value)
        for name, value in request.POST.items()
        if name.startswith(MAP) and value
    }
    return Rollback(number, str(request.POST.get("reason", "")), mappings)


def do_as_asked(
    request: PortalRequest, plan: Plan, wanted: Rollback, facts: ActivationFacts, *, is_asking: bool
) -> None:
    """Roll back, or ask a second person to, and say so on the next page."""
    seen, actor = str(request.POST.get("seen", "")), request.user.actor
    if is_asking:
        ask_for_rollback(plan, wanted, seen=seen, actor=actor, facts=facts)
        messages.success(request, "Asked for. Another person rolls the plan back; until then nothing changes.")
        return
    made = roll_back(plan, wanted, seen=seen, actor=actor, facts=facts)
    said = f"Rolled back. Participants see version {made.number}, which is version {wanted.number} again."
    messages.success(request, said)


def withdrawn(request: PortalRequest, plan: Plan) -> HttpResponseBase:
    """Take away that somebody asked for a rollback."""
    if withdraw_rollback(plan, actor=request.user.actor):
        messages.success(request, "The rollback is not asked for any more. Nothing changed for participants.")
    else:
        messages.info(request, "Nothing to take back: no rollback is asked for.")
    return redirect("plans:versions", plan_id=plan.pk)


def words_of(problem: Problem) -> tuple[str, str]:
    """A problem in words, and its place on the page."""
    code = (problem.field or "").removeprefix("mappings.")
    place = {"MAPPING_UNDECIDED": f"#{MAP}{code}", "ROLLBACK_APPROVAL_MISSING": "#approval"}.get(problem.code, "")
    return f"{problem.message} {'' if place else CATALOGUE[problem.code].fix}".strip(), place


def asked(  # noqa: PLR0913 - what is read already is given
    request: PortalRequest,
    plan: Plan,
    earlier: StoredVersion,
    live: StoredVersion,
    facts: ActivationFacts,
    *,
    errors: list[tuple[str, str]] | None = None,
    status: int = 0,
) -> HttpResponse:
    """The confirmation: what participants would see otherwise, the money to be mapped, the reason."""
    names = {one.fund: one.name for one in live.content.lineup.funds}
    to_map = undecided_mappings(live.content.lineup, earlier.content, units_by_fund(facts.holders))
    request_waiting = rollback_request(plan)
    theirs = request_waiting if request_waiting is not None and request_waiting.number == earlier.number else None
    chosen = {code: to or "leave_money" for code, to in theirs.mappings.items()} if theirs else {}
    context: dict[str, Any] = plan_rights(request, plan, "activation") | {
        "earlier": earlier,
        "live": live,
        "moves": content_moves(live.content, earlier.content),
        "funds_to_map": [
            FundToMap(
                code, names.get(code, ""), facts.holders[code], request.POST.get(f"{MAP}{code}", chosen.get(code))
            )
            for code in to_map
        ],
        "open_funds": [one for one in earlier.content.lineup.funds if one.status == FundStatus.OPEN],
        "seen": rollback_token(plan),
        "errors": errors or [],
        "reason": request.POST.get("reason", theirs.reason if theirs else ""),
        "rollback_asked": request_waiting,
        "is_asked_for_this": theirs is not None,
        "is_second": theirs is not None and theirs.asked_by != request.user.actor,
    }
    return render_page(request, ROLLBACK, context, status=status or (REFUSED if errors else 200))
