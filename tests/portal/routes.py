"""Every route of the portal, and for each how a test builds its address; a new route adds its line here."""

from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.schedules.rule import Frequency, Rule
from planbridge.schedules.schedules import add_schedule
from planbridge.schedules.terms import ScheduleTerms
from planbridge.security.user import Role
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, SyncRun
from tests.portal.conftest import Cast

Arguments = Callable[[Cast], dict[str, Any]]


def nothing(_: Cast) -> dict[str, Any]:
    """A route without arguments."""
    return {}


def plan(cast: Cast) -> dict[str, Any]:
    """A route of a plan."""
    return {"plan_id": cast.plan.pk}


def run(cast: Cast) -> dict[str, Any]:
    """A route of a run: one of the plan's, which waits."""
    request_syncs([cast.plan], RunKind.PLAN, actor="test")
    return {"run_id": SyncRun.objects.filter(plan_id=cast.plan.pk).latest("requested_at").id}


def plan_run(cast: Cast) -> dict[str, Any]:
    """A route of a plan's run."""
    return plan(cast) | run(cast)


def plan_field(cast: Cast) -> dict[str, Any]:
    """A route of a plan's field."""
    return plan(cast) | {"field": "employer.phone"}


def entry(cast: Cast) -> dict[str, Any]:
    """A route of an activity entry: that the plan was added."""
    found = ActivityEntry.objects.get(plan_id=cast.plan.pk, verb=Verb.PLAN_ADDED)
    return {"plan_id": cast.plan.pk, "entry_id": found.id}


def person(cast: Cast) -> dict[str, Any]:
    """A route of a person of the plan."""
    return plan(cast) | {"participant_id": "P-0001"}


def run_of_plan(cast: Cast) -> dict[str, Any]:
    """A route of a plan's run."""
    return plan(cast) | run(cast)


def schedule(cast: Cast) -> dict[str, Any]:
    """A route of a task of the cast's plan."""
    terms = ScheduleTerms(RunKind.PLAN, Rule(Frequency.DAILY, "UTC", at=time(3)), frozenset({cast.plan.pk}))
    return {"schedule_id": add_schedule(cast.firm, terms, actor="test").pk}


def connection(cast: Cast) -> dict[str, Any]:
    """A route of a recordkeeper."""
    return {"connection_id": cast.connection.pk}


def user(cast: Cast) -> dict[str, Any]:
    """A route of a user."""
    return {"user_id": cast.users[Role.VIEWER].pk}


# Route names with what their addresses need. Those with arguments are walked with another firm's, too.
ROUTES: dict[str, Arguments] = {
    "home": nothing,
    "find": nothing,
    "plans:summary": nothing,
    "plans:add": nothing,
    "plans:pick": nothing,
    "plans:details": plan,
    "plans:sync": plan,
    "plans:progress": plan_run,
    "plans:field": plan_field,
    "plans:pin": plan_field,
    "plans:unpin": plan_field,
    "plans:draft": plan,
    "plans:activate": plan,
    "plans:deactivate": plan,
    "plans:activity": plan,
    "activity:schedules": nothing,
    "activity:schedule_new": nothing,
    "activity:schedule_recommended": nothing,
    "activity:schedule_plans": nothing,
    "activity:schedule_plan": plan,
    "activity:schedule": schedule,
    "activity:schedule_edit": schedule,
    "activity:schedule_run": schedule,
    "activity:schedule_on": schedule,
    "activity:schedule_off": schedule,
    "activity:schedule_delete": schedule,
    "recordkeepers:list": nothing,
    "recordkeepers:new": nothing,
    "recordkeepers:connection": connection,
    "recordkeepers:edit": connection,
    "recordkeepers:test": connection,
    "recordkeepers:remove": connection,
    "settings:profile": nothing,
    "settings:plan_defaults": nothing,
    "settings:plan_limits": plan,
    "settings:users": nothing,
    "settings:invite": nothing,
    "settings:upload": nothing,
    "settings:user": user,
    "settings:user_plans": user,
    "settings:link": user,
    "settings:deactivate": user,
    "settings:reactivate": user,
    "people:list": plan,
    "people:sync": plan,
    "people:progress": run_of_plan,
    "people:rejected": plan,
    "people:retry": plan,
    "people:person": person,
    "people:history": person,
    "people:ssn": person,
    "people:sync_one": person,
    "activity:monitor": nothing,
    "activity:live": nothing,
    "activity:badge": nothing,
    "activity:plan_options": nothing,
    "activity:problems": nothing,
    "activity:csv": nothing,
    "activity:ndjson": nothing,
    "activity:entry": entry,
    "activity:run": run,
    "activity:proof_json": run,
    "activity:proof_csv": run,
    "activity:cancel": run,
    "activity:run_again": run,
    "activity:retry_rejected": run,
    "activity:apply": run,
    "activity:discard": run,
}
# Open to whoever has the link.
OPEN = {"invitation"}
# These lead somewhere else, whoever asks.
WITHOUT_RIGHT = {"home"}


def portal_routes() -> Iterator[tuple[str, URLPattern]]:
    """Every route of ours by its name, with its pattern; those of allauth are allauth's."""
    yield from walk(get_resolver().url_patterns, "")


def walk(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[tuple[str, URLPattern]]:
    """The routes under some patterns."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if "accounts" not in str(pattern.pattern):
                yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif "accounts" not in str(pattern.pattern):
            yield f"{space}{pattern.name}", pattern
