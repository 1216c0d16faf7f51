"""What the database says of a visit: its plan, and then its participant with all that a page needs, a statement each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, models
from django.db import connection as database

from planbridge.enrollment.kept_visit import KeptVisit, VisitState
from planbridge.enrollment.statements import statement
from planbridge.participants.models import Participant
from planbridge.plans.plan import Plan
from planbridge.plans.terms import Source
from planbridge.security.firm import Firm
from planbridge.sync.submission_states import OPEN

Row = dict[str, Any]  # Any: values of columns by name; JSON as text
Pending = tuple[str, str, Mapping[str, Any]]  # Any: JSON values
Found = TypeVar("Found", bound=models.Model)


@dataclass(frozen=True)
class PersonRow:
    """A participant, their open visit (None: none yet), and the plan's rules, sources and live version's digest.

    `pending`: kind, source and body of what they asked for and is on its way still, oldest first.
    """

    person: Participant
    kept: KeptVisit | None
    provisions: Mapping[str, Any]  # Any: JSON values
    sources: tuple[Source, ...]
    live_hash: str
    pending: tuple[Pending, ...]


def read_plan(plan_id: int) -> Plan | None:
    """The plan of a visit with its firm; its document is left out, being read with each page and used by none."""
    row = _row("plan_of_visit", {"plan_id": plan_id})
    if row is None:
        return None
    plan = model_of(Plan, row)
    plan.firm = model_of(Firm, {"id": plan.firm_id, "time_zone": row["time_zone"]})
    return plan


def read_person(plan: Plan, participant_id: str) -> PersonRow | None:
    """A participant of a plan and what a page needs beside them; None when the plan has nobody of this id."""
    row = _row(
        "person_of_visit",
        {
            "plan_id": plan.pk,
            "participant_id": participant_id,
            "live_version": plan.live_version,
            "open": [str(one) for one in OPEN],
        },
    )
    if row is None:
        return None
    return PersonRow(
        person=model_of(Participant, row),
        kept=_kept(row),
        provisions=json.loads(row["provisions"] or "{}"),
        sources=tuple(Source(*one) for one in json.loads(row["sources"] or "[]")),
        live_hash=row["live_hash"] or "",
        pending=tuple((kind, source, body) for kind, source, body in json.loads(row["pending"] or "[]")),
    )


def model_of(model: type[Found], row: Mapping[str, Any]) -> Found:
    """The object of a row; a column that the row lacks is read when somebody asks for it."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in row]
    return model.from_db(DEFAULT_DB_ALIAS, names, [row[name] for name in names])


def _kept(row: Row) -> KeptVisit | None:
    if row["visit_id"] is None:
        return None
    own = {"id": row["visit_id"], "state": VisitState.OPEN, "confirmed_at": None, "receipts": []}
    return model_of(KeptVisit, row | own)


def _row(name: str, parameters: Mapping[str, int | str | list[str] | None]) -> Row | None:
    """The row of a statement by the names of its columns. By hand: an object's query costs thrice as much to write."""
    with database.cursor() as cursor:
        cursor.execute(statement(name), parameters)
        found = cursor.fetchone()
        return None if found is None else dict(zip((one.name for one in cursor.description), found, strict=True))
