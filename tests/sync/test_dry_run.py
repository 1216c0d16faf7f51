"""A dry run shows what a sync would change, and changes nothing."""

from pathlib import Path

import pytest
from django.db import connection as database

from planbridge.plans.lifecycle import activate_plan
from planbridge.plans.models import Plan
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind
from tests.cast import changed, crowd, deliver, fund, lineup, plan_document, repriced
from tests.syncing import (
    added_plan,
    codes,
    connected,
    counts,
    done,
    problems,
    sync_people,
    sync_plan,
    synced_plan,
)

DRY = SyncOptions(is_dry_run=True)
# A run writes its own row, problems, activity entry and job; a drop folder's deliveries are remembered as seen.
OWN = {"sync_run", "run_problem", "activity", "delivery", "procrastinate_jobs", "procrastinate_events"}


def everything() -> dict[str, list[str]]:
    """Every row of every table but those that a dry run writes for itself."""
    rows = {}
    with database.cursor() as cursor:
        for table in sorted(set(database.introspection.table_names(cursor)) - OWN):
            cursor.execute(f"SELECT ctid::text || xmin::text || t::text FROM {table} AS t ORDER BY 1")
            rows[table] = [row[0] for row in cursor.fetchall()]
    return rows


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_of_people_writes_nothing(inbox: Path) -> None:
    """PT-8: new, changed, gone, rejected and priced people: no table but the run's own has another row."""
    plan = synced_plan(inbox, crowd(20))
    sync_people(plan)
    people = [
        changed(crowd(1)[0], first_name="New"),
        changed(crowd(2)[1], ssn=None),
        *crowd(20)[3:],
        *crowd(1, first=200),
    ]
    deliver(inbox, repriced(people, {"TD45": "19"}, day=2), day=2)
    before = everything()
    run = sync_people(plan, DRY)
    assert everything() == before
    assert (run.is_dry_run, run.status, counts(run)) == (True, "partly_successful", (20, 2, 17, 1, 0))
    assert (run.vanished, run.prices) == (1, 1)
    assert problems(run) == [("SSN_MISSING", "P-0101")]
    wet = sync_people(plan)
    assert (wet.status, counts(wet), wet.vanished) == (run.status, counts(run), run.vanished)


@pytest.mark.django_db
def test_a_dry_run_shows_the_changes_field_by_field(inbox: Path) -> None:
    """PT-8: who would change, and each field's old and new value, stand in the run."""
    plan = synced_plan(inbox, crowd(20))
    sync_people(plan)
    deliver(inbox, [changed(crowd(1)[0], first_name="New"), *crowd(20)[2:]], day=2)
    would = sync_people(plan, DRY).proof["would_change"]
    shown = {one["participant_id"]: one["changes"] for one in would}
    assert shown == {"P-0100": {"first_name": ["Pat100", "New"]}, "P-0101": {"at_recordkeeper": [True, False]}}


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_of_a_plan_writes_nothing(inbox: Path) -> None:
    """PT-8: a Plan Sync as a dry run shows fields and lineup that would change, and leaves plan and draft alone."""
    plan = synced_plan(inbox, crowd(2))
    activate_plan(Plan.objects.get(pk=plan.pk), actor="test")
    document = plan_document(
        name="Other Plan", lineup=lineup(fund("TD45"), fund("EQ3", status="closed", mapped_to="TD45"), fund("STBL"))
    )
    deliver(inbox, crowd(2), day=2, plans=[document])
    before = everything()
    run = sync_plan(plan, DRY)
    assert everything() == before
    assert (run.is_dry_run, run.status, codes(run)) == (True, "successful_with_warnings", ["LINEUP_CHANGED"])
    assert {"field": "name", "old": "Northwind 401(k) Plan", "new": "Other Plan"} in run.proof["fields"]


@pytest.mark.django_db
def test_a_real_sync_asked_for_while_a_dry_one_waits_is_real(inbox: Path) -> None:
    """PT-8: who asks for a sync gets one, also if a dry run of the plan waits already."""
    plan = synced_plan(inbox, crowd(2))
    fresh = Plan.objects.select_related("connection").get(pk=plan.pk)
    ((_, dry),) = request_syncs([fresh], RunKind.PARTICIPANTS, actor="test", options=DRY)
    run = sync_people(plan)
    assert (run.id, run.is_dry_run, counts(run)) == (dry, False, (2, 2, 0, 0, 0))


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_of_two_plans_ends_the_one_that_cannot_be_read(inbox: Path) -> None:
    """PT-8: a plan that nobody synced yet ends Error with PLAN_NOT_SYNCED, also beside another that is shown."""
    documents = [plan_document(), plan_document(plan_id="900200")]
    deliver(inbox, crowd(3), plans=documents)
    connection = connected(inbox)
    known, unknown = added_plan(connection), added_plan(connection, "900200")
    sync_plan(known)
    shown, refused = done([known, unknown], RunKind.PARTICIPANTS, DRY)
    assert (shown.status, counts(shown)) == ("successful", (3, 3, 0, 0, 0))
    assert (refused.status, problems(refused)) == ("error", [("PLAN_NOT_SYNCED", None)])
