"""Pinning a plan's fields: the only writer of pins, and of the fields that they keep or let go."""

from dataclasses import dataclass

from django.db import transaction

from planbridge.activity.conflict import refuse_if_changed
from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.changes import field_changes
from planbridge.plans.field_state import FieldState, Standing, standing_of
from planbridge.plans.pin import PlanPin
from planbridge.plans.pin_value import PinRefused, read_pin_value, refuse_broken
from planbridge.plans.plan import Plan
from planbridge.plans.plan_fields import apply_fields, plan_columns, record_history
from planbridge.plans.stored_terms import current_terms

__all__ = ["PinRefused", "Pinning", "pin_field", "unpin_field"]

REASON_CHARACTERS_MAX = 500


@dataclass(frozen=True)
class Pinning:
    """What is to be pinned: the field, our value (JSON) and why; `reason` None leaves the reason as it is."""

    field: str
    value: object
    reason: str | None = None


def pin_field(plan: Plan, wanted: Pinning, *, seen: str, actor: str) -> FieldState:
    """Give a field our value and keep it from syncs; the value that it has pins it as it is.

    `seen` is the version of the state that the person saw. Raises ChangedMeanwhile, and PinRefused for a value that no
    recordkeeper could deliver.
    """
    with transaction.atomic():
        standing = _locked(plan)
        value = read_pin_value(wanted.field, wanted.value)
        before = standing.field(wanted.field)
        refuse_if_changed(seen, before.value, before.is_pinned)
        reason = (before.pin.reason if before.pin else "") if wanted.reason is None else wanted.reason.strip()
        if before.pin and before.pin.reason == reason and before.pin.value == value:
            return before
        if len(reason) > REASON_CHARACTERS_MAX:
            message = f"A reason has at most {REASON_CHARACTERS_MAX} characters."
            raise PinRefused(message)
        refuse_broken(standing.theirs, wanted.field, value)
        detail = {"field": wanted.field, "before": before.value, "after": value, "reason": reason}
        happening = Happening(Verb.FIELD_PINNED, actor, plan_id=plan.id, detail=detail)
        PlanPin.objects.filter(plan_id=plan.id, field=wanted.field).delete()
        PlanPin.objects.create(
            plan_id=plan.id,
            field=wanted.field,
            value=value,
            pinned_by=actor,
            pinned_at=happening.happened_at,
            reason=reason,
        )
        return _applied(plan, happening).field(wanted.field)


def unpin_field(plan: Plan, field: str, *, seen: str, actor: str) -> FieldState:
    """Take the recordkeeper's value, now and in every sync; a field that is not pinned stays as it is.

    Raises ChangedMeanwhile, and PinRefused where the plan has no such field.
    """
    with transaction.atomic():
        standing = _locked(plan)
        read_pin_value(field, None)
        before = standing.field(field)
        refuse_if_changed(seen, before.value, before.is_pinned)
        if not before.is_pinned:
            return before
        PlanPin.objects.filter(plan_id=plan.id, field=field).delete()
        detail = {"field": field, "before": before.value, "after": before.recordkeeper_value}
        return _applied(plan, Happening(Verb.FIELD_UNPINNED, actor, plan_id=plan.id, detail=detail)).field(field)


def _locked(plan: Plan) -> Standing:
    """How a plan stands, read anew, with everybody else kept from changing it until the transaction ends."""
    plan.refresh_from_db(from_queryset=Plan.objects.select_for_update())
    standing = standing_of(plan)
    if standing is None:
        message = "The plan has not been synced yet. Sync it first, then edit it."
        raise PinRefused(message)
    return standing


def _applied(plan: Plan, happening: Happening) -> Standing:
    """Bring the plan's rows to what document and pins say now; history and activity go by one id."""
    standing = standing_of(plan)
    assert standing is not None  # noqa: S101 - the plan is locked and had a document; for the types
    changes = field_changes(current_terms(plan), standing.ours)
    record_history(plan, changes, run_id=happening.id, now=happening.happened_at)
    apply_fields(plan, standing.ours, changes)
    columns = {name: value for name, value in plan_columns(standing.ours).items() if getattr(plan, name) != value}
    if columns:
        Plan.objects.filter(pk=plan.pk).update(**columns)
        for name, value in columns.items():
            setattr(plan, name, value)
    record_activity(happening)
    return standing
