"""A run's page: its sentence, tabs, what can be decided, and what happens when it moved meanwhile."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from planbridge.plans.access import PlanAccess
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection
from planbridge.security.firm import only_firm
from planbridge.security.user import Role, User
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import RunKind, RunStatus, SyncRun
from tests.cast import ada, changed, crowd, deliver
from tests.portal.conftest import SignIn, user_of
from tests.syncing import run_of, sync_people, sync_plan, synced_plan, worked

QUERIES_MAX = 12
TABS = ("problems", "changes", "proof", "requests", "task")
pytestmark = pytest.mark.django_db


def signed_in(browser: SignIn, plan: Plan, role: Role = Role.ADVISOR, **flags: bool) -> Client:
    """A browser of a user to whom the plan was given."""
    user: User = user_of(only_firm(), role, **flags)
    PlanAccess.objects.create(user=user, plan=plan)
    return browser(user)


def text_of(client: Client, run: SyncRun, **query: str) -> str:
    """The text of a run's page."""
    answer = client.get(reverse("activity:run", args=[run.id]), query)
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def decide(client: Client, decision: str, run: SyncRun, **values: str) -> tuple[str, str]:
    """Post a decision: where it leads, and the page there."""
    answer = client.post(reverse(f"activity:{decision}", args=[run.id]), values, follow=True)
    return answer.redirect_chain[-1][0], answer.content.decode()


def partly(inbox: Path) -> tuple[Plan, SyncRun]:
    """A plan and a run that rejected three of its people."""
    broken = [changed(one, ssn=None) for one in crowd(3)]
    plan = synced_plan(inbox, [ada(), *broken, *crowd(30)[3:]])
    return plan, sync_people(plan)


def held(inbox: Path) -> tuple[Plan, SyncRun]:
    """A plan and a run that is held, because most of the people are missing."""
    plan = synced_plan(inbox, [ada(), *crowd(30)])
    sync_people(plan)
    deliver(inbox, [ada()], day=2)
    return plan, sync_people(plan)


def test_it_begins_with_a_sentence(inbox: Path, browser: SignIn) -> None:
    """AM-5: the page says what the run is, how it ended, what it counted and who has to do what; then come stages."""
    plan, run = partly(inbox)
    text = text_of(signed_in(browser, plan), run)
    name = Plan.objects.get(pk=plan.pk).name
    assert (
        f"Participant Sync of {name}: partly successful. 31 people read, 28 changed, 0 unchanged, 3 rejected." in text
    )
    assert "The recordkeeper must mend 3 records; the rest is up to date." in text
    assert "Validate" in text
    assert "stage-bar" in text


def test_a_run_in_quiet_hours_says_what_it_waits_for(inbox: Path, browser: SignIn) -> None:
    """AM-5: a run that quiet hours keep waiting says until when, on its page and where it was asked for; it never began."""
    plan = synced_plan(inbox, [ada()])
    type(only_firm()).objects.update(time_zone="UTC")
    now = datetime.now(UTC)
    until = (now + timedelta(hours=2)).replace(second=0, microsecond=0)
    Connection.objects.update(quiet_from=(now - timedelta(hours=2)).time(), quiet_until=until.time())
    [(_, run_id)] = request_syncs([plan], RunKind.PLAN, actor="test")
    assert worked(run_of(run_id)).status == "queued"
    client = signed_in(browser, plan)
    note = f"{until.hour % 12 or 12}:{until:%M %p} UTC, when the quiet hours of"
    text = text_of(client, run_of(run_id))
    assert f"queued. It waits until {note}" in text
    assert "so far" not in text
    details = client.get(reverse("plans:details", args=[plan.pk])).content.decode()
    assert f"The Plan Sync was asked for. It waits until {note}" in details
    Connection.objects.update(quiet_from=None, quiet_until=None)
    assert "queued. It waits for its turn." in text_of(client, run_of(run_id))


