"""Plan Details: Specifications in words, Sync now, pins, the draft, and the plan's Activity."""

import json
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from planbridge.plans.changes import ChangeKind
from planbridge.plans.field_state import FieldState, standing_of
from planbridge.plans.models import Plan, PlanPin
from planbridge.plans.pinned_terms import OWN_FIELDS, PROVISION_PLACES
from planbridge.portal.plans.change_words import fund_text
from planbridge.portal.plans.field_words import BY_FIELD
from planbridge.security.user import Role
from planbridge.sync.run import SyncRun
from tests.cast import deliver, everybody, plan_document
from tests.portal.conftest import Cast, SignIn
from tests.syncing import sync_people, sync_plan, worked

HTMX = {"HX-Request": "true"}
PLAN_ID = "NORT1"
TIERS = "provisions.match.tiers"
DO_NOT_OVERRIDE = "Do not override these settings with data from the recordkeeping system"


@pytest.fixture
def synced(own: Cast, inbox: Path) -> Plan:
    """The firm's plan after its first syncs."""
    deliver(inbox, everybody(), plans=[plan_document(plan_id=PLAN_ID)])
    assert sync_plan(own.plan).status == "successful"
    assert sync_people(own.plan).status == "successful"
    return Plan.objects.get(pk=own.plan.pk)


@pytest.fixture
def advisor(own: Cast, browser: SignIn) -> Client:
    """An Advisor's browser."""
    return browser(own.users[Role.ADVISOR])


def address(name: str, plan: Plan, *rest: object) -> str:
    """The address of a route of a plan."""
    return reverse(f"plans:{name}", args=[plan.pk, *rest])


def text_of(client: Client, name: str, plan: Plan, *rest: object) -> str:
    """What a page says."""
    answer = client.get(address(name, plan, *rest), headers=HTMX if rest else {})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def field(plan: Plan, name: str) -> FieldState:
    """How a field stands."""
    standing = standing_of(Plan.objects.get(pk=plan.pk))
    assert standing is not None
    return standing.field(name)


def test_specifications_say_it_in_words(synced: Plan, advisor: Client) -> None:
    """PS-2: the page has Last Sync with its time, Sync now, and all that the sync brought, in words and not as JSON."""
    page = text_of(advisor, "details", synced)
    for words in (
        *("Last Sync", "Sync now", "Northwind 401(k) Plan", "401(k)", "00-1234567", "December 31"),
        *("<div>ada@example.test</div>", "3 months", "Monthly", "100% of the first 3% of pay", "Basic"),
        *("20% after 1 year, 100% after 5 years", "Employee pre-tax", "Safe harbor", "all years", "TD45X", "0.12%"),
        *("$18.421", "Nov 16, 2026", "No, frozen", DO_NOT_OVERRIDE),
    ):
        assert words in page, words
    assert "{&#x27;" not in page
    assert "None" not in page


def test_the_facts_and_tabs(synced: Plan, advisor: Client) -> None:
    """PL-2: status, recordkeeper, people, assets, last syncs and freshness stand above the tabs; none of them is empty."""
    page = text_of(advisor, "details", synced)
    for words in ("Draft", "example, NORT1", "Participants", "Assets", "Last Participant Sync", "On track"):
        assert words in page, words
    for tab in ("Specifications", "Investment Paths", "Participants", "Notifications", "Activity", "Activation"):
        assert f">{tab}</a>" in page, tab


def test_the_plans_activity(synced: Plan, advisor: Client, other: Cast) -> None:
    """PL-2: the Activity tab has the plan's syncs and edits, saying what was edited, and nothing of other plans."""
    state = field(synced, "employer.phone")
    advisor.post(address("field", synced, "employer.phone"), {"value": "+1-555-555-0177", "version": state.version})
    page = text_of(advisor, "activity", synced)
    for words in ("Plan Sync", "Participant Sync", "Plan added", "Phone: +1-555-555-0100 → +1-555-555-0177"):
        assert words in page, words
    assert other.plan.external_plan_id not in page


