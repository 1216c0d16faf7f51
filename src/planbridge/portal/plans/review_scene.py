"""A draft as its review page needs it: the draft, its items, what was said of it, and what keeps it from activation."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import CATALOGUE, Severity
from planbridge.participants.fund_holders import activation_facts
from planbridge.plans.activating import activation_problems
from planbridge.plans.activation_facts import ActivationFacts
from planbridge.plans.draft import Draft, waiting_draft
from planbridge.plans.draft_record import DraftRecord, draft_record
from planbridge.plans.plan import Plan
from planbridge.plans.review import Review, ReviewGroup, ReviewItem
from planbridge.plans.reviewing import remember_review, review_of_draft
from planbridge.plans.terms import FundStatus
from planbridge.portal.layout import address_of


@dataclass(frozen=True)
class ReviewScene:
    """All that the review page shows of a plan's draft."""

    plan: Plan
    draft: Draft
    review: Review
    record: DraftRecord
    facts: ActivationFacts

    @cached_property
    def conflicts(self) -> list[ReviewItem]:
        """The items that both touched, to be decided first."""
        return [one for one in self.review.items if one.conflict is not None]

    @cached_property
    def groups(self) -> list[tuple[ReviewGroup, list[ReviewItem]]]:
        """The other items under their headings."""
        groups = ((group, [one for one in items if one.conflict is None]) for group, items in self.review.groups())
        return [(group, items) for group, items in groups if items]

    @cached_property
    def open_funds(self) -> list[tuple[str, str]]:
        """Code and name of the draft's funds that money can go to."""
        return [(one.fund, one.name) for one in self.draft.content.lineup.funds if one.status == FundStatus.OPEN]

    @property
    def to_accept_count(self) -> int:
        """How many items can be accepted all at once."""
        return len(self.review.undecided)

    def problems(self, actor: str) -> list[Problem]:
        """Every error and warning that `actor` would meet by activating now."""
        approvers = self.record.approvers
        return activation_problems(self.plan, self.draft, self.review, self.facts, actor=actor, approvers=approvers)

    def approved_by(self, actor: str) -> bool:
        """Whether `actor` approved the draft as it is."""
        return actor in self.record.approvers

    def is_activation_open_to(self, actor: str) -> bool:
        """Whether `actor` may activate as far as approvals go."""
        return not self.plan.needs_second_approver or any(one != actor for one in self.record.approvers)


@dataclass(frozen=True)
class ShownProblem:
    """An error or warning of the activation in words, with the place to mend it."""

    message: str
    fix: str
    code: str
    href: str


def review_scene(plan: Plan, *, actor: str) -> ReviewScene | None:
    """What waits, as `actor` is shown it now; None when no draft waits. What is shown is remembered."""
    draft = waiting_draft(plan)
    if draft is None:
        return None
    facts, record = activation_facts(plan), draft_record(plan, draft)
    if not record.is_remembered:
        remember_review(plan, draft, actor=actor)
    return ReviewScene(plan, draft, review_of_draft(plan, draft, facts.holders, record=record), record, facts)


def anchor_of(item: str) -> str:
    """The id of an item's row; a key may hold what an id may not."""
    return f"item-{hashlib.sha256(item.encode()).hexdigest()[:12]}"


def shown_problems(scene: ReviewScene, problems: list[Problem], severity: Severity) -> list[ShownProblem]:
    """The errors, or the warnings, each with a link to its place."""
    return [
        ShownProblem(one.message, CATALOGUE[one.code].fix, one.code, place_of(scene, one))
        for one in problems
        if one.severity is severity
    ]


def place_of(scene: ReviewScene, problem: Problem) -> str:
    """Where a problem is mended: a row of the review, the approvals, or another tab."""
    field = problem.field or ""
    if field == "notifications":
        return address_of("notifications:events", scene.plan.pk)
    if field == "approval":
        return "#review-foot"
    fund = field.removeprefix("lineup.funds.").rpartition(".")[0] if field.startswith("lineup.funds.") else ""
    for one in scene.review.items:
        if field in (one.item, one.place) or (fund and one.fund == fund):
            return f"#{anchor_of(one.item)}"
    return address_of("plans:paths", scene.plan.pk) or "#review"
