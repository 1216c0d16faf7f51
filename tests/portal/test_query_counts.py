"""How many statements each page costs: at most twelve, and as many for twenty rows as for two."""

from datetime import time
from pathlib import Path

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from planbridge.plans.access import PlanAccess
from planbridge.plans.lifecycle import add_plans
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.recordkeepers.connector import ListedPlan
from planbridge.schedules.rule import Frequency, Rule
from planbridge.schedules.schedules import add_schedule
from planbridge.schedules.terms import ScheduleTerms
from planbridge.security.user import Role
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, RunStatus, SyncRun
from tests.cast import changed, crowd, deliver, plan_document
from tests.portal.conftest import Cast, SignIn, user_of
from tests.portal.routes import ROUTES
from tests.syncing import sync_people, sync_plan

QUERIES_MAX = 12
FEW, MANY = 2, 20
OK = 200
# Pages of which more can be asked than their address alone.
QUERIES = (
    ("find", "q=northwind"),
    ("find", "q=example"),
    ("plans:summary", "sort=assets&freshness=on_track"),
    ("plans:summary", "q=north&status=draft"),
    ("people:list", "q=exa"),
    ("people:list", "synchronization=error"),
    ("people:person", f"on={timezone.localdate()}"),
    ("activity:monitor", "status=queued&status=partly_successful"),
    ("activity:monitor", "plan=nort&from="),
    *(("activity:run", f"tab={tab}") for tab in ("problems", "changes", "proof", "requests", "task")),
    ("activity:run", "tab=problems&code=SSN_MISSING"),
    ("activity:schedule_plans", "plan_text=north"),
    ("settings:user_plans", "given=yes"),
)


def grow(cast: Cast, inbox: Path, rows: int, *, day: int) -> None:
    """So many of everything: plans and their runs, people, rejected people, recordkeepers, tasks, users."""
    names = [f"NORTH{number:02}" for number in range(rows)]
    plans = add_plans(cast.connection, [ListedPlan(name, f"{name} 401(k) Plan", None) for name in names], actor="test")
    runs = [run for _, run in request_syncs(plans, RunKind.PARTICIPANTS, actor="test")]
    assert len(runs) == rows
    advisor = cast.users[Role.ADVISOR]
    PlanAccess.objects.bulk_create([PlanAccess(user=advisor, plan=plan) for plan in plans], ignore_conflicts=True)
    for number in range(rows):
        new = NewConnection(f"{day}-{number}", ConnectionKind.FILES, {"path": str(inbox), "profile": "canonical"})
        add_connection(cast.firm, new, actor="test")
        user_of(cast.firm, Role.VIEWER)
        terms = ScheduleTerms(
            RunKind.PLAN, Rule(Frequency.DAILY, "UTC", at=time(3)), frozenset(one.pk for one in plans)
        )
        add_schedule(cast.firm, terms, actor="test")
    Plan.objects.filter(pk=cast.plan.pk).update(money_move_percent_max=999)  # ten times as many people are no mistake
    for one in (day, day + 1):
        deliver_people(cast, inbox, rows, day=one)


def deliver_people(cast: Cast, inbox: Path, rows: int, *, day: int) -> None:
    """So many people whose pay is another every day, and so many whose records are broken."""
    people = [changed(one, annual_compensation=f"{day}0000.00") for one in crowd(rows)]
    broken = [changed(one, ssn=None) for one in crowd(rows, first=500)]
    deliver(inbox, [*people, *broken], day=day, plans=[plan_document(plan_id=cast.plan.external_plan_id)])
    if day == 1:
        assert sync_plan(cast.plan).status == RunStatus.SUCCESSFUL
    assert sync_people(cast.plan).status == RunStatus.PARTLY_SUCCESSFUL


def addresses(cast: Cast) -> dict[str, str]:
    """The address of every route, and of those more that QUERIES says; the run is the last Participant Sync."""
    run = SyncRun.objects.filter(plan_id=cast.plan.pk, kind=RunKind.PARTICIPANTS).latest("requested_at")
    known = {"run_id": run.id, "participant_id": "P-0100"}
    found = {}
    for name, arguments in ROUTES.items():
        own = arguments(cast)
        found[name] = reverse(name, kwargs=own | {key: known[key] for key in own.keys() & known.keys()})
    return found | {f"{name}?{query}": f"{found[name]}?{query}" for name, query in QUERIES}


def statements(client: Client, cast: Cast) -> dict[str, int]:
    """How many statements each page costs; what only a form is sent to answers with a redirect and is left out."""
    counts = {}
    for name, address in addresses(cast).items():
        client.get(address)  # what is asked once a process or a session has been asked
        with CaptureQueriesContext(database) as captured:
            answer = client.get(address)
            b"".join(answer)  # a streamed answer asks for its rows as they go
        if answer.status_code == OK:
            counts[name] = len(captured)
    return counts


def test_pages_cost_as_many_statements_for_twenty_rows_as_for_two(own: Cast, inbox: Path, browser: SignIn) -> None:
    """PL-1, AM-2, PT-1: no page asks the database more than twelve times, nor more often for more rows."""
    client = browser(own.users[Role.ADMIN])
    grow(own, inbox, FEW, day=1)
    few = statements(client, own)
    grow(own, inbox, MANY, day=3)
    many = statements(client, own)
    assert Plan.objects.count() > MANY
    assert {name: (few.get(name), count) for name, count in many.items() if count != few.get(name)} == {}
    assert {name: count for name, count in many.items() if count > QUERIES_MAX} == {}
    assert set(many) == set(few)
    assert len(many) > len(ROUTES) / 2
