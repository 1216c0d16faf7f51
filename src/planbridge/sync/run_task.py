"""A run's task as text: what was asked, of whom, and how far it came."""

from datetime import datetime

from planbridge.sync.run import RunKind, RunStatus, SyncRun, iso


def task_text(run: SyncRun) -> str:
    """The task of a run (with its plan and connection) as lines of 'what: value', to be copied into a letter."""
    return "\n".join(f"{name + ':':<18}{value}" for name, value in task_lines(run) if value)


def task_lines(run: SyncRun) -> list[tuple[str, str]]:
    """The task's lines, those without a value left empty."""
    return [
        ("Task", str(RunKind(run.kind).label)),
        ("Plan", str(run.plan)),
        ("Recordkeeper", f"{run.connection.name} ({run.connection.kind})"),
        ("Whom", whom(run)),
        ("Reading", "everything anew" if run.is_full else "what changed since the last reading, where that is known"),
        ("Dry run", "yes: nothing is written" if run.is_dry_run else ""),
        ("Run", str(run.id)),
        ("Status", str(RunStatus(run.status).label)),
        ("Attempt", str(run.attempt)),
        ("Requested by", run.requested_by),
        ("Requested at", when(run.requested_at)),
        ("Started", when(run.started_at)),
        ("Ended", when(run.finished_at)),
        ("Retries run", str(run.retries_run_id or "")),
        ("Delivery", run.delivered_as),
        ("Data as of", when(run.as_of)),
        ("Applied anyway by", run.guard_waived_by),
        ("Stop asked by", run.cancel_requested_by),
    ]


def whom(run: SyncRun) -> str:
    """Whom the run was asked for."""
    if RunKind(run.kind) is RunKind.PLAN:
        return "the plan's document"
    return ", ".join(run.participants) or "all participants"


def when(moment: datetime | None) -> str:
    """A time as RFC 3339 text, which reads the same in every zone; empty for none."""
    return iso(moment) or ""
