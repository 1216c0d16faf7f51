"""Conflicts of a draft by their places: deciding one, which were decided, and taking that back; on behalf of lifecycle."""

from dataclasses import replace

from django.db import transaction

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.decisions import Decision, settle
from planbridge.plans.draft import Draft, waiting_draft
from planbridge.plans.draft_review import PlanDecision
from planbridge.plans.drafting import NO_DRAFT, place_state, put_back_edits
from planbridge.plans.edit import Edit, Edits, edits_from_json
from planbridge.plans.edit_values import EditRefused
from planbridge.plans.locking import lock_plan
from planbridge.plans.overlay import value_at
from planbridge.plans.plan import Plan
from planbridge.plans.review import Choice
from planbridge.plans.reviewing import review_of_draft


def settle_conflict(plan: Plan, decision: Decision, *, seen: str, actor: str) -> Draft | None:
    """Decide the conflict at a place, which `decision.item` names, as the review would; answers the draft as it is then.

    `seen` is the version of the PlaceState. Raises EditRefused when nothing is in conflict there, and ChangedMeanwhile.
    """
    with transaction.atomic():
        draft = _locked(plan, decision.item, seen)
        items = review_of_draft(plan, draft, decision.holders).items
        item = next((one for one in items if one.conflict is not None and one.conflict.place == decision.item), None)
        if item is None:
            raise EditRefused("Nothing is in conflict here.")
        settle(plan, draft, item, replace(decision, item=item.item), actor=actor)
        return waiting_draft(plan)


def settled_edits(plan: Plan, draft: Draft) -> Edits:
    """Our edits as they were before conflicts were decided, by place, as far as they can come back; one statement."""
    rows = PlanDecision.objects.filter(plan_id=plan.id, number=draft.number).exclude(edits={})
    return {
        place: edit
        for row in rows
        for place, edit in edits_from_json(row.edits).items()
        if _stands(draft, place, edit, Choice(row.decision))
    }


def undo_settled(plan: Plan, place: str, *, seen: str, actor: str) -> Draft | None:
    """Take the decision of a conflict back: our edit is as it was, and the conflict is to be decided anew.

    `seen` is the version of the PlaceState. Raises EditRefused when no such decision stands, and ChangedMeanwhile.
    """
    with transaction.atomic():
        draft = _locked(plan, place, seen)
        edit = settled_edits(plan, draft).get(place)
        if edit is None:
            raise EditRefused("No decision stands here that could be undone.")
        rows = PlanDecision.objects.filter(plan_id=plan.id, number=draft.number, edits__has_key=place)
        items = list(rows.values_list("item", flat=True))
        rows.delete()
        put_back_edits(plan, draft, {place: edit}, actor=actor)
        detail = {"item": items[0], "decision": "undone"}
        record_activity(Happening(Verb.CHANGE_DECIDED, actor, plan_id=plan.id, detail=detail))
        return waiting_draft(plan)


def _stands(draft: Draft, place: str, edit: Edit, choice: Choice) -> bool:
    """Whether the draft is as the decision left it at this place, and the edit as it was would be in conflict again."""
    now = draft.version.edits.get(place)
    is_left_so = now is None if choice is Choice.ACCEPT else now is not None and replace(now, was=edit.was) == edit
    underneath = value_at(draft.underneath, place)
    return is_left_so and underneath not in (edit.was, edit.value) and (now is None or now.was == underneath)


def _locked(plan: Plan, place: str, seen: str) -> Draft:
    """The draft under the plan's lock, its place as the person saw it."""
    lock_plan(plan)
    draft = waiting_draft(plan)
    if draft is None:
        raise EditRefused(NO_DRAFT)
    if place_state(draft, place).version != seen:
        raise ChangedMeanwhile
    return draft
