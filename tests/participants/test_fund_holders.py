"""Who holds each fund: counted once a reading, with dollars at the newest price."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from planbridge.participants.fund_holders import COUNTING, FundHoldersMark, ask_to_count_holders, holders_of
from planbridge.participants.jobs import count_holders
from planbridge.plans.lifecycle import activate_plan, create_draft
from planbridge.plans.models import Plan
from tests.cast import changed, crowd, deliver, fund, lineup, plan_document
from tests.syncing import sync_people, sync_plan, synced_plan


def holders(plan: Plan) -> dict[str, tuple[int, Decimal, Decimal | None]]:
    """Holders by fund, as plain values."""
    return {fund: (one.people_count, one.units, one.money_usd) for fund, one in holders_of(plan.pk).items()}


def by_hand(plan: Plan) -> dict[str, tuple[int, Decimal]]:
    """People and units by fund, from the view of positions."""
    with database.cursor() as cursor:
        cursor.execute(
            """SELECT fund, count(DISTINCT participant_id), sum(units) FROM position
            JOIN participant USING (plan_id, participant_id)
            WHERE plan_id = %s AND units <> 0 AND sync_status <> 'not_at_recordkeeper' GROUP BY fund""",
            [plan.pk],
        )
        return {fund: (people, units) for fund, people, units in cursor.fetchall()}


@pytest.mark.django_db
def test_holders_are_people_units_and_dollars(inbox: Path) -> None:
    """PL-4: of each fund the people who hold it or direct new money into it, their units, and dollars at the newest price."""
    plan = synced_plan(inbox, crowd(20))
    sync_people(plan)
    found, counted = holders(plan), by_hand(plan)
    assert counted
    for code, (people, units) in counted.items():
        assert found[code][1] == units
        assert found[code][0] >= people
    assert all(dollars is not None and dollars > 0 for code, (_, _, dollars) in found.items() if code in counted)


@pytest.mark.django_db
def test_holders_are_counted_again_only_after_a_sync(inbox: Path) -> None:
    """PL-4: a second look counts nobody; after people left, the next look does."""
    plan = synced_plan(inbox, crowd(20))
    sync_people(plan)
    before = holders(plan)
    with CaptureQueriesContext(database) as queries:
        assert holders(plan) == before
    assert len(queries) == 2
    deliver(inbox, [changed(crowd(1)[0], first_name="New"), *crowd(20)[2:]], day=2)
    sync_people(plan)
    after = holders(plan)
    assert sum(one[0] for one in after.values()) < sum(one[0] for one in before.values())


@pytest.mark.django_db
def test_a_sync_of_a_plan_without_a_draft_counts_nobody(inbox: Path) -> None:
    """PL-4: a Participant Sync counts holders where an active plan has a draft, and else leaves that to who looks."""
    plan = synced_plan(inbox, crowd(20))
    sync_people(plan)
    assert not is_counted(plan)
    Plan.objects.filter(pk=plan.pk).update(live_version=1, draft_version=1)
    deliver(inbox, [changed(crowd(1)[0], first_name="New"), *crowd(20)[1:]], day=2)
    sync_people(plan)
    assert is_counted(plan)


@pytest.mark.django_db
def test_a_sync_that_moves_nobody_leaves_the_count(inbox: Path) -> None:
    """PL-4: after a Participant Sync without news the count still holds, so that no page counts anybody again."""
    plan = synced_plan(inbox, crowd(20))
    sync_people(plan)
    holders(plan)
    deliver(inbox, crowd(20), day=2)
    sync_people(plan)
    assert is_counted(plan)
    deliver(inbox, [changed(crowd(1)[0], first_name="New"), *crowd(20)[1:]], day=3)
    sync_people(plan)
    assert not is_counted(plan)


@pytest.mark.django_db
def test_a_plan_sync_that_leaves_a_draft_counts(inbox: Path) -> None:
    """PL-4: the worker whose Plan Sync opens a draft counts the holders, so that the review finds them counted."""
    plan = synced_plan(inbox, crowd(20))
    sync_people(plan)
    activate_plan(plan, actor="test", accepts_rest=True)
    renamed = lineup(fund("TD45", name="Other", asset_class="target_date"), fund("EQ3"), fund("STBL", status="frozen"))
    deliver(inbox, crowd(20), day=2, plans=[plan_document(lineup=renamed)])
    sync_plan(plan)
    assert Plan.objects.get(pk=plan.pk).draft_version is not None
    assert is_counted(plan)


def is_counted(plan: Plan) -> bool:
    """Whether the count of a plan's holders holds."""
    return FundHoldersMark.objects.filter(plan_id=plan.pk, counted_at__isnull=False).exists()


@pytest.mark.django_db
def test_a_draft_made_by_hand_is_counted_by_a_worker(inbox: Path) -> None:
    """PL-3: who makes a draft leaves the counting to a job, once; what is counted already asks for none."""
    plan = synced_plan(inbox, crowd(20))
    sync_people(plan)
    activate_plan(plan, actor="test", accepts_rest=True)
    create_draft(plan, actor="test")
    ask_to_count_holders(plan)
    ask_to_count_holders(plan)
    jobs = ProcrastinateJob.objects.filter(task_name=COUNTING)
    assert [job.args for job in jobs] == [{"plan": plan.pk}]
    count_holders(plan=plan.pk)
    assert is_counted(plan)
