"""The Activity Monitor's list as pages: columns, filters in the address, live rows, badge, export, entries."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.entry_words import entry_changes, entry_details, entry_sentence
from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.activity.record import Happening, record_activity
from planbridge.plans.models import Plan
from planbridge.security.user import Role
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind, RunStatus, SyncRun
from tests.portal.conftest import Cast, SignIn

MONITOR, QUERIES_MAX = "/activity/", 12
HTMX = {"HX-Request": "true"}


def ended(cast: Cast, status: RunStatus, *, participants: tuple[str, ...] = ()) -> SyncRun:
    """A Participant Sync of the cast's plan that ended so, just now."""
    options = SyncOptions(participants=participants)
    ((_, run_id),) = request_syncs([cast.plan], RunKind.PARTICIPANTS, actor="ada@example.test", options=options)
    now = datetime.now(UTC)
    counts = {"read": 4120, "applied": 6, "rejected": 12}
    SyncRun.objects.filter(id=run_id).update(status=status, started_at=now, finished_at=now, **counts)
    return SyncRun.objects.get(id=run_id)


def text_of(client: Client, address: str, query: dict[str, str] | None = None) -> str:
    """A page's text."""
    answer = client.get(address, query or {})
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def streamed(client: Client, address: str, query: dict[str, str]) -> str:
    """A file as it is streamed."""
    answer = client.get(address, query)
    assert isinstance(answer, StreamingHttpResponse)
    return b"".join(answer).decode()


