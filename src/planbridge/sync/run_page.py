"""What the page of a run shows: its facts, stages, problems by code, rejected records, proof and requests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection as database
from django.db.models import QuerySet

from planbridge.activity.keyset import Ordering, Page, PageAsk, read_page
from planbridge.activity.problem_catalogue import CATALOGUE
from planbridge.plans.models import Plan
from planbridge.recordkeepers.connector import RequestLine
from planbridge.sync.progress import RunProgress
from planbridge.sync.run import Quarantine, RunProblem, RunStatus, SyncRun
from planbridge.sync.statements import statement

PEOPLE_SHOWN = 5
OWN_SHOWN = 50
REQUESTS_SHOWN = 500
BY_NUMBER = Ordering(("number",))
BY_PERSON = Ordering(("participant_id",))


@dataclass(frozen=True)
class Stage:
    """One stage: its name, seconds, how many it worked on, and its part of the time of all stages (0 to 1)."""

    name: str
    seconds: float
    count: int
    share: float


@dataclass(frozen=True)
class ProblemGroup:
    """The problems of one code: how many, of how many people, what it means and who mends it where, the first people."""

    code: str
    severity: str
    problem_count: int
    people_count: int
    description: str
    fix: str
    first_people: tuple[str, ...]


@dataclass(frozen=True)
class ProblemRow:
    """One problem; `participant_id` is None for one of the run itself. Values at fault stand masked."""

    number: int
    code: str
    severity: str
    participant_id: str | None
    field: str | None
    value: str | None
    message: str


@dataclass(frozen=True)
class RejectedRow:
    """A rejected record as it was delivered, SSN masked; `resolved_by_run` took the person in since."""

    participant_id: str
    run_id: UUID
    codes: tuple[str, ...]
    record: Any  # JSON as delivered
    quarantined_at: datetime
    resolved_by_run: UUID | None


@dataclass(frozen=True)
class ProofLine:
    """One total of the proof as decimal text; None is what the recordkeeper did not say. `subject` is "people" or "money"."""

    subject: str
    name: str
    recordkeeper: str | None
    read: str
    rejected: str
    difference: str | None


def find_run(plans: QuerySet[Plan], run_id: UUID) -> SyncRun | None:
    """A run of one of these plans (those that a user sees), with its plan and connection; None for any other."""
    runs = SyncRun.objects.filter(id=run_id, plan_id__in=plans.values("pk"))
    return runs.select_related("plan", "connection").first()


def find_progress(run: SyncRun) -> RunProgress | None:
    """How far the job of a running run has come; None in its first second, and of a run that does not run."""
    if run.status != RunStatus.RUNNING:
        return None
    return RunProgress.objects.filter(batch_id=run.batch_id, told_at__gte=run.started_at).first()


def stages_of(run: SyncRun, progress: RunProgress | None = None) -> list[Stage]:
    """The timeline of a run that ended, or as far as it has come."""
    stages = run.stages if progress is None else progress.stages
    whole = sum(stage["seconds"] for stage in stages) or 1.0
    return [Stage(stage["stage"], stage["seconds"], stage["count"], stage["seconds"] / whole) for stage in stages]


def problem_groups(run: SyncRun) -> list[ProblemGroup]:
    """A run's problems by code, errors first, then the most frequent; one statement."""
    with database.cursor() as cursor:
        cursor.execute(
            statement("problem_groups"), {"plan_id": run.plan_id, "run_id": run.id, "people_shown": PEOPLE_SHOWN}
        )
        return [
            ProblemGroup(
                code, severity, problems, people, CATALOGUE[code].description, CATALOGUE[code].fix, tuple(first)
            )
            for code, severity, problems, people, first in cursor.fetchall()
        ]


def problems_page(run: SyncRun, ask: PageAsk, *, code: str = "") -> Page[ProblemRow]:
    """A page of a run's problems, of one code or of all, in the order of the run. Raises CursorInvalid."""
    rows = RunProblem.objects.filter(plan_id=run.plan_id, run_id=run.id)
    rows = rows.filter(code=code) if code else rows
    page = read_page([rows.values(*(one.name for one in fields(ProblemRow)))], BY_NUMBER, ask)
    return with_rows(page, tuple(ProblemRow(**row) for row in page.rows))


