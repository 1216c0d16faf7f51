"""How each person stands after a sync."""

from pathlib import Path

import pytest

from planbridge.participants.lookup import person_now
from planbridge.participants.models import Participant, ParticipantChange
from tests.cast import changed, crowd, deliver, without
from tests.syncing import counts, open_quarantine, problems, statuses, sync_people, synced_plan

SYNCED = dict.fromkeys(("P-0100", "P-0101", "P-0102"), "synced")


@pytest.mark.django_db
def test_healthy_people_are_synced(inbox: Path) -> None:
    """PT-3: those taken in without a word are Synced."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    assert statuses(plan) == SYNCED


@pytest.mark.django_db
def test_warned_people_are_synced_with_warnings_until_mended(inbox: Path) -> None:
    """PT-3: Synced with warnings, and Synced again when the record is well."""
    people = crowd(3)
    people[1] = changed(people[1], email="pat")
    plan = synced_plan(inbox, people)
    sync_people(plan)
    assert statuses(plan) == SYNCED | {"P-0101": "synced_with_warnings"}
    deliver(inbox, crowd(3), day=2)
    sync_people(plan)
    assert statuses(plan) == SYNCED


@pytest.mark.django_db
def test_a_warning_that_stays_keeps_its_status_and_is_told_again(inbox: Path) -> None:
    """PT-3: an unchanged person with a warning stays Synced with warnings; the run says so again."""
    people = crowd(2)
    people[1] = changed(people[1], email="pat")
    plan = synced_plan(inbox, people)
    sync_people(plan)
    deliver(inbox, people, day=2)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("successful_with_warnings", (2, 0, 2, 0, 0))
    assert problems(run) == [("EMAIL_INVALID", "P-0101")]
    assert statuses(plan)["P-0101"] == "synced_with_warnings"


@pytest.mark.django_db
def test_rejected_people_keep_their_last_good_data(inbox: Path) -> None:
    """PT-3: Error keeps the last good data, and the reasons stand in quarantine; mended, the person is Synced."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    broken = changed(crowd(3)[1], first_name="Wrong", ssn=None)
    deliver(inbox, [*without(crowd(3), "P-0101"), broken], day=2)
    run = sync_people(plan)
    assert (run.status, counts(run)) == ("partly_successful", (3, 0, 2, 1, 0))
    assert statuses(plan) == SYNCED | {"P-0101": "error"}
    held = person_now(plan.pk, "P-0101")
    assert held is not None
    assert (held["first_name"], held["sync_status"]) == ("Pat101", "error")
    assert open_quarantine(plan) == [("P-0101", ["SSN_MISSING"])]
    deliver(inbox, crowd(3), day=3)
    assert counts(sync_people(plan)) == (3, 0, 3, 0, 0)
    assert statuses(plan) == SYNCED
    assert open_quarantine(plan) == []


@pytest.mark.django_db
def test_those_who_vanish_are_marked_and_never_deleted(inbox: Path) -> None:
    """PT-3: Not at recordkeeper keeps all that is held; coming back, the person is Synced again."""
    plan = synced_plan(inbox, crowd(12))
    sync_people(plan)
    deliver(inbox, without(crowd(12), "P-0101"), day=2)
    run = sync_people(plan)
    assert (run.status, counts(run), run.vanished) == ("successful", (11, 0, 11, 0, 0), 1)
    assert statuses(plan)["P-0101"] == "not_at_recordkeeper"
    assert set(statuses(plan).values()) == {"synced", "not_at_recordkeeper"}
    held = person_now(plan.pk, "P-0101")
    assert held is not None
    assert held["balances"][0]["units"] == "100.5"
    deliver(inbox, without(crowd(12), "P-0101"), day=3)
    again = sync_people(plan)
    assert (again.vanished, ParticipantChange.objects.count()) == (0, 1)
    deliver(inbox, crowd(12), day=4)
    back = sync_people(plan)
    assert (back.status, counts(back)) == ("successful", (12, 1, 11, 0, 0))
    assert set(statuses(plan).values()) == {"synced"}
    changes = ParticipantChange.objects.order_by("run_id").values_list("changes", flat=True)
    assert list(changes) == [{"at_recordkeeper": [True, False]}, {"at_recordkeeper": [False, True]}]


@pytest.mark.django_db
def test_somebody_who_comes_back_changed(inbox: Path) -> None:
    """PT-3: a person who comes back with other data is Synced with these."""
    plan = synced_plan(inbox, crowd(12))
    sync_people(plan)
    deliver(inbox, without(crowd(12), "P-0101"), day=2)
    sync_people(plan)
    deliver(inbox, [*without(crowd(12), "P-0101"), changed(crowd(12)[1], first_name="Back")], day=3)
    assert counts(sync_people(plan)) == (12, 1, 11, 0, 0)
    held = person_now(plan.pk, "P-0101")
    assert held is not None
    assert (held["first_name"], held["sync_status"]) == ("Back", "synced")


@pytest.mark.django_db
def test_a_rejected_person_has_not_vanished(inbox: Path) -> None:
    """PT-3: who is delivered but rejected is at the recordkeeper."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    deliver(inbox, [changed(one, last_name=None) for one in crowd(3)], day=2)
    run = sync_people(plan)
    assert (run.status, counts(run), run.vanished) == ("partly_successful", (3, 0, 0, 3, 0), 0)
    assert set(statuses(plan).values()) == {"error"}


@pytest.mark.django_db
def test_nobody_is_there_before_the_first_sync(inbox: Path) -> None:
    """PT-1: a new plan has no participants until a Participant Sync is asked for."""
    plan = synced_plan(inbox, crowd(3))
    assert not Participant.objects.filter(plan_id=plan.pk).exists()
