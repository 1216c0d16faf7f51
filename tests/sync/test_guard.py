"""The mass-change guard: what is well-formed but too strange waits for a person."""

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from planbridge.activity.models import ActivityEntry
from planbridge.participants.models import Participant, ParticipantChange
from planbridge.plans.models import Plan
from planbridge.sync.decide import DecisionRefused, apply_held_run, cancel_run, discard_held_run
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import HeldFeed, RunKind, RunProblem, RunStatus, SyncRun
from tests.cast import Person, changed, crowd, deliver, position, without
from tests.syncing import (
    codes,
    counts,
    problems,
    run_of,
    statuses,
    sync_people,
    sync_plan,
    synced_plan,
    table_rows,
    worked,
)

TABLES = "participant contribution_rate allocation holding participant_change fund_price".split()


def poor(count: int) -> list[Person]:
    """People without money, so that only their number counts."""
    return [changed(one, balances=[]) for one in crowd(count)]


def synced(inbox: Path, people: list[Person]) -> Plan:
    """A plan whose people are synced."""
    plan = synced_plan(inbox, people)
    assert sync_people(plan).status == "successful"
    return plan


def held(inbox: Path) -> tuple[Plan, SyncRun, dict[str, object]]:
    """A plan of 20 of whom a feed lacks 6 and changes one; its held run; and all rows as they were before."""
    plan = synced(inbox, crowd(20))
    before: dict[str, object] = {table: table_rows(table, plan) for table in TABLES}
    deliver(inbox, [changed(crowd(1)[0], first_name="New"), *crowd(20)[7:]], day=2)
    run = sync_people(plan)
    assert run.status == "held"
    return plan, run, before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("people", "lost", "status"),
    [
        (20, 5, "held"),
        (20, 4, "successful"),
        (100, 5, "successful"),
        (100, 6, "held"),
        (6, 4, "successful"),
        (6, 5, "held"),
    ],
)
def test_people_who_vanish(inbox: Path, people: int, lost: int, status: str) -> None:
    """PT-6: over 5 % and at least 5 people lost are held; 4 of 6, or 5 of 100, are not."""
    plan = synced(inbox, poor(people))
    deliver(inbox, poor(people)[lost:], day=2)
    run = sync_people(plan)
    assert run.status == status
    if status == "held":
        assert (codes(run), counts(run)) == (["MASS_DISAPPEARANCE"], (people - lost, 0, 0, 0, people - lost))
        assert f"{lost} of {people} people" in RunProblem.objects.get(run_id=run.id).message


@pytest.mark.django_db
@pytest.mark.parametrize(("units", "status"), [("110", "successful"), ("110.000001", "held"), ("89.99", "held")])
def test_money_that_moves(inbox: Path, units: str, status: str) -> None:
    """PT-6: over 10 % of the money moved by units is held, exactly 10 % is not."""
    people = [changed(one, balances=[position("PRE", "STBL", "100")]) for one in crowd(2)]
    plan = synced(inbox, people)
    deliver(inbox, [changed(one, balances=[position("PRE", "STBL", units)]) for one in people], day=2)
    run = sync_people(plan)
    assert (run.status, codes(run)) == (status, ["MASS_VALUE_CHANGE"] if status == "held" else [])


@pytest.mark.django_db
def test_money_that_moves_to_and_fro_counts_without_sign(inbox: Path) -> None:
    """PT-6: units that leave one fund for another move twice their dollars, though the sum stays."""
    people = [changed(one, balances=[position("PRE", "STBL", "184.21")]) for one in crowd(2)]
    plan = synced(inbox, people)
    moved = [position("PRE", "STBL", "92.105"), position("PRE", "TD45", "5")]
    deliver(inbox, [changed(one, balances=moved) for one in people], day=2)
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("held", ["MASS_VALUE_CHANGE"])


@pytest.mark.django_db
def test_an_empty_feed_is_held(inbox: Path) -> None:
    """PT-6: nobody at all, of a plan that has people, is EMPTY_FEED, even of three."""
    plan = synced(inbox, crowd(3))
    deliver(inbox, [], day=2)
    run = sync_people(plan)
    assert (run.status, codes(run), counts(run)) == ("held", ["EMPTY_FEED"], (0, 0, 0, 0, 0))
    assert set(statuses(plan).values()) == {"synced"}


