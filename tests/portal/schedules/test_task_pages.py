"""Task Scheduling as pages: the form, the list, a task, and two editors."""

from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from planbridge.plans.models import Plan
from planbridge.schedules.due import run_due_schedules
from planbridge.schedules.rule import Frequency, Rule
from planbridge.schedules.schedule import Schedule, SchedulePlan
from planbridge.schedules.schedules import add_schedule
from planbridge.schedules.terms import ScheduleTerms
from planbridge.security.user import Role
from planbridge.sync.run import RunKind, SyncRun
from tests.portal.conftest import Cast, SignIn, user_of
from tests.schedules.tasks import MARKET_DAYS, come_due
from tests.syncing import added_plan

NEW = "/activity/schedules/new/"
WEEKLY = {
    "task_type": "participants",
    "is_on": "on",
    "frequency": "weekly",
    "weekday": "4",
    "at": "02:30",
    "time_zone": "America/Chicago",
    "business_days": "next",
    "window_minutes": "45",
    "plans": "all",
}
DAILY = Rule(Frequency.DAILY, "America/New_York", at=time(2))


def added(cast: Cast, rule: Rule = DAILY, *, plans: list[Plan] | None = None) -> Schedule:
    """A task of the cast's firm, for all plans unless some are given."""
    selected = None if plans is None else frozenset(plan.pk for plan in plans)
    return add_schedule(cast.firm, ScheduleTerms(RunKind.PLAN, rule, selected), actor="test")


@pytest.fixture
def admin(own: Cast, browser: SignIn) -> Client:
    """An Admin's browser."""
    return browser(own.users[Role.ADMIN])


def htmx(client: Client, address: str, target: str, data: dict[str, Any]) -> str:
    """The part of a page that HTMX gets for a target."""
    return client.get(address, data, headers={"HX-Request": "true", "HX-Target": target}).content.decode()


def test_the_form_makes_the_task(admin: Client, own: Cast) -> None:
    """TS-1: what the form says is what the task is: type, weekly with day, time with zone, market days, window, plans."""
    answer = admin.post(NEW, WEEKLY)
    schedule = Schedule.objects.get(firm=own.firm)
    assert answer.headers["Location"] == reverse("activity:schedule", args=[schedule.pk])
    assert (schedule.task_type, schedule.frequency, schedule.weekday, schedule.processing_time) == (
        "participants",
        "weekly",
        4,
        time(2, 30),
    )
    assert (schedule.time_zone, schedule.business_days, schedule.window_minutes) == ("America/Chicago", "next", 45)
    assert schedule.is_for_all_plans


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"frequency": "monthly", "day_of_month": "32"}, "day_of_month"),
        ({"frequency": "monthly"}, "day_of_month"),
        ({"frequency": "cron", "cron": "every day"}, "cron"),
        ({"frequency": "specific_date", "on_date": "2020-01-01"}, "on_date"),
        ({"at": ""}, "at"),
        ({"window_minutes": "9999"}, "window_minutes"),
        ({"plans": "selected"}, "plan"),
    ],
)
def test_errors_stand_at_their_fields(admin: Client, typed: dict[str, str], field: str) -> None:
    """TS-1: what cannot be kept is refused at its field and in the summary, and nothing typed is lost."""
    answer = admin.post(NEW, WEEKLY | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "data-takes-focus" in page
    assert list(answer.context["form"].errors) == [field]
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}"' in page
    assert 'value="America/Chicago" selected' in page
    assert not Schedule.objects.exists()


def test_only_the_fields_of_the_frequency_show(admin: Client) -> None:
    """TS-1: each frequency asks for its own fields, and what was typed so far stays."""
    expected = {
        "daily": {"at"},
        "weekly": {"weekday", "at"},
        "monthly": {"day_of_month", "at"},
        "specific_date": {"on_date", "at"},
        "cron": {"cron"},
    }
    for frequency, names in expected.items():
        part = htmx(admin, NEW, "frequency-fields", {"frequency": frequency, "at": "04:15"})
        shown = {name for name in ("weekday", "day_of_month", "on_date", "cron", "at") if f'name="{name}"' in part}
        # The time stands beside the part that is swapped, so that a time being typed is never overwritten.
        assert shown == names - {"at"}
        assert "<html" not in part
        assert 'name="at" value="04:15"' in admin.get(NEW, {"frequency": frequency, "at": "04:15"}).content.decode()


