"""The run book: the only writer of sync_run, run_problem, quarantine and held_feed."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import polars as pl
from django.db import connection, transaction

from planbridge.activity.problem import VALUE_CHARACTERS_MAX, Problem
from planbridge.activity.problem_catalogue import CATALOGUE, Severity
from planbridge.notifications.sync_state import EndedSync
from planbridge.recordkeepers.connector import RequestLine
from planbridge.sync.alerts import tell_sync_state
from planbridge.sync.frames import PROBLEM_SCHEMA
from planbridge.sync.plan_figures import ended_run, note_ended_runs
from planbridge.sync.reconcile import PeopleCounts
from planbridge.sync.run import RunStatus, SyncRun
from planbridge.sync.staging import as_csv
from planbridge.sync.statements import array_of, statement

WARNINGS = {code for code, kind in CATALOGUE.items() if kind.severity is Severity.WARNING}
# What is held or canceled neither failed nor went through.
TOLD = {
    RunStatus.SUCCESSFUL,
    RunStatus.SUCCESSFUL_WITH_WARNINGS,
    RunStatus.PARTLY_SUCCESSFUL,
    RunStatus.ERROR,
}
FULL_PROBLEM_SCHEMA = pl.Schema({**PROBLEM_SCHEMA, "detail": pl.String()})


@dataclass(frozen=True)
class Ticket:
    """A claimed run: only the holder of the newest attempt may commit its outcome."""

    plan_id: int
    run_id: UUID
    attempt: int


@dataclass(frozen=True)
class Conclusion:
    """How a run ended."""

    ticket: Ticket
    status: RunStatus
    counts: PeopleCounts = field(default_factory=PeopleCounts)
    stages: Sequence[dict[str, Any]] = ()
    vanished: int = 0
    prices: int = 0
    draft: bool = False
    warnings: int = 0
    delivered_as: str = ""
    as_of: datetime | None = None
    proof: dict[str, Any] | None = None
    requests: Sequence[RequestLine] = ()

    def as_record(self, told: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """The conclusion as a record of sql/conclude_runs.sql, without the stages `told` once for all."""
        return {
            "plan_id": self.ticket.plan_id,
            "id": str(self.ticket.run_id),
            "attempt": self.ticket.attempt,
            "status": str(self.status),
            "stages": None if self.stages is told else self.stages,
            "read": self.counts.read,
            "applied": self.counts.applied,
            "unchanged": self.counts.unchanged,
            "rejected": self.counts.rejected,
            "held": self.counts.held,
            "vanished": self.vanished,
            "prices": self.prices,
            "draft": self.draft,
            "warnings": self.warnings,
            "delivered_as": self.delivered_as,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "proof": self.proof,
            "requests": [asdict(line) for line in self.requests],
        }


def status_of(*, rejected: int, warnings: int) -> RunStatus:
    """The status of a run that went through."""
    if rejected:
        return RunStatus.PARTLY_SUCCESSFUL
    return RunStatus.SUCCESSFUL_WITH_WARNINGS if warnings else RunStatus.SUCCESSFUL


def take_turns() -> None:
    """Let nobody else ask for, claim or hand back runs until the commit.

    Each of them writes many waiting runs in an order of its own: two at once would wait for each other for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('planbridge claim'))")


def claim_runs(batch_id: UUID, job_id: int) -> list[Ticket]:
    """Take a batch's runs for this job, in the caller's transaction; those whose plan is busy are not among the tickets."""
    take_turns()
    with connection.cursor() as cursor:
        cursor.execute(statement("claim_runs"), {"job_id": job_id, "batch_id": batch_id})
        return [Ticket(*row) for row in cursor.fetchall()]


def hand_back_runs(tickets: Sequence[Ticket], job_id: int) -> None:
    """Let unfinished runs of these attempts wait for a job."""
    with transaction.atomic(), connection.cursor() as cursor:
        take_turns()
        cursor.execute(statement("hand_back_runs"), {"job_id": job_id, **as_arrays(tickets)})


def as_arrays(tickets: Sequence[Ticket]) -> dict[str, str]:
    """Tickets as the arrays that statements take."""
    return {
        "plan_ids": array_of(ticket.plan_id for ticket in tickets),
        "run_ids": array_of(ticket.run_id for ticket in tickets),
        "attempts": array_of(ticket.attempt for ticket in tickets),
    }


def owned_runs(tickets: Sequence[Ticket]) -> set[UUID]:
    """The runs that these attempts still own, locked until the commit: fencing against a worker thought dead."""
    with connection.cursor() as cursor:
        cursor.execute(statement("fence_runs"), as_arrays(tickets))
        return {row[0] for row in cursor.fetchall()}


