"""Plan Sync, from delivery to plan tables."""

from pathlib import Path
from typing import Any

import pytest

from planbridge.activity.models import ActivityEntry
from planbridge.plans.lifecycle import activate_plan
from planbridge.plans.models import (
    FundPrice,
    Plan,
    PlanContact,
    PlanFieldHistory,
    PlanProvision,
    PlanSource,
    PlanVersion,
    VersionFund,
)
from planbridge.plans.plan import PlanStatus
from planbridge.sync.run import RunKind, RunProblem
from tests.cast import Document, deliver, fund, lineup, plan_document
from tests.syncing import added_plan, codes, connected, counts, done, problems, sync_plan, synced_plan, table_rows

TABLES = "plan_contact plan_provision plan_source plan_field_history plan_version version_fund version_default_investment fund_price plan_fund".split()


def active(inbox: Path) -> Plan:
    """A plan synced once and activated."""
    plan = synced_plan(inbox, [])
    assert activate_plan(Plan.objects.get(pk=plan.pk), actor="test").warnings == []
    return plan


def synced_again(inbox: Path, plan: Plan, document: Document, day: int = 2) -> Any:
    """The run of the next delivery's document."""
    deliver(inbox, [], day=day, plans=[document])
    return sync_plan(plan)


@pytest.mark.django_db
def test_a_first_sync_makes_a_draft(inbox: Path) -> None:
    """PS-4: a new plan is a draft after its first sync, and nothing of it is live."""
    plan = Plan.objects.get(pk=synced_plan(inbox, []).pk)
    assert (plan.status, plan.live_version, plan.draft_version) == (PlanStatus.DRAFT, None, 1)
    assert not PlanFieldHistory.objects.exists()


@pytest.mark.django_db
def test_everything_of_the_document_is_held(inbox: Path) -> None:
    """PS-3: name, type, employer, contacts, provisions, sources, lineup and prices stand in the plan's tables."""
    plan = Plan.objects.get(pk=synced_plan(inbox, []).pk)
    assert (plan.name, plan.plan_type, plan.plan_number) == ("Northwind 401(k) Plan", "401k", "001")
    assert (plan.employer_name, plan.ein, plan.phone) == ("Northwind LLC", "00-1234567", "+1-555-555-0100")
    assert PlanContact.objects.get(plan_id=plan.pk).email == "ada@example.test"
    assert set(PlanProvision.objects.filter(plan_id=plan.pk).values_list("name", flat=True)) == set(
        plan_document()["provisions"]
    )
    assert list(PlanSource.objects.filter(plan_id=plan.pk).order_by("position").values_list("source", "kind")) == [
        ("PRE", "pretax"),
        ("ROTH", "roth"),
        ("MATCH", "match"),
    ]
    funds = VersionFund.objects.filter(plan_id=plan.pk, number=1).order_by("position")
    assert list(funds.values_list("fund", "status")) == [("TD45", "open"), ("EQ3", "open"), ("STBL", "frozen")]
    prices = FundPrice.objects.filter(plan_id=plan.pk)
    assert {row.fund: f"{row.price.normalize():f}" for row in prices} == {
        "TD45": "18.421",
        "EQ3": "58.5185",
        "STBL": "1",
    }


@pytest.mark.django_db(transaction=True)
def test_the_same_document_twice_writes_nothing(inbox: Path) -> None:
    """PS-9: the second time there is no draft, no history row, no row written, and 0 changed."""
    plan = active(inbox)
    before = {table: table_rows(table, plan) for table in TABLES}
    run = synced_again(inbox, plan, plan_document())
    assert (run.status, counts(run), run.draft) == ("successful", (1, 0, 1, 0, 0), False)
    assert {table: table_rows(table, plan) for table in TABLES} == before
    assert Plan.objects.get(pk=plan.pk).status == PlanStatus.ACTIVE


@pytest.mark.django_db
def test_a_lineup_change_waits_in_a_draft(inbox: Path) -> None:
    """PS-5: on an active plan a fund change ends Successful with warnings; the live lineup stays as it was."""
    plan = active(inbox)
    funds = lineup(
        fund("TD45"), fund("EQ3", status="closed", mapped_to="EQ4"), fund("EQ4"), fund("STBL", status="frozen")
    )
    run = synced_again(inbox, plan, plan_document(lineup=funds))
    assert (run.status, run.draft, codes(run)) == ("successful_with_warnings", True, ["LINEUP_CHANGED"])
    held = Plan.objects.get(pk=plan.pk)
    assert (held.status, held.live_version, held.draft_version) == (PlanStatus.ACTIVE_WITH_DRAFT, 1, 2)
    live = VersionFund.objects.filter(plan_id=plan.pk, number=1)
    assert set(live.values_list("fund", "status")) == {("TD45", "open"), ("EQ3", "open"), ("STBL", "frozen")}


@pytest.mark.django_db
def test_other_fields_apply_at_once_with_history(inbox: Path) -> None:
    """PS-6: contacts and provisions of an active plan change at once; old value, new value and run are kept."""
    plan = active(inbox)
    document = plan_document(name="Northwind Savings")
    document["contacts"][0]["email"] = "new@example.test"
    document["provisions"]["deferral"]["maximum_percent"] = "75"
    run = synced_again(inbox, plan, document)
    assert (run.status, run.draft, problems(run)) == ("successful", False, [])
    history = {row.field: (row.old_value, row.new_value) for row in PlanFieldHistory.objects.filter(run_id=run.id)}
    assert history["name"] == ("Northwind 401(k) Plan", "Northwind Savings")
    assert len(history) == 3
    assert {one["field"] for one in run.proof["fields"]} == set(history)
    assert PlanVersion.objects.filter(plan_id=plan.pk).count() == 1