def test_next_five_runs_are_shown_while_it_is_filled_in(admin: Client) -> None:
    """TS-3: the next five runs stand beside the form as it is filled in, in the task's zone, and wait for what is missing."""
    part = htmx(admin, NEW, "next-runs", WEEKLY | {"business_days": "any"})
    assert part.count("<li>Fri, ") == 5
    assert ("CST" in part) or ("CDT" in part)
    assert "<li>" not in htmx(admin, NEW, "next-runs", WEEKLY | {"frequency": "cron", "cron": "every day"})


def test_plans_are_found_by_typing(own: Cast, other: Cast, browser: SignIn) -> None:
    """TS-1: plans are picked by the beginning of their names among those that the user sees, and no others are taken."""
    Plan.objects.filter(pk=own.plan.pk).update(name="Northwind 401(k)")
    Plan.objects.filter(pk=other.plan.pk).update(name="Northern Lights 401(k)")
    advisor = browser(own.users[Role.ADVISOR])
    found = htmx(advisor, "/activity/schedules/plans/", "plans-found", {"plan_text": "north"})
    assert "Northwind" in found
    assert "Northern" not in found
    chip = htmx(advisor, reverse("activity:schedule_plan", args=[own.plan.pk]), "chosen", {})
    assert f'name="plan" value="{own.plan.pk}" checked' in chip
    selected = WEEKLY | {"plans": "selected"}
    assert advisor.post(NEW, selected | {"plan": other.plan.pk}).status_code == 422
    assert advisor.post(NEW, selected | {"plan": own.plan.pk}).status_code == 302
    assert SchedulePlan.objects.get().plan_id == own.plan.pk


def test_tasks_of_all_plans_are_the_admins(own: Cast, browser: SignIn) -> None:
    """US-1: an Advisor schedules and changes tasks of plans given to them, and no task that syncs any other."""
    advisor = browser(own.users[Role.ADVISOR])
    stranger = browser(user_of(own.firm, Role.ADVISOR))
    everything, theirs = added(own), added(own, plans=[own.plan])
    assert advisor.post(NEW, WEEKLY).status_code == 422
    assert [
        advisor.post(reverse("activity:schedule_off", args=[one.pk])).status_code for one in (everything, theirs)
    ] == [
        403,
        302,
    ]
    assert [stranger.get(reverse("activity:schedule", args=[one.pk])).status_code for one in (everything, theirs)] == [
        200,
        404,
    ]
    assert advisor.post(reverse("activity:schedule_recommended")).status_code == 403


def test_who_sees_all_plans_schedules_for_all(own: Cast, browser: SignIn) -> None:
    """TS-1: an Advisor who sees all plans of the firm makes and changes tasks for all; the form says so to all others."""
    advisor = browser(user_of(own.firm, Role.ADVISOR, sees_all_plans=True))
    other, viewer = browser(own.users[Role.ADVISOR]), browser(user_of(own.firm, Role.VIEWER, sees_all_plans=True))
    assert advisor.post(NEW, WEEKLY).status_code == 302
    (schedule,) = Schedule.objects.filter(is_for_all_plans=True)
    addresses = [reverse("activity:schedule_off", args=[schedule.pk]), reverse("activity:schedule_recommended")]
    assert [advisor.post(address).status_code for address in addresses] == [302, 302]
    assert [one.post(address).status_code for address in addresses for one in (other, viewer)] == [403] * 4
    assert "Advisors who see all plans" in other.get(NEW).content.decode()
    assert "Advisors who see all plans" not in advisor.get(NEW).content.decode()


def test_one_click_creates_what_is_recommended(admin: Client, own: Cast) -> None:
    """TS-6: the pages recommend both syncs daily for all plans, one click creates them, and then they say no more of it."""
    assert "Create the recommended tasks" in admin.get("/activity/schedules/").content.decode()
    assert "Create both" in admin.get(NEW).content.decode()
    for _ in range(2):
        admin.post(reverse("activity:schedule_recommended"))
    tasks = Schedule.objects.filter(firm=own.firm, frequency="daily", is_for_all_plans=True)
    assert set(tasks.values_list("task_type", flat=True)) == set(RunKind.values)
    assert tasks.count() == 2
    assert "Create the recommended tasks" not in admin.get("/activity/schedules/").content.decode()


