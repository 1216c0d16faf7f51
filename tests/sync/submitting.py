"""A synced plan of the simulator for tests of submissions, and the delivery done in the test's own process."""

from datetime import timedelta
from typing import Any

from django.db import connection as database
from django.utils import timezone

from planbridge.participants.lookup import person_now
from planbridge.plans.lifecycle import add_plans
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import Connection, ConnectionKind
from planbridge.recordkeepers.connections import NewConnection, add_connection
from planbridge.recordkeepers.connector import ListedPlan
from planbridge.security.firm import only_firm
from planbridge.sync.submission import Submission
from planbridge.sync.submission_delivery import deliver_submissions
from planbridge.sync.submission_wish import Wish
from planbridge.sync.submissions import submit_wishes
from tests.simulator_process import Simulator
from tests.syncing import sync_people, sync_plan

PLAN = "910001"
PERSON = "910001-000002"


def rest_connection(simulator: Simulator, **settings: object) -> Connection:
    """A connection to the simulator that waits little."""
    quick = {"url": simulator.url, "backoff_seconds": 0.01, "timeout_seconds": 2, **settings}
    new = NewConnection("simulator", ConnectionKind.REST, quick, {"token": simulator.token})
    return add_connection(only_firm(), new, actor="test")


def rest_plan(simulator: Simulator, **settings: object) -> Plan:
    """The simulator's first plan, synced with its people."""
    plan = add_plans(rest_connection(simulator, **settings), [ListedPlan(PLAN, "", None)], actor="test")[0]
    assert sync_plan(plan).status == "successful"
    assert sync_people(plan).status == "successful"
    return plan


def submitted(plan: Plan, *wishes: Wish, person: str = PERSON) -> list[Submission]:
    """Submit wishes of a participant."""
    return submit_wishes(plan, person, wishes, actor="participant", now=timezone.now())


def deliver_now(plan: Plan, *, all_due: bool = True) -> None:
    """Do the delivery job of a plan, everything open made due first; the queue's own job is taken out."""
    with database.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE args ->> 'plan' = %s", [str(plan.pk)])
        if all_due:
            cursor.execute("UPDATE submission SET next_at = now() - interval '1 second' WHERE ended_at IS NULL")
    deliver_submissions(plan.pk)


def again(one: Submission) -> Submission:
    """A submission as it stands."""
    return Submission.objects.get(plan_id=one.plan_id, id=one.id)


def states(*ones: Submission) -> list[str]:
    """The states of submissions."""
    return [str(again(one).state) for one in ones]


def held(plan: Plan, field: str, person: str = PERSON) -> Any:
    """A field of a person as held."""
    found = person_now(plan.pk, person)
    assert found is not None
    return found[field]


def age(one: Submission, days: float) -> None:
    """Let a submission be requested so many days earlier."""
    Submission.objects.filter(plan_id=one.plan_id, id=one.id).update(
        requested_at=one.requested_at - timedelta(days=days)
    )
