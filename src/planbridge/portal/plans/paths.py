"""The Investment Paths tab: what participants see while no draft waits, and the draft with edits that save themselves."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.plans.default_path import set_default_path_closed
from planbridge.plans.draft import Draft
from planbridge.plans.edit import (
    DEFAULT_INVESTMENT,
    EXPERIENCE,
    MAPPINGS,
    PORTFOLIOS,
    PROVIDER,
    QUESTIONNAIRE,
    SCORE_RANGES,
)
from planbridge.plans.investment_paths import InvestmentPaths
from planbridge.plans.lifecycle import waiting_draft
from planbridge.plans.placement_setting import PlacementRefused, placement_setting, set_placement
from planbridge.plans.plan import Plan
from planbridge.plans.provider import ManagedAccountProvider
from planbridge.plans.questionnaire import Questionnaire, QuestionnaireStatus
from planbridge.plans.settled import settled_edits
from planbridge.plans.stored_version import StoredVersion, live_version
from planbridge.plans.terms import FundStatus
from planbridge.portal.autosave import seen_version
from planbridge.portal.layout import address_of
from planbridge.portal.page import render_page
from planbridge.portal.plans.frame import plan_frame
from planbridge.portal.plans.paths_boxes import Choices, Options
from planbridge.portal.plans.paths_checks import SECTIONS, checks_of, facts_among
from planbridge.portal.plans.paths_places import Places
from planbridge.portal.plans.paths_read import read_paths
from planbridge.portal.plans.paths_words import EXPERIENCE_GLOSS
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import find_plan, needs
from planbridge.security.roles import Right, may

PAGE, PART = "portal/plans/paths.html", "portal/plans/paths_part.html"


@needs(Right.SEE_PLANS)
@require_safe
def paths(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """The tab."""
    plan = find_plan(request, plan_id)
    return render_page(request, PAGE, plan_frame(request, plan, "paths") | tab_of(request, plan), part=PART)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def default_path(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Close the default path to the recordkeeper's funds, or open it; the draft may follow, so the tab comes anew."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        is_closed = "is_closed" in request.POST
        set_default_path_closed(plan, is_closed=is_closed, actor=request.user.actor)
        messages.success(
            request,
            "Saved. Syncs leave the funds of Default Investment alone from now on."
            if is_closed
            else "Saved. Syncs bring the recordkeeper's default funds into drafts again.",
        )
    return to_tab(request, plan)


@needs(Right.SEE_PLANS, to_change=Right.EDIT_PLANS)
@require_http_methods(["GET", "HEAD", "POST"])
def placement(request: PortalRequest, plan_id: int) -> HttpResponseBase:
    """Switch on or off that new entrants are placed into the managed account; a setting of the plan, not of a draft."""
    plan = find_plan(request, plan_id)
    if request.method == "POST":
        said, is_on = request.POST, "is_on" in request.POST
        try:
            set_placement(
                plan, is_on=is_on, fund=str(said.get("fund", "")), seen=seen_version(request), actor=request.user.actor
            )
        except PlacementRefused as refused:
            messages.error(request, f"Not saved. {refused}")
        except ChangedMeanwhile:
            messages.warning(
                request, "Not saved: somebody else changed the setting meanwhile. This is how it stands now."
            )
        else:
            messages.success(
                request, f"Saved. New entrants are {'' if is_on else 'not '}placed by the task from now on."
            )
    return to_tab(request, plan)


def to_tab(request: PortalRequest, plan: Plan) -> HttpResponseBase:
    """The whole tab anew."""
    if request.htmx:
        return HttpResponseClientRedirect(address_of("plans:paths", plan.pk))
    return redirect("plans:paths", plan_id=plan.pk)


def tab_of(request: PortalRequest, plan: Plan) -> dict[str, Any]:
    """The values of the tab: those of the draft where one waits, and who may edit edits it; else what is live."""
    draft = waiting_draft(plan)
    may_edit = may(request.user, Right.EDIT_PLANS)
    if draft is not None and may_edit:
        return draft_of(plan, draft) | {"may_edit": True} | placement_of(plan, draft.live)
    live = draft.live if draft is not None else live_version(plan)
    choices = choices_of(plan, (live.content.paths if live else None), (draft.content.paths if draft else None))
    return placement_of(plan, live) | {
        "may_edit": may_edit,
        "live": read_paths(live.content, choices) if live else None,
        "waiting": read_paths(draft.content, choices) if draft else None,
    }


def draft_of(plan: Plan, draft: Draft) -> dict[str, Any]:
    """The places of a draft and what is to be mended in it."""
    places = places_of(plan, draft)
    choices, names = places.choices, places.names

    def shown(*keys: str) -> list[Any]:
        return [places.place(key, names) for key in keys]

    (experience, default, questionnaire, ranges, provider) = shown(
        EXPERIENCE, DEFAULT_INVESTMENT, QUESTIONNAIRE, SCORE_RANGES, PROVIDER
    )
    switches = shown(*places.path_places)
    return checks_by_section(draft, choices) | {
        "draft": draft,
        "facts_of_questionnaire": facts_among(choices.questionnaires, draft.content.paths.questionnaire_id),
        "experience": experience,
        "glosses": list(EXPERIENCE_GLOSS.items()),
        "switches": switches,
        "default": default,
        "questionnaire": questionnaire,
        "portfolios": shown(*(f"{PORTFOLIOS}{key}" for key in places.portfolio_keys)),
        "ranges": ranges,
        "provider": provider,
        "provider_words": draft.content.paths.provider,
        "is_provider_outdated": places.is_provider_outdated,
        "fund_rows": [places.fund_row(one, names) for one in places.funds],
        "stray_conflicts": shown(*places.stray_conflicts),
        "mapped": shown(*(f"{MAPPINGS}{code}" for code in places.leaving)),
    }


def places_of(plan: Plan, draft: Draft) -> Places:
    """The places of a draft, with what they may choose from and the decisions that can be undone."""
    choices = choices_of(plan, draft.content.paths, draft.live.content.paths if draft.live else None)
    return Places(draft, choices, settled_edits(plan, draft))


def placement_of(plan: Plan, live: StoredVersion | None) -> dict[str, Any]:
    """The plan's setting for new entrants, with the open funds that participants see."""
    funds = [one for one in live.content.lineup.funds if one.status == FundStatus.OPEN] if live else []
    setting = placement_setting(plan)
    options = Options(tuple((one.fund, f"{one.name or one.fund} ({one.fund})") for one in funds), "None chosen")
    return {"placement": setting, "placement_funds": options.chosen(setting.fund) if live else ""}


def checks_by_section(draft: Draft, choices: Choices) -> dict[str, Any]:
    """What is to be mended, by section, and how much of it stops the activation."""
    found = checks_of(draft.content, facts_among(choices.questionnaires, draft.content.paths.questionnaire_id))
    return {
        "checks": {section: [one for one in found if one.section == section] for section in SECTIONS},
        "stopping_count": sum(one.stops for one in found),
        "conflict_count": len(draft.conflicts),
    }


def choices_of(plan: Plan, *held: InvestmentPaths | None) -> Choices:
    """What the plan may choose from, and what its paths name already."""
    there = [paths for paths in held if paths is not None]
    named = [paths.questionnaire_id for paths in there if paths.questionnaire_id is not None]
    providers = [paths.provider.provider_id for paths in there if paths.provider is not None]
    questionnaires = Questionnaire.objects.filter(firm_id=plan.firm_id).defer("content").order_by("name")
    offered = ManagedAccountProvider.objects.filter(firm_id=plan.firm_id).order_by("name")
    return Choices(
        list(questionnaires.filter(Q(status=QuestionnaireStatus.FINAL) | Q(pk__in=named))),
        list(offered.filter(Q(is_active=True) | Q(pk__in=providers))),
    )
