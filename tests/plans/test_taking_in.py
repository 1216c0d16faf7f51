"""Taking a plan document in: fields at once with their history, the lineup into a draft, and nothing twice."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection as database
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from planbridge.activity.run_id import new_run_id
from planbridge.plans.changes import lineup_changes
from planbridge.plans.document import content_digest, document_content, read_document
from planbridge.plans.fund import PlanFund
from planbridge.plans.lifecycle import (
    Taken,
    activate_plan,
    create_draft,
    current_terms,
    draft_lineup,
    known_codes,
    live_lineup,
    remember_reading,
    take_in_document,
)
from planbridge.plans.plan import Plan, PlanContact, PlanFieldHistory, PlanProvision, PlanSource, PlanStatus
from planbridge.plans.terms import PlanTerms
from planbridge.plans.version import PlanVersion, VersionFund
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm

Document = dict[str, Any]
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
EQ4 = {"fund": "EQ4", "name": "Equity Fund 4", "price": "20", "price_date": "2026-11-20", "status": "open"}
TABLES = ("plan", "plan_contact", "plan_field_history", "plan_fund", "plan_provision", "plan_source")
VERSION_TABLES = ("plan_version", "version_default_investment", "version_fund")


def terms_of(document: Document) -> PlanTerms:
    """The terms of a document that can be read."""
    terms, problems = read_document(document)
    assert terms is not None
    assert problems == []
    return terms


def take_in(plan: Plan, document: Document, *, run_id: UUID | None = None) -> Taken:
    """Take a document in as a run does."""
    with transaction.atomic():
        return take_in_document(plan, document, terms_of(document), run_id=run_id or new_run_id(), now=NOW)


def replace_fund(document: Document) -> None:
    """Close EQ3 and open EQ4 in its place."""
    document["lineup"]["funds"][2] |= {"status": "closed", "mapped_to": "EQ4"}
    document["lineup"]["funds"].append(dict(EQ4))


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the tables of plans, as written (with the transaction that wrote it)."""
    held = {}
    with database.cursor() as cursor:
        for table in TABLES + VERSION_TABLES:
            cursor.execute(f"SELECT xmin::text, ctid::text, t::text FROM {table} AS t ORDER BY 3")
            held[table] = cursor.fetchall()
    return held


def test_the_first_document_makes_draft_version_one(plan: Plan, document: Document) -> None:
    """PS-4: a new plan is a draft: version 1 waits, nothing is live, and there is no history."""
    taken = take_in(plan, document)
    assert (plan.status, plan.live_version, plan.draft_version) == (PlanStatus.DRAFT, None, 1)
    assert (taken.draft_changed, taken.lineup_changes) == (True, [])
    assert live_lineup(plan) is None
    assert draft_lineup(plan) == replace(terms_of(document).lineup, effective_date=None)
    assert not PlanFieldHistory.objects.exists()


def test_everything_is_stored(plan: Plan, document: Document) -> None:
    """PS-3: what the document says is what the plan's tables say."""
    take_in(plan, document)
    plan.refresh_from_db()
    terms = terms_of(document)
    stored = current_terms(plan)
    assert stored is not None
    assert replace(stored, lineup=terms.lineup, prices=terms.prices) == terms
    assert plan.lineup_effective_date == date(2026, 7, 1)
    assert plan.document == document_content(document)
    assert plan.document_digest == content_digest(document)
    assert plan.document_as_of == datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert set(PlanFund.objects.values_list("fund", flat=True)) == {"TD45", "TD50", "EQ3", "STBL"}


@pytest.mark.parametrize("is_active", [False, True])
def test_the_same_document_twice_writes_nothing(plan: Plan, document: Document, *, is_active: bool) -> None:
    """PS-9: the second time no row of any table is written."""
    take_in(plan, document)
    if is_active:
        activate_plan(plan, actor="ada")
        replace_fund(document)
        take_in(plan, document)
    before = rows()
    taken = take_in(plan, document)
    assert rows() == before
    assert (taken.changed_fields, taken.draft_changed) == ([], False)


