"""Making a draft what participants see, and taking a plan from them: a pointer moves; written on behalf of lifecycle."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import Severity
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.activation import Circumstances, check_activation
from planbridge.plans.activation_facts import NOTHING_HELD, ActivationFacts
from planbridge.plans.approval import approval_problems, approvers_of
from planbridge.plans.decisions import accept_rest
from planbridge.plans.draft import Draft, draft_over
from planbridge.plans.draft_review import PlanActivationDate
from planbridge.plans.holders import units_by_fund
from planbridge.plans.locking import lock_plan, set_columns
from planbridge.plans.plan import Plan
from planbridge.plans.questionnaire import facts_of
from planbridge.plans.review import Review
from planbridge.plans.reviewing import Moved, content_moves, moved_since, review_of_draft
from planbridge.plans.stored_version import StoredVersion, live_version
from planbridge.plans.version import PlanVersion

REASON_CHARACTERS_MAX = 500
CHANGES_RECORDED_MAX = 200


class ActivationRefused(Exception):  # noqa: N818 - says what happened
    """The plan was not activated; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class DraftMoved(ChangedMeanwhile):
    """The draft is not the one that was reviewed; `moved` says what differs, as far as what was seen is remembered."""

    def __init__(self, moved: Sequence[Moved]) -> None:
        self.problem = Problem("DRAFT_CHANGED_SINCE_REVIEW", field="draft")
        self.moved = tuple(moved)
        super().__init__(self.problem.message)


class DeactivationRefused(ValueError):  # noqa: N818 - says what happened
    """The plan was not deactivated: there is no reason, or one that is too long."""


class ActivationOutcome(StrEnum):
    """What activating did."""

    ACTIVATED = "activated"  # the draft is live now
    REACTIVATED = "reactivated"  # the plan was deactivated; its live version is seen again
    NOTHING_WAITING = "nothing_waiting"  # the plan is active and has no draft; nothing changed


@dataclass(frozen=True)
class Activated:
    """What activating did, the version that is live, and the warnings that did not stop it."""

    outcome: ActivationOutcome
    version: int
    warnings: list[Problem]


def activate_plan(
    plan: Plan,
    *,
    actor: str,
    facts: ActivationFacts = NOTHING_HELD,
    seen: str | None = None,
    accepts_rest: bool = False,
) -> Activated:
    """Make the draft what participants see; a deactivated plan without one shows its live version again.

    `seen` is the `draft_token` of what the person reviewed, None for "whatever waits". `accepts_rest`: the actor accepts
    what nobody decided, and that is recorded. Raises ActivationRefused with all errors at once, and DraftMoved.
    """
    with transaction.atomic():
        lock_plan(plan)
        live = live_version(plan)
        draft = draft_over(plan, live)
        if seen is not None and seen != token_of(draft):
            raise DraftMoved(moved_since(plan, seen, draft))
        if draft is None:
            return _reactivate(plan, live, actor=actor)
        review = review_of_draft(plan, draft, facts.holders)
        if accepts_rest:
            accept_rest(plan, review, actor=actor)
        problems = problems_of(draft, facts, {} if accepts_rest else review.undecided)
        problems += approval_problems(plan, draft, actor=actor)
        refuse_errors(problems)
        _go_live(plan, draft, actor=actor)
    return Activated(ActivationOutcome.ACTIVATED, draft.number, problems)


def activation_problems(  # noqa: PLR0913 - what is read already is given
    plan: Plan,
    draft: Draft,
    review: Review,
    facts: ActivationFacts,
    *,
    actor: str,
    approvers: Sequence[str] | None = None,
) -> list[Problem]:
    """Every error and warning that `actor` would meet by activating a draft now; `approvers` if they are read."""
    approval = approval_problems(plan, draft, actor=actor, approvers=approvers)
    return problems_of(draft, facts, review.undecided) + approval


def problems_of(draft: Draft, facts: ActivationFacts, undecided: dict[str, str]) -> list[Problem]:
    """Every problem of a draft itself."""
    around = Circumstances(
        money_by_fund=units_by_fund(facts.holders),
        questionnaire=facts_of(draft.content.paths.questionnaire_id),
        conflicts=draft.conflicts,
        undecided=undecided,
        has_notifications=facts.has_notifications,
    )
    return check_activation(draft.live.content.lineup if draft.live else None, draft.content, around)


def refuse_errors(problems: Sequence[Problem]) -> None:
    """Raises ActivationRefused when any of the problems is an error."""
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ActivationRefused(problems)


def draft_token(plan: Plan) -> str:
    """The token of a plan's draft as it stands; also that of a plan without one."""
    return token_of(draft_over(plan, live_version(plan)))


def token_of(draft: Draft | None) -> str:
    """The token of a draft, or of there being none."""
    return version_of(None, None) if draft is None else draft.token


def deactivate_plan(plan: Plan, *, reason: str, actor: str) -> None:
    """Take a plan from its participants, with a reason of 1 to 500 characters; an inactive one stays as it is.

    Raises DeactivationRefused.
    """
    text = reason.strip()
    if not 0 < len(text) <= REASON_CHARACTERS_MAX:
        raise DeactivationRefused(f"A plan is deactivated with a reason of 1 to {REASON_CHARACTERS_MAX} characters.")
    with transaction.atomic():
        lock_plan(plan)
        if plan.deactivated_at is not None:
            return
        set_columns(plan, deactivated_at=timezone.now(), deactivated_reason=text)
        PlanActivationDate.objects.filter(plan_id=plan.id).delete()  # it would bring the plan back
        record_activity(Happening(Verb.PLAN_DEACTIVATED, actor, plan_id=plan.id, detail={"reason": text}))


def _go_live(plan: Plan, draft: Draft, *, actor: str) -> None:
    """Move the pointer, and record what changed by it."""
    others = [one for one in approvers_of(plan, draft) if one != actor]
    previous = plan.live_version
    PlanVersion.objects.filter(plan_id=plan.id, number=draft.number).update(
        activated_at=timezone.now(), activated_by=actor
    )
    PlanActivationDate.objects.filter(plan_id=plan.id).delete()
    set_columns(plan, live_version=draft.number, draft_version=None, deactivated_at=None, deactivated_reason="")
    moves = content_moves(draft.live.content, draft.content) if draft.live else []
    detail = {"version": draft.number, "previous": previous, "token": draft.token} | changes_detail(moves)
    if others:
        detail["approved_by"] = others[0]
    record_activity(Happening(Verb.PLAN_ACTIVATED, actor, plan_id=plan.id, detail=detail))


def changes_detail(moves: Sequence[Moved]) -> dict[str, object]:
    """What changed, as the detail of an activity entry; empty when nothing did."""
    changed = {one.subject: [one.before, one.after] for one in moves[:CHANGES_RECORDED_MAX]}
    return {"changed": changed} if changed else {}


def _reactivate(plan: Plan, live: StoredVersion | None, *, actor: str) -> Activated:
    """Activate a plan that has no draft."""
    if live is None:
        raise ActivationRefused([Problem("PLAN_NOT_SYNCED")])
    if plan.deactivated_at is None:
        return Activated(ActivationOutcome.NOTHING_WAITING, live.number, [])
    set_columns(plan, deactivated_at=None, deactivated_reason="")
    detail = {"version": live.number, "reactivated": True}
    record_activity(Happening(Verb.PLAN_ACTIVATED, actor, plan_id=plan.id, detail=detail))
    return Activated(ActivationOutcome.REACTIVATED, live.number, [])
