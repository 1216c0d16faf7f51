"""Plan figures: people, assets and last syncs, as runs count them and as the tables have them."""

from decimal import Decimal
from pathlib import Path

import pytest

from planbridge.activity.keyset import PageAsk
from planbridge.plans.models import Plan, PlanFigures
from planbridge.plans.plan_list import PlanFilter, plan_page
from planbridge.sync.plan_figures import ended_run, measure_plans, note_ended_runs
from planbridge.sync.run import SyncRun
from tests.cast import ada, changed, crowd, deliver
from tests.syncing import sync_people, synced_plan

pytestmark = pytest.mark.django_db


def noted(plan: Plan, run: SyncRun) -> tuple[int, Decimal]:
    """People and assets of the plan after the run is noted."""
    note_ended_runs([ended_run(plan.pk, run.id, run.proof)])
    figures = PlanFigures.objects.get(plan_id=plan.pk)
    return figures.people_count, Decimal(figures.market_value_usd or 0)


def measured(plan: Plan) -> tuple[int, Decimal]:
    """The same, added up from the tables."""
    measure_plans([plan.pk])
    figures = PlanFigures.objects.get(plan_id=plan.pk)
    return figures.people_count, Decimal(figures.market_value_usd or 0)


def test_the_counts_of_a_run_are_what_the_tables_have(inbox: Path) -> None:
    """PL-1: people and assets of the list are those of the proof, and those of the tables; without a new sum per view."""
    plan = synced_plan(inbox, [ada(), *crowd(20)])
    run = sync_people(plan)
    counted = noted(plan, run)
    assert counted == measured(plan)
    assert str(counted[1]) == run.proof["market_value"]["read"]
    assert counted[0] == 21


def test_a_rejected_person_counts_with_the_last_good_data(inbox: Path) -> None:
    """PL-1: where somebody is rejected or gone, people and assets are those held of the people at the recordkeeper."""
    plan = synced_plan(inbox, [ada(), *crowd(20)])
    before = noted(plan, sync_people(plan))
    deliver(inbox, [changed(ada(), ssn=None), *crowd(20)], day=2)
    run = sync_people(plan)
    assert run.status == "partly_successful"
    assert noted(plan, run) == before
    deliver(inbox, [ada(), *crowd(19)], day=3)
    after = noted(plan, sync_people(plan))
    assert (after[0], after[1] < before[1]) == (before[0] - 1, True)
    assert after == measured(plan)


def test_the_list_links_the_last_syncs(inbox: Path) -> None:
    """PL-1: the last sync of each kind stands in the list with its status and time; a dry run is none."""
    plan = synced_plan(inbox, crowd(5))
    plan_run = SyncRun.objects.get(plan_id=plan.pk, kind="plan")
    run = sync_people(plan)
    for one in (plan_run, run):
        note_ended_runs([ended_run(plan.pk, one.id, one.proof)])
    SyncRun.objects.filter(id=plan_run.id).update(is_dry_run=True)
    (row,) = plan_page(Plan.objects.filter(pk=plan.pk), PlanFilter(), PageAsk()).rows
    assert row.plan_sync is not None
    assert row.participant_sync is not None
    assert (row.plan_sync.id, row.plan_sync.status) == (plan_run.id, "successful")
    assert (row.participant_sync.id, row.participant_sync.ended_at) == (run.id, run.finished_at)
