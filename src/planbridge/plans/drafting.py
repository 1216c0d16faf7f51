"""What a person does to a draft: make, edit, undo, decide conflicts, discard; written on behalf of lifecycle."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.draft import RECORDKEEPER, Draft, Making, latest_lineup, make_draft, waiting_draft
from planbridge.plans.edit import Edit, Edits
from planbridge.plans.edit_values import EditRefused, read_edit_value
from planbridge.plans.locking import lock_plan, set_columns
from planbridge.plans.overlay import Conflict, value_at
from planbridge.plans.plan import Plan, PlanSource
from planbridge.plans.stored_version import live_version

NO_DRAFT = "There is no draft to edit. Create one first."


@dataclass(frozen=True)
class PlaceState:
    """A place of a draft as it stands: the draft's value, what lies under it, our edit and whether it is in conflict."""

    place: str
    value: Any  # any JSON value, and so is `underneath`
    underneath: Any
    edit: Edit | None
    conflict: Conflict | None

    @property
    def version(self) -> str:
        """The token of this state, which a change must bring."""
        return version_of(self.value, None if self.edit is None else self.edit.was, self.conflict is not None)


class NothingToDraft(Exception):  # noqa: N818 - says what happened
    """The plan has no document yet, so that there is nothing to make a draft of."""

    def __init__(self) -> None:
        problem = Problem("PLAN_NOT_SYNCED")
        super().__init__(problem.message)
        self.problem = problem


def place_state(draft: Draft, place: str) -> PlaceState:
    """How a place of a draft stands."""
    edit = draft.version.edits.get(place)
    conflict = next((one for one in draft.conflicts if one.place == place), None)
    value = value_at(draft.content, place) if edit is None else edit.value
    return PlaceState(place, value, value_at(draft.underneath, place), edit, conflict)


def create_draft(plan: Plan, *, actor: str) -> Draft:
    """Make a draft of what is live and what the recordkeeper says; the one that waits, if there is one.

    Raises NothingToDraft before the first Plan Sync.
    """
    with transaction.atomic():
        lock_plan(plan)
        waiting = waiting_draft(plan)
        if waiting is not None:
            return waiting
        live = live_version(plan)
        if live is None:
            raise NothingToDraft
        made = _make(plan, None, Making(latest_lineup(plan), live.edits, actor))
        record_activity(Happening(Verb.DRAFT_CREATED, actor, plan_id=plan.id, detail={"version": plan.draft_version}))
    if made is None:
        raise NothingToDraft
    return made


def edit_draft(plan: Plan, place: str, value: object, *, seen: str, actor: str) -> Draft | None:
    """Give a place of the draft our value (JSON); the value that lies underneath takes the edit away.

    None when no draft is needed any more: a Plan Sync's own draft that differs from the live version in nothing now.

    `seen` is the version of the PlaceState that the person saw. Raises EditRefused, and ChangedMeanwhile.
    """
    with transaction.atomic():
        draft, state = _locked(plan, place, seen)
        read = read_edit_value(place, value, draft.content, draft.underneath)
        if read == state.value and (state.edit is not None or state.value == state.underneath):
            return draft
        edit = None if read == state.underneath else Edit(read, state.underneath, actor, timezone.now().isoformat())
        edits = {at: one for at, one in draft.version.edits.items() if at != place}
        made = _make(plan, draft, _changed(draft, edits if edit is None else {**edits, place: edit}))
        _record_edit(plan, state, read, actor=actor)
    return made


def undo_edit(plan: Plan, place: str, *, seen: str, actor: str) -> Draft | None:
    """Take an edit away, so that what lies underneath holds again; None when no draft is needed any more.

    Raises EditRefused when there is no such edit, and ChangedMeanwhile.
    """
    with transaction.atomic():
        draft, state = _locked(plan, place, seen)
        if state.edit is None:
            raise EditRefused("There is no edit to undo here.")
        edits = {at: edit for at, edit in draft.version.edits.items() if at != place}
        made = _make(plan, draft, _changed(draft, edits))
        _record_edit(plan, state, state.underneath, actor=actor)
    return made


