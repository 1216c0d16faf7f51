"""Two advisors of one firm with different plans, and another firm: what of each other's plans anybody sees (nothing)."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import reverse

from planbridge.participants.participant import Participant
from planbridge.plans.access import PlanAccess
from planbridge.plans.models import Plan
from planbridge.schedules.schedule import Schedule
from planbridge.security.user import Role, User
from planbridge.sync.run import SyncRun
from tests.cast import PLAN_ID, changed, deliver, everybody, plan_document
from tests.portal.conftest import Cast, SignIn, user_of
from tests.syncing import added_plan, sync_people, sync_plan

# Words of the second plan, which only its advisor and the Admin may read.
SECOND_ID, SECOND_NAME, SECOND_PERSON = "900200", "Zephyr Savings Plan", "Zelda"


@dataclass(frozen=True)
class Two:
    """Two plans with people, and an advisor of each."""

    first: Plan
    second: Plan
    advisors: tuple[User, User]


@pytest.fixture
def two(own: Cast, other: Cast, inbox: Path) -> Two:  # noqa: ARG001 - another firm is there, too
    """Two plans of one firm, both synced, the second with a record that was rejected."""
    documents = [
        plan_document(),
        plan_document(plan_id=SECOND_ID, name=SECOND_NAME, employer={"name": "Zephyr LLC", "ein": "00-7654321"}),
    ]
    zelda = changed(everybody()[0], first_name=SECOND_PERSON, plan_id=SECOND_ID)
    broken = changed(everybody()[1], first_name="Zeno", plan_id=SECOND_ID, ssn=None)
    deliver(inbox, [*everybody(), zelda, broken], plans=documents)
    plans = [added_plan(own.connection, PLAN_ID), added_plan(own.connection, SECOND_ID)]
    advisors = tuple(user_of(own.firm, Role.ADVISOR) for _ in plans)
    for plan, advisor in zip(plans, advisors, strict=True):
        PlanAccess.objects.create(user=advisor, plan=plan)
        sync_plan(plan)
        sync_people(plan)
    assert Participant.objects.filter(first_name=SECOND_PERSON).exists()
    return Two(plans[0], plans[1], (advisors[0], advisors[1]))


def places(two: Two) -> list[str]:
    """Every place that lists or finds something, asked for the second plan where it can be asked."""
    plan = two.second
    run = SyncRun.objects.filter(plan_id=plan.pk).latest("requested_at")
    asked = f"?plan={plan.pk}"
    return [
        "/plans/",
        "/plans/?q=Zeph",
        "/plans/?size=100&sort=assets&order=descending",
        "/plans/add/",
        f"/find?q={SECOND_NAME[:5]}",
        f"/find?q={SECOND_ID}",
        f"/find?q={SECOND_PERSON}",
        f"/find?q={run.id}",
        "/activity/",
        f"/activity/{asked}",
        "/activity/?size=100",
        "/activity/live/",
        "/activity/badge/",
        "/activity/plan-options/",
        "/activity/plan-options/?q=Zeph",
        "/activity/problems/",
        "/activity/activity.csv",
        f"/activity/activity.csv{asked}",
        "/activity/activity.ndjson",
        f"/activity/activity.ndjson{asked}",
        "/activity/schedules/",
        "/activity/schedules/new/",
        "/activity/schedules/plans/?q=Zeph",
        "/activity/schedules/plans/",
        "/recordkeepers/",
        f"/recordkeepers/{plan.connection_id}/",
        reverse("plans:activity", args=[two.first.pk]),
        reverse("people:list", args=[two.first.pk]) + f"?q={SECOND_PERSON}",
        reverse("people:rejected", args=[two.first.pk]),
    ]


def body(answer: object) -> str:
    """The text of an answer, streamed or not."""
    parts = answer.streaming_content if getattr(answer, "streaming", False) else [answer.content]  # type: ignore[attr-defined]  # a test client's
    return b"".join(parts).decode()


def test_each_advisor_sees_their_own_plans_alone(two: Two, own: Cast, browser: SignIn) -> None:
    """US-1: lists, searches, the command menu, the activity feed, its exports, forms and badge know nothing of others' plans."""
    first, second, admin = (browser(one) for one in (*two.advisors, own.users[Role.ADMIN]))
    words = (SECOND_NAME, SECOND_PERSON, "Zephyr LLC", "Zeno", SECOND_ID)
    seen_by_its_own: set[str] = set()
    for address in places(two):
        for headers in ({}, {"HX-Request": "true"}):
            mine = body(first.get(address, headers=headers)).replace(address.replace("&", "&amp;"), "")
            typed = address.partition("?q=")[2]
            found = [word for word in words if word in mine and not (typed and word.startswith(typed))]
            assert found == [], address
            theirs = body(second.get(address, headers=headers))
            seen_by_its_own |= {word for word in words if word in theirs}
    # The words are there to be seen: by the plan's own advisor, and by the Admin.
    assert seen_by_its_own >= {SECOND_NAME, SECOND_PERSON, SECOND_ID}
    assert SECOND_NAME in body(admin.get("/activity/activity.csv"))


def test_another_firm_sees_nothing_of_it(two: Two, other: Cast, browser: SignIn) -> None:
    """US-1: the same places show nobody of another firm, its Admin included, anything of either plan."""
    for role in Role:
        client = browser(other.users[role])
        for address in places(two):
            text = body(client.get(address)).replace("such as 900100", "")  # an example on a form
            typed = address.partition("?q=")[2]
            for word in ("Northwind 401(k)", SECOND_NAME, SECOND_PERSON, PLAN_ID, SECOND_ID, "O&#x27;Neil"):
                assert word not in text or (typed and word.startswith(typed)), (role, address)


def test_a_schedule_takes_no_plan_of_others(two: Two, browser: SignIn) -> None:
    """US-1: whoever adds another's plan to a task by hand does not get it in."""
    client = browser(two.advisors[0])
    said = {"task_type": "plan", "is_on": "on", "frequency": "daily", "at": "03:00", "time_zone": "UTC"}
    said |= {"plans": "selected", "business_days": "any", "window_minutes": "0"}
    for plan, is_taken in ((two.second, False), (two.first, True)):
        client.post("/activity/schedules/new/", said | {"plan": str(plan.pk)})
        assert Schedule.objects.exists() == is_taken
    assert client.get(f"/activity/schedules/plans/{two.second.pk}/").status_code == 404
