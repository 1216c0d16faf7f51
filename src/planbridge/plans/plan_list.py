"""Plan Summary's list: plans with status, recordkeeper, people, assets and last syncs, searched, filtered and sorted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Case, CharField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Collate, Upper
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.plans.exact_number import ExactNumber
from planbridge.plans.figures import PlanFigures
from planbridge.plans.freshness_target import target_ends_at
from planbridge.plans.plan import Plan, PlanStatus

NEVER, END_OF_TIME = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
NO_MONEY = Decimal(0)
NO_RUNS = (None, None)
LAST_CHARACTER = "\U0010ffff"


class PlanSort(StrEnum):
    """What the list can be sorted by; each ends with the plan's own number, so that no two plans share a place."""

    NAME = "name"
    PEOPLE = "people"
    ASSETS = "assets"
    PLAN_SYNC = "plan_sync"  # the last one's end; never comes before everything
    PARTICIPANT_SYNC = "participant_sync"
    FRESHNESS = "freshness"  # the longest beyond its target first; deactivated plans last


SORT_KEYS: dict[PlanSort, Any] = {
    PlanSort.NAME: Collate(Upper("name"), "C"),
    PlanSort.PEOPLE: Coalesce("figures__people_count", 0),
    PlanSort.ASSETS: Coalesce("figures__market_value_usd", NO_MONEY, output_field=ExactNumber()),
    PlanSort.PLAN_SYNC: Coalesce("figures__plan_run_ended_at", NEVER),
    PlanSort.PARTICIPANT_SYNC: Coalesce("figures__participants_run_ended_at", NEVER),
    PlanSort.FRESHNESS: Case(When(deactivated_at=None, then=target_ends_at()), default=END_OF_TIME),
}

HAS_STATUS = {
    PlanStatus.INACTIVE: Q(deactivated_at__isnull=False),
    PlanStatus.DRAFT: Q(deactivated_at=None, live_version=None),
    PlanStatus.ACTIVE: Q(deactivated_at=None, live_version__isnull=False, draft_version=None),
    PlanStatus.ACTIVE_WITH_DRAFT: Q(deactivated_at=None, live_version__isnull=False, draft_version__isnull=False),
}


@dataclass(frozen=True)
class PlanFilter:
    """Which plans; empty means any. `search` is the beginning of a name, an external plan id or an employer's name."""

    search: str = ""
    statuses: tuple[PlanStatus, ...] = ()
    connection_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class LastRun:
    """The sync that ended last: its id, how it ended, and when."""

    id: UUID
    status: str
    ended_at: datetime


@dataclass(frozen=True)
class PlanRow:
    """One plan of the list; a last sync is None before the first one ended."""

    id: int
    external_plan_id: str
    name: str
    employer_name: str
    status: PlanStatus
    connection_id: int
    recordkeeper: str
    people_count: int
    market_value_usd: Decimal
    plan_sync: LastRun | None
    participant_sync: LastRun | None


def plan_page(
    plans: QuerySet[Plan],
    wanted: PlanFilter,
    ask: PageAsk,
    *,
    sort: PlanSort = PlanSort.NAME,
    is_descending: bool = False,
) -> Page[PlanRow]:
    """A page of the plans given (those that a user sees), in three statements. Raises CursorInvalid."""
    ordering = Ordering(("sort_key", "id"), is_descending, is_indexed=sort is PlanSort.NAME)
    found = find_plans(plans, wanted)
    page = read_page([shown(found, sort)], ordering, ask, counted=[found])
    last = last_runs([row["id"] for row in page.rows])
    rows = tuple(row_of(row, last.get(row["id"], NO_RUNS)) for row in page.rows)
    return Page(**{one.name: getattr(page, one.name) for one in fields(page)} | {"rows": rows})


def find_plans(plans: QuerySet[Plan], wanted: PlanFilter) -> QuerySet[Plan]:
    """Those of the plans given that a filter names, in no order."""
    if wanted.search.strip():
        plans = plans.filter(begins_with(wanted.search.strip()))
    if wanted.statuses:
        statuses = Q()
        for status in wanted.statuses:
            statuses |= HAS_STATUS[status]
        plans = plans.filter(statuses)
    if wanted.connection_ids:
        plans = plans.filter(connection_id__in=wanted.connection_ids)
    return plans


def begins_with(text: str) -> Q:
    """The condition that a plan's name, external id or employer begins with a text, in capitals or not.

    A range and not LIKE: what is typed has no special characters then, and the indexes of capitals serve it.
    """
    start = Upper(Value(text, output_field=CharField()))
    end = Upper(Value(text + LAST_CHARACTER, output_field=CharField()))
    found = Q()
    for name in ("name", "external_plan_id", "employer_name"):
        capitals = Collate(Upper(name), "C")
        found |= Q(GreaterThanOrEqual(capitals, start), LessThan(capitals, end))
    return found


def shown(plans: QuerySet[Plan], sort: PlanSort) -> QuerySet[Any, Any]:
    """Plans with the columns of a row and the key by which they are sorted."""
    return plans.annotate(sort_key=SORT_KEYS[sort]).values(
        "id",
        "sort_key",
        "external_plan_id",
        "name",
        "employer_name",
        "connection_id",
        "connection__name",
        "live_version",
        "draft_version",
        "deactivated_at",
        "figures__people_count",
        "figures__market_value_usd",
    )


def row_of(values: Mapping[str, Any], last: tuple[LastRun | None, LastRun | None]) -> PlanRow:
    """A row from its columns."""
    pointers = Plan(**{name: values[name] for name in ("live_version", "draft_version", "deactivated_at")})
    return PlanRow(
        id=values["id"],
        external_plan_id=values["external_plan_id"],
        name=values["name"],
        employer_name=values["employer_name"],
        status=pointers.status,
        connection_id=values["connection_id"],
        recordkeeper=values["connection__name"],
        people_count=values["figures__people_count"] or 0,
        market_value_usd=values["figures__market_value_usd"] or NO_MONEY,
        plan_sync=last[0],
        participant_sync=last[1],
    )


def last_runs(plan_ids: Sequence[int]) -> dict[int, tuple[LastRun | None, LastRun | None]]:
    """The last Plan Sync and the last Participant Sync of plans; apart from the list, which would join them to sort them."""
    columns = (
        f"{kind}{column}" for kind in ("plan_run", "participants_run") for column in ("_id", "__status", "_ended_at")
    )
    rows = PlanFigures.objects.filter(plan_id__in=plan_ids).values_list("plan_id", *columns)
    return {plan_id: (last_run(*values[:3]), last_run(*values[3:])) for plan_id, *values in rows}


def last_run(run_id: UUID | None, status: str | None, ended_at: datetime | None) -> LastRun | None:
    """The last sync of a kind, if one has ended."""
    return LastRun(run_id, status or "", ended_at) if run_id and ended_at else None
