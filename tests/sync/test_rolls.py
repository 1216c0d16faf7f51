"""Tests of rolls: they say what the rows say, and a plan without one is read from its rows."""

from pathlib import Path
from typing import Any

import pytest

from planbridge.participants.models import ParticipantChange, PlanRoll, PlanRollAddition
from planbridge.plans.models import Plan
from planbridge.sync.apply import people_by_rows
from planbridge.sync.roll import ADDITIONS_MAX, drop_rolls, read_rolls, read_sections
from tests.cast import changed, crowd, deliver, everybody, position, without
from tests.syncing import counts, sync_people, synced_plan


def richer(day: int) -> list[dict[str, object]]:
    """Everybody, one of them with more units of the same fund."""
    ben = next(who for who in everybody() if who["participant_id"] == "P-0002")
    money = [{**one, **position(one["source"], one["fund"], "7.25", day=day)} for one in ben["balances"][:1]]
    return [*without(everybody(), "P-0002"), changed(ben, balances=[*money, *ben["balances"][1:]])]


@pytest.mark.django_db
def test_a_roll_says_what_the_rows_say(inbox: Path) -> None:
    """PT-3: after people came, changed and vanished, the roll of their plan has everybody with the marks of their rows."""
    plan = synced_plan(inbox, everybody())
    for day, people in enumerate((everybody(), richer(2), without(richer(3), "P-0001"), everybody()), start=1):
        if day > 1:
            deliver(inbox, people, day=day)
        sync_people(plan)
        enrolled, with_roll = read_rolls([plan.pk])
        assert set(with_roll) == {plan.pk}
        assert enrolled.sort("participant_id").equals(people_by_rows([plan.pk]).sort("participant_id"))
        assert read_sections([plan.pk])["balances_mark"].null_count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("has_roll", [True, False])
def test_a_plan_without_a_roll_is_synced_alike_and_gets_one(inbox: Path, *, has_roll: bool) -> None:
    """PT-7: the roll only makes a sync quicker: without it counts and history are the same, and it is written anew."""
    plan = synced_plan(inbox, everybody())
    sync_people(plan)
    if not has_roll:
        drop_rolls([plan.pk])
    deliver(inbox, richer(2), day=2)
    run = sync_people(plan)
    assert counts(run) == (5, 1, 4, 0, 0)
    (change,) = ParticipantChange.objects.filter(plan_id=plan.pk)
    assert (change.participant_id, change.section, list(change.changes)) == ("P-0002", "balances", ["balances.units"])
    assert PlanRoll.objects.filter(plan_id=plan.pk).exists()


def with_zip(people: list[dict[str, Any]], number: int, zip_code: str) -> list[dict[str, Any]]:
    """The same people, one of them with another zip."""
    return [changed(one, zip=zip_code) if place == number else one for place, one in enumerate(people)]


def roll_and_additions(plan: Plan) -> tuple[bytes, list[str]]:
    """The marks of a plan's roll, and the names of its additions."""
    roll = PlanRoll.objects.get(plan_id=plan.pk)
    additions = PlanRollAddition.objects.filter(plan_id=plan.pk).order_by("number")
    return bytes(roll.marks), [one.names for one in additions]


@pytest.mark.django_db
def test_few_who_changed_are_added_to_a_roll_that_stays(inbox: Path) -> None:
    """PT-3: one new, one changed and one vanished of many stand in an addition to the roll, and are known again by it."""
    people = crowd(60)
    plan = synced_plan(inbox, people)
    sync_people(plan)
    before, additions = roll_and_additions(plan)
    assert additions == []
    people = [*with_zip(people, 3, "66601")[:59], crowd(61)[60]]
    deliver(inbox, people, day=2)
    assert counts(sync_people(plan)) == (60, 2, 58, 0, 0)
    after, (names,) = roll_and_additions(plan)
    assert after == before
    ids = [one["participant_id"] for one in crowd(61)]
    assert sorted(names.split("\n")) == sorted([ids[3], ids[59], ids[60]])
    deliver(inbox, people, day=3)
    assert counts(sync_people(plan)) == (60, 0, 60, 0, 0)
    assert roll_and_additions(plan) == (before, [names])
    deliver(inbox, [*people, crowd(60)[59]], day=4)
    assert counts(sync_people(plan)) == (61, 1, 60, 0, 0)
    assert roll_and_additions(plan)[1] == [names, ids[59]]


@pytest.mark.django_db
def test_a_roll_is_written_anew_after_many_additions_and_for_many_people(inbox: Path) -> None:
    """PT-3: the ninth addition, and a change of more than a quarter of the people, write the roll anew without additions."""
    people = crowd(8)
    plan = synced_plan(inbox, people)
    sync_people(plan)
    first, _ = roll_and_additions(plan)
    for day in range(2, 2 + ADDITIONS_MAX):
        people = with_zip(people, day % 8, f"666{day:02}")
        deliver(inbox, people, day=day)
        assert counts(sync_people(plan)) == (8, 1, 7, 0, 0)
    marks, additions = roll_and_additions(plan)
    assert (marks, len(additions)) == (first, ADDITIONS_MAX)
    day += 1
    people = with_zip(people, 0, "66699")
    deliver(inbox, people, day=day)
    assert counts(sync_people(plan)) == (8, 1, 7, 0, 0)
    anew, additions = roll_and_additions(plan)
    assert anew != first
    assert additions == []
    deliver(inbox, [changed(one, zip="66700") for one in people[:3]] + people[3:], day=day + 1)
    assert counts(sync_people(plan)) == (8, 3, 5, 0, 0)
    assert roll_and_additions(plan)[0] != anew
    assert roll_and_additions(plan)[1] == []


@pytest.mark.django_db
def test_without_a_roll_money_that_stayed_has_no_history(inbox: Path) -> None:
    """PT-10: where it is not known which sections differ, one who only changes the rate has history of the rate alone."""
    plan = synced_plan(inbox, everybody())
    sync_people(plan)
    drop_rolls([plan.pk])
    ben = next(who for who in everybody() if who["participant_id"] == "P-0002")
    other_rate = changed(ben, contribution_rates=[{"source": "PRE", "percent": "9", "amount": None}])
    deliver(inbox, [*without(everybody(), "P-0002"), other_rate], day=2)
    assert counts(sync_people(plan)) == (5, 1, 4, 0, 0)
    rows = ParticipantChange.objects.filter(plan_id=plan.pk).values_list("participant_id", "section")
    assert list(rows) == [("P-0002", "contribution_rates")]


@pytest.mark.django_db
def test_only_the_sections_that_differ_are_touched(inbox: Path) -> None:
    """PT-10: one who changes money and rate but not the split has history of the two, and the split's row as it was."""
    plan = synced_plan(inbox, everybody())
    sync_people(plan)
    person = next(who for who in richer(2) if who["participant_id"] == "P-0002")
    other_rate = changed(person, contribution_rates=[{"source": "PRE", "percent": "9", "amount": None}])
    deliver(inbox, [*without(everybody(), "P-0002"), other_rate], day=2)
    sync_people(plan)
    rows = ParticipantChange.objects.filter(plan_id=plan.pk).values_list("section", flat=True)
    assert sorted(rows) == ["balances", "contribution_rates"]
    deliver(inbox, [*without(everybody(), "P-0002"), changed(other_rate, contribution_rates=[])], day=3)
    sync_people(plan)
    emptied = ParticipantChange.objects.filter(plan_id=plan.pk).order_by("-changed_at", "-run_id").first()
    assert emptied.changes["contribution_rates.percents"] == [[9], None]
