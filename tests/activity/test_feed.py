"""The feed of the Activity Monitor: pages, filters, firms, the badge and the export."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from planbridge.activity.entry import Verb
from planbridge.activity.export import as_csv, as_ndjson, feed_rows
from planbridge.activity.feed import FeedFilter, FeedRow, FeedScope, count_errors, feed_page, past_week
from planbridge.activity.keyset import CursorInvalid, PageAsk
from planbridge.activity.record import Happening, record_activities, record_activity
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import Firm
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind, RunStatus, SyncRun

NOON = datetime(2026, 11, 18, 12, tzinfo=UTC)
EVERYTHING = FeedFilter()
pytestmark = pytest.mark.django_db


def plan_of(firm: Firm, external: str) -> Plan:
    """A plan of a firm, by a connection of its own."""
    connection = Connection.objects.create(firm=firm, name=f"Recordkeeper {external}", kind="files")
    return Plan.objects.create(firm=firm, connection=connection, external_plan_id=external, name=f"Plan {external}")


@pytest.fixture
def firm() -> Firm:
    """A firm without anything."""
    return Firm.objects.create(name="Feed firm")


def activated(plan: Plan, count: int, actor: str = "ada") -> None:
    """So many activations, a minute apart, the last one at noon."""
    record_activities(
        Happening(
            Verb.PLAN_ACTIVATED,
            actor,
            plan_id=plan.pk,
            happened_at=NOON - timedelta(minutes=number),
            detail={"n": number},
        )
        for number in range(count)
    )


def synced(plan: Plan, status: RunStatus, *, participants: tuple[str, ...] = ()) -> UUID:
    """A Participant Sync that ended so."""
    options = SyncOptions(participants=participants)
    run_id = request_syncs([plan], RunKind.PARTICIPANTS, actor="ada", options=options)[0][1]
    SyncRun.objects.filter(id=run_id).update(
        status=status, started_at=NOON, finished_at=NOON + timedelta(seconds=3), read=9, applied=4, rejected=1
    )
    return run_id


def pages(scope: FeedScope, size: int) -> Iterator[list[FeedRow]]:
    """Every page of everything, forwards."""
    page = feed_page(scope, EVERYTHING, PageAsk(size))
    while True:
        yield list(page.rows)
        if not page.next_cursor:
            return
        page = feed_page(scope, EVERYTHING, PageAsk(size, after=page.next_cursor))


def test_pages_are_newest_first_and_go_both_ways(firm: Firm) -> None:
    """AM-2: every entry is on one page, newest first; a page knows its numbers, the total and its neighbours."""
    activated(plan_of(firm, "1"), 25)
    scope = FeedScope(firm.pk)
    found = list(pages(scope, 10))
    assert [len(page) for page in found] == [10, 10, 5]
    assert [row.detail["n"] for page in found for row in page] == list(range(25))
    first = feed_page(scope, EVERYTHING, PageAsk(10))
    second = feed_page(scope, EVERYTHING, PageAsk(10, after=first.next_cursor))
    back = feed_page(scope, EVERYTHING, PageAsk(10, before=second.previous_cursor))
    assert (second.first_number, second.last_number, second.total, second.is_total_exact) == (11, 20, 25, True)
    assert back == first
    assert not first.previous_cursor


def test_opens_on_the_past_week(firm: Firm) -> None:
    """AM-2: what is older than a week is there only when it is asked for."""
    plan = plan_of(firm, "1")
    now = datetime.now(UTC)
    for days in (1, 8):
        record_activity(Happening(Verb.PLAN_ACTIVATED, "ada", plan_id=plan.pk, happened_at=now - timedelta(days=days)))
    scope = FeedScope(firm.pk)
    assert feed_page(scope, past_week(), PageAsk()).total == 1
    assert feed_page(scope, EVERYTHING, PageAsk()).total == 2


def test_a_row_has_the_columns_of_its_run(firm: Firm) -> None:
    """AM-3: type, plan, participant, recordkeeper, who, when, duration, counts and status, in at most four statements."""
    plan = plan_of(firm, "1")
    synced(plan, RunStatus.PARTLY_SUCCESSFUL, participants=("P-1",))
    wanted = FeedFilter(statuses=("partly_successful",))
    for asked in (EVERYTHING, wanted):
        with CaptureQueriesContext(database) as queries:
            (row,) = feed_page(FeedScope(firm.pk), asked, PageAsk()).rows
        assert len(queries) <= 4
        assert (row.verb, row.plan_name, row.external_plan_id) == (Verb.PARTICIPANT_SYNC, "Plan 1", "1")
        assert (row.participants, row.recordkeeper, row.requested_by) == (("P-1",), "Recordkeeper 1", "ada")
        assert (row.started_at, row.seconds, row.read, row.changed, row.rejected) == (NOON, 3.0, 9, 4, 1)
        assert (row.status, row.is_run) == ("partly_successful", True)


def test_filters(firm: Firm) -> None:
    """AM-3: filters of type, plan, participant, status and dates, each alone and together."""
    one, two = plan_of(firm, "1"), plan_of(firm, "2")
    failed = synced(one, RunStatus.ERROR)
    picked = synced(two, RunStatus.SUCCESSFUL, participants=("P-7",))
    other = Happening(
        Verb.PLAN_DEACTIVATED, "ada", plan_id=two.pk, participant_id="P-7", happened_at=NOON, status="error"
    )
    record_activity(other)
    found = {
        FeedFilter(verbs=(Verb.PARTICIPANT_SYNC,)): {failed, picked},
        FeedFilter(plan_ids=(two.pk,)): {picked, other.id},
        FeedFilter(participant_id="P-7"): {picked, other.id},
        FeedFilter(statuses=("error",)): {failed, other.id},
        FeedFilter(statuses=("error",), verbs=(Verb.PARTICIPANT_SYNC,)): {failed},
        FeedFilter(statuses=("error",), participant_id="P-7"): {other.id},
        FeedFilter(since=NOON, until=NOON + timedelta(seconds=1)): {other.id},
        FeedFilter(statuses=("held",)): set(),
    }
    for wanted, ids in found.items():
        page = feed_page(FeedScope(firm.pk), wanted, PageAsk())
        assert {row.id for row in page.rows} == ids, wanted
        assert page.total == len(ids)


def test_firms_and_plans_are_apart(firm: Firm) -> None:
    """US-1: a feed has nothing of another firm, and of the firm only the plans given."""
    one, two, foreign = plan_of(firm, "1"), plan_of(firm, "2"), plan_of(Firm.objects.create(name="Other firm"), "3")
    for plan in (one, two, foreign):
        synced(plan, RunStatus.ERROR)
        activated(plan, 1)
    record_activity(Happening(Verb.CONNECTION_REMOVED, "ada", firm_id=firm.pk))
    whole, given = FeedScope(firm.pk), FeedScope(firm.pk, Plan.objects.filter(pk__in=[two.pk, foreign.pk]))
    assert sorted(row.plan_id for row in feed_page(whole, EVERYTHING, PageAsk()).rows) == sorted(
        [0, one.pk, one.pk, two.pk, two.pk]
    )
    for wanted, count in ((EVERYTHING, 2), (FeedFilter(statuses=("error",)), 1)):
        assert [row.plan_id for row in feed_page(given, wanted, PageAsk()).rows] == [two.pk] * count
    assert count_errors(whole, NOON) == 2
    assert count_errors(given, NOON) == 1


def test_the_badge_counts_what_failed_since(firm: Firm) -> None:
    """AM-1: errors count by when they ended, and what is no error does not."""
    plan = plan_of(firm, "1")
    synced(plan, RunStatus.ERROR)
    synced(plan, RunStatus.SUCCESSFUL)
    record_activity(Happening(Verb.PLAN_ADDED, "ada", plan_id=plan.pk, happened_at=NOON, status="error"))
    scope = FeedScope(firm.pk)
    assert count_errors(scope, NOON - timedelta(seconds=1)) == 2
    assert count_errors(scope, NOON + timedelta(seconds=2)) == 1
    assert count_errors(scope, NOON + timedelta(seconds=3)) == 0


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_is_no_formula(firm: Firm, beginning: str) -> None:
    """AM-6: a cell that a spreadsheet would take for a formula has an apostrophe before it."""
    plan = plan_of(firm, "1")
    activated(plan, 1, actor=f"{beginning}cmd|' /C calc'!A0, \"q\"\n")
    lines = list(csv.DictReader(io.StringIO("".join(as_csv(feed_rows(FeedScope(firm.pk), EVERYTHING))), newline="")))
    assert lines[0]["requested_by"] == f"'{beginning}cmd|' /C calc'!A0, \"q\"\n"
    assert (lines[0]["plan_name"], lines[0]["status"]) == ("Plan 1", "successful")


def test_ndjson_has_every_row(firm: Firm) -> None:
    """AM-6: the export has the rows of the feed in its order, those of both kinds with a filter too."""
    plan = plan_of(firm, "1")
    activated(plan, 3)
    synced(plan, RunStatus.SUCCESSFUL)
    for wanted in (EVERYTHING, FeedFilter(statuses=("successful",))):
        rows = [json.loads(line) for line in as_ndjson(feed_rows(FeedScope(firm.pk), wanted))]
        page = feed_page(FeedScope(firm.pk), wanted, PageAsk())
        assert [row["id"] for row in rows] == [str(row.id) for row in page.rows]
        assert len(rows) == 4


@pytest.mark.parametrize("text", ["x", "W10", "WzEsWyJ0ZXh0IiwgMV1d", "é", "W1tbW1tb"])
def test_a_wrong_cursor_is_refused(firm: Firm, text: str) -> None:
    """AM-2: what is no cursor is said to be none."""
    with pytest.raises(CursorInvalid):
        feed_page(FeedScope(firm.pk), EVERYTHING, PageAsk(after=text))
    with pytest.raises(CursorInvalid):
        feed_page(FeedScope(firm.pk), replace(EVERYTHING), PageAsk(size=7))
