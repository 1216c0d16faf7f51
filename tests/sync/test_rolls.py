"""Tests of rolls: they say what the rows say, and a plan without one is read from its rows."""

from pathlib import Path

import pytest

from planbridge.participants.models import ParticipantChange, PlanRoll
from planbridge.sync.apply import people_by_rows
from planbridge.sync.roll import drop_rolls, read_rolls, read_sections
from tests.cast import changed, deliver, everybody, position, without
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
        assert with_roll == {plan.pk}
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