@pytest.mark.django_db
def test_a_first_sync_is_never_held_for_its_size(inbox: Path) -> None:
    """PT-6: the first people of a plan are all new; that is no mass change, and nobody at all is no empty feed."""
    plan = synced_plan(inbox, [])
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful", (0, 0, 0, 0, 0))
    deliver(inbox, crowd(8), day=2)
    assert sync_people(plan).status == "successful"


@pytest.mark.django_db
def test_limits_are_each_plans_own(inbox: Path) -> None:
    """PT-6: a plan with wider limits takes what another's would hold."""
    plan = synced(inbox, crowd(20))
    Plan.objects.filter(pk=plan.pk).update(people_loss_percent_max=Decimal(30), money_move_percent_max=Decimal(31))
    deliver(inbox, crowd(20)[6:], day=2)
    run = sync_people(plan)
    assert (run.status, run.vanished) == ("successful", 6)


@pytest.mark.django_db(transaction=True)
def test_a_held_run_writes_no_row_of_the_plan(inbox: Path) -> None:
    """PT-6: while a run is held, nothing of it is applied: no person, no price, no history."""
    plan, run, before = held(inbox)
    assert counts(run) == (14, 0, 0, 0, 14)
    assert run.vanished == 6
    assert {table: table_rows(table, plan) for table in TABLES} == before


@pytest.mark.django_db
def test_apply_anyway_applies_what_was_shown(inbox: Path) -> None:
    """PT-6: Apply anyway takes what the held run read, though the drop folder has changed since, and says who did."""
    plan, run, _ = held(inbox)
    for path in sorted((inbox / "day2").iterdir()):
        path.unlink()
    (inbox / "day2").rmdir()
    waiting = apply_held_run(run.id, actor="ada")
    assert (waiting.status, waiting.guard_waived_by) == ("queued", "ada")
    applied = worked(waiting)
    assert (applied.status, counts(applied), applied.vanished) == ("successful", (14, 1, 13, 0, 0), 6)
    assert sorted(statuses(plan).values()) == ["not_at_recordkeeper"] * 6 + ["synced"] * 14
    assert Participant.objects.get(plan_id=plan.pk, participant_id="P-0100").first_name == "New"
    assert ActivityEntry.objects.filter(verb="run_applied", actor="ada", plan_id=plan.pk).count() == 1
    assert applied.proof["people"]["held"] == 0


@pytest.mark.django_db
def test_what_was_held_is_gone_after_it_was_applied(inbox: Path) -> None:
    """PT-6: once applied, the sealed copy of the feed is let go."""
    _, run, _ = held(inbox)
    worked(apply_held_run(run.id, actor="ada"))
    assert not HeldFeed.objects.exists()


@pytest.mark.django_db
def test_discard_drops_what_was_held(inbox: Path) -> None:
    """PT-6: Discard applies nothing, ends Canceled with who did it, and the next delivery is judged anew."""
    plan, run, _ = held(inbox)
    discarded = discard_held_run(run.id, actor="ada")
    assert discarded.status == "canceled"
    assert ("RUN_CANCELED", None) in problems(run_of(run.id))
    assert not HeldFeed.objects.exists()
    assert not ParticipantChange.objects.exists()
    with pytest.raises(DecisionRefused, match="it is canceled"):
        apply_held_run(run.id, actor="ada")
    deliver(inbox, crowd(20), day=3)
    assert counts(sync_people(plan)) == (20, 0, 20, 0, 0)


@pytest.mark.django_db
def test_a_newer_run_takes_a_held_ones_place(inbox: Path) -> None:
    """PT-6: when a newer delivery goes through, the held run is Canceled with RUN_SUPERSEDED and cannot be applied."""
    plan, run, _ = held(inbox)
    deliver(inbox, crowd(20), day=3)
    assert counts(sync_people(plan)) == (20, 0, 20, 0, 0)
    superseded = run_of(run.id)
    assert superseded.status == "canceled"
    assert "RUN_SUPERSEDED" in codes(superseded)
    assert not HeldFeed.objects.exists()
    with pytest.raises(DecisionRefused):
        apply_held_run(run.id, actor="ada")


@pytest.mark.django_db
def test_a_held_feed_is_sealed(inbox: Path) -> None:
    """PT-6: what a held run keeps of people is sealed: neither names nor SSNs can be read from the table."""
    held(inbox)
    for kept in HeldFeed.objects.all():
        for word in (b"Pat107", b"900-10-0108", b"900100108", b"P-0107"):
            assert word not in bytes(kept.frames_sealed)