def test_rows_switch_and_run(admin: Client, own: Cast) -> None:
    """TS-3: a row shows the next five runs, is switched off and run now where it stands, and shows what came of it."""
    schedule = added(own)
    page = admin.get("/activity/schedules/").content.decode()
    assert page.count("2:00 AM E") >= 5
    row = admin.post(reverse("activity:schedule_off", args=[schedule.pk]), headers={"HX-Request": "true"})
    assert 'aria-checked="false"' in row.content.decode()
    assert "The task is off" in row.headers["HX-Trigger"]
    row = admin.post(reverse("activity:schedule_run", args=[schedule.pk]), headers={"HX-Request": "true"})
    assert "Queued" in row.content.decode()
    assert SyncRun.objects.get().plan_id == own.plan.pk
    admin.post(reverse("activity:schedule_delete", args=[schedule.pk]))
    assert not Schedule.objects.exists()


def test_a_task_lists_its_turns(admin: Client, own: Cast) -> None:
    """AM-7: a task's page lists when it ran and what it asked for, and when it did not and why."""
    schedule = added(own, MARKET_DAYS)
    come_due(schedule)
    run_due_schedules()
    admin.post(reverse("activity:schedule_run", args=[schedule.pk]))
    admin.post(reverse("activity:schedule_off", args=[schedule.pk]))
    come_due(schedule)
    run_due_schedules()
    page = admin.get(reverse("activity:schedule", args=[schedule.pk])).content.decode()
    assert "Did not run: switched off." in page
    assert "Asked for 1 Plan Sync." in page
    assert own.users[Role.ADMIN].email in page
    assert "The task itself" in page


def test_two_editors_get_both_versions(admin: Client, own: Cast) -> None:
    """PL-8, TS-3: whoever saves a task that somebody else changed meanwhile sees both, and nothing is lost either way."""
    schedule = added(own)
    address = reverse("activity:schedule_edit", args=[schedule.pk])
    assert 'name="version" value="1"' in admin.get(address).content.decode()
    theirs = WEEKLY | {"task_type": "plan", "weekday": "0", "version": "1"}
    assert admin.post(address, theirs).status_code == 302
    mine = WEEKLY | {"task_type": "plan", "weekday": "2", "version": "1", "is_on": "off"}
    answer = admin.post(address, mine)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Weekly on Monday" in page
    assert "Weekly on Wednesday" in page
    schedule.refresh_from_db()
    assert (schedule.weekday, schedule.is_on) == (0, True)
    again = dict(answer.context["typed"]) | {"version": answer.context["schedule"].version}
    assert admin.post(address, again).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.weekday, schedule.is_on, schedule.next_run_at) == (2, False, None)


def test_a_long_selection_is_kept(admin: Client, own: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """TS-3: a task with more selected plans than a page lists keeps them when it is edited, and takes more."""
    monkeypatch.setattr("planbridge.portal.schedules.edit.LISTED_MAX", 1)
    monkeypatch.setattr("planbridge.portal.schedules.form.LISTED_MAX", 1)
    second, third = (added_plan(own.connection, name) for name in ("SECOND", "THIRD"))
    schedule = added(own, plans=[own.plan, second])
    address = reverse("activity:schedule_edit", args=[schedule.pk])
    assert "2 plans are selected, too many to be listed" in admin.get(address).content.decode()
    typed = WEEKLY | {"task_type": "plan", "version": "1", "plans": "selected", "plan": third.pk}
    assert admin.post(address, typed).status_code == 302
    kept = SchedulePlan.objects.filter(schedule=schedule).values_list("plan_id", flat=True)
    assert set(kept) == {own.plan.pk, second.pk, third.pk}


def test_many_tasks_cost_no_more_statements(
    admin: Client, own: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """TS-3: a page of thirty tasks takes at most twelve statements, and filters in the address narrow it."""
    for number in range(30):
        added(own, plans=[own.plan] if number % 2 else None)
    with django_assert_max_num_queries(12):
        page = admin.get("/activity/schedules/?size=30").content.decode()
    assert page.count("<tr id=") == 30
    assert "No task fits" in admin.get("/activity/schedules/?status=off").content.decode()
