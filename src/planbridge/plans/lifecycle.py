"""The only writer of plans (but for pinned fields), their versions, funds and prices: each function is one change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from planbridge.activity.conflict import ChangedMeanwhile, version_of
from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.activity.problem_catalogue import Severity
from planbridge.activity.record import Happening, record_activities, record_activity
from planbridge.plans.activation import check_activation
from planbridge.plans.changes import FieldChange, LineupChange, field_changes, lineup_changes, lineup_digest
from planbridge.plans.document import content_digest, document_content
from planbridge.plans.draft import place_lineup
from planbridge.plans.field_state import values_of_pins
from planbridge.plans.guard_limits import guard_defaults
from planbridge.plans.pinned_terms import with_pins
from planbridge.plans.plan import Plan
from planbridge.plans.plan_fields import apply_fields, plan_columns, record_history
from planbridge.plans.statements import statement
from planbridge.plans.stored_terms import current_terms, draft_lineup, known_codes, live_lineup
from planbridge.plans.terms import Lineup, PlanTerms
from planbridge.plans.version import PlanVersion
from planbridge.security.firm import Firm

__all__ = [
    "Activated",
    "ActivationOutcome",
    "ActivationRefused",
    "DeactivationRefused",
    "PlanIdInvalid",
    "Taken",
    "activate_plan",
    "add_plans",
    "current_terms",
    "deactivate_plan",
    "draft_lineup",
    "draft_token",
    "known_codes",
    "live_lineup",
    "remember_reading",
    "take_in_document",
    "write_prices",
]

ADDING_LOCKS = 0x504C  # the namespace of the advisory locks that adding takes, apart from those of syncs
BATCH_ROWS = 1000
PLAN_ID_CHARACTERS_MAX = 32
NAME_CHARACTERS_MAX = 300
REASON_CHARACTERS_MAX = 500


class PlanIdInvalid(ValueError):  # noqa: N818 - says what is wrong
    """An external plan id that no recordkeeper can have."""


class ActivationRefused(Exception):  # noqa: N818 - says what happened
    """The plan was not activated; `problems` say why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class DeactivationRefused(ValueError):  # noqa: N818 - says what happened
    """The plan was not deactivated: there is no reason, or one that is too long."""


class ListedPlan(Protocol):
    """A plan to add, as a recordkeeper lists it."""

    @property
    def external_plan_id(self) -> str:
        """The plan's id at the recordkeeper."""

    @property
    def name(self) -> str:
        """Its name there, empty when not known."""


class Recordkeeper(Protocol):
    """The connection that plans belong to."""

    @property
    def id(self) -> int:
        """The connection's id."""

    @property
    def firm_id(self) -> int:
        """The id of its firm."""


@dataclass(frozen=True)
class Taken:
    """What taking in a document changed; `lineup_changes` are against the live version, none for a plan without one."""

    changed_fields: list[FieldChange]
    lineup_changes: list[LineupChange]
    draft_changed: bool


class ActivationOutcome(StrEnum):
    """What activating did."""

    ACTIVATED = "activated"  # the draft is live now
    REACTIVATED = "reactivated"  # the plan was deactivated; its live version is seen again
    NOTHING_WAITING = "nothing_waiting"  # the plan is active and has no draft; nothing changed


@dataclass(frozen=True)
class Activated:
    """What activating did, the version that is live, and the warnings that did not stop it."""

    outcome: ActivationOutcome
    version: int
    warnings: list[Problem]


