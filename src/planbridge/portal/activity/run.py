"""The page of a run: a sentence, its facts and stages, what can be done, and five tabs; live until it has ended."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from planbridge.activity.feed import OPEN
from planbridge.activity.keyset import CursorInvalid
from planbridge.portal.activity.choices import choices_of
from planbridge.portal.activity.run_tabs import Tab, tab_context, tab_of
from planbridge.portal.activity.scope import run_of
from planbridge.portal.firm_time import duration_text
from planbridge.portal.page import render_page, with_toast
from planbridge.portal.plans.change_words import changes_of_proof
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.security.roles import Right
from planbridge.sync.progress import RunProgress
from planbridge.sync.run import RunKind, RunStatus, SyncRun, run_as_json
from planbridge.sync.run_page import find_progress, own_problems, problem_groups, stages_of
from planbridge.sync.run_sentence import run_sentence
from planbridge.sync.run_standing import standing_of
from planbridge.sync.run_words import run_title

PAGE, BODY = "portal/activity/run.html", "portal/activity/run_body.html"


@needs(Right.SEE_PLANS)
@require_safe
def run(request: PortalRequest, run_id: UUID) -> HttpResponseBase:
    """The run as it stands; asked by its own page while it is open, also whether it has ended meanwhile."""
    found = run_of(request, run_id)
    has_ended = request.GET.get("seen") in OPEN and found.status not in OPEN
    context = context_of(request, found) | {"has_ended": has_ended}
    response = render_page(request, PAGE, context, part=BODY)
    if has_ended and isinstance(response, HttpResponse):
        return with_toast(response, f"{context['title']}: {RunStatus(found.status).label.lower()}")
    return response


def context_of(request: PortalRequest, run: SyncRun) -> dict[str, Any]:
    """What the page shows of a run."""
    groups, standing = problem_groups(run), standing_of(run)
    plan_name = run.plan.name or run.plan.external_plan_id
    tab = tab_of(request.GET, run, groups)
    try:
        of_tab = tab_context(tab, run, request.GET, groups)
    except CursorInvalid as invalid:
        message = "This page of the list is not there any more."
        raise Http404(message) from invalid
    is_held = run.status == RunStatus.HELD
    progress = find_progress(run)
    return of_tab | {
        "run": run,
        "is_open": run.status in OPEN,
        "elapsed": (timezone.now() - run.started_at).total_seconds() if run.started_at else None,
        "title": run_title(run_as_json(run, plan_name, []), plan_name),
        "plan_name": plan_name,
        "sentence": run_sentence(run, plan_name, groups, left_rejected=standing.left_rejected),
        "stages": stage_bar(run, progress),
        "progress": progress,
        "standing": standing,
        "choices": choices_of(run, standing, request.user),
        "groups": groups,
        "held_for": own_problems(run) if is_held else [],
        "tab": tab,
        "tabs": tabs_of(run, sum(group.problem_count for group in groups)),
        "tab_template": f"portal/activity/run_{tab}.html",
    }


def stage_bar(run: SyncRun, progress: RunProgress | None) -> list[dict[str, Any]]:
    """The stages, each with its place in a bar 1000 wide."""
    bars, start = [], 0.0
    for number, stage in enumerate(stages_of(run, progress)):
        width = 1000 * stage.share
        bar = {"stage": stage, "time": stage_time(stage.seconds), "x": f"{start:.1f}", "width": f"{width:.1f}"}
        bars.append(bar | {"shade": number % 4})
        start += width
    return bars


def stage_time(seconds: float) -> str:
    """A stage's time; one of less than a second in milliseconds, for most of them are."""
    return duration_text(seconds) if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def tabs_of(run: SyncRun, problem_count: int) -> list[tuple[Tab, str, int]]:
    """The tabs with their words and how much is in them; 0 is not shown."""
    changes = len(changes_of_proof(run.proof)) if run.kind == RunKind.PLAN else run.applied
    counts = {Tab.PROBLEMS: problem_count, Tab.CHANGES: 0 if run.status == RunStatus.HELD else changes}
    return [(tab, tab.value.capitalize(), counts.get(tab, 0)) for tab in Tab]
