"""Check answers, confirm, the receipt with what became of each change, and "I don't want to enroll"."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from planbridge.enrollment.answered import objections_of, wishes_answered
from planbridge.enrollment.changes_shown import STEP_OF_KIND, ShownChange, changes_of, shown_change
from planbridge.enrollment.confirming import NoSuchVisit, NotAsSeen, NotConfirmable, confirm_visit, digest_of
from planbridge.enrollment.kept_visit import KeptVisit, last_confirmed
from planbridge.enrollment.objection import Objection
from planbridge.enrollment.pages import CHECK, UNPROCESSABLE, address_of, limits_unknown, step_context
from planbridge.enrollment.step_form import StepForm, sentence_of
from planbridge.enrollment.steps import WITHOUT_QUESTION, asked_steps, step_of
from planbridge.enrollment.visit import Visit
from planbridge.enrollment.visitor import VisitRequest, visited
from planbridge.sync.submission import Submission
from planbridge.sync.submission_states import OPEN, State
from planbridge.sync.submission_wish import WishKind
from planbridge.sync.submissions import to_values

# What a participant reads of a submission's state, and half a line of what it means.
WORDS: dict[State, tuple[str | Promise, str | Promise]] = {
    State.REQUESTED: (gettext_lazy("Being sent"), gettext_lazy("We have it and are sending it.")),
    State.SENT: (gettext_lazy("Sent"), gettext_lazy("We wait for an answer.")),
    State.UNKNOWN: (gettext_lazy("Sent"), gettext_lazy("We got no answer and are asking if it arrived.")),
    State.ACCEPTED: (
        gettext_lazy("Accepted"),
        gettext_lazy("The company that keeps your account has it. It takes effect with a coming paycheck."),
    ),
    State.CONFIRMED: (gettext_lazy("Seen at the recordkeeper"), gettext_lazy("Your account shows this change.")),
    State.REJECTED: (gettext_lazy("Not accepted"), gettext_lazy("This change was not made.")),
    State.SUPERSEDED: (gettext_lazy("Replaced"), gettext_lazy("A newer choice of yours took its place.")),
}


@dataclass(frozen=True)
class ShownSubmission:
    """A submission as its participant reads it."""

    receipt: str
    state: State
    word: str | Promise
    meaning: str | Promise
    change: ShownChange
    reason: str


@dataclass(frozen=True)
class Trouble:
    """What stands against the answers: a sentence, and the step that mends it."""

    slug: str
    sentence: str


@visited
@require_safe
def check(request: VisitRequest, visit: Visit) -> HttpResponseBase:
    """All changes asked for, from what to what, before they are confirmed."""
    if isinstance(visit.limits, Objection):
        return limits_unknown(request, visit, visit.limits)
    return check_page(request, visit, [Trouble(one.slug, sentence_of(one.objection)) for one in objections_of(visit)])


def check_page(
    request: VisitRequest, visit: Visit, troubles: Sequence[Trouble], *, status: int = 200, is_other_now: bool = False
) -> HttpResponse:
    """Check answers, with what stands against them; `is_other_now`: they are not those that were to be confirmed."""
    wishes = wishes_answered(visit) if not troubles else []
    changes = changes_of(visit, wishes)
    changed = {one.slug for one in changes} | {one.slug for one in troubles}
    others = [
        one for one in asked_steps(visit) if one.slug not in WITHOUT_QUESTION | changed and one.slug != "greeting"
    ]
    one = step_of("check")
    if one is None:
        raise Http404
    context = step_context(request, visit, one, StepForm(visit)) | {
        "changes": changes,
        "seen": digest_of(wishes),
        "is_other_now": is_other_now,
        "troubles": troubles,
        "here": address_of(CHECK),  # a refused confirmation is answered where no page can be asked for again
        "others": others,
    }
    return render(request, one.template, context, status=status)


@visited
@require_POST
def confirm(request: VisitRequest, visit: Visit) -> HttpResponseBase:
    """Confirm the answers once; then the receipt."""
    if isinstance(visit.limits, Objection):
        return limits_unknown(request, visit, visit.limits)
    try:
        confirm_visit(visit, visit_id_of(request), seen=request.POST.get("seen", ""), now=timezone.now())
    except NotAsSeen:
        return check_page(request, visit, [], status=UNPROCESSABLE, is_other_now=True)
    except NotConfirmable as refused:
        troubles = [Trouble(one.slug, sentence_of(one.objection)) for one in refused.objections]
        return check_page(request, visit, troubles, status=UNPROCESSABLE)
    except NoSuchVisit as unknown:
        raise Http404 from unknown
    return redirect("enrollment:receipt")


@visited
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: VisitRequest, visit: Visit) -> HttpResponseBase:
    """Ask once more whoever does not want to enroll, then submit 0 % for all savings."""
    if request.method == "POST":
        try:
            confirm_visit(visit, visit_id_of(request), is_opted_out=True, now=timezone.now())
        except NoSuchVisit as unknown:
            raise Http404 from unknown
        return redirect("enrollment:receipt")
    return render(request, "enrollment/decline.html", {"visit": visit, "language": visit.language})


def visit_id_of(request: VisitRequest) -> UUID:
    """The visit that a form confirms; 404 for what is none."""
    try:
        return UUID(request.POST.get("visit", ""))
    except ValueError as no_id:
        raise Http404 from no_id


@visited
@require_safe
def receipt(request: VisitRequest, visit: Visit) -> HttpResponseBase:
    """The receipt of the visit confirmed last, and what became of each change since; a part of it for HTMX."""
    kept = last_confirmed(visit.plan.pk, visit.person.participant_id)
    shown = submissions_of(visit, kept) if kept else []
    context: dict[str, Any] = {
        "visit": visit,
        "language": visit.language,
        "kept": kept,
        "shown": shown,
        "is_open": any(one.state in OPEN for one in shown),
        "is_rejected": any(one.state is State.REJECTED for one in shown),
        "mail_address": mail_address(visit, shown),
        "is_mailed": "mailed" in request.GET,
    }
    return render(request, "enrollment/receipt_states.html" if request.htmx else "enrollment/receipt.html", context)


def mail_address(visit: Visit, shown: Sequence[ShownSubmission]) -> str:
    """Where the report can be mailed; empty without address or mail server, in a preview, and for another name alone."""
    can_be_mailed = settings.IS_MAIL_CONFIGURED and not visit.is_preview
    is_told = any(one.change.slug != STEP_OF_KIND[WishKind.NAME] for one in shown)
    return (visit.person.email or "").strip() if can_be_mailed and is_told else ""


def submissions_of(visit: Visit, kept: KeptVisit) -> list[ShownSubmission]:
    """The submissions of a confirmed visit, in their order."""
    rows = Submission.objects.filter(
        plan_id=visit.plan.pk, participant_id=visit.person.participant_id, receipt__in=kept.receipts
    )
    return [shown_submission(visit, one) for one in rows.order_by("number")]


def shown_submission(visit: Visit, one: Submission) -> ShownSubmission:
    """A submission in words."""
    state = State(one.state)
    word, meaning = WORDS[state]
    change = shown_change(visit, WishKind(one.kind), one.source, one.from_values, to_values(one))
    reason = one.problem_detail if state is State.REJECTED else ""
    return ShownSubmission(one.receipt, state, word, meaning, change, reason)
