"""Rejected people: whose records no run has taken in yet, why, and trying them again; and what was found of one person."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connection import ConnectionKind
from planbridge.sync.decide import DecisionRefused, retry_rejected
from planbridge.sync.request import SyncOptions, request_syncs
from planbridge.sync.run import Quarantine, RunKind, RunProblem, SyncRun
from planbridge.sync.run_page import with_rows

BY_PERSON = Ordering(("participant_id",))
# What was found of a person is looked for in so many of the plan's last runs that found anything.
RUNS_LOOKED_AT = 20


@dataclass(frozen=True)
class Finding:
    """One problem of a person in words: what is wrong, and who mends it where. The value at fault stands masked."""

    code: str
    severity: str
    field: str
    message: str
    fix: str


@dataclass(frozen=True)
class RejectedPerson:
    """A person whose newest delivered record was rejected: why, and the records as delivered, SSN masked."""

    participant_id: str
    run_id: UUID
    rejected_at: datetime
    records: Any  # JSON as delivered
    findings: tuple[Finding, ...]

    @property
    def name(self) -> str:
        """First and last name as delivered; empty where the record does not say them."""
        first = self.records[0] if self.records and isinstance(self.records[0], dict) else {}
        return " ".join(str(first[part]) for part in ("first_name", "last_name") if first.get(part))

    @property
    def records_text(self) -> str:
        """The records as indented JSON."""
        return json.dumps(self.records, indent=2, ensure_ascii=False)


def open_records(plan_id: int) -> QuerySet[Quarantine]:
    """The newest open record of each rejected person of a plan."""
    opened = Quarantine.objects.filter(plan_id=plan_id, resolved_by_run=None)
    newer = Quarantine.objects.filter(
        plan_id=plan_id, participant_id=OuterRef("participant_id"), resolved_by_run=None, run_id__gt=OuterRef("run_id")
    )
    return opened.filter(~Exists(newer))


def count_rejected(plan_id: int) -> int:
    """How many people of a plan are rejected now."""
    opened = Quarantine.objects.filter(plan_id=plan_id, resolved_by_run=None)
    return opened.values("participant_id").distinct().count()


def rejected_people(plan_id: int, ask: PageAsk) -> Page[RejectedPerson]:
    """A page of the rejected people of a plan, in the order of their ids; three statements. Raises CursorInvalid."""
    columns = ("participant_id", "run_id", "quarantined_at", "record_masked")
    page = read_page([open_records(plan_id).values(*columns)], BY_PERSON, ask)
    return with_rows(page, tuple(described(plan_id, page.rows)))


def rejected_person(plan_id: int, participant_id: str) -> RejectedPerson | None:
    """Why one person is rejected now; None for who is not. Two statements."""
    columns = ("participant_id", "run_id", "quarantined_at", "record_masked")
    rows = open_records(plan_id).filter(participant_id=participant_id).values(*columns)
    return next(iter(described(plan_id, rows)), None)


def described(plan_id: int, rows: Iterable[dict[str, Any]]) -> list[RejectedPerson]:
    """Open records with what their runs found of them."""
    listed = list(rows)
    found = findings_of(plan_id, [(row["run_id"], row["participant_id"]) for row in listed])
    return [
        RejectedPerson(
            row["participant_id"],
            row["run_id"],
            row["quarantined_at"],
            row["record_masked"],
            tuple(found.get((row["run_id"], row["participant_id"]), ())),
        )
        for row in listed
    ]


def findings_of(plan_id: int, places: Sequence[tuple[UUID, str]]) -> dict[tuple[UUID, str], list[Finding]]:
    """What runs found of people, by (run id, participant id), in the order of the run; one statement."""
    run_ids, people = {run_id for run_id, _ in places}, {person for _, person in places}
    problems = RunProblem.objects.filter(plan_id=plan_id, run_id__in=run_ids, participant_id__in=people)
    found: dict[tuple[UUID, str], list[Finding]] = {}
    for row in problems.order_by("run_id", "number"):
        found.setdefault((row.run_id, row.participant_id or ""), []).append(finding_of(row))
    return found


def finding_of(row: RunProblem) -> Finding:
    """A problem with who mends it where."""
    return Finding(row.code, row.severity, row.field or "", row.message, CATALOGUE[row.code].fix)


def warnings_of(plan_id: int, participant_id: str) -> tuple[UUID | None, tuple[Finding, ...]]:
    """The warnings of one person and the newest run that found them; nothing where it was long ago. Two statements."""
    runs = SyncRun.objects.filter(plan_id=plan_id, kind=RunKind.PARTICIPANTS, is_dry_run=False)
    run_ids = list(runs.filter(warnings__gt=0).order_by("-id").values_list("id", flat=True)[:RUNS_LOOKED_AT])
    found = findings_of(plan_id, [(run_id, participant_id) for run_id in run_ids])
    newest = max((run_id for run_id, _ in found), default=None)
    return newest, tuple(found[newest, participant_id]) if newest else ()


def retry_rejected_people(plan: Plan, *, actor: str) -> UUID:
    """Ask for a sync of all rejected people of a plan, and of nobody else: the run that does it. Raises DecisionRefused.

    A drop folder's records are replayed from the run that rejected most of them; a Recordkeeper API is asked for all.
    """
    with transaction.atomic():
        opened = open_records(plan.pk)
        most = opened.values("run_id").annotate(people=Count("participant_id")).order_by("-people", "-run_id").first()
        if most is None:
            raise DecisionRefused("Nobody of this plan is rejected any more.")
        _, run_id = retry_rejected(most["run_id"], actor=actor)
        # Beside a replay it would make a reading of it, and a drop folder's delivery is read already.
        if plan.connection.kind != ConnectionKind.FILES:
            people = tuple(opened.order_by("participant_id").values_list("participant_id", flat=True))
            request_syncs([plan], RunKind.PARTICIPANTS, actor=actor, options=SyncOptions(participants=people))
    return run_id