def conclude_runs(conclusions: Sequence[Conclusion]) -> set[UUID]:
    """Write the outcomes in one statement; answers the runs that were still ours."""
    if not conclusions:
        return set()
    with connection.cursor() as cursor:
        stages = conclusions[0].stages  # mostly those of all: a batch is worked on together
        records = [conclusion.as_record(stages) for conclusion in conclusions]
        told = {"conclusions": msgspec.json.encode(records).decode(), "stages": msgspec.json.encode(stages).decode()}
        cursor.execute(statement("conclude_runs"), told)
        kinds = {run_id: None if is_dry_run else kind for run_id, kind, is_dry_run in cursor.fetchall()}
    ours = [one for one in conclusions if one.ticket.run_id in kinds]
    note_ended_runs([ended_run(one.ticket.plan_id, one.ticket.run_id, one.proof) for one in ours])
    tell_sync_state(
        [ended_sync(one, kind) for one in ours if (kind := kinds[one.ticket.run_id]) and one.status in TOLD]
    )
    return set(kinds)


def ended_sync(conclusion: Conclusion, kind: str) -> EndedSync:
    """What a conclusion says of whether the plan's syncs fail."""
    ticket = conclusion.ticket
    return EndedSync(ticket.plan_id, kind, ticket.run_id, is_failing=conclusion.status is RunStatus.ERROR)


def run_problems(plan_id: int, problems: Iterable[Problem]) -> pl.DataFrame:
    """Problems of the run itself, or few of its people, as rows."""
    rows = [(plan_id, one.participant_id, one.code, one.field, one.value, one.detail) for one in problems]
    return pl.DataFrame(rows, schema=FULL_PROBLEM_SCHEMA, orient="row")


def copy_problems(problems: pl.DataFrame, tickets: Sequence[Ticket]) -> None:
    """Write problems (plan_id, participant_id, code, field, value, detail) of these runs, values masked."""
    if problems.is_empty():
        return
    kinds = pl.DataFrame(
        [(kind.code, str(kind.severity), kind.description.removesuffix(".")) for kind in CATALOGUE.values()],
        schema=["code", "severity", "description"],
        orient="row",
    )
    runs = pl.DataFrame(
        {"plan_id": [one.plan_id for one in tickets], "run_id": [str(one.run_id) for one in tickets]},
        schema={"plan_id": pl.Int64, "run_id": pl.String},
    )
    at_fault = (
        pl.when(pl.col("field").is_null() & pl.col("value").is_null())
        .then(pl.lit("."))
        .when(pl.col("value").is_null())
        .then(pl.format(" ({}).", "field"))
        .when(pl.col("field").is_null())
        .then(pl.format(" ('{}').", "value"))
        .otherwise(pl.format(" ({}: '{}').", "field", "value"))
    )
    with_detail = pl.when(pl.col("detail").is_null()).then(pl.lit("")).otherwise(pl.format(" {}", "detail"))
    rows = (
        problems.with_columns(value=shown(pl.col("value")))
        .join(runs, on="plan_id", how="inner", maintain_order="left")
        .join(kinds, on="code", how="left", maintain_order="left")
        .with_columns(message=pl.concat_str("description", at_fault, with_detail))
        .join(problems_before(tickets), on="plan_id", how="left", maintain_order="left")
        .with_columns(number=pl.int_range(1, pl.len() + 1).over("plan_id") + pl.col("before").fill_null(0))
    )
    columns = ("plan_id", "run_id", "number", "code", "severity", "participant_id", "field", "value", "message")
    copy_rows("run_problem", columns, rows.select(columns))


def problems_before(tickets: Sequence[Ticket]) -> pl.DataFrame:
    """How many problems these runs have already: plan_id, before (a held run that goes on keeps what held it)."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement("last_problem_numbers"),
            {"plan_ids": array_of(one.plan_id for one in tickets), "run_ids": array_of(one.run_id for one in tickets)},
        )
        return pl.DataFrame(cursor.fetchall(), schema={"plan_id": pl.Int64, "before": pl.Int64}, orient="row")


def shown(value: pl.Expr) -> pl.Expr:
    """Delivered values as they may be shown: SSNs masked, control characters visible, cut to 200 characters."""
    printable = value.str.slice(0, VALUE_CHARACTERS_MAX * 2).str.replace_all(r"\p{Cc}", "\N{REPLACEMENT CHARACTER}")
    masked = printable.str.replace_all(r"\b\d{3}[- ]?\d{2}[- ]?(\d{4})\b", "***-**-$1")
    cut = pl.concat_str(masked.str.slice(0, VALUE_CHARACTERS_MAX - 1), pl.lit("…"))
    return pl.when(masked.str.len_chars() > VALUE_CHARACTERS_MAX).then(cut).otherwise(masked)


def copy_rows(table: str, columns: Sequence[str], rows: pl.DataFrame) -> None:
    """COPY rows into a table; `table` and `columns` are names of this package, never data."""
    copy_csv(table, columns, as_csv(rows) if rows.height else b"")


def copy_csv(table: str, columns: Sequence[str], content: bytes) -> None:
    """COPY rows as CSV into a table, as copy_rows does."""
    if not content:
        return
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(content)


def ticket_of_run(run: SyncRun) -> Ticket:
    """The ticket of a run as it stands."""
    return Ticket(run.plan_id, run.id, run.attempt)