def test_every_tab_in_few_queries(
    inbox: Path, browser: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """AM-5: problems, changes, proof, requests and task each say what they are to, in at most 12 queries."""
    plan, run = partly(inbox)
    client = signed_in(browser, plan)
    said = {
        "problems": ("The recordkeeper puts in the SSN.", "3 problems, 3 people.", "/activity/problems/#SSN_MISSING"),
        "changes": ("28 people came in for the first time",),
        "proof": ("31 people read = 28 changed", "Money, all", "Difference"),
        "requests": ("No requests",),
        "task": ("Participant Sync", "all participants", str(run.id)),
    }
    for tab in TABS:
        with django_assert_max_num_queries(QUERIES_MAX):
            text = text_of(client, run, tab=tab)
        assert [words for words in said[tab] if words not in text] == [], tab


def test_people_of_a_problem_with_their_records(inbox: Path, browser: SignIn) -> None:
    """PT-4: of one code, each person stands with the reason and the record as it was delivered, SSN masked."""
    plan, run = partly(inbox)
    text = text_of(signed_in(browser, plan, Role.VIEWER), run, tab="problems", code="SSN_MISSING")
    assert "1 to 3 of 3 problems" in text
    assert "Record as it was delivered" in text
    assert crowd(1)[0]["participant_id"] in text
    assert "900-1" not in text


def test_changes_field_by_field(inbox: Path, browser: SignIn) -> None:
    """AM-5: changes stand as person, field, before and after, filtered by field."""
    plan = synced_plan(inbox, [ada(), *crowd(10)])
    sync_people(plan)
    deliver(inbox, [changed(ada(), first_name="Adele", phone="+1-555-555-0199"), *crowd(10)], day=2)
    run = sync_people(plan)
    client = signed_in(browser, plan)
    text = text_of(client, run, tab="changes")
    assert [word for word in ("P-0001", "First name", "Ada", "Adele", "+1-555-555-0199") if word not in text] == []
    only = text_of(client, run, tab="changes", field="first_name")
    assert "Adele" in only
    assert "+1-555-555-0199" not in only


@pytest.mark.parametrize("is_dry_run", [False, True])
def test_changes_have_their_units(inbox: Path, browser: SignIn, *, is_dry_run: bool) -> None:
    """AM-5: rates, dollars and dates of a change stand with their units and in words, of a dry run too."""
    plan = synced_plan(inbox, [ada(), *crowd(10)])
    sync_people(plan)
    rates = [
        {"source": "PRE", "percent": "7.25", "amount": None},
        {"source": "ROTH", "percent": None, "amount": "75.00"},
    ]
    changes = {"annual_compensation": "81234.50", "birth_date": "1964-03-01", "contribution_rates": rates}
    deliver(inbox, [changed(ada(), **changes), *crowd(10)], day=2)
    run = sync_people(plan, SyncOptions(is_dry_run=is_dry_run))
    text = text_of(signed_in(browser, plan), run, tab="changes")
    expected = ("$81,234.50", "Feb 29, 1964", "Mar 1, 1964", "6.5 % of pay", "7.25 % of pay", "$75.00 a pay period")
    assert [words for words in expected if words not in text] == []
    assert "1964-03-01" not in text


def test_proof_as_files(inbox: Path, browser: SignIn) -> None:
    """PT-5: the proof can be downloaded as JSON and as CSV; a run that read nothing has none."""
    plan, run = partly(inbox)
    client = signed_in(browser, plan, Role.VIEWER)
    proof = client.get(reverse("activity:proof_json", args=[run.id])).json()
    assert (proof["run"], proof["people"]["read"]) == (str(run.id), 31)
    text = b"".join(client.get(reverse("activity:proof_csv", args=[run.id]))).decode()
    people, money, *_ = csv.DictReader(io.StringIO(text))
    assert (people["read"], people["rejected"], people["held"], people["difference"]) == ("31", "3", "28", "0")
    assert float(money["held"]) == pytest.approx(float(money["read"]) - float(money["rejected"]))
    nothing = SyncRun.objects.get(plan_id=plan.pk, kind=RunKind.PLAN)
    assert client.get(reverse("activity:proof_json", args=[nothing.id])).status_code == 404


def test_retry_rejected_once(inbox: Path, browser: SignIn) -> None:
    """AM-6: Retry rejected starts one run for the rejected people; a second click leads to that run and starts none."""
    plan, run = partly(inbox)
    client = signed_in(browser, plan)
    assert "Retry rejected" in text_of(client, run)
    first, _ = decide(client, "retry_rejected", run)
    second, page = decide(client, "retry_rejected", run)
    assert first == second != reverse("activity:run", args=[run.id])
    assert "already" in page
    retry = SyncRun.objects.get(retries_run_id=run.id)
    assert len(retry.participants) == 3
    assert 'aria-disabled="true"' in text_of(client, run)


def test_run_again_once(inbox: Path, browser: SignIn) -> None:
    """AM-6: Run again asks for the same once more, however often it is clicked."""
    plan, run = partly(inbox)
    client = signed_in(browser, plan)
    assert f'name="seen" value="{run.id}"' in text_of(client, run)
    first, _ = decide(client, "run_again", run, seen=str(run.id))
    worked(SyncRun.objects.get(id=first.rstrip("/").rpartition("/")[2]))
    second, page = decide(client, "run_again", run, seen=str(run.id))
    assert first == second
    assert "asked twice" in page
    assert SyncRun.objects.filter(plan_id=plan.pk, kind=RunKind.PARTICIPANTS).count() == 2


def test_cancel_is_refused_when_it_has_ended(inbox: Path, browser: SignIn) -> None:
    """AM-6: a waiting run is canceled once; what has ended meanwhile is left as it is, in plain words."""
    plan, ended = partly(inbox)
    ((_, run_id),) = request_syncs([Plan.objects.get(pk=plan.pk)], RunKind.PLAN, actor="test")
    client = signed_in(browser, plan)
    assert "does not begin" in text_of(client, run_of(run_id))
    decide(client, "cancel", run_of(run_id))
    assert run_of(run_id).status == RunStatus.CANCELED
    for gone in (run_of(run_id), ended):
        _, page = decide(client, "cancel", gone)
        assert "Nothing was done: this run cannot be canceled" in page
    assert run_of(ended.id).status == RunStatus.PARTLY_SUCCESSFUL


def test_a_held_run_is_decided_by_who_may(inbox: Path, browser: SignIn) -> None:
    """PT-6: a held run shows why and what differs; only who may approve applies or discards it, all others read why not."""
    plan, run = held(inbox)
    other = signed_in(browser, plan, may_approve_held_runs=False)
    text = text_of(other, run)
    assert "MASS_DISAPPEARANCE" in text
    assert "30 who are here are missing" in text
    assert "Only who may approve held runs" in text
    for decision in ("apply", "discard"):
        assert other.post(reverse(f"activity:{decision}", args=[run.id])).status_code == 403
    approver = signed_in(browser, plan)
    assert 'data-opens="ask-apply"' in text_of(approver, run)
    decide(approver, "apply", run)
    _, page = decide(approver, "apply", run)
    assert "Nothing was done" in page
    assert worked(run_of(run.id)).status != RunStatus.HELD


def test_a_held_run_is_discarded(inbox: Path, browser: SignIn) -> None:
    """PT-6: Discard applies nothing and ends the run as Canceled; whoever wants to apply it then is told so."""
    plan, run = held(inbox)
    client = signed_in(browser, plan)
    _, page = decide(client, "discard", run)
    assert "nothing of it was applied" in page
    assert run_of(run.id).status == RunStatus.CANCELED
    _, page = decide(client, "apply", run)
    assert "this run cannot be applied: it is canceled" in page


def test_it_is_live_until_it_ends(inbox: Path, browser: SignIn) -> None:
    """AM-5: a waiting run's page asks for itself every two seconds; the answer after its end stops that and brings new choices."""
    plan = synced_plan(inbox, [ada()])
    ((_, run_id),) = request_syncs([Plan.objects.get(pk=plan.pk)], RunKind.PLAN, actor="test")
    client, address = signed_in(browser, plan), reverse("activity:run", args=[run_id])
    assert f'hx-get="{address}?seen=queued" hx-trigger="every 2s"' in text_of(client, run_of(run_id))
    SyncRun.objects.filter(id=run_id).update(status=RunStatus.SUCCESSFUL)
    answer = client.get(address, {"seen": "queued"}, headers={"HX-Request": "true"})
    part = answer.content.decode()
    assert "every 2s" not in part
    assert 'id="run-choices" hx-swap-oob="true"' in part
    assert "Run again" in part
    assert "toast" in answer.headers["HX-Trigger"]


def test_a_plan_sync_has_a_page(inbox: Path, browser: SignIn) -> None:
    """AM-5: a Plan Sync's page says whether the plan's data changed, and has every tab."""
    plan = synced_plan(inbox, [ada()])
    run = sync_plan(plan)
    client = signed_in(browser, plan, Role.VIEWER)
    assert "Nothing changed in the plan&#x27;s data" in text_of(client, run)
    for tab in TABS:
        assert "Run again" not in text_of(client, run, tab=tab)
