"""The feed of the Activity Monitor: what happened in a firm, newest first, with the runs behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db.models import Case, F, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from planbridge.activity.entry import SYNCS, ActivityEntry, Verb
from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.activity.statements import statement

# The way from an entry to its run: the runs' table belongs to a package above this one.
RUN: Any = ActivityEntry._meta.get_field("run")
NEWEST_FIRST = Ordering(("happened_at", "id"), is_descending=True)
OPENS_ON = timedelta(days=7)
ERROR = "error"
OPEN = frozenset({"queued", "running"})
# What concerns the firm and no plan is seen by those alone who see the whole firm.
OF_FIRM = ("connection_", "user_", "schedule_", "firm_")
BADGE_MAX = 100


@dataclass(frozen=True)
class FeedScope:
    """Whose feed: a firm's, or of it only the entries of plans (a queryset of plans, never evaluated)."""

    firm_id: int
    plans: QuerySet[Any] | None = None


@dataclass(frozen=True)
class FeedFilter:
    """What of it; empty means any. `since` is included, `until` is not.

    `plans`: where they are too many for `plan_ids`; a queryset, never evaluated.
    """

    verbs: tuple[str, ...] = ()
    plan_ids: tuple[int, ...] = ()
    plans: QuerySet[Any] | None = None
    participant_id: str = ""
    statuses: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class FeedRow:
    """One row. What belongs to runs (`started_at`, `seconds`, counts) is None where there was no run.

    `participants` are those whom a run was asked for by name; `seconds` is None until it ended.
    """

    id: UUID
    verb: str
    plan_id: int
    external_plan_id: str
    plan_name: str
    participants: tuple[str, ...]
    recordkeeper: str
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    seconds: float | None
    read: int | None
    changed: int | None
    rejected: int | None
    status: str
    is_run: bool
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def type_name(self) -> str:
        """The activity type in words."""
        return str(Verb(self.verb).label)

    @property
    def is_open(self) -> bool:
        """Whether its run has not ended."""
        return self.status in OPEN

    @property
    def elapsed_seconds(self) -> float | None:
        """How long its run took, or has been at work."""
        if self.seconds is None and self.started_at is not None and self.is_open:
            return (timezone.now() - self.started_at).total_seconds()
        return self.seconds


def past_week() -> FeedFilter:
    """What the Activity Monitor opens on."""
    return FeedFilter(since=timezone.now() - OPENS_ON)


def feed_page(scope: FeedScope, wanted: FeedFilter, ask: PageAsk) -> Page[FeedRow]:
    """A page of the feed, newest first; two statements, or four with a filter of status or participant.

    Raises CursorInvalid.
    """
    page = read_page(branches(scope, wanted), NEWEST_FIRST, ask)
    return Page(**{one.name: getattr(page, one.name) for one in fields(page)} | {"rows": tuple(map(row_of, page.rows))})


def feed_rows_of(scope: FeedScope, places: Sequence[tuple[int, UUID]]) -> list[FeedRow]:
    """The rows of some entries (plan id, entry id) as they stand now, newest first; one statement."""
    plan_ids, ids = {place[0] for place in places}, [place[1] for place in places]
    found = entry_columns(entries_of(scope).filter(plan_id__in=plan_ids, id__in=ids))
    return [row_of(values) for values in found.order_by("-happened_at", "-id")]


def verbs_found(scope: FeedScope) -> list[Verb]:
    """The types that a firm's feed has, in the order of Verb: what the list can be filtered by."""
    wanted = [str(verb) for verb in Verb if scope.plans is None or not verb.startswith(OF_FIRM)]
    with database.cursor() as cursor:
        cursor.execute(statement("verbs_found"), {"firm_id": scope.firm_id, "verbs": wanted})
        return [Verb(verb) for (verb,) in cursor.fetchall()]


def count_errors(scope: FeedScope, since: datetime) -> int:
    """The badge: entries that ended with an error since a moment, counted up to BADGE_MAX.

    What counts is when a run ended: one that was asked for before and failed after the last look is news.
    """
    runs = runs_of(scope).filter(status=ERROR, finished_at__gt=since)
    others = entries_of(scope).filter(status=ERROR, happened_at__gt=since)
    return min(BADGE_MAX, sum(found.values("id")[:BADGE_MAX].count() for found in (runs, others)))


