"""The sweep: no run stays Running when nothing works on it any more."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

from planbridge.activity.entry import Verb
from planbridge.activity.problem import Problem
from planbridge.sync.decide import end_as_canceled, locked_run
from planbridge.sync.outcome import conclude_failed
from planbridge.sync.run import RunStatus, SyncRun
from planbridge.sync.run_book import Ticket
from planbridge.sync.statements import statement


def end_abandoned_runs() -> int:
    """Conclude with RUN_INTERRUPTED the runs whose job is neither waiting nor being done; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(statement("abandoned_runs"))
        tickets = [Ticket(plan_id, UUID(str(run_id)), attempt) for plan_id, run_id, attempt in cursor.fetchall()]
    if tickets:
        end_canceled_runs([ticket.run_id for ticket in tickets])
        conclude_failed(tickets, Problem("RUN_INTERRUPTED"))
    return len(tickets)


def end_canceled_runs(run_ids: Sequence[UUID]) -> None:
    """End as Canceled those of the runs that someone canceled while they ran: their attempt could not commit."""
    # Those that wait to be ended are few, the runs of a batch thousands.
    canceled = SyncRun.objects.filter(status=RunStatus.RUNNING).exclude(cancel_requested_by="")
    for run_id in {*canceled.values_list("id", flat=True)}.intersection(run_ids):
        with transaction.atomic():
            run = locked_run(run_id)
            if run.status == RunStatus.RUNNING:
                end_as_canceled(run, run.cancel_requested_by, Verb.RUN_CANCELED)