def add_plans(connection: Recordkeeper, external: Sequence[ListedPlan], *, actor: str) -> list[Plan]:
    """Add plans by their ids at the recordkeeper, once; those that are there already are returned as they are.

    The answer is in the given order, each plan once. Raises PlanIdInvalid for an id that is empty or too long.
    """
    named = {one.external_plan_id.strip(): one.name.strip()[:NAME_CHARACTERS_MAX] for one in external}
    for plan_id in named:
        if not 0 < len(plan_id) <= PLAN_ID_CHARACTERS_MAX:
            message = f"A plan id has 1 to {PLAN_ID_CHARACTERS_MAX} characters: {plan_id[:80]!r}"
            raise PlanIdInvalid(message)
    firm = Firm.objects.get(pk=connection.firm_id)
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute(statement("lock_adding"), {"namespace": ADDING_LOCKS, "connection_id": connection.id})
        held = {one.external_plan_id: one for one in _plans_of(connection, list(named))}
        new = [
            Plan(firm=firm, connection_id=connection.id, external_plan_id=plan_id, name=name, **guard_defaults(firm))
            for plan_id, name in named.items()
            if plan_id not in held
        ]
        Plan.objects.bulk_create(new, batch_size=BATCH_ROWS)
        record_activities(
            Happening(
                Verb.PLAN_ADDED,
                actor,
                plan_id=one.id,
                connection_id=connection.id,
                detail={"plan": one.external_plan_id},
            )
            for one in new
        )
    held |= {one.external_plan_id: one for one in new}
    return [held[plan_id] for plan_id in named]


def _plans_of(connection: Recordkeeper, external_plan_ids: list[str]) -> list[Plan]:
    return list(Plan.objects.filter(connection_id=connection.id, external_plan_id__in=external_plan_ids))


def take_in_document(plan: Plan, document: dict[str, Any], terms: PlanTerms, *, run_id: UUID, now: datetime) -> Taken:
    """Bring a checked plan document in, in the caller's transaction; `plan` is locked and read anew.

    Fields apply at once, with a history row each (but for the first document); a pinned field keeps our value, and the
    recordkeeper's stands in the document. A lineup that differs from the live one waits in the recordkeeper's draft;
    one that equals it takes that draft away. A draft that somebody else made is left alone. Nothing is written where
    nothing differs.
    """
    _lock(plan)
    before, terms = current_terms(plan), with_pins(terms, values_of_pins(plan))
    fields = field_changes(before, terms)
    if before is not None:
        record_history(plan, fields, run_id=run_id, now=now)
    apply_fields(plan, terms, fields)
    placed = place_lineup(plan, terms, now=now)
    _write_columns(plan, terms, document, draft_version=placed.draft_version, now=now)
    live = live_lineup(plan)
    return Taken(fields, [] if live is None else lineup_changes(live, terms.lineup), placed.is_changed)


def remember_reading(plan: Plan, *, as_of: datetime | None, etag: str) -> None:
    """Keep how far a plan's document was read, also when it was not news."""
    Plan.objects.filter(pk=plan.pk).update(etag=etag, **({} if as_of is None else {"document_as_of": as_of}))
    plan.etag, plan.document_as_of = etag, as_of or plan.document_as_of


def write_prices(rows: Sequence[tuple[int, str, date, Decimal]], *, run_ids: Mapping[int, UUID]) -> int:
    """Write fund prices (plan id, fund, day, dollars a unit); answers how many rows are new or differ.

    `run_ids` names each plan's run. Of several prices of a plan, fund and day the last one given counts.
    """
    if not rows:
        return 0
    plan_ids, funds, price_dates, prices = (list(column) for column in zip(*rows, strict=True))
    parameters = {
        "plan_ids": plan_ids,
        "funds": funds,
        "price_dates": price_dates,
        "prices": prices,
        "run_ids": [run_ids[plan_id] for plan_id, *_ in rows],
    }
    with database.cursor() as cursor:
        cursor.execute(statement("write_prices"), parameters)
        written: int = cursor.rowcount
    return written


