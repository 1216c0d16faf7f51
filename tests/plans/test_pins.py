"""Pinned fields: a sync leaves them alone, the recordkeeper's value is remembered, and everything else follows."""

import copy
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from planbridge.activity.conflict import ChangedMeanwhile
from planbridge.activity.entry import ActivityEntry
from planbridge.activity.run_id import new_run_id
from planbridge.plans.default_path import set_default_path_closed
from planbridge.plans.field_state import FieldState, standing_of
from planbridge.plans.lifecycle import activate_plan, current_terms
from planbridge.plans.pin import PlanPin
from planbridge.plans.pinned_terms import PROVISION_PLACES, field_value
from planbridge.plans.pinning import Pinning, PinRefused, pin_field, unpin_field
from planbridge.plans.plan import Plan, PlanContact, PlanFieldHistory, PlanProvision
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm
from tests.plans.conftest import DOCUMENT_TEXT
from tests.plans.test_taking_in import rows, take_in

Document = dict[str, Any]
TIERS = "provisions.match.tiers"
OURS = [{"contribution_percent": "4", "match_percent": "50"}]


def state(plan: Plan, field: str) -> FieldState:
    """How a field stands, read from the tables."""
    standing = standing_of(Plan.objects.get(pk=plan.pk))
    assert standing is not None
    return standing.field(field)


def pinned(plan: Plan, field: str, value: object, reason: str | None = None) -> FieldState:
    """Pin a field as somebody who saw how it stands."""
    return pin_field(plan, Pinning(field, value, reason), seen=state(plan, field).version, actor="ada")


def unpinned(plan: Plan, field: str) -> FieldState:
    """Unpin a field as somebody who saw how it stands."""
    return unpin_field(plan, field, seen=state(plan, field).version, actor="ada")


def test_pinned_match_tiers_survive_a_sync(plan: Plan, document: Document) -> None:
    """PS-7: our tiers stay when the recordkeeper changes its own; safe harbor beside them follows; both are known."""
    take_in(plan, document)
    pinned(plan, TIERS, OURS)
    theirs = [{"contribution_percent": "6", "match_percent": "25"}]
    document["provisions"]["match"] = {"tiers": theirs, "safe_harbor": "enhanced"}
    taken = take_in(plan, document)
    assert PlanProvision.objects.get(name="match").value == {"tiers": OURS, "safe_harbor": "enhanced"}
    assert [(one.field, one.new) for one in taken.changed_fields] == [
        ("provisions.match", {"tiers": OURS, "safe_harbor": "enhanced"})
    ]
    found = state(plan, TIERS)
    assert (found.value, found.recordkeeper_value, found.has_drift) == (OURS, theirs, True)


def test_an_edit_is_kept_told_and_in_the_history(plan: Plan, document: Document) -> None:
    """PS-7: an edit stands at once in the plan, with history and activity under one id, by whom and why."""
    take_in(plan, document)
    pinned(plan, "employer.phone", " +1-555-555-0199 ", "new office")
    plan.refresh_from_db()
    assert plan.phone == "+1-555-555-0199"
    pin = PlanPin.objects.get()
    assert (pin.value, pin.pinned_by, pin.reason) == ("+1-555-555-0199", "ada", "new office")
    history, entry = PlanFieldHistory.objects.get(), ActivityEntry.objects.get(verb="field_pinned")
    assert (history.field, history.old_value, history.new_value) == (
        "employer.phone",
        "+1-555-555-0100",
        "+1-555-555-0199",
    )
    assert (history.run_id, entry.actor, entry.detail["after"]) == (entry.id, "ada", "+1-555-555-0199")


def test_pinned_as_it_is(plan: Plan, document: Document) -> None:
    """PS-7: a field pinned as it is drifts when the recordkeeper changes it, and no longer once they agree again."""
    take_in(plan, document)
    pinned(plan, "name", plan.name)
    assert not PlanFieldHistory.objects.exists()
    assert not state(plan, "name").has_drift
    document["name"] = "Northwind Savings Plan"
    take_in(plan, document)
    assert (state(plan, "name").value, state(plan, "name").has_drift) == ("Northwind 401(k) Plan", True)
    document["name"] = "Northwind 401(k) Plan"
    take_in(plan, document)
    assert not state(plan, "name").has_drift


