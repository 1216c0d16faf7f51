"""Managed account placement: whom the task finds, that nothing is sent unless the plan says so, and once a person only."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.plans.drafting import place_state
from planbridge.plans.lifecycle import activate_plan, create_draft, edit_draft, waiting_draft
from planbridge.plans.models import Plan
from planbridge.plans.placement_setting import PlacementRefused, placement_setting, set_placement
from planbridge.schedules.due import run_due_schedules
from planbridge.schedules.jobs import place
from planbridge.schedules.placement import TASK, place_new_entrants
from planbridge.schedules.schedules import add_schedule
from planbridge.schedules.task_type import OtherTask
from planbridge.schedules.terms import ScheduleTerms
from planbridge.schedules.turns import words_of
from planbridge.sync.submission import Submission
from tests.cast import deliver, person, plan_document
from tests.schedules.tasks import DAILY, come_due
from tests.syncing import active_plan, sync_people

PROVIDER = {
    "provider_id": 1,
    "name": "Steady Hand",
    "methodology": "By age",
    "fee_percent": "0.35",
    "fee_note": "",
    "disclosure": "It costs a fee.",
}
TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()


def people() -> list[dict[str, Any]]:
    """Ida chose; Neo and Zoe did not; Tom left, Una may not yet, and neither chose."""
    chose = person(1, "Ida")
    new = [person(2, "Neo") | {"allocations": []}, person(3, "Zoe") | {"allocations": []}]
    left = person(4, "Tom") | {
        "allocations": [],
        "status": "terminated",
        "employment": [{"hire_date": "2010-06-14", "termination_date": "2026-01-31"}],
    }
    early = person(5, "Una") | {"allocations": [], "entry_date": TOMORROW}
    return [chose, *new, left, early]


@pytest.fixture
def plan(inbox: Path) -> Plan:
    """An active plan with Manage It For Me on and a complete provider."""
    found = Plan.objects.get(pk=active_plan(inbox, people()).pk)
    create_draft(found, actor="ada")
    for place_, value in (("paths.manage_it_for_me", True), ("provider", PROVIDER)):
        draft = waiting_draft(found)
        assert draft is not None
        edit_draft(found, place_, value, seen=place_state(draft, place_).version, actor="ada")
    activate_plan(found, actor="ada", accepts_rest=True)
    return Plan.objects.get(pk=found.pk)


def switch_on(plan: Plan, fund: str = "TD45") -> None:
    """Let new entrants be placed."""
    set_placement(plan, is_on=True, fund=fund, seen=placement_setting(plan).version, actor="ada")


def entries(verb: Verb) -> list[dict[str, Any]]:
    """The details of a verb's entries."""
    return list(ActivityEntry.objects.filter(verb=verb).order_by("happened_at").values_list("detail", flat=True))


@pytest.mark.django_db
def test_off_it_only_records_whom_it_finds(plan: Plan) -> None:
    """TS-1, IP-1: with the setting off, as it is unless changed, the people are recorded and nothing is sent."""
    found = place_new_entrants(plan, actor="schedule 1")
    assert (found.people, found.placed) == (("P-0002", "P-0003"), 0)
    assert Submission.objects.count() == 0
    (detail,) = entries(Verb.PLACEMENT)
    assert (detail["found"], detail["placed"], detail["people"]) == (2, 0, ["P-0002", "P-0003"])
    assert "is off" in detail["reason"]


@pytest.mark.django_db
def test_on_it_asks_for_everybody_once(plan: Plan) -> None:
    """TS-1, SB-1: with the setting on each new entrant gets one wish a source, of the fund named; a second look finds nobody."""
    switch_on(plan)
    found = place_new_entrants(plan, actor="schedule 1")
    assert found.placed == len(found.people)
    wishes = Submission.objects.order_by("participant_id", "number")
    assert {one.participant_id for one in wishes} == {"P-0002", "P-0003"}
    assert {one.requested_by for one in wishes} == {"schedule 1"}
    assert {str(one.body["allocations"]) for one in wishes} == {str([{"fund": "TD45", "percent": "100"}])}
    count = wishes.count()
    assert place_new_entrants(plan, actor="schedule 1").people == ()
    assert (Submission.objects.count(), len(entries(Verb.PLACEMENT))) == (count, 1)


@pytest.mark.django_db
def test_who_chose_later_is_not_found(plan: Plan, inbox: Path) -> None:
    """TS-1: who has a split of contributions by the next sync is no new entrant any more."""
    deliver(
        inbox,
        [one | {"allocations": person(1, "Ida")["allocations"]} for one in people()],
        day=2,
        plans=[plan_document()],
    )
    sync_people(plan)
    assert place_new_entrants(plan, actor="schedule 1").people == ()


@pytest.mark.django_db
def test_without_any_known_split_nobody_is_new(plan: Plan, inbox: Path) -> None:
    """TS-1: where the recordkeeper gives nobody's split, that somebody has none says nothing, and nobody is placed."""
    switch_on(plan)
    deliver(inbox, [one | {"allocations": []} for one in people()], day=2, plans=[plan_document()])
    sync_people(plan)
    assert place_new_entrants(plan, actor="schedule 1").people == ()


@pytest.mark.django_db
def test_a_plan_without_the_path_is_left(inbox: Path) -> None:
    """IP-1: a plan that does not offer Manage It For Me, or is inactive, is not looked at."""
    found = Plan.objects.get(pk=active_plan(inbox, people()).pk)
    assert place_new_entrants(found, actor="schedule 1").people == ()


@pytest.mark.django_db
def test_the_setting_is_explicit(plan: Plan) -> None:
    """US-3, PL-8: switching on needs an open fund and what was seen; who switched it on, and when, is recorded."""
    with pytest.raises(PlacementRefused, match="Choose the fund"):
        set_placement(plan, is_on=True, fund="", seen=placement_setting(plan).version, actor="ada")
    with pytest.raises(PlacementRefused, match="open fund"):
        switch_on(plan, "NOPE")
    switch_on(plan)
    with pytest.raises(ChangedMeanwhile):
        set_placement(plan, is_on=False, fund="", seen=version_of(False, ""), actor="bo")  # noqa: FBT003 - a value of the token
    assert (placement_setting(plan).is_on, placement_setting(plan).changed_by) == (True, "ada")
    (detail,) = entries(Verb.PLACEMENT_SETTING_CHANGED)
    assert detail["after"] == {"is_on": True, "fund": "TD45"}


@pytest.mark.django_db
def test_the_task_asks_for_plans_that_offer_it(plan: Plan) -> None:
    """TS-1, TS-2, AM-7: a due task enqueues a look at each plan with the path on, which is recorded as run by schedule."""
    schedule = add_schedule(plan.firm, ScheduleTerms(OtherTask.PLACEMENT, DAILY), actor="test")
    come_due(schedule)
    assert run_due_schedules() == 1
    job = ProcrastinateJob.objects.get(task_name=TASK)
    assert job.args == {"plan": plan.pk, "actor": schedule.actor}
    (turn,) = entries(Verb.SCHEDULE_RUN)
    assert words_of(turn) == "Looked for new entrants in 1 plan."
    place(**job.args)
    assert ActivityEntry.objects.get(verb=Verb.PLACEMENT).actor == schedule.actor