def test_columns_and_statuses(
    own: Cast, browser: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """AM-3, AM-4: every column stands in its order, each status is a word with icon and link, in at most 12 queries."""
    record_activity(*(Happening(Verb.PLAN_ACTIVATED, "ada", plan_id=own.plan.pk, status="error") for _ in range(40)))
    runs = [ended(own, status) for status in (RunStatus.PARTLY_SUCCESSFUL, RunStatus.ERROR)]
    client = browser(own.users[Role.ADVISOR])
    with django_assert_max_num_queries(QUERIES_MAX):
        text = text_of(client, MONITOR, {"status": "error", "plan": own.plan.external_plan_id, "size": "30"})
    assert text.count("<tr id=") == 30
    text = text_of(client, MONITOR)
    words = (
        "Activity type,Plan,Participant,Recordkeeper,Requested by,Requested at,Started,Duration,Read/Changed/Rejected"
    )
    places = [text.index(f">{word}</th>") for word in [*words.split(","), "Status"]]
    assert places == sorted(places)
    assert "4,120 / 6 / 12" in text
    for run, word in zip(runs, ("Partly successful", "Error"), strict=True):
        link = text[text.index(f'href="/activity/runs/{run.id}/"') :]
        assert "<svg" in link[: link.index(word)]


def test_filters_stand_in_the_address(own: Cast, browser: SignIn) -> None:
    """AM-3: type, plan by id or by the beginning of its name, participant, status and days choose the rows."""
    run = ended(own, RunStatus.ERROR, participants=("P-7",))
    old = datetime.now(UTC) - timedelta(days=30)
    record_activity(Happening(Verb.PLAN_DEACTIVATED, "ada", plan_id=own.plan.pk, happened_at=old))
    client, mark = browser(own.users[Role.ADMIN]), f"row-{run.id}"
    for query, is_there in (
        ({"type": "participant_sync"}, True),
        ({"type": "plan_sync"}, False),
        ({"plan": own.plan.external_plan_id.lower()}, True),
        ({"plan": "zzz"}, False),
        ({"participant": "P-7"}, True),
        ({"participant": "P-8"}, False),
        ({"status": "error", "type": "participant_sync"}, True),
        ({"status": "held"}, False),
        ({"from": old.date().isoformat()}, True),
        ({"until": old.date().isoformat()}, False),
        ({"type": "nonsense", "from": "nonsense", "size": "7"}, True),
    ):
        text = text_of(client, MONITOR, query)
        assert (mark in text) == is_there, query
        assert is_there or "Nothing fits" in text or "Deactivation" in text, query
    week = text_of(client, MONITOR)
    rows, types = week[week.index("<tbody") :], week[: week.index("<tbody")]
    assert "Deactivation" not in rows
    assert ">Deactivation</option>" in types
    assert ">User invited</option>" not in types
    assert "Deactivation" in text_of(client, MONITOR, {"from": ""}).partition("<tbody")[2]
    assert client.get(MONITOR, {"after": "nonsense"}).status_code == 404


def test_a_filter_of_many_plans_counts_all(own: Cast, other: Cast, browser: SignIn) -> None:
    """AM-3: of more than a hundred plans that begin so, list, total and file have each; the plan of that very id stands alone."""
    plans = [
        Plan(firm=cast.firm, connection=cast.connection, external_plan_id=f"MANY{number or ''}", name="Many")
        for cast, count in ((own, 120), (other, 1))
        for number in range(count)
    ]
    Plan.objects.bulk_create(plans)
    record_activity(*(Happening(Verb.PLAN_ACTIVATED, "ada", plan_id=plan.pk, status="error") for plan in plans))
    client = browser(own.users[Role.ADMIN])
    for query, count in (
        ({"plan": "many"}, 120),
        ({"plan": "many", "status": "error"}, 120),
        ({"plan": "MANY1"}, 1),
        ({"plan": "MANY"}, 1),
    ):
        assert client.get(MONITOR, query).context["page"].total == count, query
        lines = list(csv.DictReader(io.StringIO(streamed(client, "/activity/activity.csv", query))))
        assert len({line["external_plan_id"] for line in lines}) == count, query
    given = browser(own.users[Role.ADVISOR])
    assert given.get(MONITOR, {"plan": "many"}).context["page"].total == 0


def test_rows_are_live_while_they_run(own: Cast, browser: SignIn) -> None:
    """AM-2: the list asks for its open rows every two seconds and for nothing else, and stops when they have ended."""
    request_syncs([own.plan], RunKind.PARTICIPANTS, actor="test")
    run = SyncRun.objects.get(plan_id=own.plan.pk)
    client, place = browser(own.users[Role.VIEWER]), f"{run.plan_id}.{run.id}"
    text = text_of(client, MONITOR)
    assert f'hx-get="/activity/live/?run={place}" hx-trigger="every 2s"' in text
    assert place in text_of(client, reverse("activity:live"), {"run": place})
    SyncRun.objects.filter(id=run.id).update(status=RunStatus.SUCCESSFUL)
    after = text_of(client, reverse("activity:live"), {"run": place})
    assert "every 2s" not in after
    assert f'<tr id="row-{run.id}" hx-swap-oob="true"' in after
    assert "Successful" in after
    assert client.get(reverse("activity:live"), {"run": "nonsense"}).status_code == 404


def test_other_firms_rows_are_not_live(own: Cast, other: Cast, browser: SignIn) -> None:
    """US-1: neither the list nor its live rows, files, badge and plan names have anything of another firm."""
    run = ended(other, RunStatus.ERROR)
    client = browser(own.users[Role.ADMIN])
    for address, query in (
        (MONITOR, {"from": ""}),
        (reverse("activity:live"), {"run": f"{run.plan_id}.{run.id}"}),
        (reverse("activity:badge"), {}),
        (reverse("activity:plan_options"), {"plan": other.plan.external_plan_id}),
    ):
        text = text_of(client, address, query)
        assert str(run.id) not in text
        assert "count-badge" not in text
        assert "<option value=" not in text or address == MONITOR
    assert str(run.id) not in streamed(client, reverse("activity:csv"), {"from": ""})


def test_the_badge(own: Cast, browser: SignIn) -> None:
    """AM-1: the navigation has a badge of errors since this Admin last looked; looking at the list resets it, for them alone."""
    ended(own, RunStatus.ERROR)
    ended(own, RunStatus.SUCCESSFUL)
    first, second = browser(own.users[Role.ADMIN]), browser(own.users[Role.ADVISOR])
    badge = reverse("activity:badge")
    assert f'hx-get="{badge}"' in text_of(first, "/plans/")
    assert "1 error since you last looked" in text_of(first, badge)
    text_of(first, MONITOR)
    assert "error" not in text_of(first, badge)
    assert "1 error since" in text_of(second, badge)


def test_export_is_what_the_filters_choose(own: Cast, browser: SignIn) -> None:
    """AM-6: CSV and NDJSON have the rows of the filter, streamed, and a cell that could be a formula has an apostrophe."""
    run = ended(own, RunStatus.ERROR)
    record_activity(Happening(Verb.PLAN_ACTIVATED, "=1+1", plan_id=own.plan.pk))
    client = browser(own.users[Role.VIEWER])
    lines = list(csv.DictReader(io.StringIO(streamed(client, reverse("activity:csv"), {}))))
    assert "'=1+1" in [line["requested_by"] for line in lines]
    rows = streamed(client, reverse("activity:ndjson"), {"status": "error"}).splitlines()
    assert [json.loads(row)["id"] for row in rows] == [str(run.id)]
    assert "attachment" in client.get(reverse("activity:csv")).headers["Content-Disposition"]


def test_plans_are_offered_while_typing(own: Cast, browser: SignIn) -> None:
    """AM-3: the plan filter offers plans whose id or name begins with what was typed."""
    client, address = browser(own.users[Role.ADVISOR]), reverse("activity:plan_options")
    assert own.plan.external_plan_id in text_of(client, address, {"plan": own.plan.external_plan_id[:2].lower()})
    assert "<option" not in text_of(client, address, {"plan": "zzz"})


def test_empty_lists_say_why(own: Cast, browser: SignIn) -> None:
    """AM-2: an empty week and a filter that nothing fits each say so and what to do."""
    ActivityEntry.objects.all().delete()
    client = browser(own.users[Role.ADMIN])
    assert "Nothing in the past week" in text_of(client, MONITOR)
    assert "Nothing fits" in text_of(client, MONITOR, {"type": "plan_sync"})
    part = client.get(MONITOR, {"type": "plan_sync"}, headers=HTMX).content
    assert b"<html" not in part


def test_entries_have_pages_in_words(own: Cast, browser: SignIn) -> None:
    """AM-7: an activation, a task that did not run and why, and a changed user each have a page that says it."""
    client = browser(own.users[Role.ADMIN])
    rule = {"rule": "daily at 6:00 AM", "reason": "Did not run: the market is closed", "outcome": "market_closed"}
    changed = {"firm_id": 1, "user": "bo@example.test", "before": {"role": "viewer"}, "after": {"role": "advisor"}}
    happenings = (
        (
            Happening(Verb.PLAN_ACTIVATED, "ada", plan_id=own.plan.pk, detail={"version": 2, "previous": 1}),
            "version 2 of",
        ),
        (Happening(Verb.SCHEDULE_NOT_RUN, "ada", firm_id=own.firm.pk, detail=rule, status="canceled"), rule["reason"]),
        (Happening(Verb.USER_CHANGED, "ada", firm_id=own.firm.pk, detail=changed), "advisor"),
    )
    for happening, said in happenings:
        record_activity(happening)
        address = reverse("activity:entry", args=[happening.plan_id, happening.id])
        assert address in text_of(client, MONITOR)
        assert said in text_of(client, address)
        seen = browser(own.users[Role.ADVISOR]).get(address).status_code
        assert seen == (200 if happening.plan_id else 404)


def test_a_runs_entry_leads_to_the_run(own: Cast, browser: SignIn) -> None:
    """AM-5: the address of a run's entry leads to the run's page."""
    run = ended(own, RunStatus.ERROR)
    answer = browser(own.users[Role.VIEWER]).get(reverse("activity:entry", args=[run.plan_id, run.id]))
    assert answer.headers["Location"] == reverse("activity:run", args=[run.id])


@pytest.mark.parametrize("verb", list(Verb))
def test_every_type_is_a_sentence(verb: Verb) -> None:
    """AM-7: whatever an entry's type and however little its detail, there is a sentence of who did what."""
    sentence = entry_sentence(verb, "ada", "Northwind", {})
    assert sentence.endswith(".")
    assert "{" not in sentence
    assert entry_details({"firm_id": 3, "is_caught_up": True}) == [("Caught up for a missed time", "Yes")]
    assert [one.after for one in entry_changes({"changed": {"name": ["A", "B"]}})] == ["B"]


def test_the_catalogue_is_a_page(own: Cast, browser: SignIn) -> None:
    """PR-1: every code stands on the page of problem codes with severity, meaning and fix, at an anchor of its name."""
    text = text_of(browser(own.users[Role.VIEWER]), reverse("activity:problems"))
    assert [code for code in CATALOGUE if f'<tr id="{code}">' not in text] == []
    assert CATALOGUE["SSN_MISSING"].fix in text
