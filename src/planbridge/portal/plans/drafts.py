"""What the draft changes: the waiting lineup against the live one, and making it what participants see."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import Severity
from planbridge.plans.activation import check_activation
from planbridge.plans.changes import ChangeKind, LineupChange, lineup_changes
from planbridge.plans.lifecycle import (
    ActivationOutcome,
    ActivationRefused,
    DeactivationRefused,
    activate_plan,
    deactivate_plan,
    draft_lineup,
    draft_token,
    live_lineup,
)
from planbridge.plans.lineup_checks import funds_left
from planbridge.plans.plan import Plan
from planbridge.plans.terms import Lineup
from planbridge.plans.version import PlanVersion
from planbridge.portal.page import render_page
from planbridge.portal.plans.change_words import LINEUP_WORDS
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right
from planbridge.sync.plan_marks import money_in_funds

PAGE = "portal/plans/draft.html"
REFUSED = 409
GROUPS = {
    "Added": (ChangeKind.ADDED, ChangeKind.REOPENED),
    "Removed, closed or frozen": (ChangeKind.REMOVED, ChangeKind.CLOSED, ChangeKind.FROZEN),
    "Mapped": (ChangeKind.MAPPED,),
    "Renamed": (ChangeKind.RENAMED,),
    "Share class, expense or asset class": (ChangeKind.SHARE_CLASS, ChangeKind.EXPENSE, ChangeKind.ASSET_CLASS),
    "Default investment": (ChangeKind.DEFAULT,),
}


@dataclass(frozen=True)
class ChangeRow:
    """A change of a fund, with the fund's name."""

    change: LineupChange
    name: str

    @property
    def word(self) -> str:
        """What happens to the fund."""
        return LINEUP_WORDS[self.change.kind]


@needs(Right.SEE_PLANS)
@require_safe
def draft(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The page."""
    plan = find_plan(request, plan_id)
    return shown(request, plan)


def shown(request: PortalRequest, plan: Plan, problems: Sequence[Problem] = (), *, status: int = 200) -> HttpResponse:
    """The page with what would stop the activation, or what did."""
    live, waiting = live_lineup(plan), draft_lineup(plan)
    found = list(problems)
    if waiting is not None and not found:
        found = check_activation(live, waiting, money_by_fund=money_left(plan, live, waiting))
    context = (
        plan_frame(request, plan, "activation")
        | versions_of(plan)
        | {
            "groups": [] if waiting is None else groups_of(live, waiting),
            "is_first": live is None,
            "errors": [one.as_json() for one in found if one.severity is Severity.ERROR],
            "warnings": [one.as_json() for one in found if one.severity is not Severity.ERROR],
            "seen": draft_token(plan, waiting),
        }
    )
    return render_page(request, PAGE, context, status=status)


def money_left(plan: Plan, live: Lineup | None, waiting: Lineup | None) -> dict[str, Decimal]:
    """What people hold of the funds that the draft leaves without a successor."""
    if live is None or waiting is None:
        return {}
    return money_in_funds(plan.pk, funds_left(waiting, live.current_funds))


def versions_of(plan: Plan) -> dict[str, PlanVersion | None]:
    """The live version and the draft; None for the one that is not there."""
    numbers = (plan.live_version, plan.draft_version)
    rows = {
        row.number: row for row in PlanVersion.objects.filter(plan_id=plan.pk, number__in=[n for n in numbers if n])
    }
    live, draft = (rows.get(number) if number else None for number in numbers)
    return {"live_version": live, "draft_version": draft}


def groups_of(live: Lineup | None, waiting: Lineup) -> list[tuple[str, list[ChangeRow]]]:
    """The changes under their headings; headings without any are left out."""
    names = {one.fund: one.name for one in (*(live.funds if live else ()), *waiting.funds)}
    changes = lineup_changes(live, waiting)
    rows = {
        heading: [ChangeRow(one, names.get(one.fund, "")) for one in changes if one.kind in kinds]
        for heading, kinds in GROUPS.items()
    }
    return [(heading, found) for heading, found in rows.items() if found]


@needs(Right.SEE_PLANS, to_change=Right.ACTIVATE_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Make the draft live, or show an inactive plan's live version again; its address alone leads to the draft."""
    plan = find_plan(request, plan_id)
    if request.method != "POST":
        return redirect("plans:draft", plan_id=plan.pk)
    try:
        done = activate_plan(
            plan,
            actor=request.user.actor,
            money_by_fund=money_left(plan, live_lineup(plan), draft_lineup(plan)),
            seen=str(request.POST.get("seen", "")),
        )
    except ActivationRefused as refused:
        return shown(request, plan, refused.problems, status=REFUSED)
    except ChangedMeanwhile:
        messages.warning(request, "Not activated: the draft changed since you looked at it. This is how it stands now.")
        return shown(request, plan, status=REFUSED)
    said = {
        ActivationOutcome.ACTIVATED: f"Activated. Participants see version {done.version}.",
        ActivationOutcome.REACTIVATED: f"Active again. Participants see version {done.version}.",
        ActivationOutcome.NOTHING_WAITING: "Nothing to activate: no draft waits.",
    }[done.outcome]
    messages.success(request, said)
    return redirect("plans:details", plan_id=plan.pk)


@needs(Right.SEE_PLANS, to_change=Right.ACTIVATE_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def deactivate(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Take the plan from its participants, with a reason; its address alone leads to the page of the plan."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        try:
            deactivate_plan(plan, reason=str(request.POST.get("reason", "")), actor=request.user.actor)
        except DeactivationRefused as refused:
            messages.error(request, f"Not deactivated. {refused}")
        else:
            messages.success(request, "Deactivated. Participants do not see the plan any more.")
    return redirect("plans:details", plan_id=plan.pk)