def test_unpinning_takes_the_recordkeepers_value_at_once(plan: Plan, document: Document) -> None:
    """PS-7: "Use the recordkeeper's value" applies the latest delivered value without a sync, and later ones follow."""
    take_in(plan, document)
    pinned(plan, "employer.name", "Northwind Holdings")
    document["employer"]["name"] = "Northwind Inc"
    take_in(plan, document)
    unpinned(plan, "employer.name")
    plan.refresh_from_db()
    assert (plan.employer_name, PlanPin.objects.count()) == ("Northwind Inc", 0)
    document["employer"]["name"] = "Northwind Company"
    take_in(plan, document)
    assert plan.employer_name == "Northwind Company"


def test_contacts_are_pinned_by_role(plan: Plan, document: Document) -> None:
    """PS-7: the contacts of one role are ours, those of the others follow; a role that leaves stays as long as pinned."""
    take_in(plan, document)
    ours = [{"name": "Ida Byron", "email": "ida@example.test", "phone": None}]
    pinned(plan, "contacts.advisor", ours)
    document["contacts"] = [{"role": "primary", "name": "Max Byron"}]
    take_in(plan, document)
    assert set(PlanContact.objects.values_list("role", "name")) == {("primary", "Max Byron"), ("advisor", "Ida Byron")}
    assert state(plan, "contacts.advisor").recordkeeper_value == []
    unpinned(plan, "contacts.advisor")
    assert list(PlanContact.objects.values_list("role", "name")) == [("primary", "Max Byron")]


def test_the_same_document_twice_changes_nothing_with_pins(plan: Plan, document: Document) -> None:
    """PS-9: with pinned fields, too, the second time writes no row of any table."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    pinned(plan, TIERS, OURS)
    pinned(plan, "employer.phone", None)
    document["name"] = "Northwind Savings Plan"
    take_in(plan, document)
    before = rows()
    taken = take_in(plan, document)
    assert (taken.changed_fields, taken.draft_changed, rows() == before) == ([], False, True)


def test_two_editors(plan: Plan, document: Document) -> None:
    """PL-8: who saw an older state is refused, whether somebody else edited, pinned or synced meanwhile."""
    take_in(plan, document)
    seen = state(plan, "name").version
    pinned(plan, "name", plan.name)
    with pytest.raises(ChangedMeanwhile):
        pin_field(plan, Pinning("name", "Other"), seen=seen, actor="bea")
    with pytest.raises(ChangedMeanwhile):
        unpin_field(plan, "name", seen=seen, actor="bea")
    seen = state(plan, "year_end").version
    take_in(plan, document | {"year_end": "06-30"})
    with pytest.raises(ChangedMeanwhile):
        pin_field(plan, Pinning("year_end", "09-30"), seen=seen, actor="bea")
    assert Plan.objects.get(pk=plan.pk).name == "Northwind 401(k) Plan"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 301),
        ("employer.ein", "12-34"),
        ("employer.phone", 5),
        ("contacts.primary", [{"email": "no address"}]),
        ("contacts.primary", "Ada"),
        (TIERS, [{"contribution_percent": "much", "match_percent": "100"}]),
        ("provisions.loans.maximum", "-1"),
        ("provisions.vesting", [{"group": "employer", "schedule": [["one", "20"]]}]),
        ("lineup.funds", []),
        ("sources", []),
        ("nonsense", "x"),
    ],
)
def test_what_cannot_be_a_value_is_refused(plan: Plan, document: Document, field: str, value: object) -> None:
    """PS-7: our value is judged as a recordkeeper's is, lineup and sources are never ours, and a refusal writes nothing."""
    take_in(plan, document)
    before = rows()
    with pytest.raises((PinRefused, ChangedMeanwhile)) as refused:
        pinned(plan, field, value)
    assert refused.type is PinRefused
    assert len(str(refused.value)) > 10
    assert (rows() == before, PlanPin.objects.count()) == (True, 0)


def test_a_plan_before_its_first_sync_is_not_edited(plan: Plan) -> None:
    """PS-7: before the first Plan Sync there is nothing to pin."""
    with pytest.raises(PinRefused, match="not been synced"):
        pin_field(plan, Pinning("name", "Ours"), seen="", actor="ada")


