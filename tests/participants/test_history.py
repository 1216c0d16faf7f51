"""Field history: what a person was on a given day, and which run changed it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from planbridge.participants.lookup import change_lines, person_now, person_on
from planbridge.participants.models import Participant, ParticipantChange
from planbridge.plans.models import Plan
from tests.cast import Person, ada, changed, crowd, deliver, without
from tests.syncing import sync_people, synced_plan

DAYS: list[Person] = [
    ada(),
    changed(ada(), first_name="Adele", address=None),
    changed(ada(), first_name="Adele", loans=[], beneficiaries=[], ssn="900-77-0001"),
    changed(ada(), employment=[{"hire_date": "2010-06-14", "termination_date": None}], status="leave", ytd=[]),
    ada(),
]
FIRST = date(2026, 10, 1)


def happened_on(plan: Plan, run_id: UUID, day: date) -> None:
    """Move what a run did to a day, for all syncs of a test happen within seconds."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    ParticipantChange.objects.filter(plan_id=plan.pk, run_id=run_id).update(changed_at=noon)


def synced_days(inbox: Path) -> tuple[Plan, list[UUID], list[dict[str, Any] | None]]:
    """Ada's days, one sync each (with others who stay); the runs, and Ada as looked up after each."""
    others = crowd(30)
    plan = synced_plan(inbox, [DAYS[0], *others])
    runs, seen = [], []
    for number, delivered in enumerate(DAYS):
        if number:
            deliver(inbox, [delivered, *others], day=number + 1)
        run = sync_people(plan)
        runs.append(run.id)
        happened_on(plan, run.id, FIRST + timedelta(days=number))
        seen.append(person_now(plan.pk, "P-0001"))
    Participant.objects.filter(plan_id=plan.pk).update(first_synced_at=datetime(2026, 10, 1, 12, tzinfo=UTC))
    return plan, runs, seen


def timeless(state: object) -> dict[str, object]:
    """A person without prices and the status of the last sync, which are no history of fields."""
    assert isinstance(state, dict)
    kept = {name: value for name, value in state.items() if name not in {"sync_status", "balances"}}
    positions = [(one["source"], one["fund"], one["units"]) for one in state["balances"]]
    return kept | {"positions": positions}


@pytest.mark.django_db
def test_any_day_is_replayed(inbox: Path) -> None:
    """PT-10: every day gives the person as looked up on that day, SSN and all parts included."""
    plan, _, seen = synced_days(inbox)
    for number, then in enumerate(seen):
        assert timeless(person_on(plan.pk, "P-0001", FIRST + timedelta(days=number))) == timeless(then)
    assert person_on(plan.pk, "P-0001", FIRST - timedelta(days=1)) is None


@pytest.mark.django_db
def test_each_change_names_its_run_and_both_values(inbox: Path) -> None:
    """PT-10: field, old and new value, time and run of each change, newest first; SSNs only as masks."""
    plan, runs, _ = synced_days(inbox)
    lines = change_lines(plan.pk, "P-0001")
    names = {(line["run"], line["field"]): (line["old"], line["new"]) for line in lines}
    assert names[(str(runs[1]), "first_name")] == ("Ada", "Adele")
    assert names[(str(runs[4]), "status")] == ("leave", "active")
    assert [line["run"] for line in lines] == sorted((line["run"] for line in lines), reverse=True)
    said = [f"{old}{new}" for (_, field), (old, new) in names.items() if field == "ssn"]
    assert said
    assert not [text for text in said if any(character.isdigit() for character in text)]


@pytest.mark.django_db
def test_leaving_and_coming_back_are_history(inbox: Path) -> None:
    """PT-10: on the days away the person shows as Not at recordkeeper, before and after not."""
    people = crowd(30)
    plan = synced_plan(inbox, people)
    for number in range(3):
        if number:
            deliver(inbox, without(people, "P-0100") if number == 1 else people, day=number + 1)
        happened_on(plan, sync_people(plan).id, FIRST + timedelta(days=number))
    Participant.objects.filter(plan_id=plan.pk).update(first_synced_at=datetime(2026, 10, 1, 12, tzinfo=UTC))
    shown = [person_on(plan.pk, "P-0100", FIRST + timedelta(days=number)) for number in range(3)]
    assert [one["sync_status"] if one else None for one in shown] == ["synced", "not_at_recordkeeper", "synced"]


@pytest.mark.django_db
def test_who_left_was_there_before(inbox: Path) -> None:
    """PT-10: of somebody who left and did not come back, the days before show Synced."""
    people = crowd(30)
    plan = synced_plan(inbox, people)
    happened_on(plan, sync_people(plan).id, FIRST)
    deliver(inbox, without(people, "P-0100"), day=2)
    happened_on(plan, sync_people(plan).id, FIRST + timedelta(days=1))
    Participant.objects.filter(plan_id=plan.pk).update(first_synced_at=datetime(2026, 10, 1, 12, tzinfo=UTC))
    shown = [person_on(plan.pk, "P-0100", FIRST + timedelta(days=number)) for number in range(2)]
    assert [one["sync_status"] if one else None for one in shown] == ["synced", "not_at_recordkeeper"]
