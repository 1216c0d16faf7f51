"""Every route of the portal, and for each how a test builds its address; a new route adds its line here."""

from collections.abc import Callable, Iterator
from datetime import time
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from planbridge.activity.entry import ActivityEntry, Verb
from planbridge.activity.run_id import new_run_id
from planbridge.notifications.event import Audience, Event
from planbridge.notifications.raising import send_test
from planbridge.notifications.template import TemplatePlace
from planbridge.plans.providers import add_provider
from planbridge.plans.questionnaires import clone_questionnaire
from planbridge.schedules.rule import Frequency, Rule
from planbridge.schedules.schedules import add_schedule
from planbridge.schedules.terms import ScheduleTerms
from planbridge.security.user import Role
from planbridge.sync.request import request_syncs
from planbridge.sync.run import RunKind, SyncRun
from planbridge.sync.submission import Submission
from planbridge.sync.submissions import next_receipts
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


def plan_version(cast: Cast) -> dict[str, Any]:
    """A route of a plan's version."""
    return plan(cast) | {"number": 1}


def plan_fund(cast: Cast) -> dict[str, Any]:
    """A route of a fund of the plan."""
    return plan(cast) | {"fund": "TD45"}


def entry(cast: Cast) -> dict[str, Any]:
    """A route of an activity entry: that the plan was added."""
    found = ActivityEntry.objects.get(plan_id=cast.plan.pk, verb=Verb.PLAN_ADDED)
    return {"plan_id": cast.plan.pk, "entry_id": found.id}


def person(cast: Cast) -> dict[str, Any]:
    """A route of a person of the plan."""
    return plan(cast) | {"participant_id": "P-0001"}


def submission(cast: Cast) -> dict[str, Any]:
    """A route of a submission: somebody's wish that waits."""
    now, number = timezone.now(), Submission.objects.filter(plan_id=cast.plan.pk).count() + 1
    (receipt,) = next_receipts(1)
    made = Submission.objects.create(
        plan_id=cast.plan.pk,
        participant_id="P-0001",
        id=new_run_id(),
        number=number,
        receipt=receipt,
        idempotency_key=f"pb-{receipt}",
        kind="contribution_rate",
        source="PRE",
        body={"type": "contribution_rate", "source": "PRE", "percent": "7", "effective": "next_payroll"},
        requested_by="participant",
        requested_at=now,
        state="requested",
        next_at=now,
        days_to_show=14,
    )
    return plan(cast) | {"receipt": made.receipt}


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


def shipped_profile(cast: Cast) -> dict[str, Any]:
    """A route of a profile that comes with the product, beside a recordkeeper."""
    return connection(cast) | {"choice": "ascensus-360"}


def user(cast: Cast) -> dict[str, Any]:
    """A route of a user."""
    return {"user_id": cast.users[Role.VIEWER].pk}


def event(cast: Cast) -> dict[str, Any]:
    """A route of an event that somebody may be told of."""
    return plan(cast) | {"event": "rate_changed"}


def wording(cast: Cast) -> dict[str, Any]:
    """A route of the words of a mail."""
    return event(cast) | {"audience": "participant"}


def notification(cast: Cast) -> dict[str, Any]:
    """A route of a notification: a test that waits."""
    place = TemplatePlace(cast.plan.pk, Event.RATE_CHANGED, Audience.PARTICIPANT)
    return plan(cast) | {"notification_id": send_test(place, "ada@example.test", now=timezone.now())}


def questionnaire(cast: Cast) -> dict[str, Any]:
    """A route of a risk questionnaire of the firm."""
    return {"questionnaire_id": clone_questionnaire(cast.firm, None, actor="test").pk}


def provider(cast: Cast) -> dict[str, Any]:
    """A route of a managed-account provider of the firm."""
    added = cast.firm.managedaccountprovider_set.first() or add_provider(cast.firm, "Steady Hand", actor="test")
    return {"provider_id": added.pk}


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
    "plans:create_draft": plan,
    "plans:discard_draft": plan,
    "plans:review_json": plan,
    "plans:review_print": plan,
    "plans:decide": plan,
    "plans:undo_decision": plan,
    "plans:accept_rest": plan,
    "plans:comment": plan,
    "plans:approve": plan,
    "plans:activation_date": plan,
    "plans:cancel_activation_date": plan,
    "plans:versions": plan,
    "plans:roll_back": plan_version,
    "plans:activate": plan,
    "plans:deactivate": plan,
    "plans:paths": plan,
    "plans:placement": plan,
    "plans:default_path": plan,
    "plans:paths_edit": plan,
    "plans:paths_back": plan,
    "plans:paths_decide": plan,
    "plans:paths_portfolio": plan,
    "plans:paths_fund": plan_fund,
    "plans:preview": plan,
    "plans:activity": plan,
    "notifications:events": plan,
    "notifications:event": event,
    "notifications:template": wording,
    "notifications:reset": wording,
    "notifications:test": wording,
    "notifications:reprocess": notification,
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
    "settings:questionnaires": nothing,
    "settings:questionnaire_clone_default": nothing,
    "settings:questionnaire": questionnaire,
    "settings:questionnaire_questions": questionnaire,
    "settings:questionnaire_preview": questionnaire,
    "settings:questionnaire_clone": questionnaire,
    "settings:questionnaire_finalize": questionnaire,
    "settings:questionnaire_remove": questionnaire,
    "settings:providers": nothing,
    "settings:provider_new": nothing,
    "settings:provider": provider,
    "settings:users": nothing,
    "settings:invite": nothing,
    "settings:upload": nothing,
    "settings:user": user,
    "settings:user_plans": user,
    "settings:link": user,
    "settings:remove_second_factor": user,
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
    "people:invite": plan,
    "people:invite_one": person,
    "people:launch": person,
    "recordkeepers:profile": connection,
    "recordkeepers:profile_use": connection,
    "recordkeepers:profile_upload": connection,
    "recordkeepers:profile_try": connection,
    "recordkeepers:profile_yaml": shipped_profile,
    "recordkeepers:open_pgp": connection,
    "recordkeepers:open_pgp_remove": connection,
    "recordkeepers:retired_key_remove": connection,
    "recordkeepers:sign_in": connection,
    "recordkeepers:sign_in_remove": connection,
    "submissions:log": nothing,
    "submissions:submission": submission,
    "submissions:send_again": submission,
    "submissions:report": submission,
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
            # The Enrollment site has visitors, not users: tests/enrollment walks its routes.
            if "accounts" not in str(pattern.pattern) and pattern.namespace != "enrollment":
                yield from walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif "accounts" not in str(pattern.pattern):
            yield f"{space}{pattern.name}", pattern