def test_prices_alone_write_no_plan_row(plan: Plan, document: Document) -> None:
    """PS-9: a document with other prices and another order of funds writes nothing."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    before = rows()
    for fund in document["lineup"]["funds"]:
        fund |= {"price": "77.01", "price_date": "2026-11-19"}
    take_in(plan, document)
    assert rows() == before


def test_fields_apply_at_once_with_history(plan: Plan, document: Document) -> None:
    """PS-6: a field of an active plan changes at once, with old value, new value and run; no draft opens."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    document["name"] = "Northwind Savings Plan"
    document["contacts"][0]["email"] = "ada.byron@example.test"
    document["provisions"]["loans"]["maximum"] = 2
    del document["provisions"]["auto_enroll"]
    run_id = new_run_id()
    taken = take_in(plan, document, run_id=run_id)
    history = {one.field: one for one in PlanFieldHistory.objects.all()}
    assert set(history) == {"name", "contacts", "provisions.loans", "provisions.auto_enroll"}
    assert {change.field for change in taken.changed_fields} == set(history)
    assert {(one.run_id, one.changed_at) for one in history.values()} == {(run_id, NOW)}
    assert (history["name"].old_value, history["name"].new_value) == ("Northwind 401(k) Plan", "Northwind Savings Plan")
    assert history["provisions.auto_enroll"].new_value is None
    plan.refresh_from_db()
    assert (plan.name, plan.status) == ("Northwind Savings Plan", PlanStatus.ACTIVE)
    assert PlanContact.objects.get(role="primary").email == "ada.byron@example.test"
    assert PlanProvision.objects.get(name="loans").value == {"permitted": True, "maximum": 2}
    assert not PlanProvision.objects.filter(name="auto_enroll").exists()


def test_only_what_differs_is_replaced(plan: Plan, document: Document) -> None:
    """PS-6: rows of fields that did not change are not written again."""
    take_in(plan, document)
    before = rows()
    document["provisions"]["loans"]["maximum"] = 2
    take_in(plan, document)
    after = rows()
    assert {table for table in before if before[table] != after[table]} == {
        "plan",
        "plan_provision",
        "plan_field_history",
    }
    assert len(set(after["plan_provision"]) - set(before["plan_provision"])) == 1


def test_a_lineup_change_of_an_active_plan_waits_in_a_draft(plan: Plan, document: Document) -> None:
    """PS-5: the change stands in draft version 2 on the base of version 1, which stays live and as it was."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    live = live_lineup(plan)
    replace_fund(document)
    taken = take_in(plan, document)
    assert [(str(one.kind), one.fund) for one in taken.lineup_changes] == [
        ("added", "EQ4"),
        ("closed", "EQ3"),
        ("mapped", "EQ3"),
    ]
    assert taken.draft_changed
    assert (plan.status, plan.live_version, plan.draft_version) == (PlanStatus.ACTIVE_WITH_DRAFT, 1, 2)
    assert PlanVersion.objects.get(number=2).base_number == 1
    assert live_lineup(plan) == live
    draft = draft_lineup(plan)
    assert draft is not None
    assert lineup_changes(draft, terms_of(document).lineup) == []


def test_a_waiting_draft_takes_the_newer_lineup(plan: Plan, document: Document) -> None:
    """PS-5: a further change comes into the recordkeeper's own draft; its number stays."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    replace_fund(document)
    take_in(plan, document)
    document["lineup"]["funds"][0]["expense_percent"] = "0.11"
    taken = take_in(plan, document)
    assert (taken.draft_changed, plan.draft_version, PlanVersion.objects.count()) == (True, 2, 2)
    draft = draft_lineup(plan)
    assert draft is not None
    assert draft.funds[0].expense_percent == Decimal("0.11")


def test_a_draft_goes_when_the_lineup_is_live_again(plan: Plan, document: Document) -> None:
    """PS-5: when the recordkeeper takes its change back, its waiting draft is removed."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    document["lineup"]["funds"][0]["name"] = "Target 2045"
    take_in(plan, document)
    document["lineup"]["funds"][0]["name"] = "Target 2045 Fund"
    taken = take_in(plan, document)
    assert (taken.draft_changed, taken.lineup_changes, plan.draft_version) == (True, [], None)
    assert (PlanVersion.objects.count(), VersionFund.objects.exclude(number=1).count()) == (1, 0)


def test_somebody_elses_draft_takes_changes_in_and_stays(plan: Plan, document: Document) -> None:
    """PS-10: what the recordkeeper changes comes into a draft that a person made, and the draft stays theirs."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    create_draft(plan, actor="ada")
    replace_fund(document)
    taken = take_in(plan, document)
    assert (taken.draft_changed, PlanVersion.objects.get(number=2).made_by) == (True, "ada")
    assert {change.fund for change in taken.lineup_changes} == {"EQ3", "EQ4"}
    assert VersionFund.objects.filter(number=2, fund="EQ4").count() == 1
    document["lineup"]["funds"].pop()
    document["lineup"]["funds"][2] |= {"status": "open", "mapped_to": None}
    take_in(plan, document)
    assert plan.draft_version == 2


