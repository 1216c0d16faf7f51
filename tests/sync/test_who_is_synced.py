"""Which people a Participant Sync asks for: one, some, everybody, or everybody anew."""

from pathlib import Path
from uuid import UUID

import pytest

from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind
from tests.cast import changed, crowd, deliver
from tests.syncing import counts, problems, statuses, sync_people, synced_plan


def all_renamed(count: int) -> list[dict[str, object]]:
    """Everybody with another name."""
    return [changed(one, first_name="New") for one in crowd(count)]


def renamed(plan: Plan) -> set[str]:
    """Those who have the other name."""
    return set(Participant.objects.filter(plan_id=plan.pk, first_name="New").values_list("participant_id", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", [("P-0102",), ("P-0100", "P-0103")])
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_only_the_chosen_are_synced(inbox: Path, chosen: tuple[str, ...], form: str) -> None:
    """PT-9: one or the selected people are read and taken in; nobody else changes, and nobody vanishes."""
    plan = synced_plan(inbox, crowd(5))
    sync_people(plan)
    deliver(inbox, all_renamed(5), day=2, form=form)
    run = sync_people(plan, SyncOptions(participants=chosen))
    assert (run.status, counts(run), run.vanished) == ("successful", (len(chosen), len(chosen), 0, 0, 0), 0)
    assert renamed(plan) == set(chosen)
    assert set(statuses(plan).values()) == {"synced"}


@pytest.mark.django_db
def test_after_some_the_whole_plan_is_still_to_be_read(inbox: Path) -> None:
    """PT-9: syncing some people does not count as reading the delivery: the next sync takes the others."""
    plan = synced_plan(inbox, crowd(5))
    sync_people(plan)
    deliver(inbox, all_renamed(5), day=2)
    sync_people(plan, SyncOptions(participants=("P-0102",)))
    run = sync_people(plan)
    assert counts(run) == (5, 4, 1, 0, 0)


@pytest.mark.django_db
def test_somebody_the_recordkeeper_does_not_have_is_named(inbox: Path) -> None:
    """PT-9: PARTICIPANT_NOT_FOUND names who was asked for and is not there; the others asked for are taken."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    deliver(inbox, all_renamed(3), day=2)
    run = sync_people(plan, SyncOptions(participants=("P-0101", "P-9999")))
    assert run.status == "partly_successful"
    assert problems(run) == [("PARTICIPANT_NOT_FOUND", "P-9999")]
    assert renamed(plan) == {"P-0101"}
    assert statuses(plan)["P-0100"] == "synced"


@pytest.mark.django_db
def test_some_then_all_asked_for_gives_all(inbox: Path) -> None:
    """PT-9: a waiting sync of some people becomes one of everybody when everybody is asked for."""
    plan = synced_plan(inbox, crowd(4))
    sync_people(plan)
    deliver(inbox, all_renamed(4), day=2)
    from_some = ask(plan, SyncOptions(participants=("P-0100",)))
    run = sync_people(plan)
    assert (run.id, counts(run)) == (from_some, (4, 4, 0, 0, 0))


@pytest.mark.django_db
def test_some_and_some_more_gives_both(inbox: Path) -> None:
    """PT-9: two requests for different people that wait together are one run of both."""
    plan = synced_plan(inbox, crowd(4))
    sync_people(plan)
    deliver(inbox, all_renamed(4), day=2)
    ask(plan, SyncOptions(participants=("P-0100",)))
    run = sync_people(plan, SyncOptions(participants=("P-0103",)))
    assert counts(run) == (2, 2, 0, 0, 0)
    assert renamed(plan) == {"P-0100", "P-0103"}


@pytest.mark.django_db
def test_nothing_new_delivered_reads_nothing(inbox: Path) -> None:
    """PT-7: a sync when nothing new was delivered ends Successful with 0 read."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    run = sync_people(plan)
    assert (run.status, counts(run), problems(run)) == ("successful", (0, 0, 0, 0, 0), [])


@pytest.mark.django_db
def test_a_full_sync_reads_what_changes_only_would_not(inbox: Path) -> None:
    """PT-7: a full sync of a drop folder reads the newest delivery again and mends what differs here."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    deliver(inbox, crowd(3), day=2)
    run = sync_people(plan, SyncOptions(is_full=True))
    assert counts(run) == (3, 0, 3, 0, 0)


@pytest.mark.django_db
def test_deliveries_are_taken_in_their_order(inbox: Path) -> None:
    """PT-7: of three deliveries that wait, a sync takes the oldest and asks for the next ones by itself."""
    plan = synced_plan(inbox, crowd(3))
    deliver(inbox, [changed(one, first_name="Third") for one in crowd(3)], day=3)
    deliver(inbox, [changed(one, first_name="Second") for one in crowd(3)], day=2)
    names = []
    for _ in range(3):
        run = sync_people(plan)
        assert counts(run) == (3, 3, 0, 0, 0)
        names.append(Participant.objects.get(plan_id=plan.pk, participant_id="P-0100").first_name)
    assert names == ["Pat100", "Second", "Third"]


def ask(plan: Plan, options: SyncOptions) -> UUID:
    """Ask for a sync and leave it waiting."""
    fresh = Plan.objects.select_related("connection").get(pk=plan.pk)
    return request_syncs([fresh], RunKind.PARTICIPANTS, actor="test", options=options)[0][1]
