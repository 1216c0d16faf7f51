"""The sentence that a run's page begins with: what it is, how it ended, what it counted, and what is to be done now."""

from collections.abc import Sequence

from django.utils import timezone

from planbridge.activity.problem_catalogue import Severity
from planbridge.recordkeepers.quiet_hours import quiet_note
from planbridge.sync.run import RunKind, RunStatus, SyncRun, run_as_json
from planbridge.sync.run_page import ProblemGroup
from planbridge.sync.run_proof import is_of_changes
from planbridge.sync.run_words import counted, people_counts, run_title

BY_RECORDKEEPER = "The recordkeeper "
FIRST_DRAFT = "Its lineup waits in a draft; participants see nothing of the plan until somebody activates it."
ACTIVE_DRAFT = "The changed lineup waits in a draft; participants go on seeing the live version."
# What needs no look at the run's counts and problems.
PLAIN = {
    RunStatus.HELD: "Nothing of it is applied until somebody decides.",
    RunStatus.CANCELED: "Nothing of it was applied.",
}


def run_sentence(run: SyncRun, plan_name: str, groups: Sequence[ProblemGroup], *, left_rejected: int) -> str:
    """What a run is and how it ended, what it counted, what is to be done.

    'Participant Sync of Northwind 401(k) Plan: partly successful. 412 people read ... The recordkeeper must mend ...'
    `left_rejected`: people that it rejected whom no later run took in.
    """
    status = RunStatus(run.status)
    title = f"{run_title(run_as_json(run, plan_name, []), plan_name)}: {status.label.lower()}."
    parts = [title, counts_sentence(run, plan_name), advice(run, groups, left_rejected)]
    return " ".join(part for part in parts if part)


def counts_sentence(run: SyncRun, plan_name: str) -> str:
    """What a run counted; empty before it ended, and where it read nothing."""
    status = RunStatus(run.status)
    if status in {RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.ERROR, RunStatus.CANCELED}:
        return ""
    if RunKind(run.kind) is RunKind.PLAN:
        changed = "The plan's data changed" if run.applied else "Nothing changed in the plan's data"
        return f"{changed}; {counted(run.prices, 'price')} came with it." if run.prices else f"{changed}."
    counts = people_counts(run_as_json(run, plan_name, []))
    # Of a held run nothing is changed or unchanged yet.
    told = counts[:1] + counts[3:] if status is RunStatus.HELD else counts
    if not has_only_changes(run):
        return f"{', '.join(told)}."
    sent = f"{counted(run.read, 'changed record')} sent" if run.read else "no changed record sent"
    return f"The recordkeeper was asked only for what changed: {', '.join([sent, *told[1:]])}."


def has_only_changes(run: SyncRun) -> bool:
    """Whether a run read what changed since the one before, and not everybody or those picked by hand."""
    return is_of_changes(run) and not run.participants and run.retries_run_id is None


def advice(run: SyncRun, groups: Sequence[ProblemGroup], left_rejected: int) -> str:
    """What the run means for whoever reads it, and who has to do something now."""
    status = RunStatus(run.status)
    if status in PLAIN:
        return PLAIN[status]
    if status in {RunStatus.QUEUED, RunStatus.RUNNING}:
        return open_advice(run)
    if status is RunStatus.ERROR:
        return " ".join(["Nothing was changed.", *(f"{one.description} {one.fix}" for one in errors_of(groups)[:1])])
    if run.is_dry_run:
        return "This was a dry run: it shows what a sync would do, and nothing was written."
    if status is RunStatus.PARTLY_SUCCESSFUL:
        return rejected_advice(run, groups, left_rejected)
    if run.draft:
        return ACTIVE_DRAFT if run.plan.live_version else FIRST_DRAFT
    if status is RunStatus.SUCCESSFUL_WITH_WARNINGS:
        return f"Everything is taken in; {counted(run.warnings, 'warning')} should be looked at."
    return "Everything is up to date."


def open_advice(run: SyncRun) -> str:
    """What a run that has not ended does or waits for."""
    if RunStatus(run.status) is RunStatus.QUEUED:
        return quiet_note(run.connection, timezone.now()) or "It waits for its turn."
    return "It was asked to stop, and does so at its next stage." if run.cancel_requested_by else "It is at work."


def rejected_advice(run: SyncRun, groups: Sequence[ProblemGroup], left_rejected: int) -> str:
    """Who mends the rejected records, or that later runs have taken all of them in."""
    if not run.rejected:
        return "What is wrong stands under Problems; the rest is up to date."
    if not left_rejected:
        return "Later runs have taken in all of the rejected; everything is up to date."
    records = counted(left_rejected, "record")
    if all(one.fix.startswith(BY_RECORDKEEPER) for one in errors_of(groups)):
        return f"The recordkeeper must mend {records}; the rest is up to date."
    return f"{records} must be mended; the rest is up to date."


def errors_of(groups: Sequence[ProblemGroup]) -> list[ProblemGroup]:
    """The groups of problems that reject a record, or the run."""
    return [one for one in groups if one.severity == Severity.ERROR]