@pytest.mark.django_db
def test_a_held_run_is_applied_while_another_waits(inbox: Path) -> None:
    """PT-6: Apply anyway is refused in words while another sync of the plan waits, and works after it."""
    plan, run, _ = held(inbox)
    other = SyncRun.objects.get(id=request_people(plan))
    with pytest.raises(DecisionRefused, match="waits"):
        apply_held_run(run.id, actor="ada")
    assert run_of(run.id).status == RunStatus.HELD
    cancel_run(other.id, actor="ada")
    assert worked(apply_held_run(run.id, actor="ada")).status == "successful"


def request_people(plan: Plan) -> UUID:
    """Ask for a sync and leave it waiting."""
    fresh = Plan.objects.select_related("connection").get(pk=plan.pk)
    return request_syncs([fresh], RunKind.PARTICIPANTS, actor="test")[0][1]


@pytest.mark.django_db
def test_a_second_held_run_takes_the_firsts_place(inbox: Path) -> None:
    """PT-6: when the next delivery is held too, only that one waits for a person."""
    plan, first, _ = held(inbox)
    deliver(inbox, crowd(20)[8:], day=3)
    second = sync_people(plan)
    assert second.status == "held"
    assert (run_of(first.id).status, "RUN_SUPERSEDED" in codes(run_of(first.id))) == ("canceled", True)
    worked(apply_held_run(second.id, actor="ada"))
    assert sorted(statuses(plan).values()) == ["not_at_recordkeeper"] * 8 + ["synced"] * 12


@pytest.mark.django_db
def test_one_person_synced_alone_leaves_a_held_run_waiting(inbox: Path) -> None:
    """PT-6: syncing a person by hand does not cancel what is held of all the others."""
    plan, run, _ = held(inbox)
    alone = sync_people(plan, SyncOptions(participants=("P-0119",), is_full=True))
    assert alone.status == "successful"
    assert run_of(run.id).status == "held"
    assert worked(apply_held_run(run.id, actor="ada")).status == "successful"


@pytest.mark.django_db
def test_a_dry_run_shows_what_would_be_held(inbox: Path) -> None:
    """PT-8: a dry run of a feed that would be held says so and keeps nothing."""
    plan = synced(inbox, poor(20))
    deliver(inbox, without(poor(20), *[f"P-01{number:02}" for number in range(6)]), day=2)
    run = sync_people(plan, SyncOptions(is_dry_run=True))
    assert (run.status, codes(run), run.is_dry_run) == ("held", ["MASS_DISAPPEARANCE"], True)
    assert not HeldFeed.objects.exists()
    sync_plan(plan)
    with pytest.raises(DecisionRefused):
        apply_held_run(run.id, actor="ada")


@pytest.mark.django_db
def test_money_of_people_who_were_rejected_before_is_no_movement(inbox: Path) -> None:
    """PT-6: people rejected in a plan's first sync are taken in once they are mended, however small the plan is."""
    people = crowd(12)
    broken = [changed(one, last_name=None) for one in people[:4]]
    plan = synced_plan(inbox, [*broken, *people[4:]])
    assert counts(sync_people(plan)) == (12, 8, 0, 4, 0)
    deliver(inbox, people, day=2)
    run = sync_people(plan)
    assert (run.status, counts(run), problems(run)) == ("successful", (12, 4, 8, 0, 0), [])


@pytest.mark.django_db
def test_money_of_people_never_seen_before_is_movement(inbox: Path) -> None:
    """PT-6: a third more money that comes with people nobody has seen before is held for a person to look at."""
    people = crowd(12)
    plan = synced_plan(inbox, people[4:])
    sync_people(plan)
    deliver(inbox, people, day=2)
    run = sync_people(plan)
    assert (run.status, codes(run)) == ("held", ["MASS_VALUE_CHANGE"])


@pytest.mark.django_db
def test_a_held_run_names_who_is_missing(inbox: Path) -> None:
    """PT-6: the difference that a person decides on names those who would be marked as not at the recordkeeper."""
    people = crowd(30)
    plan = synced_plan(inbox, people)
    sync_people(plan)
    deliver(inbox, people[6:], day=2)
    run = sync_people(plan)
    assert (run.status, run.vanished) == ("held", 6)
    assert run.proof["would_vanish"] == sorted(one["participant_id"] for one in people[:6])
