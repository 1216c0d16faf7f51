"""The only writer of plans (but for pinned fields), their versions, funds and prices: each function is one change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from django.db import connection as database
from django.db import transaction

from planbridge.activity.entry import Verb
from planbridge.activity.record import Happening, record_activities
from planbridge.plans.activating import (
    Activated,
    ActivationOutcome,
    ActivationRefused,
    DeactivationRefused,
    DraftMoved,
    activate_plan,
    activation_problems,
    deactivate_plan,
    draft_token,
)
from planbridge.plans.activation_dates import (
    DateRefused,
    activation_date,
    cancel_activation_date,
    is_any_activation_due,
    run_due_activations,
    schedule_activation,
)
from planbridge.plans.approval import (
    approve_draft,
    approvers_of,
    set_second_approver,
    set_second_approver_default,
)
from planbridge.plans.changes import FieldChange, LineupChange, field_changes, lineup_changes
from planbridge.plans.decisions import (
    Decision,
    DecisionRefused,
    accept_undecided,
    comment_on,
    decide_change,
    map_funds,
    undo_decision,
)
from planbridge.plans.document import content_digest, document_content
from planbridge.plans.draft import Placed, place_lineup, waiting_draft
from planbridge.plans.drafting import (
    NothingToDraft,
    create_draft,
    decide_conflict,
    discard_draft,
    edit_draft,
    undo_edit,
)
from planbridge.plans.edit_values import EditRefused
from planbridge.plans.field_state import values_of_pins
from planbridge.plans.guard_limits import guard_defaults
from planbridge.plans.locking import lock_plan, set_columns
from planbridge.plans.pinned_terms import with_pins
from planbridge.plans.plan import Plan
from planbridge.plans.plan_fields import apply_fields, plan_columns, record_history
from planbridge.plans.rollback import Rollback, RollbackRefused, ask_for_rollback, roll_back
from planbridge.plans.rollback_request import rollback_request, rollback_token, withdraw_rollback
from planbridge.plans.settled import settle_conflict, undo_settled
from planbridge.plans.statements import statement
from planbridge.plans.stored_terms import current_terms, draft_lineup, known_codes, live_lineup
from planbridge.plans.terms import Lineup, PlanTerms
from planbridge.security.firm import Firm

__all__ = [
    "Activated",
    "ActivationOutcome",
    "ActivationRefused",
    "DateRefused",
    "DeactivationRefused",
    "Decision",
    "DecisionRefused",
    "DraftMoved",
    "EditRefused",
    "NothingToDraft",
    "PlanIdInvalid",
    "Rollback",
    "RollbackRefused",
    "Taken",
    "accept_undecided",
    "activate_plan",
    "activation_date",
    "activation_problems",
    "add_plans",
    "approve_draft",
    "approvers_of",
    "ask_for_rollback",
    "cancel_activation_date",
    "comment_on",
    "create_draft",
    "current_terms",
    "deactivate_plan",
    "decide_change",
    "decide_conflict",
    "discard_draft",
    "draft_lineup",
    "draft_token",
    "edit_draft",
    "is_any_activation_due",
    "known_codes",
    "live_lineup",
    "map_funds",
    "remember_reading",
    "roll_back",
    "rollback_request",
    "rollback_token",
    "run_due_activations",
    "schedule_activation",
    "set_second_approver",
    "set_second_approver_default",
    "settle_conflict",
    "take_in_document",
    "undo_decision",
    "undo_edit",
    "undo_settled",
    "waiting_draft",
    "withdraw_rollback",
    "write_prices",
]

ADDING_LOCKS = 0x504C  # the namespace of the advisory locks that adding takes, apart from those of syncs
BATCH_ROWS = 1000
PLAN_ID_CHARACTERS_MAX = 32
NAME_CHARACTERS_MAX = 300


class PlanIdInvalid(ValueError):  # noqa: N818 - says what is wrong
    """An external plan id that no recordkeeper can have."""


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
    begin = guard_defaults(firm) | {"needs_second_approver": firm.needs_second_approver}
    with transaction.atomic():
        with database.cursor() as cursor:
            cursor.execute(statement("lock_adding"), {"namespace": ADDING_LOCKS, "connection_id": connection.id})
        held = {one.external_plan_id: one for one in _plans_of(connection, list(named))}
        new = [
            Plan(firm=firm, connection_id=connection.id, external_plan_id=plan_id, name=name, **begin)
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
    recordkeeper's stands in the document. A lineup that differs from the one that the live version was made of comes
    into the draft, under the advisor's edits; a draft that differs from the live version in nothing is taken away,
    unless a person made or edited it. Nothing is written where nothing differs.
    """
    lock_plan(plan)
    before, terms = current_terms(plan), with_pins(terms, values_of_pins(plan))
    fields = field_changes(before, terms)
    if before is not None:
        record_history(plan, fields, run_id=run_id, now=now)
    apply_fields(plan, terms, fields)
    placed = place_lineup(plan, terms.lineup, sources=[one.source for one in terms.sources], now=now)
    _write_columns(plan, terms, document, draft_version=placed.draft_version, now=now)
    return Taken(fields, _news(plan, placed, terms.lineup), placed.is_changed)


def _news(plan: Plan, placed: Placed, theirs: Lineup) -> list[LineupChange]:
    """What the recordkeeper says otherwise than when the live version was made; none for a plan without one."""
    if placed.live is None:
        return []
    if plan.is_default_path_closed:
        return lineup_changes(
            replace(placed.live.theirs, default_investment=()), replace(theirs, default_investment=())
        )
    return lineup_changes(placed.live.theirs, theirs)


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
        set_columns(plan, **different)