def test_the_default_path_can_be_closed(plan: Plan) -> None:
    """PS-8: that a default path takes no funds from the recordkeeper is a setting of the plan, recorded once."""
    for _ in range(2):
        set_default_path_closed(plan, is_closed=True, actor="ada")
    assert Plan.objects.get(pk=plan.pk).is_default_path_closed
    assert ActivityEntry.objects.filter(verb="default_path_changed").count() == 1


NAMES = st.sampled_from(["", "A", "B", "C"])
NUMBERS = st.sampled_from([None, "0", "1", "5", "0.5"])
FLAGS = st.sampled_from([None, True, False])
TIER = st.fixed_dictionaries({"contribution_percent": st.sampled_from(["1", "3"]), "match_percent": st.just("50")})
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "plan_number": NAMES,
    "employer.name": NAMES,
    "provisions.deferral.maximum_percent": NUMBERS,
    "provisions.deferral.roth": FLAGS,
    "provisions.auto_enroll.percent": NUMBERS,
    "provisions.balance_transfer": FLAGS,
    TIERS: st.none() | st.lists(TIER, max_size=2),
    "contacts.primary": st.lists(NAMES.map(lambda name: {"role": "primary", "name": name}), max_size=2),
    "contacts.trustee": st.lists(NAMES.map(lambda name: {"role": "trustee", "name": name}), max_size=2),
}
FIELD_AND_VALUE = st.sampled_from(sorted(VALUES)).flatmap(lambda field: st.tuples(st.just(field), VALUES[field]))
STEPS = st.lists(st.tuples(st.sampled_from(["pin", "unpin", "sync", "sync"]), FIELD_AND_VALUE), min_size=1, max_size=10)


def put(document: Document, field: str, value: Any) -> Document:
    """A document that says this in a field."""
    said = copy.deepcopy(document)
    if field.startswith("contacts."):
        role = field.removeprefix("contacts.")
        said["contacts"] = [one for one in said["contacts"] if one["role"] != role] + value
        return said
    *path, name = field.split(".")
    place = said
    for one in path:
        place = place.setdefault(one, {})
    place.pop(name, None)
    if value is not None:
        place[name] = value
    return said


class AnyOrderOfPinsAndSyncs(TestCase):
    """What holds after any pins, unpins and syncs."""

    @settings(max_examples=40, deadline=None)
    @given(steps=STEPS)
    def test_pinned_stays_and_the_rest_follows(self, steps: list[tuple[str, tuple[str, Any]]]) -> None:
        """PS-7: a sync changes no pinned field and every other one; what is stored is document with pins, always."""
        firm = Firm.objects.create(name="Example Advisors")
        connection = Connection.objects.create(firm=firm, name="example", kind="rest")
        plan = Plan.objects.create(firm=firm, connection=connection, external_plan_id="900123")
        document = whole_document()
        take_in(plan, document)
        ours: dict[str, Any] = {}
        for step, (field, value) in steps:
            if step == "pin":
                ours[field] = pinned(plan, field, value).value
            elif step == "unpin":
                unpinned(plan, field)
                ours.pop(field, None)
            else:
                document = put(document, field, value)
                take_in(plan, document, run_id=run_id())
            standing = standing_of(Plan.objects.get(pk=plan.pk))
            stored = current_terms(Plan.objects.get(pk=plan.pk))
            assert standing is not None
            assert stored is not None
            assert set(standing.pins) == set(ours)
            for name in VALUES:
                wanted = ours[name] if name in ours else field_value(standing.theirs, name)
                assert unordered(field_value(stored, name)) == unordered(wanted), name
            for name in set(PROVISION_PLACES) - set(VALUES):
                assert field_value(stored, name) == field_value(standing.theirs, name), name


def whole_document() -> Document:
    """The document of the tests of plans."""
    document: Document = json.loads(DOCUMENT_TEXT)
    return document


def run_id() -> UUID:
    """The id of another run."""
    return new_run_id()


def unordered(value: Any) -> Any:
    """A value with nothing said and said to be empty alike, contacts in one order."""
    if isinstance(value, list) and value and "role" in value[0]:
        return sorted(value, key=str)
    return None if value in (None, "", []) else value
