"""How a plan's fields stand: our value, the recordkeeper's, and whether the field is pinned."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planbridge.activity.conflict import version_of
from planbridge.plans.changes import field_changes
from planbridge.plans.document import read_document
from planbridge.plans.pin import PlanPin
from planbridge.plans.pinned_terms import field_value, pinnable_fields, with_pins
from planbridge.plans.plan import Plan
from planbridge.plans.terms import PlanTerms


@dataclass(frozen=True)
class FieldState:
    """A field as it stands; `has_drift`: it is pinned, and the recordkeeper says something else."""

    field: str
    value: Any  # any JSON value, and so is the recordkeeper's
    recordkeeper_value: Any
    has_drift: bool = False
    pin: PlanPin | None = None

    @property
    def is_pinned(self) -> bool:
        """Whether syncs leave it alone."""
        return self.pin is not None

    @property
    def version(self) -> str:
        """The token of this state, which a change must bring."""
        return version_of(self.value, self.is_pinned)


@dataclass(frozen=True)
class Standing:
    """A plan's terms as the recordkeeper has them and as we have them (without prices), and the pins between."""

    theirs: PlanTerms
    ours: PlanTerms
    pins: Mapping[str, PlanPin]

    def field(self, name: str) -> FieldState:
        """How one field stands."""
        pin = self.pins.get(name)
        has_drift = pin is not None and bool(field_changes(self.theirs, with_pins(self.theirs, {name: pin.value})))
        return FieldState(name, field_value(self.ours, name), field_value(self.theirs, name), has_drift, pin)

    def fields(self) -> list[FieldState]:
        """Every field that can be pinned, also those that say nothing yet."""
        names = dict.fromkeys([*pinnable_fields(self.theirs), *self.pins])
        return [self.field(name) for name in names]


def recordkeeper_terms(plan: Plan) -> PlanTerms | None:
    """What the recordkeeper last said of a plan, without prices; None before the first Plan Sync."""
    return None if plan.document is None else read_document(plan.document)[0]


def values_of_pins(plan: Plan) -> dict[str, Any]:
    """Our value by field; any JSON values."""
    return dict(PlanPin.objects.filter(plan_id=plan.id).values_list("field", "value"))


def standing_of(plan: Plan) -> Standing | None:
    """How a plan stands, in one statement; None before the first Plan Sync."""
    theirs = recordkeeper_terms(plan)
    if theirs is None:
        return None
    pins = {pin.field: pin for pin in PlanPin.objects.filter(plan_id=plan.id).order_by("field")}
    return Standing(theirs, with_pins(theirs, {name: pin.value for name, pin in pins.items()}), pins)
