"""Deciding the items of a draft's review, and commenting on them; written on behalf of lifecycle."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.draft import Draft, waiting_draft
from planbridge.plans.draft_review import PlanComment, PlanDecision
from planbridge.plans.drafting import NO_DRAFT, decide_conflict, place_state, put_back_edits, put_edit, undo_edit
from planbridge.plans.edit import MAPPINGS, Edits, edits_as_json, edits_from_json
from planbridge.plans.edit_values import EditRefused
from planbridge.plans.holders import FundHolders
from planbridge.plans.locking import lock_plan
from planbridge.plans.overlay import value_at
from planbridge.plans.plan import Plan
from planbridge.plans.review import Choice, Review, ReviewItem
from planbridge.plans.reviewing import review_of_draft

TEXT_CHARACTERS_MAX = 2000
NO_EDITS: Edits = {}


class DecisionRefused(ValueError):  # noqa: N818 - says what happened
    """A decision or comment that cannot be made; the message says why."""


@dataclass(frozen=True)
class Decision:
    """What is decided about an item; `map_to` is the successor's code, for Choice.MAP_TO; `comment` may be empty.

    `holders` are those that the review was shown with.
    """

    item: str
    choice: Choice
    map_to: str = ""
    comment: str = ""
    holders: Mapping[str, FundHolders] = field(default_factory=dict)


def decide_change(plan: Plan, decision: Decision, *, seen: str, actor: str) -> Review | None:
    """Decide an item of the review; `seen` is the item's `state`. Answers the review as it is then.

    Keeping the live value, mapping a fund and leaving its money become edits of the draft. Raises DecisionRefused,
    EditRefused, and ChangedMeanwhile when the item is another one by now.
    """
    with transaction.atomic():
        lock_plan(plan)
        draft = _waiting(plan)
        item = review_of_draft(plan, draft, decision.holders).item(decision.item)
        if item is None or item.state != seen:
            raise ChangedMeanwhile
        if decision.choice not in item.choices:
            raise DecisionRefused("This change cannot be decided so.")
        if decision.comment.strip():
            _write_comment(plan, draft, decision.comment, item.item, actor=actor)
        if item.conflict is not None:
            settle(plan, draft, item, decision, actor=actor)
        else:
            _apply(plan, draft, item, decision, actor=actor)
        after = waiting_draft(plan)
        return None if after is None else review_of_draft(plan, after, decision.holders)


def undo_decision(plan: Plan, item: str, *, seen: str, holders: Mapping[str, FundHolders], actor: str) -> None:
    """Take a decision back, so that the item is to be decided anew: the row goes, or the edit that it became.

    An edit that the live version carries with another value comes back; of a conflict our edit as it was before, and
    with it the conflict.
    `seen` is the item's `state`. Raises DecisionRefused when nothing was decided, EditRefused, and ChangedMeanwhile.
    """
    with transaction.atomic():
        lock_plan(plan)
        draft = _waiting(plan)
        found = review_of_draft(plan, draft, holders).item(item)
        if found is None or found.state != seen:
            raise ChangedMeanwhile
        if found.decided is None:
            raise DecisionRefused("Nothing was decided here.")
        rows = PlanDecision.objects.filter(plan_id=plan.id, number=draft.number, item=item)
        settled = rows.filter(bound_to=found.state).exclude(edits={}).first()
        rows.delete()
        if settled is not None:
            put_back_edits(plan, draft, edits_from_json(settled.edits), actor=actor)
        elif found.decided.is_edit:
            _undo_own_edit(plan, draft, found.place, actor=actor)
        detail = {"item": item, "decision": "undone", "change": found.words}
        record_activity(Happening(Verb.CHANGE_DECIDED, actor, plan_id=plan.id, detail=detail))


def accept_undecided(plan: Plan, *, seen: str, holders: Mapping[str, FundHolders], actor: str) -> int:
    """Accept every item that nobody decided, but for conflicts and mappings; answers how many were accepted.

    `seen` is the draft's token. Raises EditRefused without a draft, and ChangedMeanwhile.
    """
    with transaction.atomic():
        lock_plan(plan)
        draft = _waiting(plan)
        if draft.token != seen:
            raise ChangedMeanwhile
        review = review_of_draft(plan, draft, holders)
        accept_rest(plan, review, actor=actor)
        return len(review.undecided)


def comment_on(plan: Plan, text: str, *, item: str = "", actor: str) -> None:
    """Remark on the draft, or on an item of its review; 1 to 2,000 characters. Raises DecisionRefused, EditRefused."""
    with transaction.atomic():
        lock_plan(plan)
        _write_comment(plan, _waiting(plan), text, item, actor=actor)


def map_funds(plan: Plan, mappings: Mapping[str, str], *, actor: str) -> None:
    """Decide where the money of funds goes that leave, by fund: a successor, or "" to leave it where it is.

    Raises EditRefused without a draft, or for a successor that the draft does not have.
    """
    if not mappings:
        return
    with transaction.atomic():
        lock_plan(plan)
        for fund, successor in mappings.items():
            draft = _waiting(plan)
            if place_state(draft, f"{MAPPINGS}{fund}").value != successor:
                put_edit(plan, draft, f"{MAPPINGS}{fund}", successor, actor=actor)


def accept_rest(plan: Plan, review: Review, *, actor: str) -> None:
    """Accept every item that nobody decided, in the caller's transaction."""
    for key in review.undecided:
        item = review.item(key)
        if item is not None:
            _write_decision(plan, item, Choice.ACCEPT, actor=actor)