def decide_conflict(plan: Plan, place: str, *, keep_ours: bool, seen: str, actor: str) -> Draft | None:
    """Decide a place that both touched: our edit holds over what is underneath now, or it goes.

    Raises EditRefused when there is no such conflict, and ChangedMeanwhile.
    """
    with transaction.atomic():
        draft, state = _locked(plan, place, seen)
        if state.edit is None or state.conflict is None:
            raise EditRefused("Nothing is in conflict here.")
        if keep_ours:
            edits = {**draft.version.edits, place: replace(state.edit, was=state.underneath)}
        else:
            edits = {at: edit for at, edit in draft.version.edits.items() if at != place}
        made = _make(plan, draft, _changed(draft, edits))
        detail = {
            "item": place,
            "decision": "keep_ours" if keep_ours else "take_theirs",
            "ours": state.edit.value,
            "recordkeeper": state.underneath,
        }
        record_activity(Happening(Verb.CHANGE_DECIDED, actor, plan_id=plan.id, detail=detail))
    return made


def discard_draft(plan: Plan, *, seen: str, actor: str) -> Draft | None:
    """Undo all that was edited in the draft; what the recordkeeper changed keeps waiting, and is the answer.

    `seen` is the draft's token. Raises EditRefused when no draft waits, and ChangedMeanwhile.
    """
    with transaction.atomic():
        lock_plan(plan)
        draft = _waiting(plan)
        if seen != draft.token:
            raise ChangedMeanwhile
        places = sorted(draft.own_edits.keys() | draft.taken_back)
        making = Making(draft.version.theirs, draft.live.edits if draft.live else {}, RECORDKEEPER)
        made = _make(plan, draft, making)
        detail = {"version": draft.number, "edits": places}
        record_activity(Happening(Verb.DRAFT_DISCARDED, actor, plan_id=plan.id, detail=detail))
    return made


def put_edit(plan: Plan, draft: Draft, place: str, value: object, *, actor: str) -> None:
    """Lay a value over the draft in the caller's transaction, and record it. Raises EditRefused."""
    state = place_state(draft, place)
    read = read_edit_value(place, value, draft.content, draft.underneath)
    edit = Edit(read, state.underneath, actor, timezone.now().isoformat())
    _make(plan, draft, _changed(draft, {**draft.version.edits, place: edit}))
    _record_edit(plan, state, read, actor=actor)


def put_back_edits(plan: Plan, draft: Draft, edits: Edits, *, actor: str) -> None:
    """Lay edits over the draft again as they were, in the caller's transaction; a conflict of theirs is one again."""
    _make(plan, draft, _changed(draft, {**draft.version.edits, **edits}))
    for place, edit in edits.items():
        _record_edit(plan, place_state(draft, place), edit.value, actor=actor)


def _changed(draft: Draft, edits: Mapping[str, Edit]) -> Making:
    return Making(draft.version.theirs, edits, draft.version.made_by)


def _make(plan: Plan, draft: Draft | None, making: Making) -> Draft | None:
    """Make the draft anew and point the plan at it."""
    sources = list(PlanSource.objects.filter(plan_id=plan.id).order_by("position").values_list("source", flat=True))
    _, number = make_draft(plan, making, draft, live_version(plan), (sources, timezone.now()))
    if plan.draft_version != number:
        set_columns(plan, draft_version=number)
    return waiting_draft(plan)


def _waiting(plan: Plan) -> Draft:
    draft = waiting_draft(plan)
    if draft is None:
        raise EditRefused(NO_DRAFT)
    return draft


def _locked(plan: Plan, place: str, seen: str) -> tuple[Draft, PlaceState]:
    """The draft and one place of it, under the plan's lock and as the person saw it."""
    lock_plan(plan)
    draft = _waiting(plan)
    state = place_state(draft, place)
    if state.version != seen:
        raise ChangedMeanwhile
    return draft, state


def _record_edit(plan: Plan, state: PlaceState, after: object, *, actor: str) -> None:
    detail = {"version": plan.draft_version, "field": state.place, "before": state.value, "after": after}
    record_activity(Happening(Verb.DRAFT_EDITED, actor, plan_id=plan.id, detail=detail))
