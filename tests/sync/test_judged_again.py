"""People are judged again, however they are delivered, when what they are judged with is not what it was."""

from pathlib import Path

import pytest

from planbridge.plans.models import Plan
from planbridge.sync.request import SyncOptions
from tests.cast import changed, crowd, deliver, fund, lineup, plan_document
from tests.syncing import counts, problems, sync_people, sync_plan, synced_plan


@pytest.mark.django_db
def test_a_person_picked_under_another_lineup_is_judged_again_under_the_old_one(inbox: Path) -> None:
    """PT-4: taken in by hand while the plan had a fund, a person is rejected when the fund is gone, and so are no others."""
    plan = synced_plan(inbox, crowd(30), form="ndjson")
    sync_people(plan)
    into_new = changed(crowd(1)[0], allocations=[{"source": "PRE", "fund": "NEW", "percent": "100"}])
    people = [into_new, *crowd(30)[1:]]
    with_new = plan_document(lineup=lineup(fund("TD45"), fund("EQ3"), fund("STBL"), fund("NEW")))
    deliver(inbox, people, day=2, plans=[with_new], form="ndjson")
    sync_plan(plan)
    assert counts(sync_people(plan, SyncOptions(participants=("P-0100",)))) == (1, 1, 0, 0, 0)
    deliver(inbox, people, day=3, form="ndjson")
    sync_plan(plan)
    for _ in range(2):  # day 2's people, then day 3's
        run = sync_people(plan)
        assert (problems(run), counts(run)) == ([("FUND_UNKNOWN", "P-0100")], (30, 0, 29, 1, 0))


@pytest.mark.django_db
def test_a_person_picked_under_the_same_lineup_leaves_the_others_recognised(inbox: Path) -> None:
    """PT-9: a person synced by hand under the lineup that everybody was judged with makes nobody be judged again."""
    plan = synced_plan(inbox, crowd(3))
    sync_people(plan)
    judged_with = Plan.objects.get(pk=plan.pk).judged_with
    deliver(inbox, [changed(crowd(1)[0], first_name="New"), *crowd(3)[1:]], day=2)
    assert counts(sync_people(plan, SyncOptions(participants=("P-0100",)))) == (1, 1, 0, 0, 0)
    assert (judged_with != "", Plan.objects.get(pk=plan.pk).judged_with) == (True, judged_with)