@pytest.mark.django_db
def test_bad_documents_leave_the_plan_as_it_was(inbox: Path) -> None:
    """PS-11: Error with every problem at once: code, place, value, who mends it; no plan data changes."""
    plan = active(inbox)
    before = {table: table_rows(table, plan) for table in TABLES}
    document = plan_document(name="", lineup=lineup(fund("TD45", price=None), fund("TD45"), default="XX"))
    document["employer"]["ein"] = "12"
    document["contacts"][0]["email"] = "not one"
    document["sources"][0]["kind"] = "gold"
    run = synced_again(inbox, plan, document)
    assert (run.status, counts(run)) == ("error", (1, 0, 0, 1, 0))
    assert {
        "PLAN_NAME_MISSING",
        "EIN_INVALID",
        "CONTACT_EMAIL_INVALID",
        "SOURCE_KIND_UNKNOWN",
        "FUND_DUPLICATE",
        "DEFAULT_FUND_NOT_IN_LINEUP",
    } <= set(codes(run))
    ein = RunProblem.objects.get(run_id=run.id, code="EIN_INVALID")
    assert (ein.field, ein.value, ein.severity) == ("employer.ein", "12", "error")
    assert "'12'" in ein.message
    assert {table: table_rows(table, plan) for table in TABLES} == before


DOCUMENT_DEFECTS: list[tuple[str, Document]] = [
    ("PLAN_NAME_MISSING", {"name": None}),
    ("EIN_INVALID", {"employer": {"name": "Northwind LLC", "ein": "00-12345678"}}),
    ("CONTACT_EMAIL_INVALID", {"contacts": [{"role": "primary", "name": "Ada", "email": "ada@"}]}),
    ("SOURCE_NONE", {"sources": []}),
    ("SOURCE_KIND_UNKNOWN", {"sources": [{"source": "PRE", "name": "Pre", "kind": "gold"}]}),
    ("SOURCE_DUPLICATE", {"sources": [{"source": "PRE", "name": "Pre", "kind": "pretax"}] * 2}),
    ("FUND_DUPLICATE", {"lineup": lineup(fund("TD45"), fund("EQ3"), fund("EQ3"))}),
    ("FUND_STATUS_UNKNOWN", {"lineup": lineup(fund("TD45"), fund("EQ3", status="sold"))}),
    ("FUND_PRICE_MISSING", {"lineup": lineup(fund("TD45"), fund("EQ3", price=None))}),
    ("FUND_PRICE_STALE", {"lineup": lineup(fund("TD45"), fund("EQ3", price_date="2026-11-06"))}),
    ("MAPPING_UNKNOWN_FUND", {"lineup": lineup(fund("TD45"), fund("EQ3", status="closed", mapped_to="XX"))}),
    ("DEFAULT_MISSING", {"lineup": {"funds": [fund("TD45")], "default_investment": []}}),
    ("DEFAULT_FUND_NOT_IN_LINEUP", {"lineup": lineup(fund("TD45"), default="XX")}),
    (
        "MATCH_TIER_INVALID",
        {"provisions": {"match": {"tiers": [{"contribution_percent": "0", "match_percent": "100"}]}}},
    ),
    ("PLAN_DOCUMENT_INVALID", {"sources": "PRE"}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "changes"), DOCUMENT_DEFECTS, ids=[code for code, _ in DOCUMENT_DEFECTS])
def test_one_defect_of_a_document_gives_its_code(inbox: Path, code: str, changes: Document) -> None:
    """PS-11: each smallest defect gives exactly its code, and the plan stays without a document."""
    deliver(inbox, [], plans=[plan_document(**changes)])
    plan = added_plan(connected(inbox))
    run = sync_plan(plan)
    assert (run.status, codes(run)) == ("error", [code])
    assert Plan.objects.get(pk=plan.pk).document is None


@pytest.mark.django_db
def test_adding_plans_and_syncing_them_is_one_batch(inbox: Path) -> None:
    """PS-1: the first Plan Syncs of many plans added together are one job; each has its own run and entry."""
    plans = [plan_document(plan_id=f"90010{number}") for number in range(3)]
    deliver(inbox, [], plans=plans)
    connection = connected(inbox)
    added = [added_plan(connection, one["plan_id"]) for one in plans]
    runs = done(added, RunKind.PLAN)
    assert [run.status for run in runs] == ["successful"] * 3
    assert len({run.batch_id for run in runs}) == 1
    entries = ActivityEntry.objects.filter(verb="plan_sync").values_list("id", flat=True)
    assert set(entries) == {run.id for run in runs}


@pytest.mark.django_db
def test_a_bad_document_stops_no_other_plan(inbox: Path) -> None:
    """PS-11: of plans in one batch, the one with a bad document ends Error and the others go on."""
    deliver(inbox, [], plans=[plan_document(plan_id="900100"), plan_document(plan_id="900101", name="")])
    connection = connected(inbox)
    well, bad = done([added_plan(connection, "900100"), added_plan(connection, "900101")], RunKind.PLAN)
    assert (well.status, bad.status) == ("successful", "error")
