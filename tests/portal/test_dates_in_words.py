"""No page shows a date as machines write it: days stand in words, wherever the page is."""

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from html import unescape
from pathlib import Path

from django.urls import reverse
from django.utils import timezone

from planbridge.activity.entry import ActivityEntry
from planbridge.plans.drafting import place_state
from planbridge.plans.lifecycle import (
    activate_plan,
    create_draft,
    draft_token,
    edit_draft,
    schedule_activation,
    waiting_draft,
)
from planbridge.plans.plan import Plan
from planbridge.schedules.rule import Frequency, Rule
from planbridge.schedules.schedules import add_schedule
from planbridge.schedules.terms import ScheduleTerms
from planbridge.security.user import Role
from planbridge.sync.request import SyncOptions
from planbridge.sync.run import RunKind, SyncRun
from tests.cast import ada, changed, crowd, deliver, fund, lineup, plan_document
from tests.portal.conftest import Cast, SignIn
from tests.portal.routes import ROUTES
from tests.syncing import sync_people, sync_plan

# What was delivered stands as it was delivered: in these elements, and between quotes where a value is at fault.
AS_DELIVERED = re.compile(r"<(pre|code|textarea|script)\b.*?</\1>|&#x27;\d{4}-\d\d-\d\d&#x27;", re.DOTALL)
ATTRIBUTES_READ = re.compile(r"(?:title|aria-label|placeholder)=\"([^\"]*)\"")
TAG = re.compile(r"<[^>]*>", re.DOTALL)
MACHINE_DATE = re.compile(r".{0,60}\b\d{4}-\d\d-\d\d(?:\b|T).{0,30}")
TABS = ("problems", "changes", "proof", "requests", "task")


def machine_dates(page: str) -> list[str]:
    """What stands around each date as machines write it, in the text of a page and in its tooltips."""
    rest = AS_DELIVERED.sub(" ", page)
    read = unescape(" \n ".join([TAG.sub(" ", rest), *ATTRIBUTES_READ.findall(rest)]))
    return [" ".join(found.split()) for found in MACHINE_DATE.findall(read)]


def story(cast: Cast, inbox: Path) -> Plan:
    """The plan after a life in which every kind of date changed: document, draft, people, a dated activation, a task."""
    plan, code = cast.plan, cast.plan.external_plan_id
    deliver(inbox, [ada(), *crowd(4)], plans=[plan_document(plan_id=code)])
    sync_plan(plan)
    sync_people(plan)
    activate_plan(Plan.objects.get(pk=plan.pk), actor="test", accepts_rest=True)
    funds = lineup(fund("TD45", name="Target 2045"), fund("EQ3"), fund("STBL"))
    funds["effective_date"] = "2027-01-04"
    people = [
        changed(ada(), birth_date="1964-03-01", hire_date="2010-06-21", loans=[], entry_date="2011-01-01"),
        changed(crowd(1)[0], birth_date="2999-01-01"),
        *crowd(4)[1:],
    ]
    deliver(inbox, people, plans=[plan_document(plan_id=code, revision="r2", lineup=funds)], day=2)
    sync_people(plan, SyncOptions(is_dry_run=True))
    sync_plan(plan)
    sync_people(plan)
    found = Plan.objects.get(pk=plan.pk)
    draft = waiting_draft(found)
    assert draft is not None
    edit_draft(found, "funds.EQ3.name", "Our stocks", seen=place_state(draft, "funds.EQ3.name").version, actor="test")
    activate_plan(found, actor="test", accepts_rest=True)
    again = create_draft(found, actor="test")
    edit_draft(found, "funds.STBL.name", "Calm", seen=place_state(again, "funds.STBL.name").version, actor="test")
    schedule_activation(found, on=timezone.now() + timedelta(days=3), seen=draft_token(found), actor="test")
    rule = Rule(Frequency.SPECIFIC_DATE, "UTC", at=time(3), on_date=date(2027, 2, 3))
    add_schedule(cast.firm, ScheduleTerms(RunKind.PLAN, rule, frozenset({plan.pk})), actor="test")
    return found


def addresses(cast: Cast, plan: Plan) -> Iterator[str]:
    """Every route, every tab of every run, an entry of each type, every person's page as it was and is."""
    for name, arguments in ROUTES.items():
        yield reverse(name, kwargs=arguments(cast))
    for run_id in SyncRun.objects.filter(plan_id=plan.pk).values_list("id", flat=True):
        yield from (f"{reverse('activity:run', args=[run_id])}?tab={tab}" for tab in TABS)
    entries = ActivityEntry.objects.filter(plan_id=plan.pk).order_by("verb", "happened_at").distinct("verb")
    for entry_id in entries.values_list("id", flat=True):
        yield reverse("activity:entry", args=[plan.pk, entry_id])
    yield f"{reverse('people:person', args=[plan.pk, 'P-0001'])}?on={timezone.localdate().isoformat()}"


def test_dates_stand_in_words(own: Cast, inbox: Path, browser: SignIn) -> None:
    """PL-2, AM-5, PT-10: whatever page is opened, a day on it reads "Jan 4, 2027" and never as machines write it."""
    plan = story(own, inbox)
    client = browser(own.users[Role.ADMIN])
    shown, found = 0, set[tuple[str, str]]()
    for address in addresses(own, plan):
        answer = client.get(address)
        if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
            shown += 1
            found |= {(address, one) for one in machine_dates(answer.content.decode())}
    assert not found, "\n".join(f"{place}: {words}" for place, words in sorted(found))
    assert shown > len(ROUTES) / 2
    assert machine_dates("<p>from 2027-01-04</p>")
    assert machine_dates('<p title="2027-01-04T10:00">then</p>')