def settle(plan: Plan, draft: Draft, conflict: ReviewItem, decision: Decision, *, actor: str) -> None:
    """Decide a conflict in the caller's transaction, and keep our edit as it was.

    Who takes the recordkeeper's value accepts the change it then is.
    """
    state = place_state(draft, conflict.place)
    keeps_ours = decision.choice is Choice.KEEP_OURS
    decide_conflict(plan, conflict.place, keep_ours=keeps_ours, seen=state.version, actor=actor)
    after = waiting_draft(plan)
    item = None if after is None else review_of_draft(plan, after, decision.holders).item(decision.item)
    if item is None or state.edit is None:
        return
    if keeps_ours or Choice.ACCEPT in item.choices:
        choice = Choice.KEEP_OURS if keeps_ours else Choice.ACCEPT
        _write_row(plan, item, choice, actor=actor, edits={conflict.place: state.edit})


def _undo_own_edit(plan: Plan, draft: Draft, place: str, *, actor: str) -> None:
    """Undo what the draft edited: the live version's own edit of the place holds again, else what lies underneath.

    The same value is no other edit: it is "keep live", and undone what lies underneath is to be decided again.
    """
    carried = draft.live.edits.get(place) if draft.live else None
    if carried is None or carried.value == draft.version.edits[place].value:
        undo_edit(plan, place, seen=place_state(draft, place).version, actor=actor)
    else:
        put_back_edits(plan, draft, {place: carried}, actor=actor)


def _apply(plan: Plan, draft: Draft, item: ReviewItem, decision: Decision, *, actor: str) -> None:
    """Write a decision that is no conflict's, as a row or as an edit."""
    choice = decision.choice
    if choice in (Choice.ACCEPT, Choice.SEEN):
        _write_decision(plan, item, choice, actor=actor)
        return
    if choice is Choice.KEEP_LIVE:
        value = draft.live and value_at(draft.live.content, item.place)
    elif choice is Choice.MAP_TO:
        value = decision.map_to.strip()
        if not value:
            raise DecisionRefused("Choose the fund that the money goes to.")
    else:
        value = ""
    put_edit(plan, draft, item.place, value, actor=actor)
    detail = {"item": item.item, "decision": choice.value, "value": value}
    record_activity(Happening(Verb.CHANGE_DECIDED, actor, plan_id=plan.id, detail=detail))


def _write_decision(plan: Plan, item: ReviewItem, choice: Choice, *, actor: str) -> None:
    _write_row(plan, item, choice, actor=actor)
    detail = {"item": item.item, "decision": choice.value, "change": item.words}
    record_activity(Happening(Verb.CHANGE_DECIDED, actor, plan_id=plan.id, detail=detail))


def _write_row(plan: Plan, item: ReviewItem, choice: Choice, *, actor: str, edits: Edits = NO_EDITS) -> None:
    if plan.draft_version is None:
        raise EditRefused(NO_DRAFT)
    PlanDecision.objects.update_or_create(
        plan_id=plan.id,
        number=plan.draft_version,
        item=item.item,
        defaults={
            "decision": choice.value,
            "bound_to": item.state,
            "decided_by": actor,
            "decided_at": timezone.now(),
            "edits": edits_as_json(edits),
        },
    )


def _write_comment(plan: Plan, draft: Draft, text: str, item: str, *, actor: str) -> None:
    said = text.strip()
    if not 0 < len(said) <= TEXT_CHARACTERS_MAX or "\x00" in said:
        raise DecisionRefused(f"A comment has 1 to {TEXT_CHARACTERS_MAX:,} characters.")
    happening = Happening(
        Verb.DRAFT_COMMENTED, actor, plan_id=plan.id, detail={"version": draft.number, "item": item, "text": said}
    )
    PlanComment.objects.create(
        plan_id=plan.id,
        number=draft.number,
        id=happening.id,
        item=item,
        text=said,
        commented_by=actor,
        commented_at=happening.happened_at,
    )
    record_activity(happening)


def _waiting(plan: Plan) -> Draft:
    draft = waiting_draft(plan)
    if draft is None:
        raise EditRefused(NO_DRAFT)
    return draft
