"""Submissions of many plans as a list, newest first, with whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.participants.models import Participant
from planbridge.plans.models import Plan
from planbridge.sync.submission import Submission

NEWEST_FIRST = Ordering(("requested_at", "id"), is_descending=True)
Place = tuple[int, str]  # plan id, participant id


@dataclass(frozen=True)
class SubmissionFilter:
    """Which submissions; empty means any. `since` is included, `until` is not."""

    plan_ids: tuple[int, ...] = ()
    participant_id: str = ""
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    receipt: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class SubmissionRow:
    """One submission of a list, with its plan's name and id at the recordkeeper, and the participant's name."""

    submission: Submission
    plan_name: str
    external_plan_id: str
    participant_name: str


def submission_page(plans: QuerySet[Plan], wanted: SubmissionFilter, ask: PageAsk) -> Page[SubmissionRow]:
    """A page of the submissions of these plans; five statements at most. Raises CursorInvalid."""
    page = read_page([submissions_wanted(plans, wanted).values("id", "requested_at")], NEWEST_FIRST, ask)
    found = Submission.objects.filter(id__in=[row["id"] for row in page.rows], plan_id__in=plans.values("pk"))
    rows = sorted(found, key=lambda one: (one.requested_at, one.id), reverse=True) if page.rows else []
    names = dict_of_plans(plans, rows)
    people = names_of_people([(one.plan_id, one.participant_id) for one in rows])
    shown = tuple(
        SubmissionRow(one, *names[one.plan_id], people.get((one.plan_id, one.participant_id), "")) for one in rows
    )
    return Page(**{one.name: getattr(page, one.name) for one in fields(page)} | {"rows": shown})


def submissions_wanted(plans: QuerySet[Plan], wanted: SubmissionFilter) -> QuerySet[Submission]:
    """The submissions of these plans that a filter names, in no order."""
    conditions: dict[str, Any] = {
        "plan_id__in": wanted.plan_ids,
        "participant_id": wanted.participant_id,
        "state__in": wanted.states,
        "kind__in": wanted.kinds,
        "receipt": wanted.receipt,
        "requested_at__gte": wanted.since,
        "requested_at__lt": wanted.until,
    }
    found = Submission.objects.filter(plan_id__in=plans.values("pk"))
    return found.filter(**{name: value for name, value in conditions.items() if value})


def dict_of_plans(plans: QuerySet[Plan], rows: Sequence[Submission]) -> dict[int, tuple[str, str]]:
    """Name and id at the recordkeeper of the plans of some submissions; one statement."""
    ids = {one.plan_id for one in rows}
    found = plans.filter(pk__in=ids).values_list("pk", "name", "external_plan_id") if ids else ()
    return {plan_id: (name or external, external) for plan_id, name, external in found}


def names_of_people(places: Sequence[Place]) -> dict[Place, str]:
    """First and last names of people; one statement."""
    if not places:
        return {}
    rows = Participant.objects.filter(
        plan_id__in={place[0] for place in places}, participant_id__in={place[1] for place in places}
    ).values_list("plan_id", "participant_id", "first_name", "last_name")
    return {(plan_id, person): " ".join(filter(None, (first, last))) for plan_id, person, first, last in rows}


def confirmed_together(one: Submission) -> list[Submission]:
    """The submissions of one confirmation, in their order: they have their moment in common."""
    rows = Submission.objects.filter(
        plan_id=one.plan_id, participant_id=one.participant_id, requested_at=one.requested_at
    )
    return list(rows.order_by("number"))