def activate_plan(
    plan: Plan, *, actor: str, money_by_fund: Mapping[str, Decimal] | None = None, seen: str | None = None
) -> Activated:
    """Make the draft what participants see; a deactivated plan without one shows its live version again.

    `money_by_fund` (what people hold) is for the warning about funds that leave; `seen` is the `draft_token` of what the
    person looked at. Raises ActivationRefused, and ChangedMeanwhile when the draft is another one by now.
    """
    with transaction.atomic():
        _lock(plan)
        draft = draft_lineup(plan)
        if seen is not None and seen != draft_token(plan, draft):
            raise ChangedMeanwhile
        if draft is None:
            return _reactivate(plan, actor=actor)
        problems = check_activation(live_lineup(plan), draft, money_by_fund=money_by_fund or {})
        if any(problem.severity is Severity.ERROR for problem in problems):
            raise ActivationRefused(problems)
        version, previous = plan.draft_version or 0, plan.live_version
        PlanVersion.objects.filter(plan_id=plan.id, number=version).update(
            activated_at=timezone.now(), activated_by=actor
        )
        _point(plan, live_version=version, draft_version=None, deactivated_at=None, deactivated_reason="")
        detail = {"version": version, "previous": previous}
        record_activity(Happening(Verb.PLAN_ACTIVATED, actor, plan_id=plan.id, detail=detail))
    return Activated(ActivationOutcome.ACTIVATED, version, problems)


def draft_token(plan: Plan, draft: Lineup | None) -> str:
    """The token of a plan's draft as it stands: equal drafts, equal tokens."""
    return version_of(plan.draft_version, None if draft is None else lineup_digest(draft))


def deactivate_plan(plan: Plan, *, reason: str, actor: str) -> None:
    """Take a plan from its participants, with a reason of 1 to 500 characters; an inactive one stays as it is.

    Raises DeactivationRefused.
    """
    text = reason.strip()
    if not 0 < len(text) <= REASON_CHARACTERS_MAX:
        message = f"A plan is deactivated with a reason of 1 to {REASON_CHARACTERS_MAX} characters."
        raise DeactivationRefused(message)
    with transaction.atomic():
        _lock(plan)
        if plan.deactivated_at is not None:
            return
        _point(plan, deactivated_at=timezone.now(), deactivated_reason=text)
        record_activity(Happening(Verb.PLAN_DEACTIVATED, actor, plan_id=plan.id, detail={"reason": text}))


def _reactivate(plan: Plan, *, actor: str) -> Activated:
    """Activate a plan that has no draft."""
    if plan.live_version is None:
        raise ActivationRefused([Problem("PLAN_NOT_SYNCED")])
    if plan.deactivated_at is None:
        return Activated(ActivationOutcome.NOTHING_WAITING, plan.live_version, [])
    _point(plan, deactivated_at=None, deactivated_reason="")
    detail = {"version": plan.live_version, "reactivated": True}
    record_activity(Happening(Verb.PLAN_ACTIVATED, actor, plan_id=plan.id, detail=detail))
    return Activated(ActivationOutcome.REACTIVATED, plan.live_version, [])


def _lock(plan: Plan) -> None:
    """Read a plan anew and keep everybody else from changing it until the transaction ends."""
    plan.refresh_from_db(from_queryset=Plan.objects.select_for_update())


def _point(plan: Plan, **values: object) -> None:
    """Set columns of a plan."""
    for name, value in values.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(values))


def _write_columns(
    plan: Plan, terms: PlanTerms, document: dict[str, Any], *, draft_version: int | None, now: datetime
) -> None:
    """Write those of the plan's own columns that differ."""
    values: dict[str, Any] = plan_columns(terms) | {
        "lineup_effective_date": terms.lineup.effective_date,
        "revision": terms.revision,
        "draft_version": draft_version,
        "document_as_of": terms.as_of or plan.document_as_of or now,
    }
    digest = content_digest(document)
    if plan.document is None or plan.document_digest != digest:
        values |= {"document": document_content(document), "document_digest": digest}
    different = {name: value for name, value in values.items() if getattr(plan, name) != value}
    if different:
        _point(plan, **different)
