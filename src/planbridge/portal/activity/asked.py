"""What the address of the Activity Monitor asks for: its filters as values, and as the form shows them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from planbridge.activity.entry import Verb
from planbridge.activity.feed import OPENS_ON, FeedFilter, past_week
from planbridge.plans.plan import Plan
from planbridge.plans.plan_list import PlanFilter, find_plans
from planbridge.sync.run import RunStatus

CHARACTERS_MAX = 200
# An index finds few plans best by their numbers; 10,000 of them cost more than the list [750 ms; 25 as a subquery].
PLANS_NAMED_MAX = 100
NO_PLAN = -1
YEARS = range(2000, 2100)


@dataclass(frozen=True)
class PlansAsked:
    """The plans that were asked for: few by their numbers, many as a queryset that is never evaluated; neither is any."""

    ids: tuple[int, ...] = ()
    plans: QuerySet[Plan] | None = None


@dataclass(frozen=True)
class Asked:
    """The filter, and the texts of its form; `since` and `until` are days in the user's zone, both included."""

    wanted: FeedFilter
    plan: str
    participant: str
    since: date | None
    until: date | None
    is_past_week: bool

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than everything of the past week."""
        wanted = self.wanted
        return bool(wanted.verbs or wanted.statuses or self.plan or self.participant) or not self.is_past_week


def asked_of(query: QueryDict, plans: QuerySet[Plan]) -> Asked:
    """What an address asks for of the plans that a user sees; words that mean nothing here are passed over.

    Without any date it is the past week; with an empty one, any time.
    """
    plan, participant = text_of(query, "plan"), text_of(query, "participant")
    since, until = day_of(query.get("from", "")), day_of(query.get("until", ""))
    is_past_week = "from" not in query and "until" not in query
    asked = plans_asked(plan, plans)
    wanted = FeedFilter(
        verbs=tuple(one for one in query.getlist("type") if one in Verb.values),
        plan_ids=asked.ids,
        plans=asked.plans,
        participant_id=participant,
        statuses=tuple(one for one in query.getlist("status") if one in RunStatus.values),
        since=past_week().since if is_past_week else begin_of(since),
        until=begin_of(until + timedelta(days=1)) if until else None,
    )
    shown = timezone.localdate(timezone.now() - OPENS_ON) if is_past_week else since
    return Asked(wanted, plan, participant, shown, until, is_past_week)


def text_of(query: QueryDict, name: str) -> str:
    """What was typed into a field of the form."""
    return query.get(name, "").replace("\x00", "").strip()[:CHARACTERS_MAX]


def plans_asked(text: str, plans: QuerySet[Plan]) -> PlansAsked:
    """The plan of this external id, else all plans whose name, id or employer begins so; NO_PLAN where none does."""
    if not text:
        return PlansAsked()
    exact = tuple(plans.filter(external_plan_id=text).values_list("pk", flat=True))
    if exact:
        return PlansAsked(exact)
    found = find_plans(plans, PlanFilter(search=text))
    ids = tuple(found.values_list("pk", flat=True)[: PLANS_NAMED_MAX + 1])
    return PlansAsked(ids or (NO_PLAN,)) if len(ids) <= PLANS_NAMED_MAX else PlansAsked(plans=found)


def day_of(text: str) -> date | None:
    """A day as YYYY-MM-DD; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def begin_of(day: date | None) -> datetime | None:
    """The first moment of a day in the user's zone."""
    return None if day is None else timezone.make_aware(datetime.combine(day, time.min))