def test_a_never_activated_plan_keeps_draft_one(plan: Plan, document: Document) -> None:
    """PS-4: before the first activation, a new lineup replaces that of draft version 1."""
    take_in(plan, document)
    replace_fund(document)
    taken = take_in(plan, document)
    assert (taken.draft_changed, taken.lineup_changes, plan.draft_version) == (True, [], 1)
    assert VersionFund.objects.filter(number=1, fund="EQ4").exists()


def test_known_codes_are_the_documents_and_the_live_ones(plan: Plan, document: Document) -> None:
    """PT-2: funds of the live version stay known after the recordkeeper's document dropped them."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    document["lineup"]["funds"].pop(2)
    document["lineup"]["funds"].append(dict(EQ4))
    take_in(plan, document)
    sources, funds = known_codes([plan.id])
    assert sources == [(plan.id, code) for code in ("MATCH", "PRE", "ROTH")]
    assert funds == [(plan.id, code) for code in ("EQ3", "EQ4", "STBL", "TD45", "TD50")]


def test_a_document_without_time_is_still_the_first(plan: Plan, document: Document) -> None:
    """A document without as_of is dated by the run, so that the plan counts as synced."""
    del document["as_of"]
    take_in(plan, document)
    assert plan.document_as_of == NOW


def test_what_was_read_is_remembered(plan: Plan, document: Document) -> None:
    """The ETag and time of a reading are kept without touching anything else."""
    take_in(plan, document)
    later = datetime(2026, 11, 22, tzinfo=UTC)
    remember_reading(plan, as_of=later, etag='"e1"')
    remember_reading(plan, as_of=None, etag='"e2"')
    plan.refresh_from_db()
    assert (plan.etag, plan.document_as_of) == ('"e2"', later)


def test_a_sync_asks_few_questions(plan: Plan, document: Document) -> None:
    """A document that changes nothing costs at most a dozen statements."""
    take_in(plan, document)
    activate_plan(plan, actor="ada")
    with CaptureQueriesContext(database) as queries:
        take_in(plan, document)
    assert len(queries) <= 14  # two of them are the savepoint of the test's transaction


def test_text_of_every_kind_is_stored(plan: Plan, document: Document) -> None:
    """PS-3: quotes, accents and characters beyond the basic plane come back as they were."""
    document["employer"]["name"] = 'O\'Neil & Zoë 🌲 \\ "Sons"'
    document["sources"][0]["name"] = "Épargne"
    take_in(plan, document)
    plan.refresh_from_db()
    assert plan.employer_name == 'O\'Neil & Zoë 🌲 \\ "Sons"'
    assert PlanSource.objects.get(source="PRE").name == "Épargne"


STATUSES = st.sampled_from(["open", "frozen", "closed"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["sync", "activate"]), st.lists(STATUSES, min_size=3, max_size=3), st.sampled_from(["A", "B"])
    ),
    min_size=1,
    max_size=6,
)


class AnyOrderOfSyncsAndActivations(TestCase):
    """What holds after any syncs and activations."""

    @settings(max_examples=25, deadline=None)
    @given(steps=STEPS)
    def test_live_changes_by_activation_only(self, steps: list[tuple[str, list[str], str]]) -> None:
        """PS-5: syncs never change the live lineup; the draft, or else the live one, is the recordkeeper's latest."""
        firm = Firm.objects.create(name="Example Advisors")
        connection = Connection.objects.create(firm=firm, name="example", kind="rest")
        plan = Plan.objects.create(firm=firm, connection=connection, external_plan_id="900123")
        document: Document = {}
        for step, statuses, name in [("sync", ["open"] * 3, "A"), *steps]:
            live, draft = live_lineup(plan), draft_lineup(plan)
            if step == "activate" and (draft is None or any(fund.status == "open" for fund in draft.funds)):
                activate_plan(plan, actor="ada", accepts_rest=True)
            elif step == "sync":
                funds = [{"fund": f"F{number}", "name": name, "status": each} for number, each in enumerate(statuses)]
                document = {"name": name, "lineup": {"funds": funds}}
                take_in(plan, document)
                assert live_lineup(plan) == live
            wanted = terms_of(document).lineup
            assert lineup_changes(draft_lineup(plan) or live_lineup(plan), wanted) == []
            assert plan.draft_version is None or lineup_changes(live_lineup(plan), wanted) != []
            counted = rows()
            take_in(plan, document)
            assert rows() == counted
