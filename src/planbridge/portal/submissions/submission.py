"""The page of a submission: what was asked for beside what is held, its life, each attempt, and what can be done."""

import json
from typing import Any

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from planbridge.activity.masking import mask_text
from planbridge.participants.lookup import person_now
from planbridge.plans.plan import Plan
from planbridge.portal.page import render_page
from planbridge.portal.request import PortalRequest
from planbridge.portal.rights import needs
from planbridge.portal.submissions.found import find_own
from planbridge.portal.submissions.timeline import STEPS, sentence_of, timeline_of
from planbridge.security.roles import Right, may
from planbridge.sync.submission import Submission, SubmissionAttempt
from planbridge.sync.submission_beside import beside
from planbridge.sync.submission_states import UNDELIVERED, State
from planbridge.sync.submission_words import code_names_of

PAGE, BODY = "portal/submissions/submission.html", "portal/submissions/submission_body.html"
# Of an open submission only so many attempts are shown: a recordkeeper that is away for weeks makes hundreds.
ATTEMPTS_MAX = 100


@needs(Right.SEE_PLANS)
@require_safe
def submission(request: PortalRequest, plan_id: int, receipt: str) -> HttpResponseBase:
    """The submission as it stands; asked for by its own page while it is on its way."""
    plan, found = find_own(request, plan_id, receipt)
    response = render_page(request, PAGE, context_of(request, plan, found), part=BODY)
    response.headers["Cache-Control"] = "no-store"  # a shared computer keeps nothing of anybody
    return response


def context_of(request: PortalRequest, plan: Plan, one: Submission) -> dict[str, Any]:
    """What the page shows."""
    person = person_now(plan.pk, one.participant_id) or {}
    names = [str(person[part]) for part in ("first_name", "last_name") if person.get(part)]
    word, meaning = STEPS.get(State(one.state), ("", ""))
    attempts = SubmissionAttempt.objects.filter(plan_id=plan.pk, submission_id=one.id).order_by("-number")
    return {
        "plan": plan,
        "plan_name": plan.name or plan.external_plan_id,
        "participant_name": " ".join(names) or one.participant_id,
        "submission": one,
        "beside": beside(one, person, code_names_of(plan.pk)),
        "sentence": sentence_of(one),
        "timeline": timeline_of(one),
        "attempts": [shown_attempt(attempt) for attempt in attempts[:ATTEMPTS_MAX]],
        "body": mask_text(json.dumps(one.body, indent=2, ensure_ascii=False)),
        "step_word": word if may(request.user, Right.SYNC_PLANS) else "",
        "step_meaning": meaning,
        "is_on_its_way": one.state in UNDELIVERED,
    }


def shown_attempt(attempt: SubmissionAttempt) -> dict[str, Any]:
    """An attempt in words; what a recordkeeper said is masked."""
    ended = attempt.ended_at
    return {
        "number": attempt.number,
        "step": attempt.step.capitalize(),
        "started_at": attempt.started_at,
        "seconds": (ended - attempt.started_at).total_seconds() if ended else None,
        "request": mask_text(f"{attempt.method} {attempt.path}".strip()),
        "status": attempt.status,
        "said": (attempt.said or "no answer yet").replace("_", " ").capitalize(),
        "detail": mask_text(attempt.detail),
    }