@pytest.mark.parametrize("name", ["details", "draft", "activity"])
def test_pages_ask_little(
    name: str, synced: Plan, advisor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """PL-2: each tab takes at most 12 queries, session and user among them, once what is counted once is counted."""
    text_of(advisor, name, synced)
    with django_assert_max_num_queries(12):
        text_of(advisor, name, synced)


def test_before_the_first_sync(own: Cast, advisor: Client) -> None:
    """PL-2: a plan that was never synced says so, and can be synced; nothing of it can be edited."""
    page = text_of(advisor, "details", own.plan)
    assert "Nothing synced yet" in page
    assert "Sync now" in page
    answer = advisor.post(address("field", own.plan, "name"), {"value": "Ours"}, headers=HTMX)
    assert (answer.status_code, PlanPin.objects.count()) == (302, 0)


def test_sync_now_shows_life_and_what_changed(synced: Plan, advisor: Client, inbox: Path) -> None:
    """PS-2: Sync now answers with the run at once, then as it goes on, and in the end with what changed in words."""
    changed = plan_document(plan_id=PLAN_ID, name="Northwind Savings Plan")
    changed["provisions"]["eligibility"]["entry"] = "quarterly"
    deliver(inbox, everybody(), day=2, plans=[changed])
    asked = advisor.post(address("sync", synced), headers=HTMX)
    assert b"waits for a worker" in asked.content
    run = SyncRun.objects.latest("requested_at")
    progress = address("progress", synced, run.pk[1])
    assert progress.encode() in asked.content
    assert advisor.get(f"{progress}?seen=queued").status_code == 204
    assert worked(run).status == "successful"
    ended = advisor.get(f"{progress}?seen=queued")
    said = unescape(ended.content.decode())
    assert "2 changes by this sync" in said
    assert "<strong>Plan name</strong>: Northwind 401(k) Plan → Northwind Savings Plan" in said
    assert "<strong>Entry dates</strong>: Monthly → Quarterly" in said
    assert "every 1s" not in said
    assert "plan-synced" in ended.headers["HX-Trigger"]
    later = text_of(advisor, "details", synced)
    assert "Northwind Savings Plan" in later
    assert "2 changes by this sync" in later
    assert "<strong>Entry dates</strong>: Monthly → Quarterly" in later
    assert later.count("<title>") == 1
    assert reverse("settings:plan_limits", args=[synced.pk]) in later


def test_an_edit_saves_pins_and_can_be_undone(synced: Plan, advisor: Client) -> None:
    """PL-8: an edit says Saved with the time; Undo gives the field back to the recordkeeper."""
    state = field(synced, "employer.phone")
    typed = {"value": "+1-555-555-0177", "reason": "new office", "version": state.version}
    saved = advisor.post(address("field", synced, "employer.phone"), typed, headers=HTMX)
    assert saved.status_code == 200
    assert b"Saved " in saved.content
    row = text_of(advisor, "field", synced, "employer.phone")
    assert "+1-555-555-0177" in row
    assert "new office" in row
    assert "The recordkeeper says: <strong>+1-555-555-0100</strong>" in row
    now = field(synced, "employer.phone")
    undone = advisor.post(address("unpin", synced, "employer.phone"), {"version": now.version}, headers=HTMX)
    assert b"+1-555-555-0100" in undone.content
    again = {"version": field(synced, "employer.phone").version, "json": json.dumps(now.value), "reason": "new office"}
    advisor.post(address("field", synced, "employer.phone"), again, headers=HTMX)
    assert PlanPin.objects.get().reason == "new office"


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("provisions.eligibility.entry", {"value": "quarterly"}, "quarterly"),
        ("provisions.deferral.maximum_percent", {"value": "62.50"}, "62.5"),
        ("provisions.loans.maximum", {"value": ""}, None),
        ("provisions.loans.permitted", {"value": "no"}, False),
        (TIERS, {"contribution_percent_0": "4", "match_percent_0": "50"}, [("4", "50")]),
        ("provisions.vesting", {"schedule_employer": "0: 100"}, [{"group": "employer", "schedule": [[0, "100"]]}]),
        (
            "contacts.primary",
            {"name_0": "Ida Byron"},
            [{"role": "primary", "name": "Ida Byron", "email": "", "phone": ""}],
        ),
    ],
)
def test_every_kind_of_field_is_edited(
    name: str, typed: dict[str, str], value: object, synced: Plan, advisor: Client
) -> None:
    """PS-7: whatever a field holds - a word, number, choice, tiers, schedule, contact - is edited in boxes and pinned."""
    if name == TIERS:
        value = [{"contribution_percent": pay, "match_percent": rate} for pay, rate in value]  # type: ignore[attr-defined]  # tuples above
    boxes = advisor.get(f"{address('field', synced, name)}?edit=1", headers=HTMX)
    assert all(f'name="{box}"' in boxes.content.decode() for box in typed)
    saved = advisor.post(address("field", synced, name), typed | {"version": field(synced, name).version}, headers=HTMX)
    assert saved.status_code == 200, saved.content
    assert (field(synced, name).value, field(synced, name).is_pinned) == (value, True)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("name", {"value": " "}),
        ("employer.ein", {"value": "12"}),
        ("provisions.deferral.maximum_percent", {"value": "120"}),
        ("provisions.vesting", {"schedule_employer": "all at once"}),
        ("contacts.primary", {"email_0": "nobody"}),
        (TIERS, {"contribution_percent_0": "4"}),
    ],
)
def test_what_cannot_be_is_not_saved(name: str, typed: dict[str, str], synced: Plan, advisor: Client) -> None:
    """PS-7: what no recordkeeper could say is refused with words (422), and nothing is written."""
    version = field(synced, name).version
    answer = advisor.post(address("field", synced, name), typed | {"version": version}, headers=HTMX)
    assert (answer.status_code, PlanPin.objects.count()) == (422, 0)
    assert b"Not saved." in answer.content