def branches(scope: FeedScope, wanted: FeedFilter) -> list[QuerySet[Any, Any]]:
    """The rows wanted, as columns; syncs apart from the rest where a filter asks for what a sync's run knows.

    Then the runs themselves are read: a condition on entries joined with their runs finds no index that begins with the
    newest of a status [1,000,000 entries: 600 ms, and 5 ms so].
    """
    entries = between(entries_of(scope), wanted, "happened_at")
    if wanted.verbs:
        entries = entries.filter(verb__in=wanted.verbs)
    if not wanted.statuses and not wanted.participant_id:
        return [entry_columns(entries)]
    runs, others = between(runs_of(scope), wanted, "requested_at"), entries.exclude(status=None)
    if wanted.verbs:
        runs = runs.filter(kind__in=[kind for verb, kind in SYNCS.items() if verb in wanted.verbs])
    if wanted.statuses:
        runs, others = runs.filter(status__in=wanted.statuses), others.filter(status__in=wanted.statuses)
    if wanted.participant_id:
        # That there are any is said for the sake of the index, which leaves the other runs out.
        runs = runs.filter(participants__contains=[wanted.participant_id]).exclude(participants=[])
        others = others.filter(participant_id=wanted.participant_id)
    return [run_columns(runs), entry_columns(others)]


def between(rows: QuerySet[Any], wanted: FeedFilter, moment: str) -> QuerySet[Any]:
    """Rows of the plans and the time wanted."""
    if wanted.plan_ids:
        rows = rows.filter(plan_id__in=wanted.plan_ids)
    if wanted.plans is not None:
        rows = rows.filter(plan_id__in=wanted.plans.values("pk"))
    if wanted.since:
        rows = rows.filter(**{f"{moment}__gte": wanted.since})
    return rows.filter(**{f"{moment}__lt": wanted.until}) if wanted.until else rows


def entries_of(scope: FeedScope) -> QuerySet[ActivityEntry]:
    """Every entry of a scope."""
    entries = ActivityEntry.objects.filter(firm_id=scope.firm_id)
    return entries if scope.plans is None else entries.filter(plan_id__in=scope.plans.values("pk"))


def runs_of(scope: FeedScope) -> QuerySet[Any]:
    """Every run of a scope."""
    runs: QuerySet[Any] = RUN.remote_field.model._default_manager.all()
    if scope.plans is None:
        return runs.filter(connection__firm_id=scope.firm_id)
    # The firm by its plans alone: asked of the connections too, the planner multiplies both [90 ms, and 8 so].
    return runs.filter(plan_id__in=scope.plans.filter(firm_id=scope.firm_id).values("pk"))


ENTRY_COLUMNS: dict[str, Any] = {
    "requested_by": F("actor"),
    "plan_name": F("plan__name"),
    "external_plan_id": F("plan__external_plan_id"),
    "recordkeeper": Coalesce("connection__name", "plan__connection__name"),
    "run_status": F("run__status"),
    "run_participants": F("run__participants"),
    "started_at": F("run__started_at"),
    "finished_at": F("run__finished_at"),
    "read": F("run__read"),
    "changed": F("run__applied"),
    "rejected": F("run__rejected"),
}


def entry_columns(entries: QuerySet[ActivityEntry]) -> QuerySet[Any, Any]:
    """Entries with what a row shows."""
    own = ("id", "plan_id", "verb", "participant_id", "happened_at", "status", "detail")
    columns: QuerySet[Any, Any] = entries.values(*own, **ENTRY_COLUMNS)
    return columns


def run_columns(runs: QuerySet[Any]) -> QuerySet[Any, Any]:
    """Runs with what a row shows, as if they were entries."""
    whens = [When(kind=kind, then=Value(str(verb))) for verb, kind in SYNCS.items()]
    return runs.values(
        "id",
        "plan_id",
        "requested_by",
        "started_at",
        "finished_at",
        "read",
        "rejected",
        verb=Case(*whens, output_field=TextField()),
        happened_at=F("requested_at"),
        changed=F("applied"),
        run_status=F("status"),
        run_participants=F("participants"),
        plan_name=F("plan__name"),
        external_plan_id=F("plan__external_plan_id"),
        recordkeeper=F("connection__name"),
    )


def row_of(values: Mapping[str, Any]) -> FeedRow:
    """A row from its columns."""
    started, finished = values["started_at"], values["finished_at"]
    own = (values["participant_id"],) if values.get("participant_id") else ()
    return FeedRow(
        id=values["id"],
        verb=values["verb"],
        plan_id=values["plan_id"],
        external_plan_id=values["external_plan_id"] or "",
        plan_name=values["plan_name"] or "",
        participants=own or tuple(values["run_participants"] or ()),
        recordkeeper=values["recordkeeper"] or "",
        requested_by=values["requested_by"],
        requested_at=values["happened_at"],
        started_at=started,
        seconds=(finished - started).total_seconds() if started and finished else None,
        read=values["read"],
        changed=values["changed"],
        rejected=values["rejected"],
        status=values["run_status"] or values.get("status") or "",
        is_run=values["run_status"] is not None,
        detail=values.get("detail") or {},
    )