def rejected_page(run: SyncRun, ask: PageAsk) -> Page[RejectedRow]:
    """A page of the records that a run rejected. Raises CursorInvalid."""
    rows = Quarantine.objects.filter(plan_id=run.plan_id, run_id=run.id)
    page = read_page([rows.values(*QUARANTINE_COLUMNS)], BY_PERSON, ask)
    return with_rows(page, tuple(map(rejected_row, page.rows)))


def rejected_records(run: SyncRun, participant_ids: Sequence[str]) -> dict[str, RejectedRow]:
    """What a run rejected of some people, by participant id."""
    rows = Quarantine.objects.filter(plan_id=run.plan_id, run_id=run.id, participant_id__in=participant_ids)
    return {row["participant_id"]: rejected_row(row) for row in rows.values(*QUARANTINE_COLUMNS)}


def own_problems(run: SyncRun) -> list[ProblemRow]:
    """The problems of a run itself and of no person: why it is held, or came to nothing."""
    rows = RunProblem.objects.filter(plan_id=run.plan_id, run_id=run.id, participant_id=None).order_by("number")
    return [ProblemRow(**row) for row in rows.values(*(one.name for one in fields(ProblemRow)))[:OWN_SHOWN]]


def why_rejected(plan_id: int, participant_id: str) -> list[RejectedRow]:
    """The records of one person that no run has taken in yet, newest first: why their status is Error."""
    rows = Quarantine.objects.filter(plan_id=plan_id, participant_id=participant_id, resolved_by_run=None)
    return [rejected_row(row) for row in rows.order_by("-quarantined_at").values(*QUARANTINE_COLUMNS)[:PEOPLE_SHOWN]]


QUARANTINE_COLUMNS = ("participant_id", "run_id", "codes", "record_masked", "quarantined_at", "resolved_by_run")


def rejected_row(values: Mapping[str, Any]) -> RejectedRow:
    """A rejected record from its columns."""
    return RejectedRow(
        values["participant_id"],
        values["run_id"],
        tuple(values["codes"]),
        values["record_masked"],
        values["quarantined_at"],
        values["resolved_by_run"],
    )


def would_change(run: SyncRun, *, first: int = 0, rows_max: int = 100) -> list[dict[str, Any]]:
    """What a dry run would change: some of its {participant_id, changes}, beginning with the place `first`."""
    found: list[dict[str, Any]] = (run.proof or {}).get("would_change", [])
    return found[first : first + rows_max]


def proof_lines(run: SyncRun) -> list[ProofLine]:
    """The proof of a run: people, all money, money by source, money by fund; empty where nothing was read."""
    proof = run.proof
    if not proof or "people" not in proof:
        return []
    people = proof["people"]
    said = people["recordkeeper"]
    counted = ProofLine(
        "people",
        "all",
        None if said is None else str(said),
        str(people["read"]),
        str(people["rejected"]),
        None if said is None or not proof["complete"] else str(said - people["read"]),
    )
    lines = [("all", proof["market_value"])]
    lines += [(f"source {one['source']}", one) for one in proof["by_source"]]
    lines += [(f"fund {one['fund']}", one["market_value"]) for one in proof["by_fund"]]
    amounts = ("recordkeeper", "read", "rejected", "difference")
    return [counted, *(ProofLine("money", name, *(line[amount] for amount in amounts)) for name, line in lines)]


def requests_of(run: SyncRun) -> list[RequestLine]:
    """The first requests of a run, secrets masked."""
    return [RequestLine(**line) for line in run.requests[:REQUESTS_SHOWN]]


def with_rows(page: Page[Any], rows: tuple[Any, ...]) -> Page[Any]:
    """The page with these rows in place of its own."""
    return Page(**{one.name: getattr(page, one.name) for one in fields(page)} | {"rows": rows})