def test_the_checkbox_of_the_match_tiers(synced: Plan, advisor: Client, inbox: Path) -> None:
    """PS-7: the checkbox pins the tiers as they are; the next sync leaves them, and the drift is shown."""
    row = text_of(advisor, "field", synced, TIERS)
    assert DO_NOT_OVERRIDE in row
    assert " checked" not in row
    ticked = advisor.post(address("pin", synced, TIERS), {"version": field(synced, TIERS).version}, headers=HTMX)
    assert b" checked" in ticked.content
    changed = plan_document(plan_id=PLAN_ID)
    changed["provisions"]["match"]["tiers"] = [{"contribution_percent": "6", "match_percent": "25"}]
    deliver(inbox, everybody(), day=2, plans=[changed])
    sync_plan(synced)
    page = text_of(advisor, "details", synced)
    assert "100% of the first 3% of pay" in page
    assert "The recordkeeper says: <strong>25% of the first 6% of pay</strong>" in page
    assert "1 pinned field differs from what the recordkeeper says" in page


def test_two_advisors_edit(synced: Plan, advisor: Client, own: Cast, browser: SignIn) -> None:
    """PL-8: who edits what somebody else changed meanwhile is shown both and overwrites nothing, until they say so."""
    seen = field(synced, "name").version
    other = browser(own.users[Role.ADMIN])
    assert other.post(address("field", synced, "name"), {"value": "Theirs", "version": seen}).status_code == 200
    mine = advisor.post(address("field", synced, "name"), {"value": "Mine", "version": seen}, headers=HTMX)
    assert mine.status_code == 409
    assert b"Theirs" in mine.content
    for name in ("pin", "unpin"):
        assert advisor.post(address(name, synced, "name"), {"version": seen}, headers=HTMX).status_code == 409
    assert Plan.objects.get(pk=synced.pk).name == "Theirs"
    now = field(synced, "name").version
    assert now.encode() in mine.content
    assert advisor.post(address("field", synced, "name"), {"value": "Mine", "version": now}).status_code == 200


def test_a_viewer_reads_only(synced: Plan, own: Cast, browser: SignIn) -> None:
    """US-1: a Viewer sees the same without any button that changes something."""
    page = text_of(browser(own.users[Role.VIEWER]), "details", synced)
    assert "Northwind 401(k) Plan" in page
    for word in ("Sync now", "> Edit<", "> Pin<", "Deactivate"):
        assert word not in page, word


def test_every_field_has_words() -> None:
    """PS-7: each field that can be pinned stands on the page under a name."""
    assert set(BY_FIELD) == {*OWN_FIELDS, *PROVISION_PLACES}


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (ChangeKind.EXPENSE, "0.45", "0.45 %"),
        (ChangeKind.CLOSED, "closed", "Closed"),
        (ChangeKind.ASSET_CLASS, "us_equity", "US equity"),
        (ChangeKind.RENAMED, "closed", "closed"),
        (ChangeKind.EXPENSE, "", ""),
    ],
)
def test_changes_of_funds_have_their_units(kind: ChangeKind, text: str, words: str) -> None:
    """AM-5, PL-4: what a run or a draft changes of a fund stands with its unit, codes in words, names as they are."""
    assert fund_text(kind, text) == words
